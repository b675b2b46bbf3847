import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseShape } from "../../src/labeling/shape-parse.ts";
import { area, corners } from "../../src/labeling/shape.ts";
import { withCorner } from "../../web/workbench/half-drawn.ts";
import type { DrawingTool } from "../../web/workbench/half-drawn.ts";
import { again, dragged, handlesOf, inserted, nextHandle, turnedBy, without } from "../../web/workbench/handles.ts";
import { cutsOf, joined } from "../../web/workbench/rings.ts";
import { crossesItself, refusalOf } from "../../web/workbench/shape-check.ts";
import { areaOf, boundsOf, isOn, linesOf, moved, rotatedBoxOf } from "../../web/workbench/shapes.ts";
import type { Position, Shape } from "../../web/workbench/shapes.ts";
import { snapped } from "../../web/workbench/snapping.ts";

const GRID = { width: 640, height: 480 };
const SEED = { seed: 21, numRuns: 300 };
const number = (least: number, most: number): fc.Arbitrary<number> => fc.double({ min: least, max: most, noNaN: true });
/** Also beside the image: what is pressed there is brought onto it. */
const position: fc.Arbitrary<Position> = fc.tuple(number(-80, 720), number(-80, 560));
const inside: fc.Arbitrary<Position> = fc.tuple(fc.integer({ min: 0, max: 640 }), fc.integer({ min: 0, max: 480 }));

const TOOLS: readonly DrawingTool[] = ["box", "rotatedBox", "polygon", "polyline", "point"];
/** A shape as the tools make it of these presses; null where it is not finished. */
function drawnBy(tool: DrawingTool, presses: readonly Position[]): Shape | null {
  let half: readonly Position[] = [];
  for (const at of presses) {
    const { corners: all, shape } = withCorner(tool, half, at, 0.01, GRID);
    if (shape) return shape;
    half = all;
  }
  const last = half.at(-1);
  return last ? withCorner(tool, half, last, 0.01, GRID).shape : null;
}
const shape: fc.Arbitrary<Shape> = fc
  .tuple(fc.constantFrom(...TOOLS), fc.array(position, { minLength: 3, maxLength: 9 }))
  .map(([tool, presses]) => drawnBy(tool, presses))
  .filter((one) => one !== null);

const square = (from: number, to: number): readonly Position[] => [
  [from, from],
  [to, from],
  [to, to],
  [from, to],
];

describe("what is drawn", () => {
  test("the server takes whatever the tools make, wherever they were pressed, and however far it is moved", () => {
    fc.assert(
      fc.property(shape, position, (made, by) => {
        expect(parseShape(made, GRID)).toMatchObject({ ok: true });
        expect(parseShape(moved(made, by, GRID.width, GRID.height), GRID)).toMatchObject({ ok: true });
      }),
      SEED,
    );
  });

  test("a handle brought anywhere makes what the server takes, or nothing", () => {
    fc.assert(
      fc.property(shape, fc.nat(), position, number(0.05, 32), (made, which, to, scale) => {
        const handles = handlesOf(made, scale);
        const handle = handles[which % handles.length];
        if (!handle) return;
        const taken = handle.kind === "middle" ? inserted(made, handle) : ([made, handle] as const);
        if (!taken) return;
        const became = dragged(taken[0], taken[1], to, GRID);
        if (became) expect(parseShape(became, GRID)).toMatchObject({ ok: true });
        const less = without(taken[0], taken[1], GRID);
        if (less) expect(parseShape(less, GRID)).toMatchObject({ ok: true });
      }),
      { seed: 22, numRuns: 1_000 },
    );
  });

  test("is told to be refused exactly where the server refuses it", () => {
    const wild = fc.oneof(number(-3, 650), fc.constantFrom(-1, 0, 641, 641.01, -1.01, 2e6, NaN, Infinity, 1e-200));
    const wildPositions = fc.array(fc.tuple(wild, wild), { maxLength: 6 });
    const any: fc.Arbitrary<Shape> = fc.oneof(
      fc.record({ kind: fc.constant("point" as const), x: wild, y: wild }),
      fc.record({ kind: fc.constant("box" as const), x: wild, y: wild, width: wild, height: wild }),
      fc.record({
        kind: fc.constant("rotatedBox" as const),
        cx: wild,
        cy: wild,
        width: fc.oneof(wild, fc.constantFrom(801, 803)),
        height: wild,
        angle: number(0, 359),
      }),
      fc.record({ kind: fc.constant("polyline" as const), points: wildPositions }),
      fc.record({ kind: fc.constant("polygon" as const), rings: fc.array(wildPositions, { maxLength: 3 }) }),
    );
    fc.assert(
      fc.property(any, (one) => {
        expect(refusalOf(one, GRID) === null).toBe(parseShape(one, GRID).ok);
      }),
      { seed: 23, numRuns: 3_000 },
    );
    const many = (count: number): Shape => ({
      kind: "polyline",
      points: Array.from({ length: count }, (_, n) => [n % 600, 1]),
    });
    expect([refusalOf(many(10_000), GRID), refusalOf(many(10_001), GRID)]).toEqual([null, "SHAPE_TOO_MANY_POINTS"]);
  });

  test("an outline that crosses itself is told, while it is drawn and afterwards", () => {
    const bow: readonly Position[] = [
      [10, 10],
      [100, 100],
      [100, 10],
    ];
    expect(withCorner("polygon", bow, [10, 100], 1, GRID)).toMatchObject({ told: "SHAPE_SELF_CROSSING" });
    expect(withCorner("polyline", bow, [10, 100], 1, GRID)).toMatchObject({ told: null });
    expect(crossesItself({ kind: "polygon", rings: [[...bow, [10, 100]]] })).toBe(true);
    expect(crossesItself({ kind: "polygon", rings: [square(0, 10), square(5, 20)] })).toBe(false);
  });
});

