import { wrapped } from "./ellipsoid.ts";
import type { Place } from "./ellipsoid.ts";
import { distance } from "./geodesic.ts";
import { fromUtm } from "./transverse-mercator.ts";

/** Coordinates that a file states its positions in: degrees (longitude, latitude), or metres of a UTM zone. */
export type MapSystem =
  | { readonly kind: "geographic" }
  | { readonly kind: "utm"; readonly zone: number; readonly south: boolean };

/** A pair of coordinates of a system: to the east, to the north. */
export type MapPosition = readonly [east: number, north: number];

/** Why a file has no position that can be shown. What is not understood is told, never guessed. */
export type NoGround =
  /** It says nothing of where it was taken. */
  | "NONE"
  /** It does, in a coordinate system that is not read: `system` names it. */
  | "SYSTEM"
  /** What it says contradicts itself. */
  | "CONTRADICTION"
  /** It has control points, from which everybody makes another picture of the ground. */
  | "CONTROL_POINTS"
  /** What it says cannot be read. */
  | "DAMAGED"
  /** Positions that lie outside of their coordinate system. */
  | "OUTSIDE";

/** Where on the ground the pixels of an image lie, as its file states it. Pixels are those of the stored grid. */
export type Ground =
  | {
      readonly kind: "affine";
      readonly datum: string;
      readonly system: MapSystem;
      /** east = a x + b y + c, north = d x + e y + f; x, y are 0 at the outer corner of the first pixel. */
      readonly of: readonly [a: number, b: number, c: number, d: number, e: number, f: number];
    }
  | {
      /** The centres of the four corner pixels are known and nothing between them: it is approximate. */
      readonly kind: "corners";
      readonly datum: string;
      readonly system: MapSystem;
      /** Clockwise from the first pixel. */
      readonly corners: readonly [MapPosition, MapPosition, MapPosition, MapPosition];
      readonly width: number;
      readonly height: number;
      /** The step in metres in which corners are stated. */
      readonly step: number;
    }
  | { readonly kind: "none"; readonly why: NoGround; readonly system?: string };

/** No position, and why. */
export const noGround = (why: NoGround, system?: string): Ground => ({
  kind: "none",
  why,
  ...(system === undefined ? {} : { system }),
});

type Located = Exclude<Ground, { readonly kind: "none" }>;

function mapPosition(ground: Located, [x, y]: readonly [number, number]): MapPosition {
  if (ground.kind === "affine") {
    const [a, b, c, d, e, f] = ground.of;
    return [a * x + b * y + c, d * x + e * y + f];
  }
  // Bilinear, in the coordinates that the file states: each edge is divided evenly. A projective map would need the sensor to be
  // a camera over a plane, and has a line of infinity that may cross the picture; of a map sheet both are the same.
  const { width, height, corners } = ground;
  const [u, v] = [width > 1 ? (x - 0.5) / (width - 1) : 0.5, height > 1 ? (y - 0.5) / (height - 1) : 0.5];
  const weights = [(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v];
  const sum = (axis: 0 | 1): number => weights.reduce((all, one, at) => all + one * (corners[at]?.[axis] ?? 0), 0);
  return [sum(0), sum(1)];
}

/** A position of a system on the ellipsoid. */
export function placeOf(system: MapSystem, [east, north]: MapPosition): Place {
  if (system.kind === "utm") return fromUtm({ zone: system.zone, south: system.south, easting: east, northing: north });
  return { latitude: Math.min(Math.max(north, -90), 90), longitude: wrapped(east) };
}

/** Where a place of the stored grid lies on the ground; null where the file does not say. */
export function groundAt(ground: Ground | null, at: readonly [x: number, y: number]): Place | null {
  return ground === null || ground.kind === "none" ? null : placeOf(ground.system, mapPosition(ground, at));
}

/** Beyond the poles, or so far from a zone that nobody states positions in it. */
function isInside(system: MapSystem, [east, north]: MapPosition): boolean {
  if (!Number.isFinite(east) || !Number.isFinite(north)) return false;
  if (system.kind === "geographic") return Math.abs(north) <= 90 + 1e-9 && Math.abs(east) <= 540;
  const fromEquator = north - (system.south ? 10_000_000 : 0);
  return east > 0 && east < 1_000_000 && Math.abs(fromEquator) < 9_400_000;
}

/** The same where all of its pixels' centres lie inside its coordinate system, and no two of them at one place. */
export function checked(ground: Located, width: number, height: number): Ground {
  const [right, bottom] = [width - 0.5, height - 0.5];
  const outermost = [
    [0.5, 0.5],
    [right, 0.5],
    [right, bottom],
    [0.5, bottom],
  ] as const;
  if (!outermost.every((at) => isInside(ground.system, mapPosition(ground, at)))) return noGround("OUTSIDE");
  if (ground.kind === "corners") return ground;
  const [a, b, , d, e] = ground.of;
  return Math.abs(a * e - b * d) > 1e-18 ? ground : noGround("DAMAGED");
}

/** How fine a position can be told, in metres: a pixel in the middle of the image, or the step in which its corners are stated. */
export function resolutionOf(ground: Located, width: number, height: number): number {
  const [x, y] = [width / 2, height / 2];
  const away = (dx: number, dy: number): number => {
    const [from, to] = [groundAt(ground, [x - dx, y - dy]), groundAt(ground, [x + dx, y + dy])];
    return (from && to && distance(from, to)) ?? 0;
  };
  return Math.max(away(0.5, 0), away(0, 0.5), ground.kind === "corners" ? ground.step : 0);
}
