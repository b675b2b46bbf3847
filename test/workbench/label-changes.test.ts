import { describe, expect, test } from "vitest";
import { changesOf, sameShape } from "../../web/workbench/label-changes.ts";
import type { Compared } from "../../web/workbench/label-changes.ts";

const box = { kind: "box", x: 1, y: 2, width: 3, height: 4 } as const;
const first: Compared = {
  kind: "create",
  shape: box,
  attributes: { name: "Mira", metres: 12 },
  class: { key: "ship", name: "Ship" },
};

describe("what a revision changed", () => {
  test("the first one that is seen says all that it says", () => {
    expect(changesOf(first, null)).toEqual(["class: Ship", "shape: box", "metres: 12", "name: Mira"]);
  });

  test("class, attributes that came, went and changed, and the shape are told, and nothing that stayed", () => {
    const after: Compared = {
      kind: "revise",
      shape: { kind: "point", x: 1, y: 2 },
      attributes: { name: "Mira", moored: false },
      class: { key: "wake", name: "Wake" },
    };
    expect(changesOf(after, first)).toEqual([
      "class: Ship → Wake",
      "metres: 12 → nothing",
      "moored: nothing → false",
      "shape: box → point",
    ]);
    expect(changesOf({ ...first, kind: "revise", shape: { ...box, x: 9 } }, first)).toEqual([
      "shape: the box was changed",
    ]);
  });

  test("an attribute that is called like what every object has is one like any other", () => {
    const before: Compared = { ...first, attributes: { constructor: "Yard 7" } };
    expect(changesOf({ ...before, kind: "revise", attributes: {} }, before)).toEqual(["constructor: Yard 7 → nothing"]);
    expect(changesOf({ ...before, kind: "revise" }, { ...before, attributes: {} })).toEqual([
      "constructor: nothing → Yard 7",
    ]);
  });

  test("the order of members is no change, a class that is not shown is called that, and a withdrawal is only that", () => {
    const turned = { height: 4, width: 3, y: 2, x: 1, kind: "box" } as const;
    expect(sameShape(box, turned)).toBe(true);
    expect(changesOf({ ...first, kind: "revise", shape: turned }, first)).toEqual([
      "nothing that you may see was changed",
    ]);
    expect(changesOf({ ...first, kind: "revise", class: null }, first)).toEqual([
      "class: Ship → a class that is not shown",
    ]);
    expect(changesOf({ ...first, kind: "retract" }, first)).toEqual(["it was withdrawn"]);
  });
});
