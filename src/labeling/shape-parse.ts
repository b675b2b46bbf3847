import { area, SHAPE_KINDS } from "./shape.ts";
import type { Position, RotatedBoxShape, Shape, ShapeKind } from "./shape.ts";

/** Why a value is not a shape on this image. */
export type ShapeCode =
  /** Not an object, or a `kind` that is not one of the five. */
  | "SHAPE_KIND"
  /** A member that this kind does not have, or a list that is missing or is not a list. */
  | "SHAPE_MEMBER"
  /** A number that is missing, not finite, or further out than {@link LARGEST_NUMBER}. */
  | "SHAPE_NUMBER"
  /** Beyond the pixel grid by more than {@link PIXEL_TOLERANCE}. */
  | "SHAPE_OUTSIDE"
  /** No area (box, turned box, polygon) or no length (line). */
  | "SHAPE_EMPTY"
  | "SHAPE_TOO_FEW_POINTS"
  | "SHAPE_TOO_MANY_POINTS";

/** A shape that was checked, or why it is none; `at` names the place in the value, such as `rings[0][3]`. */
export type ShapeResult =
  | { readonly ok: true; readonly shape: Shape }
  | { readonly ok: false; readonly code: ShapeCode; readonly at: string };

/** The pixel grid of the original that coordinates refer to. */
export interface PixelGrid {
  readonly width: number;
  readonly height: number;
}

/**
 * How far beyond the grid a coordinate may lie, in pixels. One: annotation tools count pixels from 0 or from 1 and a model's
 * box overshoots by less than one. Coordinates are kept as they came, not moved to the edge, so that area and bounding box
 * stay those of the annotator.
 */
export const PIXEL_TOLERANCE = 1;
/** No coordinate or length may be further from zero than this, whatever the grid. */
export const LARGEST_NUMBER = 1_000_000;
/** Positions in one shape, over all its rings. */
export const MOST_POINTS = 10_000;
/** Rings of one polygon. */
export const MOST_RINGS = 1_000;

const MEMBERS: Readonly<Record<ShapeKind, readonly string[]>> = {
  box: ["kind", "x", "y", "width", "height"],
  rotatedBox: ["kind", "cx", "cy", "width", "height", "angle"],
  polygon: ["kind", "rings"],
  polyline: ["kind", "points"],
  point: ["kind", "x", "y"],
};

/** Carried out of the nested readers below; never leaves this file. */
class Refusal extends Error {
  readonly code: ShapeCode;
  readonly at: string;
  constructor(code: ShapeCode, at: string) {
    super(code);
    this.code = code;
    this.at = at;
  }
}

/**
 * Reads an untrusted value (a client's input, a line of an imported file) as a shape on an image of the given size in
 * pixels. The result is a new object with exactly the kind's members: negative zero becomes zero, an angle is brought into
 * 0 <= angle < 360, everything else is kept as it came.
 *
 * A turned box may overhang the edge with its corners (a ship cut by the image border is boxed whole); its centre may not.
 * Never throws; cost is bounded by {@link MOST_POINTS}.
 */
export function parseShape(value: unknown, grid: PixelGrid): ShapeResult {
  try {
    return { ok: true, shape: read(value, grid) };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, code: thrown.code, at: thrown.at };
    throw thrown;
  }
}

