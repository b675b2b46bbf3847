import { AXIS, ECCENTRICITY, FLATTENING, degrees, radians, wrapped } from "./ellipsoid.ts";
import type { Place } from "./ellipsoid.ts";

/** A place in a zone of the Universal Transverse Mercator grid, in metres. */
export interface UtmPlace {
  /** 1 to 60. */
  readonly zone: number;
  readonly south: boolean;
  readonly easting: number;
  readonly northing: number;
}

const SCALE = 0.9996;
const FALSE_EASTING = 500_000;
const FALSE_NORTHING = 10_000_000;

const N = FLATTENING / (2 - FLATTENING);
/** A polynomial in the third flattening, from its first power on, without a constant. */
const series = (...coefficients: readonly number[]): number =>
  coefficients.reduceRight((sum, one) => (sum + one) * N, 0);

// Karney, "Transverse Mercator with an accuracy of a few nanometers" (2011), equations 14, 35 and 36.
const RADIUS = (AXIS / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64 + N ** 6 / 256);
const FORWARD = [
  series(1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7_891 / 37_800),
  series(0, 13 / 48, -3 / 5, 557 / 1_440, 281 / 630, -1_983_433 / 1_935_360),
  series(0, 0, 61 / 240, -103 / 140, 15_061 / 26_880, 167_603 / 181_440),
  series(0, 0, 0, 49_561 / 161_280, -179 / 168, 6_601_661 / 7_257_600),
  series(0, 0, 0, 0, 34_729 / 80_640, -3_418_889 / 1_995_840),
  series(0, 0, 0, 0, 0, 212_378_941 / 319_334_400),
];
const BACK = [
  series(1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96_199 / 604_800),
  series(0, 1 / 48, 1 / 15, -437 / 1_440, 46 / 105, -1_118_711 / 3_870_720),
  series(0, 0, 17 / 480, -37 / 840, -209 / 4_480, 5_569 / 90_720),
  series(0, 0, 0, 4_397 / 161_280, -11 / 504, -830_251 / 7_257_600),
  series(0, 0, 0, 0, 4_583 / 161_280, -108_847 / 3_991_680),
  series(0, 0, 0, 0, 0, 20_648_693 / 638_668_800),
];

const meridianOf = (zone: number): number => zone * 6 - 183;

/** Tangent of the conformal latitude of a tangent. */
function conformal(tangent: number): number {
  const sigma = Math.sinh(ECCENTRICITY * Math.atanh((ECCENTRICITY * tangent) / Math.hypot(1, tangent)));
  return tangent * Math.hypot(1, sigma) - sigma * Math.hypot(1, tangent);
}

/** The other way, by Newton's method; three steps reach the last digit. */
function geographic(tangent: number): number {
  const square = 1 - ECCENTRICITY ** 2;
  let found = tangent / square;
  for (let step = 0; step < 6; step += 1) {
    const now = conformal(found);
    const by = ((tangent - now) / Math.hypot(1, now)) * ((1 + square * found ** 2) / (square * Math.hypot(1, found)));
    found += by;
    if (Math.abs(by) < 1e-15 * Math.max(1, Math.abs(found))) break;
  }
  return found;
}

/** A place in a zone of the grid: within 30 degrees of its meridian to a few nanometres. */
export function toUtm({ latitude, longitude }: Place, zone: number, south: boolean): UtmPlace {
  const away = radians(wrapped(longitude - meridianOf(zone)));
  const tangent = conformal(Math.tan(radians(latitude)));
  const xi = Math.atan2(tangent, Math.cos(away));
  const eta = Math.asinh(Math.sin(away) / Math.hypot(tangent, Math.cos(away)));
  let [x, y] = [eta, xi];
  for (const [at, coefficient] of FORWARD.entries()) {
    const twice = 2 * (at + 1);
    x += coefficient * Math.cos(twice * xi) * Math.sinh(twice * eta);
    y += coefficient * Math.sin(twice * xi) * Math.cosh(twice * eta);
  }
  return {
    zone,
    south,
    easting: FALSE_EASTING + SCALE * RADIUS * x,
    northing: (south ? FALSE_NORTHING : 0) + SCALE * RADIUS * y,
  };
}

/** A place of the grid on the ellipsoid. */
export function fromUtm({ zone, south, easting, northing }: UtmPlace): Place {
  const x = (easting - FALSE_EASTING) / (SCALE * RADIUS);
  const y = (northing - (south ? FALSE_NORTHING : 0)) / (SCALE * RADIUS);
  let [eta, xi] = [x, y];
  for (const [at, coefficient] of BACK.entries()) {
    const twice = 2 * (at + 1);
    eta -= coefficient * Math.cos(twice * y) * Math.sinh(twice * x);
    xi -= coefficient * Math.sin(twice * y) * Math.cosh(twice * x);
  }
  const tangent = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
  return {
    latitude: degrees(Math.atan(geographic(tangent))),
    longitude: wrapped(meridianOf(zone) + degrees(Math.atan2(Math.sinh(eta), Math.cos(xi)))),
  };
}
