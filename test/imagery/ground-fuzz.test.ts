import fc from "fast-check";
import { expect, test } from "vitest";
import { groundAt } from "../../src/geodesy/ground.ts";
import type { Ground } from "../../src/geodesy/ground.ts";
import { groundOfTiff } from "../../src/storage/imagery/ground/geotiff.ts";
import { groundOfCorners } from "../../src/storage/imagery/ground/nitf-corners.ts";
import { geographicKeys, utmKeys, writeGeoTiff } from "./write-geotiff.ts";

const WHY = ["NONE", "SYSTEM", "CONTRADICTION", "CONTROL_POINTS", "DAMAGED", "OUTSIDE"];
const CASES = 10_000;
const SEED = 63;

/** Whatever a file says, its pixels lie on the globe, or nothing is said of them. */
function sound(ground: Ground): void {
  if (ground.kind === "none") {
    expect(WHY).toContain(ground.why);
    expect(ground.system ?? "").toMatch(/^(|unnamed|user-defined|geocentric|ICORDS|EPSG:\d{1,5})$/);
    return;
  }
  for (const at of [
    [0.5, 0.5],
    [7.5, 0.5],
    [7.5, 5.5],
    [3, 2],
  ] as const) {
    const { latitude, longitude } = groundAt(ground, at) ?? { latitude: Number.NaN, longitude: Number.NaN };
    expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
    expect(longitude).toBeGreaterThanOrEqual(-180);
    expect(longitude).toBeLessThan(180);
  }
}

const pixels = { width: 8, height: 6 };
const plain = [
  writeGeoTiff({
    ...pixels,
    scale: [1, 1, 0],
    ties: [0, 0, 0, 3e5, 4e6, 0],
    keys: { ...utmKeys(18), 2057: [6_378_137] },
  }),
  writeGeoTiff({
    ...pixels,
    big: true,
    scale: [1e-3, 1e-3, 0],
    ties: [0, 0, 0, 10, 50, 0],
    keys: geographicKeys(4326),
  }),
  writeGeoTiff({
    ...pixels,
    motorola: true,
    matrix: [1, 0, 0, 3e5, 0, -1, 0, 4e6, 0, 0, 0, 0, 0, 0, 0, 1],
    keys: utmKeys(18),
    citation: "UTM",
  }),
];
/** Numbers that a count, an offset or a type is made of where somebody means harm. */
const NUMBERS = [0, 1, 2, 12, 16, 255, 256, 65_535, 65_536, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff];

/** A part of a whole, evenly: doubles are drawn by their bits, of which nearly all are next to nothing. */
const part = fc.nat(999_999).map((value) => value / 1_000_000);
/** Files whose tags and keys are well-formed, and say what nobody should. */
const double = fc.oneof(
  fc.constantFrom(0, 1, -1, 1e-300, 1e300, Number.NaN, Infinity, 90, 180, 3e5, 4e6),
  fc.double({ min: -200, max: 200, noNaN: true }),
);
const key = fc.constantFrom(1024, 1025, 2048, 2050, 2054, 2057, 2062, 3072, 3074, 3076, 3080, 4096, 9999);
const value = fc.oneof(fc.constantFrom(0, 1, 2, 3, 3857, 4326, 6326, 9001, 9102, 32_618, 32_767), fc.nat(65_535));
const odd = fc
  .record({
    big: fc.boolean(),
    motorola: fc.boolean(),
    scale: fc.option(fc.array(double, { minLength: 1, maxLength: 4 }), { nil: undefined, freq: 1 }),
    ties: fc.option(fc.array(double, { minLength: 1, maxLength: 13 }), { nil: undefined, freq: 1 }),
    matrix: fc.option(fc.array(double, { minLength: 16, maxLength: 16 }), { nil: undefined, freq: 1 }),
    keys: fc.option(
      fc.dictionary(
        key.map(String),
        fc.oneof(
          { weight: 9, arbitrary: value },
          { weight: 1, arbitrary: fc.array(double, { minLength: 1, maxLength: 7 }) },
        ),
        { maxKeys: 3 },
      ),
      {
        nil: undefined,
        freq: 1,
      },
    ),
  })
  .map(({ scale, ties, matrix, keys, ...order }) =>
    writeGeoTiff({
      ...pixels,
      ...order,
      ...(scale ? { scale } : {}),
      ...(ties ? { ties } : {}),
      ...(matrix ? { matrix } : {}),
      ...(keys ? { keys: { ...utmKeys(18), ...keys } } : {}),
    }),
  );

test("of ten thousand altered directories none is read beyond the file, without end, or off the globe", () => {
  const told = new Map<string, number>();
  const change = fc.record({
    at: part,
    value: fc.oneof(fc.constantFrom(...NUMBERS), fc.nat(0xffff)),
    length: fc.constantFrom(1 as const, 2 as const, 4 as const),
    order: fc.constantFrom("writeUIntLE" as const, "writeUIntBE" as const),
  });
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...plain), odd),
      fc.array(change, { maxLength: 4 }),
      fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: part }),
      (file, changes, kept) => {
        const bytes = Buffer.from(file);
        for (const { at, value: number, length, order } of changes) {
          // The head, or what stands behind the pixels: they themselves say nothing.
          const behind = bytes.length - 56 - 4;
          const place = Math.floor(at * (16 + behind));
          bytes[order](number % 2 ** (8 * length), place < 16 ? place : place - 16 + 56, length);
        }
        const ground = groundOfTiff(bytes.subarray(0, Math.floor(kept * bytes.length)), 8, 6);
        sound(ground);
        const kind = ground.kind === "none" ? ground.why : ground.kind;
        told.set(kind, (told.get(kind) ?? 0) + 1);
      },
    ),
    { seed: SEED, numRuns: CASES },
  );
  // The cases reach further than the first check.
  for (const kind of ["affine", ...WHY]) expect([kind, (told.get(kind) ?? 0) > 15]).toEqual([kind, true]);
});

const LETTERS = "0123456789NSEWXZ+-. \u00ff".split("");

test("of ten thousand altered corners none lies off the globe", () => {
  const notations = {
    G: "390000N0773000W390000N0770000W384500N0770000W384500N0773000W",
    D: "+39.000-077.500+39.000-077.000+38.750-077.000+38.750-077.500",
    N: "183230004307000183234004307000183234004306700183230004306700",
    S: "563340006252000563344006252000563344006251700563340006251700",
    U: "18SUJ230000700018SUJ234000700018SUJ234000670018SUJ2300006700",
  } as const;
  const told = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(notations) as (keyof typeof notations)[])),
      fc.array(fc.tuple(fc.nat(59), fc.constantFrom(...LETTERS)), { maxLength: 4 }),
      fc.constantFrom("", "G", "U", "C"),
      (notation, changes, other) => {
        const text = notations[notation].split("");
        for (const [at, letter] of changes) text[at] = letter;
        const ground = groundOfCorners({ notation: other || notation, corners: text.join("") }, 8, 6);
        sound(ground);
        told.add(ground.kind === "none" ? ground.why : ground.kind);
      },
    ),
    { seed: SEED, numRuns: CASES },
  );
  expect([...told].toSorted()).toEqual(expect.arrayContaining(["CONTRADICTION", "DAMAGED", "SYSTEM", "corners"]));
});
