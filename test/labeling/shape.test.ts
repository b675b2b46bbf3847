import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shapeWarnings } from "../../src/labeling/shape-crossing.ts";
import { LARGEST_NUMBER, MOST_POINTS, parseShape } from "../../src/labeling/shape-parse.ts";
import { area, boundingBox, corners, outline } from "../../src/labeling/shape.ts";
import type { Shape } from "../../src/labeling/shape.ts";
import { COCO, hasShared } from "../interchange/shared-data.ts";

const GRID = { width: 640, height: 480 };
const TRIANGLE = [
  [0, 0],
  [10, 0],
  [0, 10],
];

function codeOf(value: unknown): string {
  const result = parseShape(value, GRID);
  return result.ok ? "taken" : result.code;
}

function circle(count: number): number[][] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    return [300 + 100 * Math.cos(angle), 200 + 100 * Math.sin(angle)];
  });
}

describe("reading a shape", () => {
  test.each([
    { kind: "box", x: 0, y: 0, width: 640, height: 480 },
    { kind: "rotatedBox", cx: 5, cy: 5, width: 100, height: 20, angle: 33.5 },
    { kind: "polygon", rings: [TRIANGLE, TRIANGLE] },
    {
      kind: "polyline",
      points: [
        [1, 1],
        [2, 2],
      ],
    },
    { kind: "point", x: 640, y: 480 },
  ])("takes a $kind as it came", (value) => {
    expect(parseShape(value, GRID)).toEqual({ ok: true, shape: value });
  });

  test.each([
    ["null", null, "SHAPE_KIND"],
    ["a list", [], "SHAPE_KIND"],
    ["no kind", {}, "SHAPE_KIND"],
    ["an unknown kind", { kind: "circle", x: 1, y: 1 }, "SHAPE_KIND"],
    ["a kind of the prototype", { kind: "constructor" }, "SHAPE_KIND"],
    ["a member too many", { kind: "point", x: 1, y: 1, z: 1 }, "SHAPE_MEMBER"],
    ["__proto__ as a member", JSON.parse('{"kind":"point","x":1,"y":1,"__proto__":{}}'), "SHAPE_MEMBER"],
    ["rings that are a text", { kind: "polygon", rings: "x" }, "SHAPE_MEMBER"],
    ["a ring that is an object", { kind: "polygon", rings: [{ length: 3 }] }, "SHAPE_MEMBER"],
    ["a missing number", { kind: "point", x: 1 }, "SHAPE_NUMBER"],
    ["a text for a number", { kind: "point", x: "1", y: 1 }, "SHAPE_NUMBER"],
    ["NaN", { kind: "point", x: Number.NaN, y: 1 }, "SHAPE_NUMBER"],
    ["infinity", { kind: "box", x: 1, y: 1, width: Infinity, height: 1 }, "SHAPE_NUMBER"],
    ["a number too large", { kind: "point", x: LARGEST_NUMBER * 1.01, y: 1 }, "SHAPE_NUMBER"],
    [
      "a position of three numbers",
      {
        kind: "polyline",
        points: [
          [1, 1, 1],
          [2, 2],
        ],
      },
      "SHAPE_NUMBER",
    ],
    ["a position of one number", { kind: "polyline", points: [[1], [2, 2]] }, "SHAPE_NUMBER"],
    ["a box beyond the right edge", { kind: "box", x: 600, y: 0, width: 41.01, height: 5 }, "SHAPE_OUTSIDE"],
    ["a box beyond the top", { kind: "box", x: 0, y: -1.01, width: 5, height: 5 }, "SHAPE_OUTSIDE"],
    ["a point outside", { kind: "point", x: 0, y: 481.5 }, "SHAPE_OUTSIDE"],
    [
      "a turned box centred outside",
      { kind: "rotatedBox", cx: -5, cy: 5, width: 100, height: 20, angle: 0 },
      "SHAPE_OUTSIDE",
    ],
    [
      "a turned box longer than the image",
      { kind: "rotatedBox", cx: 5, cy: 5, width: 900, height: 20, angle: 0 },
      "SHAPE_OUTSIDE",
    ],
    [
      "a polygon that leaves the image",
      {
        kind: "polygon",
        rings: [
          [
            [0, 0],
            [700, 0],
            [0, 9],
          ],
        ],
      },
      "SHAPE_OUTSIDE",
    ],
    ["a box without width", { kind: "box", x: 1, y: 1, width: 0, height: 5 }, "SHAPE_EMPTY"],
    ["a box of negative width", { kind: "box", x: 9, y: 1, width: -5, height: 5 }, "SHAPE_EMPTY"],
    ["a box whose area underflows", { kind: "box", x: 1, y: 1, width: 1e-200, height: 1e-200 }, "SHAPE_EMPTY"],
    [
      "a flat polygon",
      {
        kind: "polygon",
        rings: [
          [
            [0, 0],
            [5, 5],
            [10, 10],
          ],
        ],
      },
      "SHAPE_EMPTY",
    ],
    [
      "a line that stays where it is",
      {
        kind: "polyline",
        points: [
          [3, 3],
          [3, 3],
        ],
      },
      "SHAPE_EMPTY",
    ],
    ["a polygon without rings", { kind: "polygon", rings: [] }, "SHAPE_TOO_FEW_POINTS"],
    ["an empty ring", { kind: "polygon", rings: [TRIANGLE, []] }, "SHAPE_TOO_FEW_POINTS"],
    [
      "a ring of two positions, one repeated",
      {
        kind: "polygon",
        rings: [
          [
            [0, 0],
            [5, 5],
            [0, 0],
            [5, 5],
          ],
        ],
      },
      "SHAPE_TOO_FEW_POINTS",
    ],
    ["a line of one position", { kind: "polyline", points: [[3, 3]] }, "SHAPE_TOO_FEW_POINTS"],
    ["a ring of too many positions", { kind: "polygon", rings: [circle(MOST_POINTS + 1)] }, "SHAPE_TOO_MANY_POINTS"],
    [
      "rings of too many positions together",
      { kind: "polygon", rings: [circle(MOST_POINTS - 1), TRIANGLE] },
      "SHAPE_TOO_MANY_POINTS",
    ],
    [
      "too many rings",
      { kind: "polygon", rings: Array.from({ length: 1_001 }, () => TRIANGLE) },
      "SHAPE_TOO_MANY_POINTS",
    ],
  ])("refuses %s", (_name, value, code) => {
    expect(codeOf(value)).toBe(code);
  });

  test("takes exactly the most positions there may be", () => {
    expect(codeOf({ kind: "polygon", rings: [circle(MOST_POINTS)] })).toBe("taken");
  });

  test("a hole in a sparse list is seen", () => {
    const points: unknown[] = [
      [1, 1],
      [2, 2],
      [3, 3],
    ];
    Reflect.deleteProperty(points, 1);
    expect(codeOf({ kind: "polyline", points })).toBe("SHAPE_MEMBER");
  });

  test("says where the fault is", () => {
    const result = parseShape(
      {
        kind: "polygon",
        rings: [
          TRIANGLE,
          [
            [0, 0],
            [1, 1],
            ["x", 2],
          ],
        ],
      },
      GRID,
    );
    expect(result).toEqual({ ok: false, code: "SHAPE_NUMBER", at: "rings[1][2]" });
  });

  test("one pixel beyond the edge is tolerated and kept as it came", () => {
    const value = { kind: "box", x: -1, y: -1, width: 642, height: 482 };
    expect(parseShape(value, GRID)).toEqual({ ok: true, shape: value });
  });

  test("negative zero becomes zero", () => {
    const result = parseShape({ kind: "point", x: -0, y: -0 }, GRID);
    expect(result.ok && result.shape.kind === "point" && Object.is(result.shape.x, 0)).toBe(true);
  });

  test.each([
    [360, 0],
    [-90, 270],
    [725, 5],
    [-720, 0],
    [-1e-20, 0],
  ])("an angle of %d degrees is written as %d", (angle, canonical) => {
    const result = parseShape({ kind: "rotatedBox", cx: 9, cy: 9, width: 4, height: 2, angle }, GRID);
    const found = result.ok && result.shape.kind === "rotatedBox" ? result.shape.angle : Number.NaN;
    expect(Object.is(found, canonical)).toBe(true);
  });

  test("whatever JSON comes, it answers with a shape of the same JSON or with a code", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const result = parseShape(value, GRID);
        expect(result.ok ? "taken" : result.code).toMatch(/^(taken|SHAPE_[A-Z_]+)$/);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("reading what was read changes nothing", () => {
    const number = fc.double({ min: -5, max: 700, noNaN: true });
    const pair = fc.tuple(number, number);
    const candidate = fc.oneof(
      fc.record({ kind: fc.constant("box"), x: number, y: number, width: number, height: number }),
      fc.record({
        kind: fc.constant("rotatedBox"),
        cx: number,
        cy: number,
        width: number,
        height: number,
        angle: number,
      }),
      fc.record({ kind: fc.constant("polygon"), rings: fc.array(fc.array(pair, { maxLength: 6 }), { maxLength: 3 }) }),
      fc.record({ kind: fc.constant("polyline"), points: fc.array(pair, { maxLength: 6 }) }),
    );
    fc.assert(
      fc.property(candidate, (value) => {
        const once = parseShape(value, GRID);
        if (once.ok) expect(parseShape(once.shape, GRID)).toEqual(once);
      }),
      { seed: 11, numRuns: 1_000 },
    );
  });
});

describe("area and bounding box", () => {
  test("rings are parts: each adds its area whichever way round it is drawn", () => {
    const square: Shape = {
      kind: "polygon",
      rings: [
        [
          [0, 0],
          [10, 0],
          [10, 10],
          [0, 10],
        ],
        [
          [20, 0],
          [20, 5],
          [25, 5],
          [25, 0],
        ],
      ],
    };
    expect(area(square)).toBe(125);
    expect(boundingBox(square)).toEqual({ x: 0, y: 0, width: 25, height: 10 });
  });

  test("a repeated closing position changes nothing", () => {
    const open: Shape = {
      kind: "polygon",
      rings: [
        [
          [1, 1],
          [7, 2],
          [3, 9],
        ],
      ],
    };
    const closed: Shape = {
      kind: "polygon",
      rings: [
        [
          [1, 1],
          [7, 2],
          [3, 9],
          [1, 1],
        ],
      ],
    };
    expect(area(closed)).toBe(area(open));
    expect(boundingBox(closed)).toEqual(boundingBox(open));
  });

  test("a rectangle of 300 x 100 turned by 90 degrees about its top left corner at (200, 100) fills (100, 100) to (200, 400)", () => {
    // Turning about (200, 100) moves the centre (350, 150) to (150, 250): a published answer for YOLO of a 1000 x 500 image.
    const turned: Shape = { kind: "rotatedBox", cx: 150, cy: 250, width: 300, height: 100, angle: 90 };
    const { x, y, width, height } = boundingBox(turned);
    expect([(x + width / 2) / 1000, (y + height / 2) / 500, width / 1000, height / 500]).toEqual([0.15, 0.5, 0.1, 0.6]);
    expect(area(turned)).toBe(30_000);
    expect(corners(turned)[0]).toEqual([200, 100]);
  });

  test("a unit square turned by 45 degrees is bounded by a square of side root two", () => {
    const { width, height } = boundingBox({ kind: "rotatedBox", cx: 0, cy: 0, width: 1, height: 1, angle: 45 });
    expect(width).toBeCloseTo(Math.SQRT2, 14);
    expect(height).toBeCloseTo(Math.SQRT2, 14);
  });

  test("a turned box is clockwise on the screen: its right end goes down", () => {
    const [, topRight] = corners({ kind: "rotatedBox", cx: 0, cy: 0, width: 10, height: 2, angle: 30 });
    expect(topRight[1]).toBeGreaterThan(0);
  });

  test("the outline of a turned box has its area at every angle", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 359.9, noNaN: true }),
        fc.double({ min: 1, max: 300, noNaN: true }),
        (angle, width) => {
          const box: Shape = { kind: "rotatedBox", cx: 1e4, cy: 2e4, width, height: 7, angle };
          const polygon: Shape = { kind: "polygon", rings: outline(box) };
          expect(Math.abs(area(polygon) / area(box) - 1)).toBeLessThan(1e-9);
        },
      ),
      { seed: 3 },
    );
  });

  test("lines and points have no area", () => {
    const line: Shape = {
      kind: "polyline",
      points: [
        [1, 5],
        [9, 2],
      ],
    };
    expect([area(line), area({ kind: "point", x: 4, y: 4 })]).toEqual([0, 0]);
    expect(boundingBox(line)).toEqual({ x: 1, y: 2, width: 8, height: 3 });
    expect(boundingBox({ kind: "point", x: 4, y: 4 })).toEqual({ x: 4, y: 4, width: 0, height: 0 });
  });

  test.skipIf(!hasShared)("of all 62 polygons of COCO's annotators are theirs within 1e-9", async () => {
    const file = JSON.parse(await readFile(join(COCO, "instances.json"), "utf8")) as {
      annotations: { segmentation: number[][]; area: number; bbox: [number, number, number, number] }[];
    };
    expect(file.annotations.length).toBe(62);
    for (const annotation of file.annotations) {
      const rings = annotation.segmentation.map((flat) =>
        Array.from(
          { length: flat.length / 2 },
          (_, index) => [flat[2 * index] ?? 0, flat[2 * index + 1] ?? 0] as const,
        ),
      );
      const shape: Shape = { kind: "polygon", rings };
      expect(Math.abs(area(shape) / annotation.area - 1)).toBeLessThan(1e-9);
      const { x, y, width, height } = boundingBox(shape);
      for (const [index, value] of [x, y, width, height].entries()) {
        expect(Math.abs(value - (annotation.bbox[index] ?? Number.NaN))).toBeLessThan(1e-9);
      }
    }
  });
});

