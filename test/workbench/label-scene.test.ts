import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Drawing } from "../../web/workbench/drawing.ts";
import type { Drawn } from "../../web/workbench/drawing.ts";
import { LabelScene } from "../../web/workbench/label-scene.ts";
import { boundsOf, isOn } from "../../web/workbench/shapes.ts";
import type { Bounds, Position, Shape } from "../../web/workbench/shapes.ts";

const near = fc.integer({ min: 0, max: 30 });
const place = fc.integer({ min: 0, max: 500 });
const side = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 500 }));
const shape: fc.Arbitrary<Shape> = fc.oneof(
  fc.record({ kind: fc.constant("box" as const), x: place, y: place, width: side, height: side }),
  fc.record({ kind: fc.constant("point" as const), x: place, y: place }),
  fc.record({
    kind: fc.constant("rotatedBox" as const),
    cx: place,
    cy: place,
    width: side,
    height: side,
    angle: fc.integer({ min: 0, max: 359 }),
  }),
  fc.record({
    kind: fc.constant("polyline" as const),
    points: fc.array(fc.tuple(place, place), { minLength: 2, maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant("polygon" as const),
    rings: fc.array(fc.array(fc.tuple(place, place), { minLength: 3, maxLength: 6 }), { minLength: 1, maxLength: 2 }),
  }),
);
const drawn = (n: number, made: Shape): Drawn => ({ id: `d${n}`, classKey: "ship", shape: made, attributes: {} });

type Step = (drawing: Drawing, scene: LabelScene) => void;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.nat(60), shape).map(([n, made]): Step => (drawing) => {
    if (drawing.get(`d${n}`)) drawing.replace(drawn(n, made));
    else drawing.add(drawn(n, made));
  }),
  fc.nat(60).map(
    (n): Step =>
      (drawing) =>
        drawing.remove(`d${n}`),
  ),
  fc.tuple(fc.nat(60), fc.boolean()).map(
    ([n, front]): Step =>
      (drawing) =>
        drawing.order(`d${n}`, front),
  ),
  fc.constant<Step>((drawing) => drawing.undo()),
  fc.constant<Step>((drawing) => drawing.redo()),
  fc.nat(60).map((n): Step => (drawing, scene) => {
    if (drawing.get(`d${n}`)) scene.toggle(`d${n}`);
  }),
);

describe("labels on the screen", () => {
  test("what is hit, and what is seen of an area, is what a search of all labels finds, whatever was changed before", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        fc.array(fc.tuple(place, place, near), { maxLength: 20 }),
        (steps, looks) => {
          const drawing = new Drawing();
          const scene = new LabelScene();
          for (const one of steps) {
            one(drawing, scene);
            scene.update(drawing.drawn);
          }
          const shown = drawing.drawn.filter(({ id }) => !scene.isHidden(id));
          for (const [x, y, reach] of looks) {
            const at: Position = [x, y];
            expect(scene.hit(at, reach)).toEqual(shown.findLast((one) => isOn(one.shape, at, reach)) ?? null);
            const area: Bounds = { left: x - reach * 5, top: y - reach, right: x + reach, bottom: y + reach * 9 };
            const meet = ({ left, top, right, bottom }: Bounds): boolean =>
              left <= area.right && right >= area.left && top <= area.bottom && bottom >= area.top;
            expect(scene.within(area).map((one) => one.drawn)).toEqual(
              shown.filter((one) => meet(boundsOf(one.shape))),
            );
          }
        },
      ),
      { seed: 31, numRuns: 300 },
    );
  });

  test("every change is told with the places where something looks different now", () => {
    const box = (x: number): Shape => ({ kind: "box", x, y: 0, width: 10, height: 10 });
    const drawing = new Drawing();
    const scene = new LabelScene();
    const told = (): number[] => scene.update(drawing.drawn).map(({ left }) => left);
    drawing.add(drawn(1, box(0)));
    drawing.add(drawn(2, box(100)));
    expect(told()).toEqual([0, 100]);
    expect(told()).toEqual([]);
    drawing.replace(drawn(1, box(50)));
    expect(told()).toEqual([0, 50]);
    drawing.order("d1", true);
    expect(told().toSorted((a, b) => a - b)).toEqual([50, 100]);
    drawing.remove("d2");
    expect(told()).toEqual([100]);
    expect(scene.toggle("d1").map(({ left }) => left)).toEqual([50]);
    expect(scene.hit([55, 5], 0)).toBeNull();
    expect(scene.toggle(null)).toHaveLength(1);
    expect([scene.hidesAll, scene.isHidden("d1")]).toEqual([true, true]);
    // All shown again is all, also what was hidden alone.
    scene.toggle(null);
    expect(scene.hit([55, 5], 0)?.id).toBe("d1");
  });
});

describe("the order of painting", () => {
  test("is the order of the list: what is brought forth is hit first, and undone it is where it was", () => {
    const box: Shape = { kind: "box", x: 0, y: 0, width: 10, height: 10 };
    const drawing = new Drawing();
    for (const n of [1, 2, 3]) drawing.add(drawn(n, box));
    const order = (): string => drawing.drawn.map(({ id }) => id).join(" ");
    const states = [order()];
    drawing.order("d1", true);
    states.push(order());
    drawing.order("d3", false);
    states.push(order());
    drawing.remove("d2");
    states.push(order());
    expect(states).toEqual(["d1 d2 d3", "d2 d3 d1", "d3 d2 d1", "d3 d1"]);
    const kept = Drawing.from(JSON.parse(JSON.stringify(drawing.keep())));
    for (const state of states.toReversed().slice(1)) {
      kept.undo();
      expect(kept.drawn.map(({ id }) => id).join(" ")).toBe(state);
    }
    for (const state of states.slice(1)) {
      kept.redo();
      expect(kept.drawn.map(({ id }) => id).join(" ")).toBe(state);
    }
  });

  test("changes of one gesture are one step; of another one, or after an undo, they are another", () => {
    const at = (x: number): Drawn => drawn(1, { kind: "point", x, y: 0 });
    const drawing = new Drawing();
    drawing.add(at(0));
    for (const x of [1, 2, 3]) drawing.replace(at(x), "held");
    drawing.replace(at(4), "held again");
    drawing.undo();
    expect(drawing.get("d1")).toEqual(at(3));
    drawing.replace(at(9), "held");
    drawing.undo();
    expect(drawing.get("d1")).toEqual(at(3));
    drawing.undo();
    expect(drawing.get("d1")).toEqual(at(0));
  });

  test("a draft from before there were attributes is taken over with all its steps", () => {
    const old = { id: "a", classKey: "ship", shape: { kind: "point", x: 1, y: 1 } };
    const other = { ...old, shape: { kind: "point", x: 2, y: 2 } };
    const kept = {
      format: 1,
      drawn: [other],
      done: [{ before: old, after: other }],
      undone: [{ before: null, after: old }],
    };
    const drawing = Drawing.from(kept);
    expect(drawing.drawn).toEqual([{ ...other, attributes: {} }]);
    drawing.undo();
    expect(drawing.drawn).toEqual([{ ...old, attributes: {} }]);
  });
});
