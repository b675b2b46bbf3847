import { expect, test } from "vitest";
import { distance } from "../../src/geodesy/geodesic.ts";
import { resolutionOf } from "../../src/geodesy/ground.ts";

/* What GeodSolve of GeographicLib 2.1.2 (Debian geographiclib-tools 2.1.2-1) says: `GeodSolve -i -p 6`, the third number. */
test.each([
  [38.8895, -77.0352, 48.8584, 2.2945, 6_177_932.758392],
  [0, 0, 0, 90, 10_018_754.171395],
  [0, 0, 0.5, 179.5, 19_936_288.578965],
  [-33.8568, 151.2153, -37.8183, 144.9671, 715_156.035863],
  [90, 0, -90, 0, 20_003_931.458625],
  [38.8895, -77.0352, 38.8895, -77.03519, 0.86761],
  [51.4778, 179.999, 51.4778, -179.999, 138.948497],
  [40, 10, 40, 10, 0],
])("from %d, %d to %d, %d it is %d m, to a millimetre", (la, lo, lb, lp, metres) => {
  const found = distance({ latitude: la, longitude: lo }, { latitude: lb, longitude: lp });
  expect(Math.abs((found ?? Infinity) - metres)).toBeLessThan(0.001);
});

test("between places nearly opposite each other no distance is made up", () => {
  expect(distance({ latitude: 0, longitude: 0 }, { latitude: 0.5, longitude: 179.7 })).toBeNull();
});

test("a position is as fine as a pixel on the ground, its longer side, and no finer than the corners that it lies between", () => {
  const pixels = { kind: "affine", datum: "WGS 84", system: { kind: "geographic" } } as const;
  // A ten-thousandth of a degree in the middle of the image: GeodSolve says 11.131949 m along the equator and 11.057428 m across it.
  const wide = resolutionOf({ ...pixels, of: [1e-4, 0, -2e-3, 0, -1e-4, 1.5e-3] }, 40, 30);
  expect(Math.abs(wide - 11.131949)).toBeLessThan(0.00001);
  const high = resolutionOf({ ...pixels, of: [1e-5, 0, -2e-4, 0, -1e-4, 1.5e-3] }, 40, 30);
  expect(Math.abs(high - 11.057428)).toBeLessThan(0.00001);
  const corners = [
    [10, 10],
    [10.001, 10],
    [10.001, 9.999],
    [10, 9.999],
  ] as const;
  const between = { ...pixels, kind: "corners", corners, width: 40, height: 30, step: 31 } as const;
  expect(resolutionOf(between, 40, 30)).toBe(31);
});
