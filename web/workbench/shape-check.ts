import { areaOf, someEdge } from "./shapes.ts";
import type { Grid, Position, Shape } from "./shapes.ts";

/** Why the server would not take a shape: the codes that it refuses with. */
export type Refusal =
  | "SHAPE_NUMBER"
  | "SHAPE_OUTSIDE"
  | "SHAPE_EMPTY"
  | "SHAPE_TOO_FEW_POINTS"
  | "SHAPE_TOO_MANY_POINTS"
  | "SHAPE_OF_CLASS";

const TOLERANCE = 1;
const LARGEST = 1_000_000;
const MOST_POINTS = 10_000;
const MOST_RINGS = 1_000;
/** Edges of one ring that are compared with each other; the work grows with the square. */
const MOST_EXAMINED = 1_000;

const differ = (line: readonly Position[], most: number): number => {
  const seen: Position[] = [];
  for (const [x, y] of line) {
    if (!seen.some(([sx, sy]) => sx === x && sy === y)) seen.push([x, y]);
    if (seen.length === most) break;
  }
  return seen.length;
};

/**
 * Why the server would refuse a shape on this grid, or null: so that whoever draws is told while he draws. The server decides
 * by itself; a test compares both.
 */
export function refusalOf(shape: Shape, grid: Grid): Refusal | null {
  const inside = ([x, y]: Position): boolean =>
    x >= -TOLERANCE && y >= -TOLERANCE && x <= grid.width + TOLERANCE && y <= grid.height + TOLERANCE;
  const lines = shape.kind === "polygon" ? shape.rings : shape.kind === "polyline" ? [shape.points] : [];
  if (![Object.values(shape), lines.flat(2)].flat().every((one) => typeof one !== "number" || Math.abs(one) <= LARGEST))
    return "SHAPE_NUMBER";
  switch (shape.kind) {
    case "point":
      return inside([shape.x, shape.y]) ? null : "SHAPE_OUTSIDE";
    case "box": {
      const { x, y, width, height } = shape;
      if (!(width > 0 && height > 0)) return "SHAPE_EMPTY";
      if (!inside([x, y]) || !inside([x + width, y + height])) return "SHAPE_OUTSIDE";
      return width * height > 0 ? null : "SHAPE_EMPTY";
    }
    case "rotatedBox": {
      const { cx, cy, width, height } = shape;
      if (!(width > 0 && height > 0)) return "SHAPE_EMPTY";
      const longest = Math.hypot(grid.width, grid.height) + 2 * TOLERANCE;
      if (!inside([cx, cy]) || width > longest || height > longest) return "SHAPE_OUTSIDE";
      return width * height > 0 ? null : "SHAPE_EMPTY";
    }
    case "polyline":
    case "polygon": {
      const least = shape.kind === "polygon" ? 3 : 2;
      if (lines.length === 0) return "SHAPE_TOO_FEW_POINTS";
      if (lines.length > MOST_RINGS || lines.reduce((sum, { length }) => sum + length, 0) > MOST_POINTS)
        return "SHAPE_TOO_MANY_POINTS";
      if (!lines.every((line) => line.every(inside))) return "SHAPE_OUTSIDE";
      if (lines.some((line) => line.length < 2 || (least === 3 && differ(line, 3) < 3))) return "SHAPE_TOO_FEW_POINTS";
      if (shape.kind === "polyline") return differ(shape.points, 2) < 2 ? "SHAPE_EMPTY" : null;
      return lines.reduce((sum, ring) => sum + Math.abs(areaOf(ring)), 0) > 0 ? null : "SHAPE_EMPTY";
    }
  }
}

const side = ([ax, ay]: Position, [bx, by]: Position, [px, py]: Position): number =>
  Math.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax));

/** Whether two segments cross in the middle of both; touching is no crossing. */
export const cross = (a: Position, b: Position, c: Position, d: Position): boolean =>
  side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

/** Whether edges of one ring cross, so that some places count twice or not at all: allowed, and told. */
export function crossesItself(shape: Shape): boolean {
  if (shape.kind !== "polygon") return false;
  return shape.rings.some((ring) => {
    if (ring.length > MOST_EXAMINED) return false;
    const one: Shape = { kind: "polygon", rings: [ring] };
    return someEdge(one, (a, b) => someEdge(one, (c, d) => cross(a, b, c, d)));
  });
}
