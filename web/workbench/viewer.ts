import { openView, serverNow, tile } from "./api.ts";
import type { View } from "./api.ts";
import type { Position } from "./drawing.ts";

const MOST_ZOOM = 32;
const GRID_FROM = 8;
const SMOOTH_BELOW = 3;
const TILES_KEPT = 400;
const AT_ONCE = 6;
const STEP = 1.25;
const RESTS_MS = 5_000;

interface Wanted {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/**
 * Shows an image in tiles on a canvas: zoom to the pointer up to 32 screen pixels for one of the image, a grid of pixels from
 * 8 on. Coordinates are pixels of the stored grid. Tiles are kept in memory only, and dropped with the viewer.
 */
export class Viewer {
  readonly canvas: HTMLCanvasElement;
  readonly #assetId: string;
  readonly #paint: (context: CanvasRenderingContext2D) => void;
  #view: View;
  #scale = 1;
  #left = 0;
  #top = 0;
  #frame = 0;
  #ended = false;
  #fetching = 0;
  #opening: Promise<void> | null = null;
  /** Whether this view was opened because tiles of one before did not come. */
  #reopened = false;
  readonly #tiles = new Map<string, ImageBitmap | "wanted">();
  /** When tiles did not come: they are asked for again after a while, not at every frame. */
  readonly #failed = new Map<string, number>();
  #queue: Wanted[] = [];
  readonly #resized = new ResizeObserver(() => this.draw());

  private constructor(
    canvas: HTMLCanvasElement,
    assetId: string,
    view: View,
    paint: (context: CanvasRenderingContext2D) => void,
  ) {
    this.canvas = canvas;
    this.#assetId = assetId;
    this.#view = view;
    this.#paint = paint;
    this.#resized.observe(canvas);
  }

  /** Opens an image. `paint` draws over it, in pixels of the screen. Throws Refused. */
  static async open(
    canvas: HTMLCanvasElement,
    assetId: string,
    paint: (context: CanvasRenderingContext2D) => void,
  ): Promise<Viewer> {
    const viewer = new Viewer(canvas, assetId, await openView(assetId), paint);
    viewer.fit();
    return viewer;
  }

  get width(): number {
    return this.#view.width;
  }

  get height(): number {
    return this.#view.height;
  }

  /** Screen pixels for one pixel of the image. */
  get scale(): number {
    return this.#scale;
  }

