import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromMgrs, toMgrs } from "../../src/geodesy/mgrs.ts";
import { fromUtm, toUtm } from "../../src/geodesy/transverse-mercator.ts";

/*
 * What GeoConvert of GeographicLib 2.1.2 (Debian geographiclib-tools 2.1.2-1) says: `GeoConvert -m -p 0` and `GeoConvert -u -p 3`.
 */
const KNOWN: readonly (readonly [latitude: number, longitude: number, mgrs: string, utm: string | null])[] = [
  [38.8895, -77.0352, "18S UJ 23486 06483", "18n 323486.737 4306483.048"],
  [-33.8568, 151.2153, "56H LH 34900 52288", "56s 334900.570 6252288.753"],
  [21.3069, -157.8583, "04Q FJ 18417 56542", "04n 618417.090 2356542.457"],
  [-54.8019, -68.303, "19F EV 44805 27029", "19s 544805.097 3927029.885"],
  // The equator, and just south of it.
  [0, 0, "31N AA 66021 00000", "31n 166021.443 0.000"],
  [0, 3, "31N EA 00000 00000", "31n 500000.000 0.000"],
  [-0.000001, -0.000001, "30M ZE 33978 99999", "30s 833978.445 9999999.889"],
  // The antimeridian.
  [49.5, -180, "01U BQ 82792 87366", "01n 282792.708 5487366.686"],
  [49.5, 179.999999, "60U YV 17207 87366", "60n 717207.220 5487366.683"],
  // Norway: 32V reaches west to 3 degrees, and from 56 to 64 degrees north.
  [60, 5, "32V KM 76979 58157", "32n 276979.926 6658157.202"],
  [64, 5, "31W EL 97812 98548", "31n 597812.110 7098548.749"],
  [55.999999, 3, "31U EC 00000 06079", "31n 500000.000 6206079.476"],
  [63.999999, 11.999999, "32V PS 46695 00466", "32n 646695.184 7100466.936"],
  // Svalbard: 31, 33, 35 and 37 are wide, and there is no 32, 34 and 36.
  [78.2232, 15.6267, "33X WG 14278 83355", "33n 514278.715 8683355.469"],
  [75, 8.999999, "31X FD 73068 32368", "31n 673068.237 8332368.950"],
  [75, 9, "33X UD 26931 32368", "33n 326931.734 8332368.952"],
  [75, 21, "35X LD 26931 32368", "35n 326931.734 8332368.952"],
  [75, 33, "37X CD 26931 32368", "37n 326931.734 8332368.952"],
  [71.999999, 33, "36W WE 00000 88932", "36n 500000.000 7988932.392"],
  [83.999999, 41.999999, "37X EP 34994 29005", "37n 534994.649 9329005.070"],
  [-80, 0, "31C DM 41867 16915", "31s 441867.785 1116915.044"],
  [-79.999999, -0.000001, "30C WS 58132 16915", "30s 558132.202 1116915.157"],
  // UPS, beyond 84 north and 80 south.
  [84, 0, "Z AA 00000 33272", null],
  [84, -179.5, "Y ZP 94181 66702", null],
  [90, 0, "Z AH 00000 00000", null],
  [88, 120, "Z BJ 92317 11034", null],
  [88, -60, "Y YF 07682 88965", null],
  [-80.000001, 0, "B AZ 00000 12951", null],
  [-85, 45, "B FR 92767 92767", null],
  [-85, -135, "A UJ 07232 07232", null],
  [-90, 0, "B AN 00000 00000", null],
];

test.each(KNOWN)("%d, %d is %s, as GeographicLib says", (latitude, longitude, mgrs, utm) => {
  expect(toMgrs({ latitude, longitude })).toBe(mgrs);
  if (utm === null) return;
  const [, zone, half, easting, northing] = /^(\d+)([ns]) (\S+) (\S+)$/.exec(utm) ?? [];
  const found = toUtm({ latitude, longitude }, Number(zone), half === "s");
  expect(found.easting.toFixed(3)).toBe(easting);
  expect(found.northing.toFixed(3)).toBe(northing);
});

test("fewer digits are cut off and not rounded", () => {
  const place = { latitude: -54.8019, longitude: -68.303 };
  expect([5, 4, 3, 2, 1].map((digits) => toMgrs(place, digits))).toEqual([
    "19F EV 44805 27029",
    "19F EV 4480 2702",
    "19F EV 448 270",
    "19F EV 44 27",
    "19F EV 4 2",
  ]);
});

test("a whole metre stays that metre through degrees and back", () => {
  const place = fromUtm({ zone: 18, south: false, easting: 500_000, northing: 4_300_000 });
  expect(toMgrs(place)).toBe("18S WJ 00000 00000");
  expect(toMgrs({ latitude: -1e-13, longitude: 3 })).toBe("31M EV 00000 99999");
});

/** Evenly over the globe, and, as doubles are drawn by their bits, next to equator and Greenwich. */
const degrees = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.nat(1_000_000).map((part) => min + ((max - min) * part) / 1_000_000),
    fc.double({ min, max, noNaN: true }),
  );
const anywhere = fc.record({ latitude: degrees(-79.999, 83.999), longitude: degrees(-180, 179.999999) });

describe("of a reference", () => {
  test("comes the square metre that it was made of, wherever that lies", () => {
    fc.assert(
      fc.property(anywhere, (place) => {
        const found = fromMgrs(toMgrs(place).replaceAll(" ", ""));
        expect(found).not.toBeNull();
        if (!found) return;
        const exactly = toUtm(place, found.zone, found.south);
        for (const axis of ["easting", "northing"] as const) {
          expect(exactly[axis] - found[axis]).toBeGreaterThan(-1e-5);
          expect(exactly[axis] - found[axis]).toBeLessThan(1 + 1e-5);
        }
      }),
      { seed: 63, numRuns: 2_000 },
    );
  });

  test.each([
    "",
    "18SUJ2348606483 ",
    "61SUJ2348606483",
    "18IUJ2348606483",
    "18SAJ2348606483",
    "18SUX2348606483",
    "ZAH0000000000",
  ])("'%s', which is none, nothing comes", (text) => expect(fromMgrs(text)).toBeNull());
});

test("a place goes into a zone of UTM and back without losing a micrometre", () => {
  fc.assert(
    fc.property(anywhere, fc.integer({ min: -1, max: 1 }), fc.boolean(), (place, beside, south) => {
      const own = Math.min(Math.floor((place.longitude + 180) / 6), 59);
      const zone = ((own + beside + 60) % 60) + 1;
      const again = fromUtm(toUtm(place, zone, south));
      expect(Math.abs(again.latitude - place.latitude)).toBeLessThan(1e-11);
      const away = Math.abs(again.longitude - place.longitude);
      expect(Math.min(away, 360 - away)).toBeLessThan(1e-10);
    }),
    { seed: 63, numRuns: 2_000 },
  );
});
