import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groundAt } from "../../src/geodesy/ground.ts";
import type { Ground } from "../../src/geodesy/ground.ts";
import { toMgrs } from "../../src/geodesy/mgrs.ts";
import { toUtm } from "../../src/geodesy/transverse-mercator.ts";
import { deriveFrom } from "../../src/storage/imagery/deriving.ts";
import { readGround } from "../../src/storage/imagery/ground/read-ground.ts";
import { IMAGE_LIMITS } from "../../src/storage/imagery/limits.ts";
import { probeImage } from "../../src/storage/imagery/probe.ts";
import { PLACE_BYTES, groundPlaceAt, readPlace } from "../../src/storage/imagery/tile-pack.ts";
import { geographicKeys, utmKeys, writeGeoTiff } from "./write-geotiff.ts";
import type { GeoTiffFields } from "./write-geotiff.ts";

const groundOf = async (bytes: Buffer): Promise<Ground> => readGround(bytes, await probeImage(bytes));

type Known = readonly [x: number, y: number, longitude: number, latitude: number];
/** As near as a hundredth of a millimetre. */
const EXACT = 1e-10;

function expectAt(ground: Ground, known: readonly Known[]): void {
  for (const [x, y, longitude, latitude] of known) {
    const place = groundAt(ground, [x, y]);
    expect(Math.abs((place?.longitude ?? Infinity) - longitude)).toBeLessThan(EXACT);
    expect(Math.abs((place?.latitude ?? Infinity) - latitude)).toBeLessThan(EXACT);
  }
}

const DEGREES: GeoTiffFields = { scale: [0.001, 0.0005, 0], ties: [0, 0, 0, -77.5, 39, 0], keys: geographicKeys(4326) };
const UTM: GeoTiffFields = { scale: [10, 10, 0], ties: [0, 0, 0, 323_000, 4_307_000, 0], keys: utmKeys(18) };
const TURNED: GeoTiffFields = {
  matrix: [8, 6, 0, 323_000, 6, -8, 0, 4_307_000, 0, 0, 0, 0, 0, 0, 0, 1],
  keys: utmKeys(18),
};
const AT_UTM: readonly Known[] = [
  [0.5, 0.5, -77.0408831484112, 38.8940136085338],
  [39.5, 0.5, -77.0363888078268, 38.8940921080606],
  [39.5, 29.5, -77.0363142019587, 38.891480420768],
  [0.5, 29.5, -77.0408083781652, 38.8914019285161],
  [20, 15, -77.0385986350699, 38.8927470382369],
];