  toImage([x, y]: Position): Position {
    return [(x - this.#left) / this.#scale, (y - this.#top) / this.#scale];
  }

  toScreen([x, y]: Position): Position {
    return [x * this.#scale + this.#left, y * this.#scale + this.#top];
  }

  fit(): void {
    const { clientWidth, clientHeight } = this.canvas;
    this.#scale = Math.min(clientWidth / this.width, clientHeight / this.height, MOST_ZOOM) || 1;
    this.#left = (clientWidth - this.width * this.#scale) / 2;
    this.#top = (clientHeight - this.height * this.#scale) / 2;
    this.draw();
  }

  move(dx: number, dy: number): void {
    this.#left += dx;
    this.#top += dy;
    this.draw();
  }

  /** Zooms in (1) or out (-1); the image's place at `at` stays where it is. */
  zoom(direction: 1 | -1, at: Position = [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]): void {
    const [x, y] = this.toImage(at);
    const least = Math.min(this.canvas.clientWidth / this.width, this.canvas.clientHeight / this.height, 1) / 2;
    this.#scale = Math.min(Math.max(this.#scale * STEP ** direction, least), MOST_ZOOM);
    this.#left = at[0] - x * this.#scale;
    this.#top = at[1] - y * this.#scale;
    this.draw();
  }

  /** Draws at the next frame, once however often it is asked for. */
  draw(): void {
    if (this.#frame !== 0 || this.#ended) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  end(): void {
    this.#ended = true;
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
    for (const one of this.#tiles.values()) if (one !== "wanted") one.close();
    this.#tiles.clear();
    this.canvas.width = 0;
  }

  #render(): void {
    const { canvas } = this;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    context.imageSmoothingEnabled = this.#scale < SMOOTH_BELOW;
    const { levels } = this.#view;
    const wanted = Math.min(levels - 1, Math.max(0, levels - 1 + Math.ceil(Math.log2(this.#scale))));
    this.#queue = [];
    // What is there of coarser levels stands in until the finer tiles have come.
    for (let level = 0; level <= wanted; level += 1) this.#level(context, level, level === wanted);
    if (this.#scale >= GRID_FROM) this.#grid(context);
    this.#paint(context);
    this.#fetch();
  }

  #level(context: CanvasRenderingContext2D, level: number, wanted: boolean): void {
    const { tileSide, levels } = this.#view;
    const factor = 2 ** (levels - 1 - level);
    const side = tileSide * factor;
    const [left, top] = this.toImage([0, 0]);
    const [right, bottom] = this.toImage([this.canvas.clientWidth, this.canvas.clientHeight]);
    const last = (length: number): number => Math.ceil(Math.ceil(length / factor) / tileSide) - 1;
    for (
      let row = Math.max(0, Math.floor(top / side));
      row <= Math.min(last(this.height), Math.floor(bottom / side));
      row += 1
    )
      for (
        let column = Math.max(0, Math.floor(left / side));
        column <= Math.min(last(this.width), Math.floor(right / side));
        column += 1
      ) {
        const key = `${level}/${column}/${row}`;
        const bitmap = this.#tiles.get(key);
        const rests = (this.#failed.get(key) ?? -Infinity) > performance.now() - RESTS_MS;
        if (bitmap === undefined && wanted && !rests) this.#queue.push({ level, column, row });
        if (bitmap === undefined || bitmap === "wanted") continue;
        // Used last: those that were not are dropped first.
        this.#tiles.delete(key);
        this.#tiles.set(key, bitmap);
        const [x, y] = this.toScreen([column * side, row * side]);
        context.drawImage(bitmap, x, y, bitmap.width * factor * this.#scale, bitmap.height * factor * this.#scale);
      }
  }

  #grid(context: CanvasRenderingContext2D): void {
    const [left, top] = this.toImage([0, 0]);
    const [right, bottom] = this.toImage([this.canvas.clientWidth, this.canvas.clientHeight]);
    context.beginPath();
    for (let x = Math.max(0, Math.ceil(left)); x <= Math.min(this.width, right); x += 1) {
      const [at] = this.toScreen([x, 0]);
      context.moveTo(at, 0);
      context.lineTo(at, this.canvas.clientHeight);
    }
    for (let y = Math.max(0, Math.ceil(top)); y <= Math.min(this.height, bottom); y += 1) {
      const [, at] = this.toScreen([0, y]);
      context.moveTo(0, at);
      context.lineTo(this.canvas.clientWidth, at);
    }
    context.strokeStyle = "rgba(128, 128, 128, 0.4)";
    context.lineWidth = 1;
    context.stroke();
  }

  #fetch(): void {
    while (this.#fetching < AT_ONCE && !this.#ended) {
      const next = this.#queue.shift();
      if (!next) return;
      const key = `${next.level}/${next.column}/${next.row}`;
      this.#tiles.set(key, "wanted");
      this.#fetching += 1;
      void this.#load(next)
        .catch(() => null)
        .then((bitmap) => {
          this.#fetching -= 1;
          this.#tiles.delete(key);
          if (this.#ended) bitmap?.close();
          else if (bitmap) this.#keep(key, bitmap);
          else this.#failed.set(key, performance.now());
          this.draw();
        });
    }
  }

  /** A tile; where the view is over, the image is opened anew, once for all that wait. */
  async #load({ level, column, row }: Wanted): Promise<ImageBitmap | null> {
    const over = (): boolean => Date.parse(this.#view.until) - serverNow() < 2_000;
    if (over()) await this.#reopen();
    const { view } = this.#view;
    const found = await tile(this.#view, level, column, row);
    // A tile that does not come while the view lasts is asked for after a while; the image may have been marked anew meanwhile.
    if (found || this.#ended || (this.#view.view === view && !over() && this.#reopened)) return found;
    await this.#reopen();
    return tile(this.#view, level, column, row);
  }

  #reopen(): Promise<void> {
    this.#opening ??= openView(this.#assetId)
      .then((view) => {
        this.#view = view;
        this.#reopened = true;
      })
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }

  #keep(key: string, bitmap: ImageBitmap): void {
    this.#tiles.set(key, bitmap);
    for (const [old, one] of this.#tiles) {
      if (this.#tiles.size <= TILES_KEPT) return;
      if (one === "wanted") continue;
      this.#tiles.delete(old);
      one.close();
    }
  }
}
