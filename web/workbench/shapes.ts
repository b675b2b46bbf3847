/** A position in pixels of the stored grid: x to the right, y down. */
export type Position = readonly [x: number, y: number];

/** A box that is turned around its centre by degrees, clockwise as seen on the screen, 0 <= angle < 360. */
export interface RotatedBox {
  readonly kind: "rotatedBox";
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
}

/** What can be drawn here, as the server takes it. Rings of a polygon are parts of one object; a hole is cut into its ring. */
export type Shape =
  | { readonly kind: "box"; readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  | RotatedBox
  | { readonly kind: "polygon"; readonly rings: readonly (readonly Position[])[] }
  | { readonly kind: "polyline"; readonly points: readonly Position[] }
  | { readonly kind: "point"; readonly x: number; readonly y: number };

/** The pixel grid that a shape lies on. */
export interface Grid {
  readonly width: number;
  readonly height: number;
}

/** An upright rectangle by its sides. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Hundredths of a pixel are more than anybody can point at. */
export const rounded = (value: number): number => Math.round(value * 100) / 100 + 0;

/** A value that is brought between two others. */
export const within = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** A position that is brought onto the grid, in hundredths of a pixel. */
export const onGrid = ([x, y]: Position, { width, height }: Grid): Position => [
  rounded(within(x, 0, width)),
  rounded(within(y, 0, height)),
];

/** Cosine and sine of an angle in degrees, exact at quarter turns. */
export function directionOf(angle: number): readonly [cos: number, sin: number] {
  const quarter = [0, 90, 180, 270].indexOf(angle);
  const exact = (
    [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ] as const
  )[quarter];
  if (exact) return exact;
  const radians = (angle * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/** Degrees in 0 <= angle < 360, in hundredths. */
export function turned(angle: number): number {
  const brought = rounded(angle % 360);
  return brought < 0 ? rounded(brought + 360) % 360 : brought % 360;
}

/** Lines of a shape: rings of a polygon, four corners of a box, the positions of a line, one of a point. */
export function linesOf(shape: Shape): readonly (readonly Position[])[] {
  switch (shape.kind) {
    case "polygon":
      return shape.rings;
    case "polyline":
      return [shape.points];
    case "point":
      return [[[shape.x, shape.y]]];
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
    case "rotatedBox": {
      const { cx, cy, width, height, angle } = shape;
      const [cos, sin] = directionOf(angle);
      const at = (dx: number, dy: number): Position => [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos];
      const [dx, dy] = [width / 2, height / 2];
      return [[at(-dx, -dy), at(dx, -dy), at(dx, dy), at(-dx, dy)]];
    }
  }
}

/** Whether the last position of a shape's lines leads back to the first. */
export const closes = ({ kind }: Shape): boolean => kind !== "polyline" && kind !== "point";

/** Calls for each edge of a shape until one call says true; whether one did. */
export function someEdge(shape: Shape, found: (from: Position, to: Position) => boolean): boolean {
  for (const line of linesOf(shape)) {
    let from = closes(shape) ? line.at(-1) : undefined;
    for (const to of line) {
      if (from && found(from, to)) return true;
      from = to;
    }
  }
  return false;
}

/** The smallest upright rectangle around a shape. */
export function boundsOf(shape: Shape): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of linesOf(shape))
    for (const [x, y] of line) {
      if (x < left) left = x;
      if (y < top) top = y;
      if (x > right) right = x;
      if (y > bottom) bottom = y;
    }
  return { left, top, right, bottom };
}

/** How far a position is from a segment, and where on it is nearest. */
export function nearestOn([ax, ay]: Position, [bx, by]: Position, [x, y]: Position): readonly [number, Position] {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : within(((x - ax) * dx + (y - ay) * dy) / length, 0, 1);
  const at: Position = [ax + t * dx, ay + t * dy];
  return [Math.hypot(at[0] - x, at[1] - y), at];
}

/** Whether a position is inside rings, even-odd. */
export function insideRings(rings: readonly (readonly Position[])[], [x, y]: Position): boolean {
  let inside = false;
  for (const ring of rings) {
    let [bx, by] = ring.at(-1) ?? [0, 0];
    for (const [ax, ay] of ring) {
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      [bx, by] = [ax, ay];
    }
  }
  return inside;
}

/** Whether a position is on a shape, or as near to a point, a line or the edge of a box as `near`. */
export function isOn(shape: Shape, at: Position, near: number): boolean {
  const [x, y] = at;
  switch (shape.kind) {
    case "point":
      return Math.hypot(shape.x - x, shape.y - y) <= near;
    case "box":
      return (
        x >= shape.x - near &&
        y >= shape.y - near &&
        x <= shape.x + shape.width + near &&
        y <= shape.y + shape.height + near
      );
    case "rotatedBox": {
      const [cos, sin] = directionOf(shape.angle);
      const [dx, dy] = [x - shape.cx, y - shape.cy];
      return (
        Math.abs(dx * cos + dy * sin) <= shape.width / 2 + near &&
        Math.abs(dy * cos - dx * sin) <= shape.height / 2 + near
      );
    }
    case "polyline":
      return someEdge(shape, (from, to) => nearestOn(from, to, at)[0] <= near);
    case "polygon":
      return insideRings(shape.rings, at);
  }
}

/** A shape with each of its positions moved by so much. */
function shifted(shape: Shape, dx: number, dy: number): Shape {
  const move = ([x, y]: Position): Position => [rounded(x + dx), rounded(y + dy)];
  switch (shape.kind) {
    case "polygon":
      return { ...shape, rings: shape.rings.map((ring) => ring.map(move)) };
    case "polyline":
      return { ...shape, points: shape.points.map(move) };
    case "rotatedBox":
      return { ...shape, cx: rounded(shape.cx + dx), cy: rounded(shape.cy + dy) };
    case "box":
    case "point":
      return { ...shape, x: rounded(shape.x + dx), y: rounded(shape.y + dy) };
  }
}

/** A shape moved by so many pixels, no further than the image goes; of a turned box its centre stays on it. */
export function moved(shape: Shape, [dx, dy]: Position, width: number, height: number): Shape {
  const { left, top, right, bottom } =
    shape.kind === "rotatedBox"
      ? { left: shape.cx, top: shape.cy, right: shape.cx, bottom: shape.cy }
      : boundsOf(shape);
  return shifted(shape, within(dx, -left, width - right), within(dy, -top, height - bottom));
}

/** The box between two corners, whichever way it was drawn, inside an image; null where it has no area. */
export function boxBetween(from: Position, to: Position, width: number, height: number): Shape | null {
  const [[ax, ay], [bx, by]] = [onGrid(from, { width, height }), onGrid(to, { width, height })];
  const [left, top] = [Math.min(ax, bx), Math.min(ay, by)];
  const [wide, high] = [rounded(Math.abs(ax - bx)), rounded(Math.abs(ay - by))];
  return wide < 1 || high < 1 ? null : { kind: "box", x: left, y: top, width: wide, height: high };
}

/** The turned box with one side between two positions and the opposite one through a third; null where it has no area. */
export function rotatedBoxOf([ax, ay]: Position, [bx, by]: Position, [x, y]: Position): RotatedBox | null {
  const [dx, dy] = [bx - ax, by - ay];
  const width = Math.hypot(dx, dy);
  if (width < 1) return null;
  const away = ((x - ax) * -dy + (y - ay) * dx) / width;
  if (Math.abs(away) < 1) return null;
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  return {
    kind: "rotatedBox",
    cx: rounded(mx - (dy / width) * (away / 2)),
    cy: rounded(my + (dx / width) * (away / 2)),
    width: rounded(width),
    height: rounded(Math.abs(away)),
    angle: turned((Math.atan2(dy, dx) * 180) / Math.PI),
  };
}

/** These positions in hundredths of a pixel, without repeated neighbours. */
export const distinct = (corners: readonly Position[]): readonly Position[] =>
  corners
    .map(([x, y]): Position => [rounded(x), rounded(y)])
    .filter(([x, y], at, all) => at === 0 || x !== all[at - 1]?.[0] || y !== all[at - 1]?.[1]);

/** Area inside a ring in square pixels: positive where it runs from the x axis towards the y axis. */
export function areaOf(ring: readonly Position[]): number {
  let twice = 0;
  let [px, py] = ring.at(-1) ?? [0, 0];
  for (const [x, y] of ring) {
    twice += px * y - x * py;
    [px, py] = [x, y];
  }
  return twice / 2;
}

/** The polygon of these corners; null where it has no area. */
export function polygonOf(corners: readonly Position[]): Shape | null {
  const ring = distinct(corners);
  return ring.length > 2 && Math.abs(areaOf(ring)) > 0.5 ? { kind: "polygon", rings: [ring] } : null;
}

/** The line through these positions; null where it has no length. */
export function polylineOf(corners: readonly Position[]): Shape | null {
  const points = distinct(corners);
  return points.length > 1 ? { kind: "polyline", points } : null;
}
