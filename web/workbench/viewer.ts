import { Overview } from "./overview.ts";
import { directionOf } from "./shapes.ts";
import type { Grid, Position } from "./shapes.ts";
import type { Lights } from "./tile-lights.ts";
import { TileStore } from "./tile-store.ts";
import { ViewPlace } from "./view-place.ts";

const GRID_FROM = 8;
const SMOOTH_BELOW = 3;

/** What is drawn over the image, in pixels of the screen. True where more is to be drawn at the next frame. */
type Paint = (context: CanvasRenderingContext2D) => boolean;

/**
 * Shows an image in tiles on a canvas: zoom to the pointer up to 32 screen pixels for one of the image, a grid of pixels from
 * 8 on, turned, in another light, with a small map. Coordinates are pixels of the stored grid.
 */
export class Viewer {
  readonly canvas: HTMLCanvasElement;
  readonly #paint: Paint;
  readonly #tiles: TileStore;
  readonly #overview: Overview;
  #frame = 0;
  #ended = false;
  readonly #resized = new ResizeObserver(() => this.draw());
  /** Which part of the image is shown. Whoever changes it draws. */
  readonly place: ViewPlace;

  private constructor(canvas: HTMLCanvasElement, tiles: TileStore, paint: Paint) {
    this.canvas = canvas;
    this.#tiles = tiles;
    this.#paint = paint;
    const window = (): Grid => ({ width: canvas.clientWidth, height: canvas.clientHeight });
    this.place = new ViewPlace(window, () => tiles.view);
    this.#overview = new Overview(this.place, window);
    this.#resized.observe(canvas);
  }

  /** Opens an image. `paint` draws over it. Throws Refused. */
  static async open(canvas: HTMLCanvasElement, assetId: string, paint: Paint): Promise<Viewer> {
    let came = (): void => undefined;
    const viewer = new Viewer(canvas, await TileStore.open(assetId, () => came()), paint);
    came = () => viewer.draw();
    viewer.fit();
    return viewer;
  }

  get width(): number {
    return this.#tiles.view.width;
  }

  get height(): number {
    return this.#tiles.view.height;
  }

  /** Screen pixels for one pixel of the image. */
  get scale(): number {
    return this.place.scale;
  }

  get lights(): Lights {
    return this.#tiles.lights;
  }

  get overview(): boolean {
    return this.#overview.shown;
  }

  toImage(at: Position): Position {
    return this.place.toImage(at);
  }

  toScreen(at: Position): Position {
    return this.place.toScreen(at);
  }

  fit(): void {
    this.place.fit();
    this.draw();
  }

  move(dx: number, dy: number): void {
    this.place.move(dx, dy);
    this.draw();
  }

  /** Shows what another one of the same image shows. */
  follow({ place }: Viewer): void {
    if (this.place.follow(place)) this.draw();
  }

  /** Zooms in (1) or out (-1); the image's place at `at` stays where it is. */
  zoom(direction: 1 | -1, at?: Position): void {
    this.place.zoom(direction, at);
    this.draw();
  }

  /** Turns what is seen by so many degrees, or back to none. */
  turn(by: number | null): void {
    this.place.turn(by);
    this.draw();
  }

  relight(lights: Lights): void {
    this.#tiles.relight(lights);
    this.draw();
  }

  toggleOverview(): void {
    this.#overview.shown = !this.#overview.shown;
    this.draw();
  }

  /** Goes where the map was pressed, or dragged from there; false beside it. */
  goByOverview(screen: Position, dragging: boolean): boolean {
    const at = this.#overview.at(screen, this, dragging);
    if (at) this.place.center(at);
    if (at) this.draw();
    return at !== null;
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
    this.#tiles.end();
    this.canvas.width = 0;
  }

