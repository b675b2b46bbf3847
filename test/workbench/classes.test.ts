import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkAttributes } from "../../src/labeling/attribute-check.ts";
import type { AttributeDefinition } from "../../src/labeling/ontology-check.ts";
import { LabelClasses } from "../../web/workbench/classes.ts";
import type { Drawn } from "../../web/workbench/drawing.ts";
import { AS_STORED, lightTable } from "../../web/workbench/tile-lights.ts";
import { ViewPlace } from "../../web/workbench/view-place.ts";

const GRID = { width: 100, height: 100 };
const drawn = (attributes: Drawn["attributes"], classKey = "ship"): Drawn => ({
  id: "a",
  classKey,
  shape: { kind: "point", x: 1, y: 1 },
  attributes,
});

const definition: fc.Arbitrary<AttributeDefinition> = fc.oneof(
  fc.record({ key: fc.constant("k"), type: fc.constant("boolean" as const), required: fc.boolean() }),
  fc.record({
    key: fc.constant("k"),
    type: fc.constant("number" as const),
    required: fc.boolean(),
    min: fc.constant(0),
    max: fc.constant(9),
  }),
  fc.record({
    key: fc.constant("k"),
    type: fc.constant("text" as const),
    required: fc.boolean(),
    maxLength: fc.constant(4),
  }),
  fc.record({
    key: fc.constant("k"),
    type: fc.constant("choice" as const),
    required: fc.boolean(),
    choices: fc.constant(["red", "gr\u00FCn"]),
  }),
);
const value = fc.oneof(
  fc.boolean(),
  fc.constantFrom(-1, 0, 4.5, 9, 9.01, "", "red", "gru\u0308n", "blue", "abcd", "abcde", "a\nb", "\uD800", "x\u2028"),
  fc.string({ maxLength: 6 }),
);

describe("attributes", () => {
  test("are told to be refused exactly where the server refuses them", () => {
    fc.assert(
      fc.property(definition, fc.option(value, { nil: undefined }), (one, given) => {
        const classes = new LabelClasses([{ key: "ship", name: "Ship", shapes: ["point"], attributes: [one] }]);
        const attributes = given === undefined ? {} : { k: given };
        const server = checkAttributes({ key: "ship", name: "Ship", shapes: ["point"], attributes: [one] }, attributes);
        expect(classes.problemsOf(drawn(attributes), GRID).map(({ code, at }) => [code, at])).toEqual(
          server.ok ? [] : [[server.code, server.at]],
        );
      }),
      { seed: 41, numRuns: 1_500 },
    );
  });

  test("of another class are dropped with it, and those that both have are kept where they fit", () => {
    const text = { type: "text", required: false } as const;
    const classes = new LabelClasses([
      {
        key: "ship",
        name: "Ship",
        attributes: [
          { ...text, key: "name" },
          { ...text, key: "flag" },
          { ...text, key: "length" },
        ],
      },
      {
        key: "car",
        name: "Car",
        attributes: [
          { ...text, key: "name" },
          { type: "number", required: true, key: "length" },
        ],
      },
    ]);
    const made = classes.reclassified(drawn({ name: "x", flag: "y", length: "long" }), "car");
    expect([made.classKey, made.attributes]).toEqual(["car", { name: "x" }]);
  });

  test("whose key every object has are not there before somebody says them", () => {
    const attributes = [{ key: "constructor", type: "text", required: true }];
    const classes = new LabelClasses([{ key: "ship", name: "Ship", attributes }]);
    expect(classes.problemsOf(drawn({}), GRID)).toEqual([
      { code: "ATTRIBUTE_REQUIRED", at: "constructor", refused: true },
    ]);
    expect(classes.problemsOf(drawn({ constructor: "x" }), GRID)).toEqual([]);
  });

  test("that nobody can read are none, and a class whose shapes are not told allows all", () => {
    for (const attributes of [
      undefined,
      null,
      7,
      "x",
      [null, 7, {}, { key: 1, type: "text" }, { key: "a", type: "date" }],
    ])
      expect(new LabelClasses([{ key: "ship", name: "Ship", attributes }]).attributesOf("ship")).toEqual([]);
    const classes = new LabelClasses([
      { key: "ship", name: "Ship" },
      { key: "car", name: "Car", shapes: ["box"] },
    ]);
    expect([classes.allows("ship", "point"), classes.allows("car", "point"), classes.allows("car", "box")]).toEqual([
      true,
      false,
      true,
    ]);
    expect(classes.problemsOf(drawn({}, "car"), GRID)).toEqual([{ code: "SHAPE_OF_CLASS", at: "", refused: true }]);
  });
});

describe("the view", () => {
  test("however it is moved, zoomed and turned, a place on the screen is one of the image and back, and zooming keeps it", () => {
    const act = fc.oneof(
      fc.tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -300, max: 300 })).map(
        ([x, y]) =>
          (place: ViewPlace) =>
            place.move(x, y),
      ),
      fc.constantFrom(1 as const, -1 as const).map((way) => (place: ViewPlace) => place.zoom(way, [100, 50])),
      fc.integer({ min: -23, max: 23 }).map((n) => (place: ViewPlace) => place.turn(n * 15)),
      fc.constant((place: ViewPlace) => place.fit()),
    );
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 30 }),
        fc.integer({ min: 0, max: 800 }),
        fc.integer({ min: 0, max: 600 }),
        (acts, x, y) => {
          const place = new ViewPlace(
            () => ({ width: 800, height: 600 }),
            () => ({ width: 5_000, height: 3_000 }),
          );
          place.fit();
          expect(place.whole).toBe(true);
          for (const one of acts) one(place);
          const near = ([ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): void =>
            expect(Math.hypot(ax - bx, ay - by)).toBeLessThan(1e-6 * Math.max(1, Math.abs(bx), Math.abs(by)));
          const at = place.toImage([x, y]);
          near(place.toScreen(at), [x, y]);
          expect(place.scale).toBeLessThanOrEqual(32);
          place.zoom(1, [x, y]);
          near(place.toImage([x, y]), at);
          const middle = place.toImage([400, 300]);
          place.turn(15);
          near(place.toImage([400, 300]), middle);
          place.turn(null);
          expect(place.angle).toBe(0);
          near(place.along([1, 0]), [1 / place.scale, 0]);
          place.center([7, 9]);
          near(place.toScreen([7, 9]), [400, 300]);
        },
      ),
      { seed: 51, numRuns: 300 },
    );
  });

  test("in stored light shows every value as it is; brighter, with more contrast and gamma none darker than it should be", () => {
    expect([...lightTable(AS_STORED)]).toEqual(Array.from({ length: 256 }, (_, n) => n));
    const brighter = lightTable({ ...AS_STORED, brightness: 0.2 });
    expect([brighter[0], brighter[100], brighter[255]]).toEqual([51, 151, 255]);
    const harder = lightTable({ ...AS_STORED, contrast: 2 });
    expect([harder[0], harder[63], harder[127], harder[128], harder[192], harder[255]]).toEqual([
      0, 0, 127, 129, 255, 255,
    ]);
    const gamma = lightTable({ ...AS_STORED, gamma: 2.2 });
    expect([gamma[0], gamma[255]]).toEqual([0, 255]);
    expect(gamma[64]).toBe(Math.round(255 * (64 / 255) ** (1 / 2.2)));
  });
});
