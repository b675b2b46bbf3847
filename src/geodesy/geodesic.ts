import { AXIS, FLATTENING, radians } from "./ellipsoid.ts";
import type { Place } from "./ellipsoid.ts";

const MOST_STEPS = 200;
const SHORTER = AXIS * (1 - FLATTENING);

/**
 * Metres along the shortest way between two places on the ellipsoid, to less than a millimetre (Vincenty 1975, inverse). Null
 * where they lie nearly opposite each other on the globe: there it does not converge.
 */
export function distance(from: Place, to: Place): number | null {
  const away = radians(to.longitude - from.longitude);
  const reduced = (latitude: number): number => Math.atan((1 - FLATTENING) * Math.tan(radians(latitude)));
  const [u1, u2] = [reduced(from.latitude), reduced(to.latitude)];
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = away;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const [sine, cosine] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(cos2 * sine, cos1 * sin2 - sin1 * cos2 * cosine);
    if (sinSigma === 0) return 0;
    const cosSigma = sin1 * sin2 + cos1 * cos2 * cosine;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cos1 * cos2 * sine) / sinSigma;
    const cosAlpha2 = 1 - sinAlpha ** 2;
    // Along the equator there is no middle to take it from.
    const middle = cosAlpha2 < 1e-15 ? 0 : cosSigma - (2 * sin1 * sin2) / cosAlpha2;
    const c = (FLATTENING / 16) * cosAlpha2 * (4 + FLATTENING * (4 - 3 * cosAlpha2));
    const before = lambda;
    lambda =
      away + (1 - c) * FLATTENING * sinAlpha * (sigma + c * sinSigma * (middle + c * cosSigma * (2 * middle ** 2 - 1)));
    if (Math.abs(lambda) > 2 * Math.PI) return null;
    if (Math.abs(lambda - before) > 1e-12) continue;
    const square = (cosAlpha2 * (AXIS ** 2 - SHORTER ** 2)) / SHORTER ** 2;
    const a = 1 + (square / 16_384) * (4_096 + square * (-768 + square * (320 - 175 * square)));
    const b = (square / 1_024) * (256 + square * (-128 + square * (74 - 47 * square)));
    const correction =
      b *
      sinSigma *
      (middle +
        (b / 4) *
          (cosSigma * (2 * middle ** 2 - 1) - (b / 6) * middle * (4 * sinSigma ** 2 - 3) * (4 * middle ** 2 - 3)));
    return SHORTER * a * (sigma - correction);
  }
  return null;
}
