import { AXIS, FLATTENING } from "../../../geodesy/ellipsoid.ts";
import type { MapSystem, NoGround } from "../../../geodesy/ground.ts";

/** Values of the keys of a file (OGC 19-008 GeoTIFF 1.1, 7.1), by their number; of a text its length alone. */
export type GeoKeys = ReadonlyMap<number, readonly number[]>;

/** A coordinate system, or why there is none. */
export type SystemFound =
  | { readonly system: MapSystem; readonly datum: string; readonly isPoint: boolean }
  | { readonly why: NoGround; readonly named?: string };

const DIRECTORY_HEAD = 4;
const DOUBLES = 34_736;
const TEXTS = 34_737;
/** Values of one key. */
const MOST_VALUES = 16;

/** Reads a key directory with the numbers that it points into; null where it is none, or names a key twice. */
export function readGeoKeys(directory: readonly number[], doubles: readonly number[]): GeoKeys | null {
  const [version, revision, , count = 0] = directory;
  if (version !== 1 || revision !== 1 || directory.length < DIRECTORY_HEAD + 4 * count) return null;
  const keys = new Map<number, readonly number[]>();
  for (let at = DIRECTORY_HEAD; at < DIRECTORY_HEAD + 4 * count; at += 4) {
    const [key = 0, place, length = 0, value = 0] = directory.slice(at, at + 4);
    if (keys.has(key)) return null;
    if (place === 0 && length === 1) keys.set(key, [value]);
    else if (place === TEXTS) keys.set(key, [length]);
    else if (place === DOUBLES && length > 0 && length <= MOST_VALUES && value + length <= doubles.length)
      keys.set(key, doubles.slice(value, value + length));
    else return null;
  }
  return keys;
}

const MODEL = 1_024;
const RASTER = 1_025;
const GEOGRAPHIC = 2_048;
const PROJECTED = 3_072;

/** Citations, what is said of heights, and when: nothing of them moves a position on the ground. */
const SAYS_NOTHING: ReadonlySet<number> = new Set([1_026, 2_049, 3_073, 4_096, 4_097, 4_098, 4_099, 5_120]);

/** Geographic systems whose positions are shown as they are, in their own datum, which is named beside them (EPSG). */
const DATUMS: Readonly<Record<number, { readonly name: string; readonly code: number; readonly ellipsoid: number }>> = {
  4_326: { name: "WGS 84", code: 6_326, ellipsoid: 7_030 },
  4_269: { name: "NAD83", code: 6_269, ellipsoid: 7_019 },
  6_318: { name: "NAD83(2011)", code: 1_116, ellipsoid: 7_019 },
  4_258: { name: "ETRS89", code: 6_258, ellipsoid: 7_019 },
};
const GRS80_FLATTENING = 1 / 298.257222101;

/** What keys beside the code of a geographic system must say, where they say anything. */
function ofDatum(code: number): Record<number, number> {
  const { code: datum = 0, ellipsoid = 0 } = DATUMS[code] ?? {};
  const flattening = ellipsoid === 7_030 ? FLATTENING : GRS80_FLATTENING;
  return {
    [GEOGRAPHIC]: code,
    2_050: datum,
    // Greenwich, metres, degrees.
    2_051: 8_901,
    2_052: 9_001,
    2_053: 1,
    2_054: 9_102,
    2_055: Math.PI / 180,
    2_056: ellipsoid,
    2_057: AXIS,
    2_058: AXIS * (1 - flattening),
    2_059: 1 / flattening,
    2_061: 0,
    // To WGS 84: nothing is moved.
    2_062: 0,
  };
}

/** The same of a zone of UTM. */
function ofZone(zone: number, south: boolean): Record<number, number> {
  return {
    ...ofDatum(4_326),
    [PROJECTED]: (south ? 32_700 : 32_600) + zone,
    3_074: (south ? 16_100 : 16_000) + zone,
    // Transverse Mercator, metres.
    3_075: 1,
    3_076: 9_001,
    3_077: 1,
    3_080: zone * 6 - 183,
    3_081: 0,
    3_082: 500_000,
    3_083: south ? 10_000_000 : 0,
    3_092: 0.9996,
  };
}

/** UTM on WGS 84: EPSG 32601 to 32660 and 32701 to 32760. */
function zoneOf(code: number): { readonly zone: number; readonly south: boolean } | null {
  const zone = code % 100;
  const south = code > 32_700;
  return zone >= 1 && zone <= 60 && (code === 32_600 + zone || code === 32_700 + zone) ? { zone, south } : null;
}

const USER_DEFINED = 32_767;
const nameOf = (code = 0): string =>
  Number.isInteger(code) && code > 0 && code <= 65_535 && code !== USER_DEFINED ? `EPSG:${code}` : "user-defined";

const near = (value: number, wanted: number): boolean =>
  Math.abs(value - wanted) <= 1e-10 * Math.max(1, Math.abs(wanted));

/**
 * The coordinate system that keys name by a code of the list above. Every other key must agree with that code: one that does not,
 * or that is not known here, might say that positions mean something else.
 */
export function systemOf(keys: GeoKeys): SystemFound {
  const one = (key: number): number | undefined => keys.get(key)?.[0];
  const model = one(MODEL);
  const raster = one(RASTER) ?? 1;
  if (raster !== 1 && raster !== 2) return { why: "CONTRADICTION" };
  if (model !== 1 && model !== 2) return { why: "SYSTEM", named: model === 3 ? "geocentric" : "user-defined" };
  const code = one(model === 1 ? PROJECTED : GEOGRAPHIC);
  const zone = model === 1 ? zoneOf(code ?? 0) : null;
  if (model === 1 ? !zone : !DATUMS[code ?? 0]) return { why: "SYSTEM", named: nameOf(code) };
  const wanted = zone ? ofZone(zone.zone, zone.south) : ofDatum(code ?? 0);
  for (const [key, values] of keys) {
    if (key === MODEL || key === RASTER || SAYS_NOTHING.has(key)) continue;
    const value = wanted[key];
    if (value === undefined || !values.every((said) => near(said, value))) return { why: "CONTRADICTION" };
  }
  const isPoint = raster === 2;
  if (zone) return { system: { kind: "utm", ...zone }, datum: "WGS 84", isPoint };
  return { system: { kind: "geographic" }, datum: DATUMS[code ?? 0]?.name ?? "", isPoint };
}
