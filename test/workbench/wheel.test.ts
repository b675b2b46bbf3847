import { describe, expect, test } from "vitest";
import { zoomSteps } from "../../web/workbench/wheel.ts";

const wheel = { deltaMode: 0, ctrlKey: false } as const;

describe("a wheel and a trackpad", () => {
  test.each([
    ["a notch towards the image", { ...wheel, deltaY: -120 }, 1],
    ["a notch back", { ...wheel, deltaY: 120 }, -1],
    ["a little of a trackpad", { ...wheel, deltaY: -6 }, 0.05],
    ["two fingers that are spread", { deltaMode: 0, ctrlKey: true, deltaY: -12 }, 0.5],
    ["three lines", { deltaMode: 1, ctrlKey: false, deltaY: 3 }, -1],
    ["a wheel that runs freely", { ...wheel, deltaY: -5_000 }, 3],
    ["sideways", { ...wheel, deltaY: 0 }, 0],
  ])("zoom as far as they are turned: %s", (_case, turned, steps) => {
    expect(zoomSteps(turned)).toBe(steps);
  });
});