describe("warnings", () => {
  test("a bow tie crosses itself, and is still taken", () => {
    const value = {
      kind: "polygon",
      rings: [
        [
          [0, 0],
          [10, 10],
          [10, 0],
          [0, 20],
        ],
      ],
    };
    const result = parseShape(value, GRID);
    expect(result.ok && shapeWarnings(result.shape)).toEqual(["SHAPE_SELF_CROSSING"]);
  });

  test.each([
    ["a triangle", TRIANGLE],
    ["a closed triangle", [...TRIANGLE, [0, 0]]],
    [
      "a concave outline",
      [
        [0, 0],
        [10, 0],
        [10, 10],
        [5, 2],
        [0, 10],
      ],
    ],
    ["a circle of 1,000 edges", circle(1_000)],
    [
      "an outline with a repeated corner",
      [
        [0, 0],
        [10, 0],
        [10, 0],
        [10, 10],
        [0, 10],
      ],
    ],
  ])("%s does not", (_name, ring) => {
    expect(shapeWarnings({ kind: "polygon", rings: [ring as [number, number][]] })).toEqual([]);
  });

  test("an outline that touches itself in a corner is told", () => {
    const ring: [number, number][] = [
      [0, 0],
      [10, 0],
      [5, 5],
      [10, 10],
      [0, 10],
      [5, 5],
    ];
    expect(shapeWarnings({ kind: "polygon", rings: [ring] })).toEqual(["SHAPE_SELF_CROSSING"]);
  });

  test("two rings that cross each other are no warning, and a ring too long is said to be unexamined", () => {
    const crossing: Shape = {
      kind: "polygon",
      rings: [
        [
          [0, 0],
          [9, 0],
          [0, 9],
        ],
        [
          [0, 0],
          [9, 9],
          [9, 0],
        ],
      ],
    };
    expect(shapeWarnings(crossing)).toEqual([]);
    const long: Shape = { kind: "polygon", rings: [circle(2_001) as [number, number][]] };
    expect(shapeWarnings(long)).toEqual(["SHAPE_NOT_EXAMINED"]);
  });
});
