import type { LabelScene, Placed } from "./label-scene.ts";
import { NAME, traceShape } from "./label-style.ts";
import type { LabelStyles } from "./label-style.ts";
import { directionOf, linesOf } from "./shapes.ts";
import type { Bounds, Position } from "./shapes.ts";
import type { ViewPlace } from "./view-place.ts";

/** Pixels of the screen. Cells of names divide pieces, so that each cell is of one piece. */
const SIDE = 256;
const CELL = { width: 64, height: 16 } as const;
const PIECES_KEPT = 96;
/** How long a frame may draw pieces: what is left comes with the next ones. */
const BUDGET_MS = 6;
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
    if (places.length === 0) return;
    this.#forget();
    const { made, scale, angle } = this.#now ?? {};
    if (!made || scale === undefined || angle === undefined) return;
    if (places.length > MANY) return this.#clear(made);
    const areas = places.map((place) => aroundTurned(place, scale, angle));
    for (const [key, piece] of made) {
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
      piece.close();
      made.delete(key);
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
    const waits = this.#before !== null && begin - this.#turnedAt < RESTS_MS;
    let lacking = 0;
    for (const key of wanted) {
      if (now.made.has(key)) continue;
      if (waits || performance.now() - begin > BUDGET_MS) lacking += 1;
      else now.made.set(key, this.#piece(key, now, place));
    }
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
    for (const [key, piece] of now.made) {
      if (now.made.size <= PIECES_KEPT) break;
      piece.close();
      now.made.delete(key);
    }
    return lacking > 0;
  }

  end(): void {
    this.#forget();
    if (this.#now) this.#clear(this.#now.made);
    this.#now = null;
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
    this.#now = { scale, angle, ratio, made: new Map() };
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

  #piece(key: string, { scale, angle, ratio }: Pieces, place: ViewPlace): ImageBitmap {
    const [column = 0, row = 0] = key.split(",").map(Number);
    const [left, top] = [column * SIDE, row * SIDE];
    const [cos, sin] = directionOf(angle);
    const toPiece = ([x, y]: Position): Position => [
      (x * cos - y * sin) * scale - left,
      (x * sin + y * cos) * scale - top,
    ];
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
    const canvas = new OffscreenCanvas(placed.length === 0 ? 1 : SIDE * ratio, placed.length === 0 ? 1 : SIDE * ratio);
    const context = canvas.getContext("2d");
    if (context && placed.length > 0) {
      context.scale(ratio, ratio);
      context.lineWidth = LINE;
      // Only names hang over from far away.
      const inPiece = placed.filter(({ drawn }) => {
        const bounds = this.#scene.boundsOf(drawn.id);
        const around = bounds && aroundTurned(bounds, scale, angle);
        return (
          around &&
          around.right > left - OVER.right &&
          around.left < left + SIDE + OVER.right &&
          around.bottom > top - OVER.right &&
          around.top < top + SIDE + OVER.right
        );
      });
      this.#outlines(context, inPiece, toPiece);
      this.#names(context, placed, toPiece, scale);
    }
    return canvas.transferToImageBitmap();
  }

  #outlines(
    context: OffscreenCanvasRenderingContext2D,
    placed: readonly Placed[],
    toPiece: (at: Position) => Position,
  ): void {
    let style = "";
    let open = false;
    for (const { drawn } of placed) {
      if (drawn.classKey !== style) {
        if (open) context.stroke();
        style = drawn.classKey;
        const { color, dash } = this.#styles.of(style);
        context.strokeStyle = color;
        context.setLineDash([...dash]);
        context.beginPath();
      }
      open = true;
      traceShape(context, drawn.shape, toPiece);
    }
    if (open) context.stroke();
  }

  /** Names, one for each cell: that of the lowest label that begins there and is large enough. */
  #names(
    context: OffscreenCanvasRenderingContext2D,
    placed: readonly Placed[],
    toPiece: (at: Position) => Position,
    scale: number,
  ): void {
    const taken = new Set<string>();
    for (const { drawn } of placed) {
      const [line = []] = linesOf(drawn.shape);
      const [first] = line;
      if (!first) continue;
      const [x, y] = toPiece(first);
      if (x < -OVER.left || y < 0 || x >= SIDE || y >= SIDE + OVER.bottom) continue;
      const bounds = this.#scene.boundsOf(drawn.id);
      const side = bounds ? Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top) * scale : 0;
      if (drawn.shape.kind !== "point" && side < NAMED_FROM) continue;
      const cell = `${Math.floor(x / CELL.width)},${Math.floor(y / CELL.height)}`;
      if (taken.has(cell)) continue;
      taken.add(cell);
      if (x + NAME.width > 0) this.#styles.name(context, drawn.classKey, [x, y]);
    }
  }
}

/** The rectangle around a turned rectangle, in pixels of the screen from the image's first corner. */
function aroundTurned({ left, top, right, bottom }: Bounds, scale: number, angle: number): Bounds {
  const [cos, sin] = directionOf(angle);
  const [xs, ys]: [number[], number[]] = [[], []];
  for (const [x, y] of [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ] as const) {
    xs.push((x * cos - y * sin) * scale);
    ys.push((x * sin + y * cos) * scale);
  }
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