function read(value: unknown, grid: PixelGrid): Shape {
  if (!isObject(value)) throw new Refusal("SHAPE_KIND", "");
  const kind = SHAPE_KINDS.find((known) => known === value["kind"]);
  if (kind === undefined) throw new Refusal("SHAPE_KIND", "kind");
  for (const member of Object.keys(value)) {
    if (!MEMBERS[kind].includes(member)) throw new Refusal("SHAPE_MEMBER", "");
  }
  switch (kind) {
    case "box": {
      const { x, y, width, height } = numbers(value, ["x", "y", "width", "height"]);
      if (width <= 0 || height <= 0) throw new Refusal("SHAPE_EMPTY", "");
      inside([x, y], grid, "");
      inside([x + width, y + height], grid, "");
      return notEmpty({ kind, x, y, width, height });
    }
    case "rotatedBox":
      return readRotatedBox(value, grid);
    case "polygon": {
      const rings = list(value["rings"], "rings");
      if (rings.length === 0) throw new Refusal("SHAPE_TOO_FEW_POINTS", "rings");
      if (rings.length > MOST_RINGS) throw new Refusal("SHAPE_TOO_MANY_POINTS", "rings");
      let left = MOST_POINTS;
      const lines = rings.map((ring, index) => {
        const at = `rings[${index}]`;
        const line = positions(ring, grid, at, left);
        left -= line.length;
        if (distinct(line) < 3) throw new Refusal("SHAPE_TOO_FEW_POINTS", at);
        return line;
      });
      return notEmpty({ kind, rings: lines });
    }
    case "polyline": {
      const points = positions(value["points"], grid, "points", MOST_POINTS);
      if (points.length < 2) throw new Refusal("SHAPE_TOO_FEW_POINTS", "points");
      if (distinct(points) < 2) throw new Refusal("SHAPE_EMPTY", "points");
      return { kind, points };
    }
    case "point": {
      const { x, y } = numbers(value, ["x", "y"]);
      inside([x, y], grid, "");
      return { kind, x, y };
    }
  }
}

function readRotatedBox(value: Readonly<Record<string, unknown>>, grid: PixelGrid): RotatedBoxShape {
  const { cx, cy, width, height, angle } = numbers(value, ["cx", "cy", "width", "height", "angle"]);
  if (width <= 0 || height <= 0) throw new Refusal("SHAPE_EMPTY", "");
  inside([cx, cy], grid, "");
  // A side longer than the grid's diagonal cannot lie on the image, however it is turned.
  const longest = Math.hypot(grid.width, grid.height) + 2 * PIXEL_TOLERANCE;
  if (width > longest || height > longest) throw new Refusal("SHAPE_OUTSIDE", "");
  const turned = angle % 360;
  // A tiny negative angle plus 360 rounds to 360 itself.
  const canonical = turned < 0 ? (turned + 360) % 360 : turned + 0;
  return notEmpty({ kind: "rotatedBox", cx, cy, width, height, angle: canonical });
}

/** Refuses a shape whose area is nothing, also when it only underflows to nothing or its windings cancel. */
function notEmpty<S extends Shape>(shape: S): S {
  if (!(area(shape) > 0)) throw new Refusal("SHAPE_EMPTY", "");
  return shape;
}

function numbers<K extends string>(value: Readonly<Record<string, unknown>>, names: readonly K[]): Record<K, number> {
  const found: Partial<Record<K, number>> = {};
  for (const name of names) found[name] = finite(value[name], name);
  return found as Record<K, number>;
}

function finite(value: unknown, at: string): number {
  if (typeof value !== "number" || !(Math.abs(value) <= LARGEST_NUMBER)) throw new Refusal("SHAPE_NUMBER", at);
  return value + 0;
}

function list(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal("SHAPE_MEMBER", at);
  return value;
}

function positions(value: unknown, grid: PixelGrid, at: string, most: number): readonly Position[] {
  const items = list(value, at);
  if (items.length > most) throw new Refusal("SHAPE_TOO_MANY_POINTS", at);
  // Array.from and not map: a hole in a sparse array must be seen.
  return Array.from(items, (item, index) => {
    const place = `${at}[${index}]`;
    const pair = list(item, place);
    if (pair.length !== 2) throw new Refusal("SHAPE_NUMBER", place);
    const position: Position = [finite(pair[0], place), finite(pair[1], place)];
    inside(position, grid, place);
    return position;
  });
}

function inside([x, y]: Position, grid: PixelGrid, at: string): void {
  const low = -PIXEL_TOLERANCE;
  if (x < low || y < low || x > grid.width + PIXEL_TOLERANCE || y > grid.height + PIXEL_TOLERANCE) {
    throw new Refusal("SHAPE_OUTSIDE", at);
  }
}

/** How many different positions a line has, counting no further than three. */
function distinct(line: readonly Position[]): number {
  const seen: Position[] = [];
  for (const [x, y] of line) {
    if (!seen.some(([sx, sy]) => sx === x && sy === y)) seen.push([x, y]);
    if (seen.length === 3) break;
  }
  return seen.length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
