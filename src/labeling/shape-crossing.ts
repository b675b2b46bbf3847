import type { Position, Shape } from "./shape.ts";

/**
 * What is unusual about a shape without making it wrong. Real annotators' outlines cross themselves, so a crossing is told
 * to the person who drew it and refuses nothing.
 */
export type ShapeWarning =
  /** Two edges of one ring cross, so its area counts some places twice or not at all. */
  | "SHAPE_SELF_CROSSING"
  /** A ring has more edges than {@link MOST_EDGES_EXAMINED}: it was not looked at. */
  | "SHAPE_NOT_EXAMINED";

/** Edges of one ring that are compared with each other; the work grows with the square in the worst case. */
export const MOST_EDGES_EXAMINED = 2_000;

interface Edge {
  readonly from: Position;
  readonly to: Position;
  readonly index: number;
  readonly left: number;
  readonly right: number;
}

/** The warnings of a parsed shape, in a fixed order and each at most once. Only polygons have any. */
export function shapeWarnings(shape: Shape): readonly ShapeWarning[] {
  if (shape.kind !== "polygon") return [];
  const warnings: ShapeWarning[] = [];
  const examined = shape.rings.filter((ring) => ring.length <= MOST_EDGES_EXAMINED);
  if (examined.some((ring) => crosses(ring))) warnings.push("SHAPE_SELF_CROSSING");
  if (examined.length < shape.rings.length) warnings.push("SHAPE_NOT_EXAMINED");
  return warnings;
}

/** Whether two edges of a ring that are not neighbours share a position. */
function crosses(ring: readonly Position[]): boolean {
  const corners = ring.filter((position, index) => {
    const next = ring[(index + 1) % ring.length];
    return next === undefined || next[0] !== position[0] || next[1] !== position[1];
  });
  const count = corners.length;
  const edges = corners
    .map((from, index): Edge => {
      const to = corners[(index + 1) % count] ?? from;
      return { from, to, index, left: Math.min(from[0], to[0]), right: Math.max(from[0], to[0]) };
    })
    .toSorted((a, b) => a.left - b.left);
  for (const [place, edge] of edges.entries()) {
    for (let other = place + 1; other < count; other += 1) {
      const candidate = edges[other];
      if (candidate === undefined || candidate.left > edge.right) break;
      const apart = Math.abs(edge.index - candidate.index);
      if (apart !== 1 && apart !== count - 1 && meet(edge, candidate)) return true;
    }
  }
  return false;
}

/** Whether two segments share a position, ends included (orientation test; doubles are exact enough for a warning). */
function meet(a: Edge, b: Edge): boolean {
  const d1 = side(a.from, a.to, b.from);
  const d2 = side(a.from, a.to, b.to);
  const d3 = side(b.from, b.to, a.from);
  const d4 = side(b.from, b.to, a.to);
  if (d1 * d2 < 0 && d3 * d4 < 0) return true;
  return (
    (d1 === 0 && between(a, b.from)) ||
    (d2 === 0 && between(a, b.to)) ||
    (d3 === 0 && between(b, a.from)) ||
    (d4 === 0 && between(b, a.to))
  );
}

function side([ax, ay]: Position, [bx, by]: Position, [px, py]: Position): number {
  return Math.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax));
}

function between(edge: Edge, [x, y]: Position): boolean {
  const [ax, ay] = edge.from;
  const [bx, by] = edge.to;
  return Math.min(ax, bx) <= x && x <= Math.max(ax, bx) && Math.min(ay, by) <= y && y <= Math.max(ay, by);
}
