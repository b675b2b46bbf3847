import { within } from "./shapes.ts";
import type { Grid, Position } from "./shapes.ts";
import type { TileStore } from "./tile-store.ts";
import type { ViewPlace } from "./view-place.ts";

const SIDE = 150;
const MARGIN = 8;

/** The whole image small in a corner of the window, with a frame around what the window shows. It is not turned. */
export class Overview {
  readonly #place: ViewPlace;
  readonly #window: () => Grid;
  shown = true;

  constructor(place: ViewPlace, window: () => Grid) {
    this.#place = place;
    this.#window = window;
  }

  #box({ width, height }: Grid): readonly [left: number, top: number, scale: number] {
    const scale = SIDE / Math.max(width, height);
    const window = this.#window();
    return [window.width - width * scale - MARGIN, window.height - height * scale - MARGIN, scale];
  }

  /** Whether there is one: where the window shows all, it would say nothing. */
  get #isThere(): boolean {
    const { width, height } = this.#window();
    return this.shown && !this.#place.whole && Math.min(width, height) > 2 * SIDE;
  }

  /** The place of the image at a position of the window; null beside the map. */
  at([x, y]: Position, image: Grid, dragging: boolean): Position | null {
    if (!this.#isThere) return null;
    const [left, top, scale] = this.#box(image);
    const [ix, iy] = [(x - left) / scale, (y - top) / scale];
    if (!dragging && (ix < 0 || iy < 0 || ix > image.width || iy > image.height)) return null;
    return [within(ix, 0, image.width), within(iy, 0, image.height)];
  }

  /** Draws it from the one tile that has the whole image. */
  paint(context: CanvasRenderingContext2D, tiles: TileStore): void {
    if (!this.#isThere) return;
    const { width, height, levels } = tiles.view;
    const [left, top, scale] = this.#box({ width, height });
    context.fillStyle = "#101214";
    context.fillRect(left - 2, top - 2, width * scale + 4, height * scale + 4);
    const bitmap = tiles.get({ level: tiles.small, column: 0, row: 0 });
    const factor = 2 ** (levels - 1 - tiles.small) * scale;
    if (bitmap) context.drawImage(bitmap, left, top, bitmap.width * factor, bitmap.height * factor);
    context.save();
    context.beginPath();
    context.rect(left - 2, top - 2, width * scale + 4, height * scale + 4);
    context.clip();
    for (const [color, wide] of [
      ["#000000", 4],
      ["#ffffff", 2],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = wide;
      context.strokeRect(left - 1, top - 1, width * scale + 2, height * scale + 2);
      context.beginPath();
      for (const [x, y] of this.#place.corners) context.lineTo(left + x * scale, top + y * scale);
      context.closePath();
      context.stroke();
    }
    context.restore();
  }
}