  #render(): void {
    const { canvas, scale } = this;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    context.imageSmoothingEnabled = scale < SMOOTH_BELOW;
    const { levels } = this.#tiles.view;
    const wanted = Math.min(levels - 1, Math.max(0, levels - 1 + Math.ceil(Math.log2(scale))));
    const lacking = this.#inView(wanted).filter((one) => !this.#tiles.get(one));
    // What is there of coarser levels stands in until the finer tiles have come.
    const { small } = this.#tiles;
    for (let level = lacking.length === 0 ? wanted : Math.min(small, wanted); level <= wanted; level += 1)
      this.#level(context, level);
    if (scale >= GRID_FROM) this.#grid(context);
    const more = this.#paint(context);
    context.imageSmoothingEnabled = true;
    this.#overview.paint(context, this.#tiles);
    // The map's tile comes last, and only once.
    this.#tiles.want(wanted === small ? lacking : [...lacking, { level: small, column: 0, row: 0 }]);
    if (more) this.draw();
  }

  /** Tiles of a level that the window shows. */
  #inView(level: number): { level: number; column: number; row: number }[] {
    const { left, top, right, bottom } = this.place.seen;
    const { tileSide, levels } = this.#tiles.view;
    const factor = 2 ** (levels - 1 - level);
    const side = tileSide * factor;
    const last = (length: number): number => Math.ceil(Math.ceil(length / factor) / tileSide) - 1;
    const found = [];
    for (
      let row = Math.max(0, Math.floor(top / side));
      row <= Math.min(last(this.height), Math.floor(bottom / side));
      row += 1
    )
      for (
        let column = Math.max(0, Math.floor(left / side));
        column <= Math.min(last(this.width), Math.floor(right / side));
        column += 1
      )
        found.push({ level, column, row });
    return found;
  }

  #level(context: CanvasRenderingContext2D, level: number): void {
    const { tileSide, levels } = this.#tiles.view;
    const factor = 2 ** (levels - 1 - level);
    const { scale, angle, origin } = this.place;
    const ratio = devicePixelRatio;
    context.save();
    if (angle !== 0) {
      const [cos, sin] = directionOf(angle);
      context.translate(origin[0], origin[1]);
      context.transform(cos * scale, sin * scale, -sin * scale, cos * scale, 0, 0);
    }
    for (const one of this.#inView(level)) {
      const bitmap = this.#tiles.get(one);
      if (!bitmap) continue;
      const [left, top] = [one.column * tileSide * factor, one.row * tileSide * factor];
      const [right, bottom] = [left + bitmap.width * factor, top + bitmap.height * factor];
      if (angle !== 0) {
        // Neighbours overlap by a little, so that no seam shows between edges that lie across pixels.
        const over = 0.5 / scale;
        context.drawImage(bitmap, left, top, right - left + over, bottom - top + over);
        continue;
      }
      // Edges on pixels of the screen: no seam, and no blending at each of them.
      const [x0, y0] = this.toScreen([left, top]).map((value) => Math.round(value * ratio) / ratio);
      const [x1, y1] = this.toScreen([right, bottom]).map((value) => Math.round(value * ratio) / ratio);
      if (x0 !== undefined && y0 !== undefined && x1 !== undefined && y1 !== undefined)
        context.drawImage(bitmap, x0, y0, x1 - x0, y1 - y0);
    }
    context.restore();
  }

  #grid(context: CanvasRenderingContext2D): void {
    const { left, top, right, bottom } = this.place.seen;
    context.beginPath();
    const line = (from: Position, to: Position): void => {
      context.moveTo(...this.toScreen(from));
      context.lineTo(...this.toScreen(to));
    };
    for (let x = Math.max(0, Math.ceil(left)); x <= Math.min(this.width, right); x += 1)
      line([x, Math.max(0, top)], [x, Math.min(this.height, bottom)]);
    for (let y = Math.max(0, Math.ceil(top)); y <= Math.min(this.height, bottom); y += 1)
      line([Math.max(0, left), y], [Math.min(this.width, right), y]);
    context.strokeStyle = "rgba(128, 128, 128, 0.4)";
    context.lineWidth = 1;
    context.stroke();
  }
}