/* Of each of these files, `gdaltransform -output_xy -t_srs EPSG:4326` of GDAL 3.6.2 (Debian gdal-bin) says where pixels lie. */
describe("a GeoTIFF lies where GDAL says", () => {
  test.each<readonly [string, GeoTiffFields, readonly Known[]]>([
    [
      "in degrees",
      DEGREES,
      [
        [0.5, 0.5, -77.4995, 38.99975],
        [39.5, 0.5, -77.4605, 38.99975],
        [39.5, 29.5, -77.4605, 38.98525],
        [0.5, 29.5, -77.4995, 38.98525],
        [20, 15, -77.48, 38.9925],
      ],
    ],
    ["in UTM", { ...UTM, citation: "WGS 84 / UTM zone 18N" }, AT_UTM],
    ["as BigTIFF", { ...UTM, big: true }, AT_UTM],
    ["as BigTIFF in the other byte order", { ...UTM, big: true, motorola: true }, AT_UTM],
    [
      "south of the equator, in the other byte order, tied at another pixel, with pixels that are no squares",
      {
        motorola: true,
        scale: [10, 20, 0],
        ties: [5, 7, 0, 334_000, 6_252_000, 0],
        keys: utmKeys(56, true),
      },
      [
        [0.5, 0.5, 151.205052965296, -33.8580827130227],
        [39.5, 0.5, 151.209267061309, -33.8581440243622],
        [39.5, 29.5, 151.209157882406, -33.8633725535698],
        [0.5, 29.5, 151.204943529799, -33.8633112302059],
        [20, 15, 151.207105361633, -33.8607276488823],
      ],
    ],
    [
      "with pixels that are points",
      { ...UTM, keys: { ...utmKeys(18), 1025: 2 } },
      [
        [0.5, 0.5, -77.040942057312, 38.8940576299602],
        [39.5, 29.5, -77.0363731059757, 38.8915244446515],
        [20, 15, -77.0386575415287, 38.8927910608919],
      ],
    ],
    [
      "turned, by its matrix",
      TURNED,
      [
        [0.5, 0.5, -77.0408611319254, 38.8940500347005],
        [39.5, 0.5, -77.0373258912066, 38.8962202068927],
        [39.5, 29.5, -77.0352610007688, 38.8941658413415],
        [0.5, 29.5, -77.038796207967, 38.8919957320473],
        [20, 15, -77.0380610701016, 38.8941079715586],
      ],
    ],
    [
      "turned, with pixels that are points",
      { ...TURNED, keys: { ...utmKeys(18), 1025: 2 } },
      [
        [0.5, 0.5, -77.040942057312, 38.8940576299602],
        [39.5, 29.5, -77.0353419258615, 38.8941734404977],
        [20, 15, -77.0381419953414, 38.8941155687665],
      ],
    ],
  ])("%s", async (_, fields, known) => {
    const ground = await groundOf(writeGeoTiff(fields));
    expect(ground).toMatchObject({ kind: "affine", datum: "WGS 84" });
    expectAt(ground, known);
  });

  test("and in NAD83 or ETRS89 where its own numbers say, under that name", async () => {
    for (const [code, datum] of [
      [4269, "NAD83"],
      [6318, "NAD83(2011)"],
      [4258, "ETRS89"],
    ] as const) {
      const ground = await groundOf(writeGeoTiff({ ...DEGREES, keys: geographicKeys(code) }));
      expect(ground).toMatchObject({ kind: "affine", datum });
      expectAt(ground, [[20, 15, -77.48, 38.9925]]);
    }
  });

  test("and what else its keys say of its system agrees", async () => {
    const datum = {
      2050: 6326,
      2051: 8901,
      2055: [Math.PI / 180],
      2056: 7030,
      2057: [6_378_137],
      2059: [298.257223563],
    };
    const zone = {
      2048: 4326,
      3074: 16_018,
      3075: 1,
      3080: [-75],
      3081: [0],
      3082: [500_000],
      3083: [0],
      3092: [0.9996],
    };
    const systems: readonly Record<number, number | readonly number[]>[] = [
      { ...geographicKeys(4326), ...datum, 2061: [0], 2062: [0, 0, 0, 0, 0, 0, 0] },
      { ...utmKeys(18), ...datum, ...zone, 3077: [1], 4096: 5773, 4099: 9001 },
    ];
    for (const keys of systems)
      expect(await groundOf(writeGeoTiff({ ...(keys[1024] === 1 ? UTM : DEGREES), keys }))).toMatchObject({
        kind: "affine",
      });
  });
});

