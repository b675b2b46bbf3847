import type { LabelScene } from "./label-scene.ts";
import { boundsOf, linesOf, nearestOn, someEdge } from "./shapes.ts";
import type { Position, Shape } from "./shapes.ts";

/** The position of these shapes that is nearest: a vertex within `near`, or else a place on an edge; null where none is. */
export function snapped(at: Position, near: number, shapes: Iterable<Shape>): Position | null {
  let vertex: Position | null = null;
  let edge: Position | null = null;
  let [toVertex, toEdge] = [near, near];
  for (const shape of shapes) {
    const { left, top, right, bottom } = boundsOf(shape);
    if (at[0] < left - near || at[0] > right + near || at[1] < top - near || at[1] > bottom + near) continue;
    for (const line of linesOf(shape))
      for (const corner of line) {
        const far = Math.hypot(corner[0] - at[0], corner[1] - at[1]);
        if (far <= toVertex) [vertex, toVertex] = [corner, far];
      }
    someEdge(shape, (from, to) => {
      const [far, place] = nearestOn(from, to, at);
      if (far <= toEdge) [edge, toEdge] = [place, far];
      return false;
    });
  }
  return vertex ?? edge;
}

/** The place of another label of a scene that is within `near` of a position, or the position itself. */
export function snappedTo(scene: LabelScene, at: Position, near: number, own: string | null): Position {
  const area = { left: at[0] - near, top: at[1] - near, right: at[0] + near, bottom: at[1] + near };
  const others = scene.within(area).filter(({ drawn }) => drawn.id !== own);
  return (
    snapped(
      at,
      near,
      others.map(({ drawn }) => drawn.shape),
    ) ?? at
  );
}
