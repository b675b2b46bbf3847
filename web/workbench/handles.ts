import { cutsOf } from "./rings.ts";
import { refusalOf } from "./shape-check.ts";
import { boxBetween, directionOf, linesOf, onGrid, rounded, turned, within } from "./shapes.ts";
import type { Grid, Position, RotatedBox, Shape } from "./shapes.ts";

/** What a shape is changed by. `line` is the ring of a polygon. A middle becomes a vertex when it is taken. */
export interface Handle {
  readonly kind: "corner" | "side" | "turn" | "vertex" | "middle";
  readonly line: number;
  readonly index: number;
  readonly at: Position;
}

/** How far from a turned box its handle to turn is, in pixels of the screen. */
const TURN_AWAY = 24;

const middle = ([ax, ay]: Position, [bx, by]: Position): Position => [(ax + bx) / 2, (ay + by) / 2];

/** Handles of a shape, vertices first. `scale` is screen pixels for one of the image. */
export function handlesOf(shape: Shape, scale: number): readonly Handle[] {
  const lines = linesOf(shape);
  const [corners = []] = lines;
  if (shape.kind === "box" || shape.kind === "rotatedBox") {
    const sides = corners.map((at, index) => middle(at, corners[(index + 1) % 4] ?? at));
    const [top] = sides;
    const [cos, sin] = directionOf(shape.kind === "rotatedBox" ? shape.angle : 0);
    const away = TURN_AWAY / scale;
    return [
      ...corners.map((at, index): Handle => ({ kind: "corner", line: 0, index, at })),
      ...sides.map((at, index): Handle => ({ kind: "side", line: 0, index, at })),
      ...(shape.kind === "rotatedBox" && top
        ? [{ kind: "turn", line: 0, index: 0, at: [top[0] + sin * away, top[1] - cos * away] } as const]
        : []),
    ];
  }
  const vertices = lines.flatMap((line, number) =>
    line.map((at, index): Handle => ({ kind: "vertex", line: number, index, at })),
  );
  if (shape.kind === "point") return vertices;
  const middles = lines.flatMap((line, number) => {
    const cuts = shape.kind === "polygon" ? cutsOf(line) : new Set<number>();
    return line.flatMap((at, index): Handle[] => {
      const next = line[shape.kind === "polygon" ? (index + 1) % line.length : index + 1];
      return next && !cuts.has(index) ? [{ kind: "middle", line: number, index, at: middle(at, next) }] : [];
    });
  });
  return [...vertices, ...middles];
}

type Lined = Extract<Shape, { kind: "polygon" | "polyline" }>;

/** A polygon or line with one of its lines changed. */
const withLine = (shape: Lined, number: number, change: (line: readonly Position[]) => readonly Position[]): Shape =>
  shape.kind === "polyline"
    ? { kind: "polyline", points: change(shape.points) }
    : { kind: "polygon", rings: shape.rings.map((ring, at) => (at === number ? change(ring) : ring)) };

const isLined = (shape: Shape): shape is Lined => shape.kind === "polygon" || shape.kind === "polyline";

/** A shape with a vertex more, in the middle of the edge after `index`. Null where it has none there. */
export function inserted(shape: Shape, { line, index }: Handle): readonly [Shape, Handle] | null {
  if (!isLined(shape)) return null;
  const positions = linesOf(shape)[line] ?? [];
  const from = positions[index];
  const next = positions[shape.kind === "polygon" ? (index + 1) % positions.length : index + 1];
  if (!from || !next || (shape.kind === "polygon" && cutsOf(positions).has(index))) return null;
  const [x, y] = middle(from, next);
  const at: Position = [rounded(x), rounded(y)];
  const made = withLine(shape, line, (all) => all.toSpliced(index + 1, 0, at));
  return [made, { kind: "vertex", line, index: index + 1, at }];
}