describe("a turned box", () => {
  test("has the corners that the server gives it, clockwise from the x axis to the y axis", () => {
    fc.assert(
      fc.property(inside, number(1, 90), number(1, 90), number(0, 359.99), ([cx, cy], width, height, angle) => {
        const box = { kind: "rotatedBox", cx, cy, width, height, angle } as const;
        for (const [at, [x, y]] of corners(box).entries()) {
          const [ox, oy] = linesOf(box)[0]?.[at] ?? [NaN, NaN];
          expect(Math.hypot(ox - x, oy - y)).toBeLessThan(1e-9);
        }
      }),
      SEED,
    );
    expect(linesOf({ kind: "rotatedBox", cx: 0, cy: 0, width: 4, height: 2, angle: 90 })[0]?.[0]).toEqual([1, -2]);
  });

  test("drawn by one side and a place on the opposite one goes through all three", () => {
    fc.assert(
      fc.property(inside, inside, inside, (a, b, c) => {
        const box = rotatedBoxOf(a, b, c);
        if (!box) return;
        for (const at of [a, b, c]) expect(isOn(box, at, c === at ? 1_000 : 0.03)).toBe(true);
        const [line = []] = linesOf(box);
        for (const at of [a, b])
          expect(Math.min(...line.map(([x, y]) => Math.hypot(x - at[0], y - at[1])))).toBeLessThan(0.2);
      }),
      SEED,
    );
  });

  test("keeps the opposite corner where one is dragged, and its centre where it is turned", () => {
    const box = { kind: "rotatedBox", cx: 200, cy: 200, width: 80, height: 40, angle: 30 } as const;
    for (const index of [0, 1, 2, 3]) {
      const handle = handlesOf(box, 1).find(({ kind, index: own }) => kind === "corner" && own === index);
      if (!handle) throw new Error("no corner");
      const made = dragged(box, handle, [handle.at[0] * 1.1, handle.at[1] * 1.1], GRID);
      const [fixed] = [linesOf(box)[0]?.[(index + 2) % 4] ?? [NaN, NaN]];
      const there = (made ? (linesOf(made)[0] ?? []) : []).map(([x, y]) => Math.hypot(x - fixed[0], y - fixed[1]));
      expect(Math.min(...there)).toBeLessThan(0.03);
    }
    const turn = handlesOf(box, 1).find(({ kind }) => kind === "turn");
    if (!turn) throw new Error("no handle to turn");
    expect(dragged(box, turn, [300, 200], GRID)).toEqual({ ...box, angle: 90 });
    expect(dragged(box, turn, [200, 100], GRID)).toEqual({ ...box, angle: 0 });
    expect(turnedBy(box, -31)).toEqual({ ...box, angle: 359 });
    // A millionth of a degree below nothing is nothing, and no whole turn.
    expect(turnedBy({ ...box, angle: 0 }, -0.000001).angle).toBe(0);
  });
});

