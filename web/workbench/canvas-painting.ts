import type { Drawn } from "./drawing.ts";
import type { Handle } from "./handles.ts";
import { traceShape } from "./label-style.ts";
import type { LabelStyles } from "./label-style.ts";
import { linesOf } from "./shapes.ts";
import type { Grid, Position, Shape } from "./shapes.ts";

type ToScreen = (at: Position) => Position;
type Context = CanvasRenderingContext2D;

const DARK = "#000000";
const LIGHT = "#ffffff";
/** Handles that are drawn at most: more would hide what they are for. */
const MOST_HANDLES = 1_000;

/** Strokes the path dark and light, so that it is seen on any ground. */
function strokeTwice(context: Context): void {
  for (const [color, width] of [
    [DARK, 3],
    [LIGHT, 1],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}

/** The selected label: thicker, filled a little, always with its name. */
export function paintSelected(context: Context, { classKey, shape }: Drawn, styles: LabelStyles, to: ToScreen): void {
  const { color, dash } = styles.of(classKey);
  context.beginPath();
  traceShape(context, shape, to);
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 4;
  context.setLineDash([...dash]);
  context.stroke();
  context.setLineDash([]);
  if (shape.kind !== "polyline") {
    context.globalAlpha = 0.15;
    context.beginPath();
    for (const line of shape.kind === "point" ? [] : linesOf(shape)) {
      for (const [at, corner] of line.entries()) {
        const [x, y] = to(corner);
        if (at === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.closePath();
    }
    context.fill("evenodd");
    context.globalAlpha = 1;
  }
  const [first] = linesOf(shape)[0] ?? [];
  if (first) styles.name(context, classKey, to(first));
}

/** Handles of the selected label: squares to drag, small rings where a click makes a vertex; the taken one is larger. */
export function paintHandles(
  context: Context,
  handles: readonly Handle[],
  taken: Handle | null,
  to: ToScreen,
  { width, height }: Grid,
): void {
  let painted = 0;
  for (const { kind, line, index, at } of handles) {
    const [x, y] = to(at);
    if (x < -8 || y < -8 || x > width + 8 || y > height + 8) continue;
    painted += 1;
    if (painted > MOST_HANDLES) return;
    const isTaken = taken?.kind === kind && taken.line === line && taken.index === index;
    const side = isTaken ? 7 : kind === "middle" ? 2.5 : 4;
    context.beginPath();
    if (kind === "middle" || kind === "turn") context.arc(x, y, side, 0, 2 * Math.PI);
    else context.rect(x - side, y - side, 2 * side, 2 * side);
    context.fillStyle = isTaken ? DARK : LIGHT;
    context.fill();
    strokeTwice(context);
  }
}

/** What is half drawn. */
export function paintLine(context: Context, shape: Shape, to: ToScreen): void {
  context.beginPath();
  traceShape(context, shape, to);
  strokeTwice(context);
}

/** The ruler with what is said of its length. */
export function paintRuler(context: Context, [ax, ay]: Position, [bx, by]: Position, text: string): void {
  context.beginPath();
  context.moveTo(ax, ay);
  context.lineTo(bx, by);
  for (const [x, y] of [
    [ax, ay],
    [bx, by],
  ] as const) {
    context.moveTo(x + 4, y);
    context.arc(x, y, 4, 0, 2 * Math.PI);
  }
  strokeTwice(context);
  context.font = "600 13px system-ui, sans-serif";
  context.strokeStyle = DARK;
  context.lineWidth = 4;
  context.fillStyle = LIGHT;
  context.strokeText(text, (ax + bx) / 2 + 8, (ay + by) / 2 - 8);
  context.fillText(text, (ax + bx) / 2 + 8, (ay + by) / 2 - 8);
}

/** The crosshair. */
export function paintCross(context: Context, [x, y]: Position): void {
  context.beginPath();
  context.moveTo(x - 12, y);
  context.lineTo(x + 12, y);
  context.moveTo(x, y - 12);
  context.lineTo(x, y + 12);
  strokeTwice(context);
}
