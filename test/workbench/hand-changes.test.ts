import { describe, expect, test } from "vitest";
import { changesTold } from "../../web/workbench/hand-changes.ts";

const HAND = { corners: 0, labels: 2, selected: null, name: "" };
const ON = { ...HAND, selected: "d2", name: "(S) 2. ship, box" };

describe("what is said of a hand on the image", () => {
  test.each([
    ["a corner more", HAND, { ...HAND, corners: 1 }, ["Corner 1 set"]],
    ["a corner less", { ...HAND, corners: 3 }, { ...HAND, corners: 2 }, ["2 corners of what is half drawn"]],
    ["a label that its last corner made", { ...HAND, corners: 3 }, { ...HAND, labels: 3 }, ["3 labels are drawn"]],
    ["a label that went", HAND, { ...HAND, labels: 1 }, ["1 label is drawn"]],
    ["a label that is selected", HAND, ON, ["Selected: (S) 2. ship, box"]],
    ["none any more", ON, HAND, ["Nothing is selected"]],
    ["another name of it", ON, { ...ON, name: "(S) 1. ship, box" }, []],
    ["nothing new", HAND, { ...HAND }, []],
  ])("is what became of it: %s", (_case, before, now, told) => {
    expect(changesTold(before, now)).toEqual(told);
  });
});
