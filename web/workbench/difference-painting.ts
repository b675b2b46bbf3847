import type { Drawn } from "./drawing.ts";
import { boundsOf } from "./shapes.ts";
import { TEXT } from "./text.ts";
import type { Viewer } from "./viewer.ts";

type Context = CanvasRenderingContext2D;

const [DARK, LIGHT] = ["#000000", "#ffffff"];
const FONT = "600 12px system-ui, sans-serif";
/** Pixels of the screen between a label and the frame around it. */
const MARGIN = 6;
/** More words than these would hide what they are about; frames are drawn around all. */
const MOST_WORDS = 200;

/** A text that is read on any ground. */
function write(context: Context, text: string, x: number, y: number): void {
  context.strokeStyle = DARK;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.fillStyle = LIGHT;
  context.fillText(text, x, y);
}

/**
 * Frames what only the opinion on this side has: a second outline, upright on the screen, of long and short dashes, and a word
 * below it; no color says it alone.
 */
export function paintOnlyHere(context: Context, only: readonly Drawn[], side: "A" | "B", viewer: Viewer): void {
  const { clientWidth: across, clientHeight: down } = viewer.canvas;
  context.font = FONT;
  let words = 0;
  for (const { shape } of only) {
    const { left, top, right, bottom } = boundsOf(shape);
    const corners = [
      viewer.toScreen([left, top]),
      viewer.toScreen([right, top]),
      viewer.toScreen([right, bottom]),
      viewer.toScreen([left, bottom]),
    ];
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const [x, y] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
    const [width, height] = [Math.max(...xs) + MARGIN - x, Math.max(...ys) + MARGIN - y];
    if (x > across || y > down || x + width < 0 || y + height < 0) continue;
    context.setLineDash([]);
    context.strokeStyle = DARK;
    context.lineWidth = 4;
    context.strokeRect(x, y, width, height);
    context.setLineDash([9, 3, 2, 3]);
    context.strokeStyle = LIGHT;
    context.lineWidth = 2;
    context.strokeRect(x, y, width, height);
    context.setLineDash([]);
    words += 1;
    if (words <= MOST_WORDS) write(context, TEXT.judging.onlyIn(side), x + 2, y + height + 14);
  }
}

/** Says at the top of a window which side it is, and whose opinion stands there. */
export function paintSide(context: Context, side: "A" | "B", opinion: number, viewer: Viewer): void {
  context.font = "700 14px system-ui, sans-serif";
  context.textAlign = "center";
  write(context, TEXT.judging.side(side, opinion), viewer.canvas.clientWidth / 2, 20);
  context.textAlign = "start";
}
