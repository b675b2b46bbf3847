/** A place on the ellipsoid in degrees: north and east positive. */
export interface Place {
  readonly latitude: number;
  /** -180 <= longitude < 180. */
  readonly longitude: number;
}

/*
 * WGS 84 (NGA.STND.0036). GRS 80, which NAD83 and ETRS89 are on, has the same axis and a flattening that differs in the ninth
 * digit: a tenth of a millimetre on the ground. One set of numbers stands for both.
 */

/** Half of the longer axis in metres. */
export const AXIS = 6_378_137;
/** Flattening. */
export const FLATTENING = 1 / 298.257223563;
/** Eccentricity. */
export const ECCENTRICITY = Math.sqrt(FLATTENING * (2 - FLATTENING));

export const radians = (degrees: number): number => (degrees * Math.PI) / 180;
export const degrees = (angle: number): number => (angle * 180) / Math.PI;

/** The same meridian in -180 <= longitude < 180. */
export function wrapped(longitude: number): number {
  if (longitude >= -180 && longitude < 180) return longitude;
  const turned = (longitude + 180) % 360;
  return (turned < 0 ? turned + 360 : turned) - 180;
}
