import type { LabelScene, Placed } from "./label-scene.ts";
import { NAME, traceShape } from "./label-style.ts";
import type { LabelStyles } from "./label-style.ts";
import { directionOf, linesOf } from "./shapes.ts";
import type { Bounds, Position, Shape } from "./shapes.ts";
import type { ViewPlace } from "./view-place.ts";

/** Pixels of the screen. Cells of names divide pieces, so that each cell is of one piece. */
const SIDE = 256;
const CELL = { width: 64, height: 16 } as const;
const PIECES_KEPT = 96;
/** How long a frame may draw pieces, what is left of one comes with the next frames: less after a frame that came late, then more again. */
const BUDGET_MS = { least: 1, most: 6, more: 0.1 } as const;
/** Frames that are farther apart came late, or nobody asked for one. */
const LATE_MS = { from: 22, to: 150 } as const;
/** So many labels are drawn before the clock is looked at again. */
const AT_ONCE = 40;
/** Whoever zooms goes on zooming: nothing is drawn at a scale that has not lasted so long, where something can stand in. */
const RESTS_MS = 80;
const LINE = 2;
/** Labels smaller than this have no name: there is no room for it. */
const NAMED_FROM = 18;
/** More changes than this, and all is drawn anew. */
const MANY = 400;

/** What of a piece hangs over: names to the right and upwards of where they belong, lines to all sides. */
const OVER = { left: 3 * CELL.width, right: 8, top: 8, bottom: 2 * CELL.height } as const;

interface Pieces {
  readonly scale: number;
  readonly angle: number;
  readonly ratio: number;
  readonly made: Map<string, ImageBitmap>;
  /** Pieces that show what was there before a change: they stand in until they are drawn anew. */
  readonly stale: Set<string>;
}

/** Where a piece lies in the turned image, in pixels of the screen. */
interface Turned {
  readonly scale: number;
  readonly angle: number;
  readonly left: number;
  readonly top: number;
  readonly ratio: number;
}

/** A piece that is being drawn, a part of it at each frame. */
interface Begun {
  readonly key: string;
  readonly steps: Iterator<"last" | undefined, ImageBitmap>;
  /** Whether the next step is the last: the browser paints then what the others told it. */
  isLast: boolean;
}

/**
 * Labels as pieces of a picture at one scale and one angle: moving the window only puts them elsewhere, a change draws anew
 * the pieces that it meets. While they are being drawn at another scale the last ones stand in.
 */
export class LabelLayer {
  readonly #scene: LabelScene;
  readonly #styles: LabelStyles;
  #now: Pieces | null = null;
  #before: Pieces | null = null;
  #turnedAt = -Infinity;
  #begun: Begun | null = null;
  #budget: number = BUDGET_MS.most;
  #paintedAt = -Infinity;
  /** How long the last step of a piece took. */
  #lastMs = 0;
  /** The one that is drawn by whoever edits it. */
  #without: string | null = null;

  constructor(scene: LabelScene, styles: LabelStyles) {
    this.#scene = scene;
    this.#styles = styles;
  }