describe("vertices", () => {
  test("every handle but middles is reached one after the other, forth and back, and is found again on what it changed", () => {
    fc.assert(
      fc.property(shape, (made) => {
        const all = handlesOf(made, 1).filter(({ kind }) => kind !== "middle");
        let handle = nextHandle(made, null, 1, 1);
        for (const one of all) {
          expect(handle).toEqual(one);
          handle = nextHandle(made, handle, 1, 1);
        }
        expect(handle).toEqual(all[0]);
        expect(nextHandle(made, handle, 1, -1)).toEqual(all.at(-1));
        expect(handle && again(made, handle, 1)).toEqual(handle);
      }),
      SEED,
    );
  });

  test("one that is put in is there, and taken out leaves what was before", () => {
    const line: Shape = {
      kind: "polyline",
      points: [
        [0, 0],
        [10, 0],
        [10, 10],
      ],
    };
    const [first] = handlesOf(line, 1);
    const more = first && inserted(line, first);
    expect(more?.[0]).toEqual({
      kind: "polyline",
      points: [
        [0, 0],
        [5, 0],
        [10, 0],
        [10, 10],
      ],
    });
    expect(more && without(more[0], more[1], GRID)).toEqual(line);
    const last = handlesOf(line, 1).find(({ kind, index }) => kind === "vertex" && index === 2);
    expect(last && inserted(line, last)).toBeNull();
    const [corner] = handlesOf({ kind: "polygon", rings: [square(0, 9).slice(1)] }, 1);
    expect(corner && without({ kind: "polygon", rings: [square(0, 9).slice(1)] }, corner, GRID)).toBeNull();
  });
});

