import { cross, refusalOf } from "./shape-check.ts";
import { boxBetween, distinct, onGrid, polygonOf, polylineOf, rotatedBoxOf } from "./shapes.ts";
import type { Grid, Position, Shape } from "./shapes.ts";

/** Tools that draw. A ring is one more of the polygon that is selected: a hole in it, or another part of it. */
export const DRAWING_TOOLS = ["box", "rotatedBox", "polygon", "polyline", "ring", "point"] as const;

/** A tool that draws. */
export type DrawingTool = (typeof DRAWING_TOOLS)[number];

/** What a corner made of what is half drawn. */
export interface HalfDrawn {
  readonly corners: readonly Position[];
  /** What is finished with it. */
  readonly shape: Shape | null;
  /** Why it did not finish although it should have, or what is unusual about it. */
  readonly told: "SHAPE_EMPTY" | "SHAPE_SELF_CROSSING" | null;
}

const far = ([ax, ay]: Position, [bx, by]: Position): number => Math.hypot(ax - bx, ay - by);

const made = (tool: DrawingTool, corners: readonly Position[], grid: Grid): Shape | null => {
  const [first, second, third] = corners;
  if (!first) return null;
  switch (tool) {
    case "point":
      return { kind: "point", x: first[0], y: first[1] };
    case "box":
      return second ? boxBetween(first, second, grid.width, grid.height) : null;
    case "rotatedBox":
      return second && third ? rotatedBoxOf(first, second, third) : null;
    case "polygon":
    case "ring":
      return polygonOf(corners);
    case "polyline":
      return polylineOf(corners);
  }
};

const NEEDED: Readonly<Record<DrawingTool, number>> = {
  point: 1,
  box: 2,
  rotatedBox: 3,
  polygon: 3,
  ring: 3,
  polyline: 2,
};

/**
 * Sets one corner more. Polygons and rings end with another one at their first corner or at their last, lines at their last;
 * `near` is how far that may be.
 */
export function withCorner(
  tool: DrawingTool,
  corners: readonly Position[],
  at: Position,
  near: number,
  grid: Grid,
): HalfDrawn {
  const place = onGrid(at, grid);
  const [first, last] = [corners[0], corners.at(-1)];
  const open = tool === "polygon" || tool === "ring" || tool === "polyline";
  if (!open) {
    const all = [...corners, place];
    if (all.length < NEEDED[tool]) return { corners: all, shape: null, told: null };
    const shape = made(tool, all, grid);
    const taken = shape && refusalOf(shape, grid) === null ? shape : null;
    return { corners: taken ? [] : corners, shape: taken, told: taken ? null : "SHAPE_EMPTY" };
  }
  const onLast = last !== undefined && far(last, place) <= near;
  const onFirst = tool !== "polyline" && first !== undefined && far(first, place) <= near;
  if (onLast || (onFirst && corners.length > 2)) {
    if (corners.length < NEEDED[tool]) return { corners, shape: null, told: null };
    const shape = made(tool, corners, grid);
    return { corners: shape ? [] : corners, shape, told: shape ? null : "SHAPE_EMPTY" };
  }
  const crosses =
    tool !== "polyline" &&
    last !== undefined &&
    corners.some((one, index) => {
      const next = corners[index + 1];
      return next !== undefined && cross(one, next, last, place);
    });
  return { corners: [...corners, place], shape: null, told: crosses ? "SHAPE_SELF_CROSSING" : null };
}

/** What it would become with a corner at the crosshair: a shape, or the line so far. */
export function previewOf(tool: DrawingTool, corners: readonly Position[], at: Position, grid: Grid): Shape | null {
  if (corners.length === 0) return null;
  const all = [...corners, onGrid(at, grid)];
  if ((tool === "box" || tool === "rotatedBox") && all.length === NEEDED[tool]) return made(tool, all, grid);
  const points = distinct(all);
  return points.length > 1 ? { kind: "polyline", points } : null;
}
