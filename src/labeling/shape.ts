/**
 * Shapes drawn on an image: pure geometry, shared with the browser, no dependency.
 *
 * Every coordinate is a double in SOURCE pixels of the stored pixel grid of the original (never a percentage, never of the
 * display copy, never turned by an EXIF orientation): x to the right, y down, (0, 0) the outer corner of the first pixel,
 * (width, height) the outer corner of the last.
 */

/** A position: x to the right, y down, in source pixels. */
export type Position = readonly [x: number, y: number];

/** A closed line. The closing edge is implied; a repeated first position at the end is allowed and changes nothing. */
export type Ring = readonly Position[];

/** An upright rectangle: (x, y) is its top left corner. */
export interface BoxShape {
  readonly kind: "box";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A turned rectangle around its centre. `angle` is in degrees, clockwise as seen on the screen (from the x axis towards the
 * y axis, which points down), 0 <= angle < 360. At angle 0 `width` lies along x and `height` along y.
 */
export interface RotatedBoxShape {
  readonly kind: "rotatedBox";
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
}

/**
 * One object as one or more rings, kept together and in the order given. Rings are PARTS, as in COCO's `segmentation`: an
 * object that something else hides in the middle has two. A hole has no ring of its own: COCO polygons cannot express one,
 * and every ring adds to the area whichever way round it is drawn.
 */
export interface PolygonShape {
  readonly kind: "polygon";
  readonly rings: readonly Ring[];
}

/** An open line through two or more positions. */
export interface PolylineShape {
  readonly kind: "polyline";
  readonly points: readonly Position[];
}

/** One position. */
export interface PointShape {
  readonly kind: "point";
  readonly x: number;
  readonly y: number;
}

/** What a label draws. */
export type Shape = BoxShape | RotatedBoxShape | PolygonShape | PolylineShape | PointShape;

/** The word that says which shape it is. */
export type ShapeKind = Shape["kind"];

/** All shape kinds, in the order in which the screen offers them. */
export const SHAPE_KINDS: readonly ShapeKind[] = ["box", "rotatedBox", "polygon", "polyline", "point"];

/** An upright rectangle in source pixels, as COCO's `bbox` orders it. */
export interface BoundingBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Area inside one ring in square pixels, without sign (shoelace formula). Taken relative to the ring's first position, so
 * that a small ring far from the origin does not lose digits to cancellation. Where a ring crosses itself, overlapping
 * windings cancel or count twice, as in every tool that uses this formula (COCO's annotators' `area` among them).
 */
export function ringArea(ring: Ring): number {
  return Math.abs(signedRingArea(ring));
}

/** {@link ringArea} with its sign: positive when the ring runs from the x axis towards the y axis. */
export function signedRingArea(ring: Ring): number {
  const first = ring[0];
  if (first === undefined) return 0;
  const [ox, oy] = first;
  let twice = 0;
  let px = 0;
  let py = 0;
  for (const [x, y] of ring) {
    const qx = x - ox;
    const qy = y - oy;
    twice += px * qy - qx * py;
    px = qx;
    py = qy;
  }
  return twice / 2;
}

/**
 * Area of a shape in square pixels. A polygon's is the sum of the absolute areas of its rings, which is what COCO's
 * annotators' `area` is (equal within 2e-13 of it on their own data); lines and points have none.
 */
export function area(shape: Shape): number {
  switch (shape.kind) {
    case "box":
    case "rotatedBox":
      return shape.width * shape.height;
    case "polygon":
      return shape.rings.reduce((sum, ring) => sum + ringArea(ring), 0);
    case "polyline":
    case "point":
      return 0;
  }
}

/**
 * The four corners of a turned rectangle, in its own order: top left, top right, bottom right, bottom left before turning.
 * Quarter turns are exact: the sine of 90 degrees is 1 here, and its cosine 0.
 */
export function corners(shape: RotatedBoxShape): readonly [Position, Position, Position, Position] {
  const [cos, sin] = direction(shape.angle);
  const at = (dx: number, dy: number): Position => [shape.cx + dx * cos - dy * sin, shape.cy + dx * sin + dy * cos];
  const dx = shape.width / 2;
  const dy = shape.height / 2;
  return [at(-dx, -dy), at(dx, -dy), at(dx, dy), at(-dx, dy)];
}

/** The rings that a shape fills, for drawing and for formats that know only polygons. A line or a point fills none. */
export function outline(shape: Shape): readonly Ring[] {
  switch (shape.kind) {
    case "box": {
      const { x, y, width, height } = shape;
      return [
        [
          [x, y],
          [x + width, y],
          [x + width, y + height],
          [x, y + height],
        ],
      ];
    }
    case "rotatedBox":
      return [corners(shape)];
    case "polygon":
      return shape.rings;
    case "polyline":
    case "point":
      return [];
  }
}

/** The smallest upright rectangle around a shape, in source pixels (width and height are 0 for a point). */
export function boundingBox(shape: Shape): BoundingBox {
  switch (shape.kind) {
    case "box":
      return { x: shape.x, y: shape.y, width: shape.width, height: shape.height };
    case "rotatedBox":
      return around([corners(shape)]);
    case "polygon":
      return around(shape.rings);
    case "polyline":
      return around([shape.points]);
    case "point":
      return { x: shape.x, y: shape.y, width: 0, height: 0 };
  }
}

/** Cosine and sine of an angle in degrees, exact at quarter turns. */
function direction(angle: number): readonly [cos: number, sin: number] {
  switch (angle) {
    case 0:
      return [1, 0];
    case 90:
      return [0, 1];
    case 180:
      return [-1, 0];
    case 270:
      return [0, -1];
    default: {
      const radians = (angle * Math.PI) / 180;
      return [Math.cos(radians), Math.sin(radians)];
    }
  }
}

/** The smallest upright rectangle around many positions (a loop: spreading 10,000 arguments would fill the stack). */
function around(lines: readonly (readonly Position[])[]): BoundingBox {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const line of lines) {
    for (const [x, y] of line) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