/** A shape without one of its vertices; null where too few would be left, or a cut to a hole begins there. */
export function without(shape: Shape, { kind, line, index }: Handle, grid: Grid): Shape | null {
  if (!isLined(shape) || kind !== "vertex") return null;
  const positions = linesOf(shape)[line] ?? [];
  const at = positions[index];
  if (!at || positions.filter(([x, y]) => x === at[0] && y === at[1]).length > 1) return null;
  const made = withLine(shape, line, (all) => all.toSpliced(index, 1));
  return refusalOf(made, grid) === null ? made : null;
}

/** A side of a turned box brought through a position: the opposite one stays, as the opposite corner does of a corner. */
function stretched(shape: RotatedBox, [x, y]: Position, index: number, corner: boolean): RotatedBox {
  const [cos, sin] = directionOf(shape.angle);
  const [dx, dy] = [x - shape.cx, y - shape.cy];
  // In the box's own axes, from its centre.
  const [u, v] = [dx * cos + dy * sin, dy * cos - dx * sin];
  const right = corner ? index === 1 || index === 2 : index === 1;
  const below = corner ? index > 1 : index === 2;
  const wide = corner || index % 2 === 1;
  const high = corner || index % 2 === 0;
  const [fu, fv] = [((right ? -1 : 1) * shape.width) / 2, ((below ? -1 : 1) * shape.height) / 2];
  const [mu, mv] = [wide ? (u + fu) / 2 : 0, high ? (v + fv) / 2 : 0];
  return {
    ...shape,
    cx: rounded(shape.cx + mu * cos - mv * sin),
    cy: rounded(shape.cy + mu * sin + mv * cos),
    width: rounded(wide ? Math.max(Math.abs(u - fu), 1) : shape.width),
    height: rounded(high ? Math.max(Math.abs(v - fv), 1) : shape.height),
  };
}

/** A shape whose handle was brought to a position; null where the server would not take what it becomes. */
export function dragged(shape: Shape, { kind, line, index, at: was }: Handle, to: Position, grid: Grid): Shape | null {
  const made = ((): Shape | null => {
    switch (shape.kind) {
      case "point": {
        const [x, y] = onGrid(to, grid);
        return { kind: "point", x, y };
      }
      case "box": {
        const [corners = []] = linesOf(shape);
        const fixed = corners[(index + 2) % 4];
        const own = corners[index];
        const [x, y] = onGrid(to, grid);
        if (!fixed || !own) return null;
        if (kind === "corner") return boxBetween(fixed, [x, y], grid.width, grid.height);
        return boxBetween(fixed, index % 2 === 0 ? [own[0], y] : [x, own[1]], grid.width, grid.height);
      }
      case "rotatedBox": {
        if (kind !== "turn") return stretched(shape, to, index, kind === "corner");
        const angle = turned((Math.atan2(to[1] - shape.cy, to[0] - shape.cx) * 180) / Math.PI + 90);
        return { ...shape, angle };
      }
      case "polygon":
      case "polyline": {
        const brought = onGrid(to, grid);
        // Both ends of a cut go together.
        return withLine(shape, line, (all) =>
          all.map((one) => (one[0] === was[0] && one[1] === was[1] ? brought : one)),
        );
      }
    }
  })();
  return made && refusalOf(made, grid) === null ? made : null;
}

/** A turned box turned further by so many degrees. */
export const turnedBy = (shape: RotatedBox, by: number): RotatedBox => ({ ...shape, angle: turned(shape.angle + by) });

/** The handle that is the same one on the shape as it has become. */
export function again(shape: Shape, { kind, line, index }: Handle, scale: number): Handle | null {
  return handlesOf(shape, scale).find((one) => one.kind === kind && one.line === line && one.index === index) ?? null;
}

/** The next handle but for middles, or the one before; round and round. */
export function nextHandle(shape: Shape, handle: Handle | null, scale: number, step: 1 | -1): Handle | null {
  const all = handlesOf(shape, scale).filter(({ kind }) => kind !== "middle");
  const at = handle
    ? all.findIndex((one) => one.kind === handle.kind && one.line === handle.line && one.index === handle.index)
    : -1;
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
  return all[within(next, 0, all.length - 1)] ?? null;
}
