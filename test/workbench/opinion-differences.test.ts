import { describe, expect, test } from "vitest";
import type { Drawn } from "../../web/workbench/drawing.ts";
import { differencesOf } from "../../web/workbench/opinion-differences.ts";

const drawn = (id: string, shape: Drawn["shape"], classKey = "ship"): Drawn => ({
  id,
  classKey,
  shape,
  attributes: {},
});
const box = (id: string, x: number, width = 100, classKey = "ship"): Drawn =>
  drawn(id, { kind: "box", x, y: 0, width, height: 50 }, classKey);
const told = (a: readonly Drawn[], b: readonly Drawn[]): unknown => {
  const { onlyA, onlyB, both } = differencesOf(a, b);
  return [onlyA.map(({ id }) => id), onlyB.map(({ id }) => id), both];
};

describe("what two opinions differ in", () => {
  test("the same class at mostly the same place is in both; another class, or less than half of it, is in one alone", () => {
    expect(told([box("a", 0)], [box("b", 0)])).toEqual([[], [], 1]);
    // Moved by a third of its width, boxes have half of their union in common; a pixel further they have less.
    expect(told([box("a", 0, 90)], [box("b", 30, 90)])).toEqual([[], [], 1]);
    expect(told([box("a", 0, 90)], [box("b", 31, 90)])).toEqual([["a"], ["b"], 0]);
    expect(told([box("a", 0)], [box("b", 0, 100, "wake")])).toEqual([["a"], ["b"], 0]);
    expect(told([], [box("b", 0)])).toEqual([[], ["b"], 0]);
    expect(told([], [])).toEqual([[], [], 0]);
  });

  test("each is the same as one other at most, and that is the one that it overlaps most", () => {
    expect(told([box("a", 0)], [box("far", 20), box("near", 5)])).toEqual([[], ["far"], 1]);
    expect(told([box("far", 20), box("near", 5)], [box("b", 0)])).toEqual([["far"], [], 1]);
    expect(told([box("a", 0), box("c", 10)], [box("b", 0), box("d", 10)])).toEqual([[], [], 2]);
  });

  test("points and lines along an axis are compared, too, and a shape of another kind at the same place is the same thing", () => {
    const point = (id: string, x: number): Drawn => drawn(id, { kind: "point", x, y: 10 });
    expect(told([point("a", 10)], [point("b", 13)])).toEqual([[], [], 1]);
    expect(told([point("a", 10)], [point("b", 30)])).toEqual([["a"], ["b"], 0]);
    const line = (id: string, y: number): Drawn =>
      drawn(id, {
        kind: "polyline",
        points: [
          [0, y],
          [200, y],
        ],
      });
    expect(told([line("a", 10)], [line("b", 12)])).toEqual([[], [], 1]);
    expect(told([line("a", 10)], [line("b", 40)])).toEqual([["a"], ["b"], 0]);
    const ring = drawn("ring", {
      kind: "polygon",
      rings: [
        [
          [0, 0],
          [100, 0],
          [100, 50],
          [0, 50],
        ],
      ],
    });
    expect(told([box("a", 0)], [ring])).toEqual([[], [], 1]);
  });
});