describe("no position is made up", () => {
  const none = (why: string, system?: string): object => ({ kind: "none", why, ...(system ? { system } : {}) });
  const utm = (more: Readonly<Record<number, number | readonly number[]>>): GeoTiffFields => ({
    ...UTM,
    keys: { ...utmKeys(18), ...more },
  });
  test.each<readonly [string, GeoTiffFields, object]>([
    ["of a TIFF without a word of it", {}, none("NONE")],
    ["where only keys are there", { keys: utmKeys(18) }, none("NONE")],
    ["where no system is named", { scale: [10, 10, 0], ties: [0, 0, 0, 1, 1, 0] }, none("SYSTEM", "unnamed")],
    ["in Web Mercator", utm({ 3072: 3857 }), none("SYSTEM", "EPSG:3857")],
    ["in the zone before the first", utm({ 3072: 32_600 }), none("SYSTEM", "EPSG:32600")],
    ["in the zone after the last", utm({ 3072: 32_761 }), none("SYSTEM", "EPSG:32761")],
    ["in a system of the file's own", utm({ 3072: 32_767 }), none("SYSTEM", "user-defined")],
    ["in another geographic system", { ...DEGREES, keys: geographicKeys(4267) }, none("SYSTEM", "EPSG:4267")],
    ["in geocentric coordinates", utm({ 1024: 3 }), none("SYSTEM", "geocentric")],
    ["without a kind of model", { ...UTM, keys: { 3072: 32_618 } }, none("SYSTEM", "user-defined")],
    ["in feet", utm({ 3076: 9003 }), none("CONTRADICTION")],
    ["in grads", { ...DEGREES, keys: { ...geographicKeys(4326), 2054: 9105 } }, none("CONTRADICTION")],
    ["from Paris", { ...DEGREES, keys: { ...geographicKeys(4326), 2051: 8903 } }, none("CONTRADICTION")],
    ["on another ellipsoid", utm({ 2057: [6_378_206.4] }), none("CONTRADICTION")],
    [
      "on the ellipsoid of another datum",
      { ...DEGREES, keys: { ...geographicKeys(4269), 2059: [298.257223563] } },
      none("CONTRADICTION"),
    ],
    ["around another meridian", utm({ 3080: [-81] }), none("CONTRADICTION")],
    ["with a key that is not known", utm({ 3090: [1] }), none("CONTRADICTION")],
    ["moved to another datum", utm({ 2062: [1, 2, 3] }), none("CONTRADICTION")],
    ["with pixels that are neither areas nor points", utm({ 1025: 3 }), none("CONTRADICTION")],
    ["where a scale and a matrix are", { ...TURNED, scale: [1, 1, 0] }, none("CONTRADICTION")],
    [
      "where a matrix is no map of the plane",
      { ...TURNED, matrix: [...(TURNED.matrix ?? []).slice(0, 15), 2] },
      none("CONTRADICTION"),
    ],
    ["where a matrix is short", { ...TURNED, matrix: [1, 0, 0] }, none("DAMAGED")],
    [
      "where all pixels lie on one line",
      { ...TURNED, matrix: [1, 1, 0, 323_000, 1, 1, 0, 4_307_000, 0, 0, 0, 0, 0, 0, 0, 1] },
      none("DAMAGED"),
    ],
    ["where pixels have no size", { ...UTM, scale: [0, 10, 0] }, none("CONTRADICTION")],
    ["where a number is none", { ...UTM, scale: [Number.NaN, 10, 0] }, none("DAMAGED")],
    ["from control points", { ties: [0, 0, 0, 1, 1, 0, 9, 9, 0, 2, 2, 0], keys: utmKeys(18) }, none("CONTROL_POINTS")],
    [
      "where a scale has several tie points",
      { ...UTM, ties: [0, 0, 0, 1, 1, 0, 9, 9, 0, 2, 2, 0] },
      none("CONTROL_POINTS"),
    ],
    ["beyond the pole", { ...DEGREES, ties: [0, 0, 0, 10, 90.1, 0] }, none("OUTSIDE")],
    ["far beside a zone", { ...UTM, ties: [0, 0, 0, 2e6, 4_307_000, 0] }, none("OUTSIDE")],
    ["where a tag stands twice", { ...UTM, more: [{ tag: 33_550, type: 12, values: [1, 1, 0] }] }, none("DAMAGED")],
    [
      "where keys stand in another type",
      { ...UTM, keys: {}, more: [{ tag: 34_737, type: 2, values: [0] }] },
      none("SYSTEM", "user-defined"),
    ],
  ])("%s", async (_, fields, wanted) => {
    const file = writeGeoTiff(fields);
    expect(await groundOf(file)).toEqual(wanted);
    // What cannot be told of its position keeps no picture from being shown.
    const { pack, end } = await deriveFrom({ bytes: file.length, read: () => [file] });
    for await (const piece of pack) expect(piece.length).toBeGreaterThan(0);
    end();
  });

  test("of another format, nor of a camera's own position", async () => {
    const { default: sharp } = await import("sharp");
    const grey = { create: { width: 9, height: 9, channels: 3 as const, background: "#808080" } };
    const gps = {
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "38/1 53/1 0/1", GPSLongitudeRef: "W", GPSLongitude: "77/1 2/1 0/1" },
    };
    for (const format of ["jpeg", "png", "webp"] as const)
      expect(await groundOf(await sharp(grey).withExif(gps).toFormat(format).toBuffer())).toEqual(none("NONE"));
  });
});

test("an orientation of EXIF moves no coordinate", async () => {
  for (let orientation = 1; orientation <= 8; orientation += 1)
    expectAt(await groundOf(writeGeoTiff({ ...UTM, orientation })), AT_UTM);
});

