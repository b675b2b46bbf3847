import { describe, expect, test } from "vitest";
import { ViewPlace } from "../../web/workbench/view-place.ts";

const place = (): ViewPlace => {
  const made = new ViewPlace(
    () => ({ width: 800, height: 600 }),
    () => ({ width: 4_000, height: 3_000 }),
  );
  made.fit();
  return made;
};

describe("the part of an image that a window shows", () => {
  test("has a place in view or not, also turned, and has it after that was brought into its middle", () => {
    const made = place();
    expect([made.shows([0, 0]), made.shows([4_000, 3_000]), made.shows([4_010, 10])]).toEqual([true, true, false]);
    for (let n = 0; n < 8; n += 1) made.zoom(1);
    expect([made.shows([2_000, 1_500]), made.shows([10, 10])]).toEqual([true, false]);
    made.turn(45);
    expect([made.shows([2_000, 1_500]), made.shows([10, 10])]).toEqual([true, false]);
    made.center([10, 10]);
    expect([made.shows([2_000, 1_500]), made.shows([10, 10])]).toEqual([false, true]);
  });
});
