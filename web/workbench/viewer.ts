import type { Ground } from "../../src/geodesy/ground.ts";
import { Overview } from "./overview.ts";
import { within } from "./shapes.ts";
import type { Grid, Position } from "./shapes.ts";
import type { Lights } from "./tile-lights.ts";
import { TileLayer } from "./tile-layer.ts";
import { TileStore } from "./tile-store.ts";
import type { Wanted } from "./tile-store.ts";
import { ViewPlace } from "./view-place.ts";

const GRID_FROM = 8;
/** So near to the edge of the window the crosshair is moved by keys, in pixels of the screen. */
const EDGE = 24;

/** How much of what the window shows has come: nothing anywhere, all or what stands in for it, or not what was asked for. */
export type Coming = "nothing" | "there" | "late";

/** What is told of an image that is looked at. */
interface Told {
  /** It is not this person's to see any more. */
  readonly gone?: () => void;
  /** Called where it has changed. */
  readonly coming?: (coming: Coming) => void;
}

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
  readonly #layer: TileLayer;
  readonly #overview: Overview;
  #frame = 0;
  #ended = false;
  readonly #resized = new ResizeObserver(() => this.draw());
  readonly #tell: (coming: Coming) => void;
  #coming: Coming | null = null;
  /** Which part of the image is shown. Whoever changes it draws. */
  readonly place: ViewPlace;

  private constructor(canvas: HTMLCanvasElement, tiles: TileStore, paint: Paint, tell: (coming: Coming) => void) {
    this.canvas = canvas;
    this.#tell = tell;
    this.#tiles = tiles;
    this.#layer = new TileLayer(tiles);
    this.#paint = paint;
    const window = (): Grid => ({ width: canvas.clientWidth, height: canvas.clientHeight });
    this.place = new ViewPlace(window, () => tiles.view);
    this.#overview = new Overview(this.place, window);
    this.#resized.observe(canvas);
  }

  /** Opens an image. `paint` draws over it. Throws Refused. */
  static async open(
    canvas: HTMLCanvasElement,
    assetId: string,
    paint: Paint,
    { gone = () => undefined, coming = () => undefined }: Told = {},
  ): Promise<Viewer> {
    let came = (): void => undefined;
    const viewer = new Viewer(canvas, await TileStore.open(assetId, () => came(), gone), paint, coming);
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

  get ground(): Ground | null {
    return this.#tiles.view.ground ?? null;
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

  /** The place of the image in the middle of the window. */
  get middle(): Position {
    return this.toImage([this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]);
  }

  /** Brings a place of the image into the window that does not show it. */
  reveal(at: Position): void {
    if (this.place.shows(at)) return;
    this.place.center(at);
    this.draw();
  }

  /** Moves the window where a crosshair would leave it: what is larger than the window is drawn by keys, too. */
  keepInView(cross: Position): void {
    const [x, y] = this.toScreen(cross);
    const { clientWidth, clientHeight } = this.canvas;
    this.move(
      within(x, EDGE, Math.max(EDGE, clientWidth - EDGE)) - x,
      within(y, EDGE, Math.max(EDGE, clientHeight - EDGE)) - y,
    );
  }

  /** Shows what another one of the same image shows. */
  follow({ place }: Viewer): void {
    if (this.place.follow(place)) this.draw();
  }

  /** Zooms in by so many steps, or out below zero; the image's place at `at` stays where it is. */
  zoom(steps: number, at?: Position): void {
    this.place.zoom(steps, at);
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
    this.#layer.end();
    this.#tiles.end();
    this.canvas.width = 0;
  }

  #render(): void {
    const { canvas, scale } = this;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    // Hidden behind another screen: it is drawn when it has a size again.
    if (width === 0 || height === 0) return;
    // Nothing shines through: the browser need not blend it with what lies behind.
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) return;
    const { levels } = this.#tiles.view;
    const wanted = Math.min(levels - 1, Math.max(0, levels - 1 + Math.ceil(Math.log2(scale))));
    const inView = this.#layer.inView(this.place, wanted);
    const lacking = inView.filter((one) => !this.#tiles.get(one));
    const { small } = this.#tiles;
    context.setTransform(1, 0, 0, 1, 0, 0);
    const rough = this.#layer.paint(context, this.place, wanted, inView);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (scale >= GRID_FROM) this.#grid(context);
    const more = this.#paint(context);
    this.#overview.paint(context, this.#tiles);
    // The map's tile comes last, and only once.
    this.#tiles.want(wanted === small ? lacking : [...lacking, { level: small, column: 0, row: 0 }]);
    const some = lacking.length < inView.length || inView.length === 0 || this.#layer.shows(inView);
    this.#note(some ? "there" : "nothing", lacking);
    if (more || rough) this.draw();
  }

  #note(found: Coming, lacking: readonly Wanted[]): void {
    const coming = lacking.some((one) => this.#tiles.isLate(one)) ? "late" : found;
    if (coming === this.#coming) return;
    this.#coming = coming;
    this.#tell(coming);
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
