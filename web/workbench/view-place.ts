import { directionOf, turned, within } from "./shapes.ts";
import type { Bounds, Grid, Position } from "./shapes.ts";

const MOST_ZOOM = 32;
const STEP = 1.25;

/**
 * Which part of an image a window shows: how large, how far turned, and where it lies. Shapes and tiles stay in pixels of the
 * stored grid; only this knows of the screen.
 */
export class ViewPlace {
  readonly #window: () => Grid;
  readonly #image: () => Grid;
  #scale = 1;
  #angle = 0;
  #left = 0;
  #top = 0;

  constructor(window: () => Grid, image: () => Grid) {
    this.#window = window;
    this.#image = image;
  }

  /** Screen pixels for one pixel of the image. */
  get scale(): number {
    return this.#scale;
  }

  /** Degrees that the image is turned by, clockwise. */
  get angle(): number {
    return this.#angle;
  }

  /** Where the image's first corner is on the screen. */
  get origin(): Position {
    return [this.#left, this.#top];
  }

  toScreen([x, y]: Position): Position {
    const [cos, sin] = directionOf(this.#angle);
    return [(x * cos - y * sin) * this.#scale + this.#left, (x * sin + y * cos) * this.#scale + this.#top];
  }

  toImage([x, y]: Position): Position {
    const [cos, sin] = directionOf(this.#angle);
    const [dx, dy] = [(x - this.#left) / this.#scale, (y - this.#top) / this.#scale];
    return [dx * cos + dy * sin, dy * cos - dx * sin];
  }

  /** A way on the screen, in the image. */
  along([dx, dy]: Position): Position {
    const [cos, sin] = directionOf(this.#angle);
    return [(dx * cos + dy * sin) / this.#scale, (dy * cos - dx * sin) / this.#scale];
  }

  /** Corners of the window, in the image. */
  get corners(): readonly Position[] {
    const { width, height } = this.#window();
    return (
      [
        [0, 0],
        [width, 0],
        [width, height],
        [0, height],
      ] as const
    ).map((at) => this.toImage(at));
  }

  /** The rectangle of the image around all that the window shows. */
  get seen(): Bounds {
    const [xs, ys] = [this.corners.map(([x]) => x), this.corners.map(([, y]) => y)];
    return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  }

  /** Whether the whole image is in the window. */
  get whole(): boolean {
    const { width, height } = this.#image();
    const window = this.#window();
    return (
      [
        [0, 0],
        [width, 0],
        [width, height],
        [0, height],
      ] as const
    ).every((at) => {
      const [x, y] = this.toScreen(at);
      return x > -1 && y > -1 && x < window.width + 1 && y < window.height + 1;
    });
  }

  get #fitting(): number {
    const [window, { width, height }] = [this.#window(), this.#image()];
    const [cos, sin] = directionOf(this.#angle).map(Math.abs);
    const [wide, high] = [width * (cos ?? 1) + height * (sin ?? 0), width * (sin ?? 0) + height * (cos ?? 1)];
    return Math.min(window.width / wide, window.height / high);
  }

  /** Brings a place of the image to one of the window. */
  #put([x, y]: Position, [sx, sy]: Position): void {
    const [cos, sin] = directionOf(this.#angle);
    this.#left = sx - (x * cos - y * sin) * this.#scale;
    this.#top = sy - (x * sin + y * cos) * this.#scale;
  }

  get #middle(): Position {
    const { width, height } = this.#window();
    return [width / 2, height / 2];
  }

  /** Shows what another window of the same image shows; false where it does already. */
  follow({ scale, angle, origin: [left, top] }: ViewPlace): boolean {
    if (scale === this.#scale && angle === this.#angle && left === this.#left && top === this.#top) return false;
    [this.#scale, this.#angle, this.#left, this.#top] = [scale, angle, left, top];
    return true;
  }

  fit(): void {
    this.#scale = Math.min(this.#fitting, MOST_ZOOM) || 1;
    const { width, height } = this.#image();
    this.#put([width / 2, height / 2], this.#middle);
  }

  move(dx: number, dy: number): void {
    this.#left += dx;
    this.#top += dy;
  }

  /** Whether the window shows a place of the image. */
  shows(at: Position): boolean {
    const [[x, y], { width, height }] = [this.toScreen(at), this.#window()];
    return x > -1 && y > -1 && x < width + 1 && y < height + 1;
  }

  /** Brings a place of the image into the middle of the window. */
  center(at: Position): void {
    this.#put(at, this.#middle);
  }

  /** Zooms in by so many steps, or out below zero; the image's place at `at` stays where it is. */
  zoom(steps: number, at: Position = this.#middle): void {
    const place = this.toImage(at);
    this.#scale = within(this.#scale * STEP ** steps, Math.min(this.#fitting, 1) / 2, MOST_ZOOM);
    this.#put(place, at);
  }

  /** Turns the image around the middle of the window, by so many degrees, or back to none. */
  turn(by: number | null): void {
    const place = this.toImage(this.#middle);
    this.#angle = by === null ? 0 : turned(this.#angle + by);
    this.#put(place, this.#middle);
  }
}
