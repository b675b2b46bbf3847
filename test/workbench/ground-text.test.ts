import { expect, test } from "vitest";
import type { Ground } from "../../src/geodesy/ground.ts";
import { centerText, distanceText, pixelText, positionText } from "../../web/workbench/ground-text.ts";
import type { OnGround } from "../../web/workbench/ground-text.ts";

const utm = (metres: number): OnGround => ({
  width: 40,
  height: 30,
  ground: {
    kind: "affine",
    datum: "WGS 84",
    system: { kind: "utm", zone: 18, south: false },
    of: [metres, 0, 323_000, 0, -metres, 4_307_000],
  },
});
const corners = (step: number): Ground => ({
  kind: "corners",
  datum: "WGS 84",
  system: { kind: "utm", zone: 18, south: false },
  corners: [
    [323_000, 4_307_000],
    [323_400, 4_307_000],
    [323_400, 4_306_700],
    [323_000, 4_306_700],
  ],
  width: 41,
  height: 31,
  step,
});

test("degrees, minutes and seconds are rounded once: no sixty is ever shown", () => {
  expect(positionText({ latitude: 38.99999999, longitude: -77.5 }, 5)).toMatchObject({
    decimal: "39.000000° N, 77.500000° W",
    sexagesimal: "39°00′00.00″ N, 077°30′00.00″ W",
  });
  expect(positionText({ latitude: -0.5, longitude: 9.7561 }, 4)).toMatchObject({
    decimal: "0.50000° S, 9.75610° E",
    sexagesimal: "00°30′00.0″ S, 009°45′22.0″ E",
  });
  expect(positionText({ latitude: 1 / 3, longitude: 179.999999 }, 3).sexagesimal).toBe("00°20′00″ N, 180°00′00″ E");
});

test("a position has no digits that its pixels do not have", () => {
  // GeoConvert of GeographicLib 2.1.2 says 18SUJ2320406845 of the middle of this pixel of 10 m.
  expect(pixelText(utm(10), [20.9, 15.1])).toMatchObject({ mgrs: "18S UJ 2320 0684" });
  expect(pixelText(utm(1), [20.9, 15.1])?.mgrs).toBe("18S UJ 23020 06984");
  expect(pixelText(utm(150), [0, 0])?.mgrs).toBe("18S UJ 230 069");
  for (const [step, mgrs] of [
    [1, "18S UJ 2320 0685"],
    [31, "18S UJ 232 068"],
    [111, "18S UJ 232 068"],
  ] as const)
    expect(pixelText({ width: 41, height: 31, ground: corners(step) }, [20, 15])?.mgrs).toBe(mgrs);
});

test("every place of a pixel is told as that pixel, and outside the image nothing is told", () => {
  const inside = pixelText(utm(1), [3, 4]);
  for (const at of [
    [3.99, 4],
    [3, 4.99],
    [3.5, 4.5],
  ] as const)
    expect(pixelText(utm(1), at)).toEqual(inside);
  for (const at of [
    [-0.1, 4],
    [3, -0.1],
    [40, 4],
    [3, 30],
  ] as const)
    expect(pixelText(utm(1), at)).toBeNull();
});

test("a way over the ground is a geodesic, and told as approximate between corners", () => {
  // On the map 5 pixels of 10 m; GeodSolve of GeographicLib 2.1.2 says 50.001095 m between these places.
  expect(distanceText(utm(10), [10, 10], [13, 14])).toBe("50 m");
  expect(distanceText(utm(0.5), [10, 10], [13, 14])).toBe("2.50 m");
  expect(distanceText(utm(1_000), [0, 0], [30, 20])).toMatch(/^36\.0\d km$/);
  expect(distanceText({ width: 41, height: 31, ground: corners(31) }, [10, 10], [13, 14])).toBe("≈ 50 m");
});

test("of an image without a transform nothing is told, neither pixel nor shape nor way", () => {
  for (const ground of [null, { kind: "none", why: "NONE" } as const]) {
    const image = { width: 40, height: 30, ground };
    expect(pixelText(image, [3, 4])).toBeNull();
    expect(distanceText(image, [0, 0], [3, 4])).toBeNull();
    expect(centerText(image, { kind: "point", x: 3, y: 4 })).toBeNull();
  }
});

test("the centre of a shape is told where it lies, whatever its kind", () => {
  const told = "18S UJ 23010 06990";
  for (const shape of [
    { kind: "point", x: 10.5, y: 9.5 },
    { kind: "box", x: 8.5, y: 7.5, width: 4, height: 4 },
    { kind: "rotatedBox", cx: 10.5, cy: 9.5, width: 6, height: 2, angle: 30 },
    {
      kind: "polyline",
      points: [
        [8.5, 7.5],
        [12.5, 11.5],
      ],
    },
  ] as const)
    expect(centerText(utm(1), shape)).toBe(told);
});