test("from a pixel to the ground and back it is the same pixel, to a hundredth", async () => {
  // Evenly: doubles are drawn by their bits, of which nearly all are next to nothing.
  const number = (min: number, max: number): fc.Arbitrary<number> =>
    fc.nat(1_000_000).map((part) => min + ((max - min) * part) / 1_000_000);
  const matrix = fc
    .tuple(number(0.05, 30), number(0.05, 30), number(0, 360), fc.boolean(), number(2e5, 8e5), number(1e5, 9e6))
    .map(([right, down, angle, isMirrored, east, north]) => {
      const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      const by = isMirrored ? 1 : -1;
      return [right * cos, -by * down * sin, 0, east, right * sin, by * down * cos, 0, north, 0, 0, 0, 0, 0, 0, 0, 1];
    });
  await fc.assert(
    fc.asyncProperty(
      matrix,
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      number(0, 1),
      number(0, 1),
      async (of, zone, isPoint, u, v) => {
        const ground = await groundOf(writeGeoTiff({ matrix: of, keys: { ...utmKeys(zone), 1025: isPoint ? 2 : 1 } }));
        const place = groundAt(ground, [u * 40, v * 30]);
        expect(place).not.toBeNull();
        if (!place) return;
        const { easting, northing } = toUtm(place, zone, false);
        const [a = 0, b = 0, , c = 0, d = 0, e = 0, , f = 0] = of;
        const half = isPoint ? 0.5 : 0;
        const [x, y] = [easting - c, northing - f];
        const det = a * e - b * d;
        expect(Math.abs((x * e - y * b) / det + half - u * 40)).toBeLessThan(0.01);
        expect(Math.abs((y * a - x * d) / det + half - v * 30)).toBeLessThan(0.01);
      },
    ),
    { seed: 63, numRuns: 300 },
  );
});

test("what is decoded here and what is decoded apart have the same ground in their packs", async () => {
  const file = writeGeoTiff(UTM);
  for (const limits of [IMAGE_LIMITS, { ...IMAGE_LIMITS, samplesHere: 0 }]) {
    const { pack, end } = await deriveFrom({ bytes: file.length, read: () => [file] }, limits);
    const pieces: Uint8Array[] = [];
    for await (const piece of pack) pieces.push(piece);
    end();
    const all = Buffer.concat(pieces);
    const at = groundPlaceAt(all) ?? -1;
    const { offset, length } = readPlace(all.subarray(at, at + PLACE_BYTES));
    expect(offset + length).toBe(all.length);
    expectAt(JSON.parse(all.toString("utf8", offset)) as Ground, AT_UTM);
  }
});

const TREES = join(
  process.env["CAVEAT_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "data/overhead-neon-trees",
);

/* `gdaltransform` of GDAL 3.6.2 and `GeoConvert -m` of GeographicLib 2.1.2. */
test.skipIf(!existsSync(TREES)).each([
  [
    "OSBS_029.tif",
    [
      [0.5, 0.5, -81.9900989280141, 29.6926823265443, "17R MN 04211 85142"],
      [399.5, 0.5, -81.9896865588504, 29.6926854081421, "17R MN 04251 85142"],
      [399.5, 399.5, -81.9896830301789, 29.6923253633116, "17R MN 04251 85102"],
      [200, 200, -81.9898909787291, 29.6925038451021, "17R MN 04231 85122"],
    ],
  ],
  [
    "2018_SJER_3_252000_4107000_image_477.tif",
    [
      [0.5, 0.5, -119.782605069451, 37.0795109819767, "11S KB 52646 07315"],
      [0.5, 399.5, -119.782591963396, 37.0791526433811, "11S KB 52646 07276"],
      [200, 200, -119.782373803898, 37.0793370885716, "11S KB 52665 07295"],
    ],
  ],
] as const)("%s of the reference data lies where GDAL says", async (name, known) => {
  const ground = await groundOf(readFileSync(join(TREES, name)));
  for (const [x, y, longitude, latitude, mgrs] of known) {
    expectAt(ground, [[x, y, longitude, latitude]]);
    expect(toMgrs(groundAt(ground, [x, y]) ?? { latitude: 0, longitude: 0 })).toBe(mgrs);
  }
});
