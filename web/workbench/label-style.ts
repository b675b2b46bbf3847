import { cutsOf } from "./rings.ts";
import { closes, linesOf } from "./shapes.ts";
import type { Position, Shape } from "./shapes.ts";

const COLORS = [
  "#ff5c39",
  "#39c5ff",
  "#9dff39",
  "#ffd039",
  "#e07bff",
  "#39ffc0",
  "#ff7bb0",
  "#b0b0ff",
  "#ffffff",
] as const;
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
/** Outline of names: readable on any ground. */
const GROUND = "#101214";
const FONT = "600 12px system-ui, sans-serif";
const POINT_RADIUS = 6;

/** The most that a name takes of the screen, in its pixels: longer ones are cut off. */
export const NAME = { width: 184, height: 18 } as const;

/** How a class is drawn: a color and a dash. Its name stands beside it, so that color is never alone. */
export interface Style {
  readonly color: string;
  readonly dash: readonly number[];
  /** Lines one over the other in place of one in its color, the lowest first: seen on any ground. Widths in pixels of the screen. */
  readonly lines?: readonly { readonly color: string; readonly width: number }[];
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Styles of classes in their order, and their names as small pictures: drawing text again and again is slow. */
export class LabelStyles {
  readonly #styles = new Map<string, Style>();
  readonly #names = new Map<string, OffscreenCanvas>();
  readonly #nameOf: (classKey: string) => string;
  readonly #one: Style | null;
  #ratio = 0;

  /** Gives every class (by its key) its own, or all of them one; what they are called is told by `nameOf`. */
  constructor(classes: readonly string[], nameOf = (classKey: string): string => classKey, one: Style | null = null) {
    this.#nameOf = nameOf;
    this.#one = one;
    for (const [index, key] of classes.entries())
      this.#styles.set(key, {
        color: COLORS[index % COLORS.length] ?? COLORS[0],
        dash: DASHES[Math.floor(index / COLORS.length) % DASHES.length] ?? [],
      });
  }

  of(classKey: string): Style {
    return this.#one ?? this.#styles.get(classKey) ?? { color: COLORS[0], dash: [] };
  }

  /** Writes the name of a class above a position of the screen. */
  name(context: Context, classKey: string, [x, y]: Position): void {
    const ratio = devicePixelRatio;
    if (ratio !== this.#ratio) this.#names.clear();
    this.#ratio = ratio;
    const made = this.#names.get(classKey) ?? this.#draw(classKey, ratio);
    this.#names.set(classKey, made);
    context.drawImage(made, x, y - NAME.height, made.width / ratio, made.height / ratio);
  }

  #draw(classKey: string, ratio: number): OffscreenCanvas {
    const name = this.#nameOf(classKey);
    const canvas = new OffscreenCanvas(1, 1);
    const measuring = canvas.getContext("2d");
    if (measuring) measuring.font = FONT;
    const wide = Math.min(NAME.width, Math.ceil((measuring?.measureText(name).width ?? 0) + 4));
    [canvas.width, canvas.height] = [Math.ceil(wide * ratio), Math.ceil(NAME.height * ratio)];
    const context = canvas.getContext("2d");
    if (!context) return canvas;
    context.scale(ratio, ratio);
    context.font = FONT;
    context.strokeStyle = GROUND;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeText(name, 2, NAME.height - 5);
    context.fillStyle = this.of(classKey).color;
    context.fillText(name, 2, NAME.height - 5);
    return canvas;
  }
}

/**
 * Puts the outline of a shape into the path; `toScreen` brings positions to where they are drawn. Where the context brings them
 * there, `unit` is how much of its grid is a pixel of the screen.
 */
export function traceShape(
  context: Context | Path2D,
  shape: Shape,
  toScreen: (at: Position) => Position,
  unit = 1,
): void {
  if (shape.kind === "point") {
    const [x, y] = toScreen([shape.x, shape.y]);
    context.moveTo(x + POINT_RADIUS * unit, y);
    context.arc(x, y, POINT_RADIUS * unit, 0, 2 * Math.PI);
    return;
  }
  for (const line of linesOf(shape)) {
    const cuts = shape.kind === "polygon" ? cutsOf(line) : null;
    const [first] = line;
    if (!first) continue;
    const [x0, y0] = toScreen(first);
    context.moveTo(x0, y0);
    for (let at = 1; at < line.length; at += 1) {
      const corner = line[at];
      if (!corner) continue;
      const [x, y] = toScreen(corner);
      if (cuts?.has(at - 1)) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    if (!closes(shape)) continue;
    if (cuts && cuts.size > 0) {
      if (!cuts.has(line.length - 1)) context.lineTo(x0, y0);
    } else context.closePath();
  }
}
