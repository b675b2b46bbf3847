import { AXIS, ECCENTRICITY, radians } from "./ellipsoid.ts";
import type { Place } from "./ellipsoid.ts";

const SCALE = 0.994;
const ORIGIN = 2_000_000;
const e = ECCENTRICITY;

/** Easting and northing in metres on the Universal Polar Stereographic grid of the pole that is nearer (NGA.SIG.0012). */
export function toUps({ latitude, longitude }: Place): readonly [easting: number, northing: number] {
  const sine = Math.sin(radians(Math.abs(latitude)));
  const t = Math.tan(Math.PI / 4 - radians(Math.abs(latitude)) / 2) * ((1 + e * sine) / (1 - e * sine)) ** (e / 2);
  const rho = (2 * AXIS * SCALE * t) / Math.sqrt((1 + e) ** (1 + e) * (1 - e) ** (1 - e));
  const away = radians(longitude);
  return [ORIGIN + rho * Math.sin(away), ORIGIN + (latitude < 0 ? 1 : -1) * rho * Math.cos(away)];
}