  /** Leaves one label out, until another is. */
  leaveOut(id: string | null): void {
    if (id === this.#without) return;
    const places = [this.#without, id].flatMap((one) => (one === null ? [] : (this.#scene.boundsOf(one) ?? [])));
    this.#without = id;
    this.changed(places);
  }

  /** Tells where labels changed, in the image. */
  changed(places: readonly Bounds[]): void {
    if (places.length === 0 || !this.#now) return;
    const { made, stale, scale, angle } = this.#now;
    if (places.length > MANY) {
      this.#begun = null;
      for (const key of made.keys()) stale.add(key);
      return;
    }
    const areas = places.map((place) => aroundTurned(place, scale, angle));
    for (const key of new Set([...made.keys(), ...(this.#begun ? [this.#begun.key] : [])])) {
      const [column = 0, row = 0] = key.split(",").map(Number);
      const [left, top] = [column * SIDE, row * SIDE];
      // A name that goes makes room for another of its cell, which hangs over, too.
      const meets = areas.some(
        (area) =>
          area.left - OVER.right - CELL.width < left + SIDE &&
          area.right + OVER.left + CELL.width > left &&
          area.top - OVER.bottom - CELL.height < top + SIDE &&
          area.bottom + OVER.top + CELL.height > top,
      );
      if (!meets) continue;
      if (this.#begun?.key === key) this.#begun = null;
      if (made.has(key)) stale.add(key);
    }
  }

  /** Draws what the window shows. True where pieces are still to be drawn. */
  paint(context: CanvasRenderingContext2D, place: ViewPlace, window: { width: number; height: number }): boolean {
    const { scale, angle, origin } = place;
    const ratio = devicePixelRatio;
    if (this.#now?.scale !== scale || this.#now.angle !== angle || this.#now.ratio !== ratio)
      this.#turnTo(place, ratio);
    const now = this.#now;
    if (!now) return false;
    // On pixels of the screen: nothing is blended again.
    const [left, top] = origin.map((value) => Math.round(value * ratio) / ratio);
    if (left === undefined || top === undefined) return false;
    const wanted: string[] = [];
    for (let row = Math.floor(-top / SIDE); row <= Math.floor((window.height - top) / SIDE); row += 1)
      for (let column = Math.floor(-left / SIDE); column <= Math.floor((window.width - left) / SIDE); column += 1)
        wanted.push(`${column},${row}`);
    const begin = performance.now();
    this.#spend(begin);
    if (this.#before === null || begin - this.#turnedAt >= RESTS_MS)
      this.#draw(wanted, now, place, begin + this.#budget);
    const lacking = wanted.filter((key) => !now.made.has(key)).length;
    const old = wanted.filter((key) => now.stale.has(key)).length;
    if (lacking > 0 && this.#before) {
      // Only where nothing has come yet: elsewhere each label would be there twice.
      context.save();
      context.beginPath();
      for (const key of wanted) {
        const [column = 0, row = 0] = key.split(",").map(Number);
        if (!now.made.has(key)) context.rect(left + column * SIDE, top + row * SIDE, SIDE, SIDE);
      }
      context.clip();
      this.#paintBefore(context, this.#before, place);
      context.restore();
    } else if (lacking === 0) this.#forget();
    for (const key of wanted) {
      const piece = now.made.get(key);
      if (!piece) continue;
      const [column = 0, row = 0] = key.split(",").map(Number);
      const [x, y] = [left + column * SIDE, top + row * SIDE];
      if (piece.width > 1) context.drawImage(piece, x, y, SIDE, SIDE);
      now.made.delete(key);
      now.made.set(key, piece);
    }
    // Those of the window come last and stay, however many they are.
    for (const [key, piece] of now.made) {
      if (now.made.size <= Math.max(PIECES_KEPT, 2 * wanted.length)) break;
      piece.close();
      now.made.delete(key);
      now.stale.delete(key);
    }
    return lacking + old > 0;
  }

  end(): void {
    this.#forget();
    if (this.#now) this.#clear(this.#now.made);
    this.#now = null;
  }

  /** What else a frame costs is not known, only whether it came in time. */
  #spend(begin: number): void {
    const since = begin - this.#paintedAt;
    this.#paintedAt = begin;
    this.#budget =
      since > LATE_MS.from && since < LATE_MS.to
        ? Math.max(BUDGET_MS.least, this.#budget / 2)
        : Math.min(BUDGET_MS.most, this.#budget + BUDGET_MS.more);
  }

  /** Goes on with pieces that are wanted, until a time of the page's clock. */
  #draw(wanted: readonly string[], now: Pieces, place: ViewPlace, until: number): void {
    if (this.#begun && !wanted.includes(this.#begun.key)) this.#begun = null;
    // The first step of a frame is taken in any case: there is no end otherwise where the last one takes longer than all the time.
    for (let first = true; ; first = false) {
      const key = this.#begun?.key ?? wanted.find((one) => !now.made.has(one) || now.stale.has(one));
      if (key === undefined) return;
      this.#begun ??= { key, steps: this.#piece(key, now, place), isLast: false };
      const since = performance.now();
      if (!first && since + (this.#begun.isLast ? this.#lastMs : 0) >= until) return;
      const { done, value } = this.#begun.steps.next();
      if (!done) {
        this.#begun.isLast = value === "last";
        continue;
      }
      this.#lastMs = performance.now() - since;
      now.made.get(key)?.close();
      now.made.set(key, value);
      now.stale.delete(key);
      this.#begun = null;
    }
  }

  #clear(made: Map<string, ImageBitmap>): void {
    for (const piece of made.values()) piece.close();
    made.clear();
  }

  #forget(): void {
    if (this.#before) this.#clear(this.#before.made);
    this.#before = null;
  }

  #turnTo({ scale, angle }: ViewPlace, ratio: number): void {
    if (this.#now && (this.#before === null || this.#now.made.size >= this.#before.made.size)) {
      this.#forget();
      this.#before = this.#now;
    } else if (this.#now) this.#clear(this.#now.made);
    this.#begun = null;
    this.#now = { scale, angle, ratio, made: new Map(), stale: new Set() };
    this.#turnedAt = performance.now();
  }

  #paintBefore(context: CanvasRenderingContext2D, before: Pieces, { scale, angle, origin }: ViewPlace): void {
    context.translate(origin[0], origin[1]);
    context.rotate(((angle - before.angle) * Math.PI) / 180);
    context.scale(scale / before.scale, scale / before.scale);
    for (const [key, piece] of before.made) {
      const [column = 0, row = 0] = key.split(",").map(Number);
      if (piece.width > 1) context.drawImage(piece, column * SIDE, row * SIDE, SIDE, SIDE);
    }
  }

  /** A piece, of which each step draws some labels. */
  *#piece(key: string, { scale, angle, ratio }: Pieces, place: ViewPlace): Generator<"last" | undefined, ImageBitmap> {
    const [column = 0, row = 0] = key.split(",").map(Number);
    const [left, top] = [column * SIDE, row * SIDE];
    const [ox, oy] = place.origin;
    const corners = [
      [left - OVER.left, top - OVER.top],
      [left + SIDE + OVER.right, top - OVER.top],
      [left + SIDE + OVER.right, top + SIDE + OVER.bottom],
      [left - OVER.left, top + SIDE + OVER.bottom],
    ].map(([x = 0, y = 0]) => place.toImage([x + ox, y + oy]));
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const area = { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
    const placed = this.#scene.within(area).filter(({ drawn }) => drawn.id !== this.#without);
    const side = placed.length === 0 ? 1 : SIDE * ratio;
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext("2d");
    if (context && placed.length > 0) {
      yield undefined;
      const to: Turned = { scale, angle, left, top, ratio };
      context.lineWidth = LINE;
      yield* this.#outlines(context, placed, to);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      yield* this.#names(context, placed, to);
      yield "last";
    }
    return canvas.transferToImageBitmap();
  }

  *#outlines(context: OffscreenCanvasRenderingContext2D, placed: readonly Placed[], to: Turned): Generator<undefined> {
    const { scale, ratio, left, top } = to;
    const [cos, sin] = directionOf(to.angle).map((value) => value * scale * ratio);
    let style: string | null = null;
    let solid = true;
    const stroke = (): void => {
      // Lines are as wide on the screen at each scale.
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const { lines } = this.#styles.of(style ?? "");
      if (!lines) return context.stroke();
      for (const line of lines) {
        context.strokeStyle = line.color;
        context.lineWidth = line.width;
        context.stroke();
      }
    };
    for (const [n, { drawn }] of placed.entries()) {
      if (n % AT_ONCE === AT_ONCE - 1) yield undefined;
      // Only names hang over from far away.
      const bounds = this.#scene.boundsOf(drawn.id);
      if (!bounds || !meetsPiece(bounds, to)) continue;
      if (drawn.classKey !== style) {
        if (style !== null) stroke();
        style = drawn.classKey;
        const { color, dash } = this.#styles.of(style);
        context.strokeStyle = color;
        if (!solid || dash.length > 0) context.setLineDash([...dash]);
        solid = dash.length === 0;
        context.beginPath();
        context.setTransform(cos ?? 1, sin ?? 0, -(sin ?? 0), cos ?? 1, -left * ratio, -top * ratio);
      }
      traceShape(context, drawn.shape, asIs, 1 / scale);
    }
    if (style !== null) stroke();
  }

  /** Names, one for each cell: that of the lowest label that begins there and is large enough. */
  *#names(
    context: OffscreenCanvasRenderingContext2D,
    placed: readonly Placed[],
    { scale, angle, left, top }: Turned,
  ): Generator<undefined> {
    const [cos, sin] = directionOf(angle);
    const taken = new Set<number>();
    for (const [n, { drawn }] of placed.entries()) {
      if (n % AT_ONCE === AT_ONCE - 1) yield undefined;
      const [ix, iy] = firstOf(drawn.shape);
      const [x, y] = [(ix * cos - iy * sin) * scale - left, (ix * sin + iy * cos) * scale - top];
      if (x < -OVER.left || y < 0 || x >= SIDE || y >= SIDE + OVER.bottom) continue;
      const bounds = this.#scene.boundsOf(drawn.id);
      const side = bounds ? Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top) * scale : 0;
      if (drawn.shape.kind !== "point" && side < NAMED_FROM) continue;
      const cell = Math.floor(x / CELL.width) * SIDE + Math.floor(y / CELL.height);
      if (taken.has(cell)) continue;
      taken.add(cell);
      if (x + NAME.width > 0) this.#styles.name(context, drawn.classKey, [x, y]);
    }
  }
}

const asIs = (at: Position): Position => at;

/** Where a shape's name belongs: its first corner. */
function firstOf(shape: Shape): Position {
  if (shape.kind === "box" || shape.kind === "point") return [shape.x, shape.y];
  return linesOf(shape)[0]?.[0] ?? [0, 0];
}

/** Whether what lies in this rectangle of the image is to be seen in a piece. */
function meetsPiece(bounds: Bounds, { scale, angle, left, top }: Turned): boolean {
  const around = aroundTurned(bounds, scale, angle);
  return (
    around.right > left - OVER.right &&
    around.left < left + SIDE + OVER.right &&
    around.bottom > top - OVER.right &&
    around.top < top + SIDE + OVER.right
  );
}

/** The rectangle around a turned rectangle, in pixels of the screen from the image's first corner. */
function aroundTurned({ left, top, right, bottom }: Bounds, scale: number, angle: number): Bounds {
  const [cos, sin] = directionOf(angle);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const [middleX, middleY] = [(x * cos - y * sin) * scale, (x * sin + y * cos) * scale];
  const wide = (Math.abs(cos) * (right - x) + Math.abs(sin) * (bottom - y)) * scale;
  const high = (Math.abs(sin) * (right - x) + Math.abs(cos) * (bottom - y)) * scale;
  return { left: middleX - wide, top: middleY - high, right: middleX + wide, bottom: middleY + high };
}