describe("a ring", () => {
  const outer: Shape = { kind: "polygon", rings: [square(10, 210)] };
  if (outer.kind !== "polygon") throw new Error("no polygon");

  test("inside a polygon is a hole: the server counts the area without it, and a place in it is not on the label", () => {
    const made = joined(outer, square(50, 90), GRID);
    if (typeof made === "string") throw new Error(made);
    expect(made.rings).toHaveLength(1);
    const read = parseShape(made, GRID);
    expect(read.ok && area(read.shape)).toBe(200 * 200 - 40 * 40);
    expect([isOn(made, [70, 70], 0), isOn(made, [30, 30], 0), isOn(made, [150, 150], 0)]).toEqual([false, true, true]);
    expect(crossesItself(made)).toBe(false);
    // A second one, and the cuts are no outline.
    const twice = joined(made, square(120, 160).toReversed(), GRID);
    if (typeof twice === "string") throw new Error(twice);
    const again2 = parseShape(twice, GRID);
    expect(again2.ok && area(again2.shape)).toBe(200 * 200 - 2 * 40 * 40);
    expect(cutsOf(twice.rings[0] ?? []).size).toBe(4);
    expect(cutsOf(outer.rings[0] ?? []).size).toBe(0);
  });

  test("outside it, or in a hole of it, is another part; across its outline, or around a hole of it, it is refused", () => {
    const part = joined(outer, square(300, 400), GRID);
    expect(part).toEqual({ kind: "polygon", rings: [square(10, 210), square(300, 400)] });
    expect(joined(outer, square(200, 300), GRID)).toBe("RING_CROSSES");
    expect(joined(outer, square(5, 300), GRID)).toBe("RING_CROSSES");
    const holed = joined(outer, square(50, 90), GRID);
    if (typeof holed === "string") throw new Error(holed);
    expect(joined(holed, square(40, 100), GRID)).toBe("RING_CROSSES");
    const island = joined(holed, square(60, 80), GRID);
    expect(typeof island === "string" ? island : area(island)).toBe(200 * 200 - 40 * 40 + 20 * 20);
    expect(typeof island !== "string" && isOn(island, [70, 70], 0)).toBe(true);
  });

  test("whatever hole is cut into whatever polygon, the area is the difference, and no edge crosses another", () => {
    const star = (cx: number, cy: number, radii: readonly number[], turn: number): readonly Position[] =>
      radii.map((radius, n): Position => {
        const angle = turn + (2 * Math.PI * n) / radii.length;
        return [
          Math.round((cx + radius * Math.cos(angle)) * 100) / 100,
          Math.round((cy + radius * Math.sin(angle)) * 100) / 100,
        ];
      });
    const radii = (least: number, most: number): fc.Arbitrary<number[]> =>
      fc.array(number(least, most), { minLength: 5, maxLength: 24 });
    fc.assert(
      fc.property(
        radii(90, 200),
        radii(5, 70),
        radii(2, 15),
        number(0, 6),
        fc.boolean(),
        (out, hole, second, turn, back) => {
          const ring = star(300, 240, out, turn);
          const cut = star(300, 240, hole, turn / 2);
          const made = joined({ kind: "polygon", rings: [back ? ring.toReversed() : ring] }, cut, GRID);
          if (made === "RING_CROSSES") return;
          if (typeof made === "string") throw new Error(made);
          const left = Math.abs(areaOf(ring)) - Math.abs(areaOf(cut));
          expect(area(made)).toBeCloseTo(left, 3);
          expect(crossesItself(made)).toBe(false);
          const far = star(300 + 78 * Math.cos(turn), 240 + 78 * Math.sin(turn), second, 1);
          const two = joined(made, far, GRID);
          if (typeof two === "string" || two.rings.length > 1) return;
          expect(area(two)).toBeCloseTo(left - Math.abs(areaOf(far)), 3);
          expect(crossesItself(two)).toBe(false);
        },
      ),
      { seed: 24, numRuns: 400 },
    );
  });

  test("a corner where a cut begins moves at both of its ends, and is not taken out", () => {
    const made = joined(outer, square(50, 90), GRID);
    if (typeof made === "string") throw new Error(made);
    const start = handlesOf(made, 1).find(({ kind, at: [x, y] }) => kind === "vertex" && x === 10 && y === 10);
    if (!start) throw new Error("no corner there");
    const became = dragged(made, start, [4, 6], GRID);
    expect(became && linesOf(became)[0]?.filter(([x, y]) => x === 4 && y === 6)).toHaveLength(2);
    expect([...cutsOf(became ? (linesOf(became)[0] ?? []) : [])]).toHaveLength(2);
    expect(without(made, start, GRID)).toBeNull();
  });
});

describe("snapping", () => {
  test("goes to the nearest vertex in reach, else to the nearest edge, as an exhaustive search finds them", () => {
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 12 }), inside, number(1, 40), (shapes, at, near) => {
        const found = snapped(at, near, shapes);
        const far = ([x, y]: Position): number => Math.hypot(x - at[0], y - at[1]);
        const vertices = shapes.flatMap((one) => linesOf(one).flat());
        const nearest = Math.min(Infinity, ...vertices.map(far));
        if (nearest <= near) {
          expect(found && far(found)).toBe(nearest);
          expect(vertices).toContainEqual(found);
          return;
        }
        // Edges, looked at in many places of each.
        let edge = Infinity;
        for (const one of shapes) {
          if (one.kind === "point") continue;
          for (const line of linesOf(one))
            for (const [n, [x, y]] of line.entries()) {
              const [nx, ny] = line[n + 1] ?? (one.kind === "polyline" ? [x, y] : (line[0] ?? [x, y]));
              for (let t = 0; t <= 1; t += 1 / 512) edge = Math.min(edge, far([x + (nx - x) * t, y + (ny - y) * t]));
            }
        }
        if (found) expect(far(found)).toBeLessThanOrEqual(Math.min(near, edge + 1e-9));
        else expect(edge).toBeGreaterThan(near - 1.5);
      }),
      SEED,
    );
  });
});

describe("bounds", () => {
  test("hold whatever is on the shape", () => {
    fc.assert(
      fc.property(shape, inside, (made, at) => {
        const { left, top, right, bottom } = boundsOf(made);
        const within = at[0] >= left - 1 && at[0] <= right + 1 && at[1] >= top - 1 && at[1] <= bottom + 1;
        if (isOn(made, at, 0)) expect(within).toBe(true);
      }),
      { seed: 25, numRuns: 2_000 },
    );
  });
});
