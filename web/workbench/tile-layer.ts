import { directionOf } from "./shapes.ts";
import type { Bounds, Grid } from "./shapes.ts";
import type { TileStore, Wanted } from "./tile-store.ts";
import type { ViewPlace } from "./view-place.ts";

const SMOOTH_BELOW = 3;
/** Tiles that a frame brings to the screen's scale smoothly: the others are rough until the next frames. */
const SMOOTH_AT_ONCE = 4;
/** What lies around the image. */
const GROUND = "#101214";

/** A part of a tile, and how many pixels of the wanted level one of it is. */
interface Picture {
  readonly bitmap: ImageBitmap;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly factor: number;
}

/** A rectangle in pixels of the canvas. */
interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What the kept canvas shows. */
interface Kept {
  readonly scale: number;
  readonly level: number;
  readonly x: number;
  readonly y: number;
}

/** From which picture a tile was drawn (a coarser one may have stood in, or one in another light), and whether for good. */
interface Drawn {
  readonly bitmap: ImageBitmap;
  readonly fine: boolean;
}

interface Sheet {
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
}

function sheet(): Sheet {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("no canvas");
  return { canvas, context };
}

/**
 * Draws an image's tiles. What was drawn is kept, and where the window only moved it is put elsewhere: bringing tiles to the
 * scale of the screen is what costs most of a frame without a graphics card, and is done once for each place.
 */
export class TileLayer {
  readonly #tiles: TileStore;
  /** What is shown, and what was shown before it: a canvas that is drawn onto itself is copied whole first. */
  #sheets: readonly [now: Sheet, before: Sheet] = [sheet(), sheet()];
  #kept: Kept | null = null;
  /** Tiles that are drawn, and how. */
  readonly #drawn = new Map<string, Drawn>();

  constructor(tiles: TileStore) {
    this.#tiles = tiles;
  }

  /** Tiles of a level that the window shows. */
  inView(place: ViewPlace, level: number): Wanted[] {
    const { left, top, right, bottom } = place.seen;
    const { tileSide, levels, width, height } = this.#tiles.view;
    const factor = 2 ** (levels - 1 - level);
    const side = tileSide * factor;
    const last = (length: number): number => Math.ceil(Math.ceil(length / factor) / tileSide) - 1;
    const found = [];
    for (
      let row = Math.max(0, Math.floor(top / side));
      row <= Math.min(last(height), Math.floor(bottom / side));
      row += 1
    )
      for (
        let column = Math.max(0, Math.floor(left / side));
        column <= Math.min(last(width), Math.floor(right / side));
        column += 1
      )
        found.push({ level, column, row });
    return found;
  }

  /**
   * Draws tiles of one level, those in view, over all of a canvas, whose context has no transform. True where a next frame would
   * be finer.
   */
  paint(context: CanvasRenderingContext2D, place: ViewPlace, level: number, inView: readonly Wanted[]): boolean {
    const { width, height } = context.canvas;
    if (place.angle !== 0) {
      context.fillStyle = GROUND;
      context.fillRect(0, 0, width, height);
      this.#turned(context, place, inView);
      return false;
    }
    const rough = this.#bringUpToDate(place, { width, height }, level, inView);
    context.drawImage(this.#sheets[0].canvas, 0, 0);
    return rough;
  }

  /** Whether there is anything to show of some of these. */
  shows(tiles: readonly Wanted[]): boolean {
    return tiles.some((one) => this.#pictureOf(one) !== null);
  }

  /** Keeps nothing any more. */
  end(): void {
    this.#kept = null;
    this.#drawn.clear();
    for (const { canvas } of this.#sheets) [canvas.width, canvas.height] = [1, 1];
  }

  #bringUpToDate(place: ViewPlace, window: Grid, level: number, inView: readonly Wanted[]): boolean {
    const ratio = devicePixelRatio;
    const scale = place.scale * ratio;
    const [x = 0, y = 0] = place.origin.map((value) => Math.round(value * ratio));
    const bare = this.#moved({ scale, level, x, y }, window);
    const { context } = this.#sheets[0];
    const smooth = place.scale < SMOOTH_BELOW;
    // At a new scale all is drawn in one frame, fast; what it looks like for good comes with those that follow.
    let more = this.#drawn.size === 0 ? 0 : SMOOTH_AT_ONCE;
    let rough = false;
    const seen = new Set<string>();
    for (const one of inView) {
      const key = `${one.column},${one.row}`;
      seen.add(key);
      const picture = this.#pictureOf(one);
      if (!picture) continue;
      const edges = this.#edgesOf(one, picture);
      // Edges on pixels of the screen: no seam, no blending at each of them, and the same wherever the window moves.
      const [left, top] = [x + Math.round(edges.left * scale), y + Math.round(edges.top * scale)];
      const [right, bottom] = [x + Math.round(edges.right * scale), y + Math.round(edges.bottom * scale)];
      const draw = (): void => {
        const { bitmap, x: px, y: py, width, height } = picture;
        context.drawImage(bitmap, px, py, width, height, left, top, right - left, bottom - top);
      };
      const before = this.#drawn.get(key);
      const same = before?.bitmap === picture.bitmap;
      const fine = !smooth || (same && before.fine) || more-- > 0;
      rough ||= !fine;
      context.imageSmoothingEnabled = smooth && fine;
      if (!same || before.fine !== fine) {
        draw();
        this.#drawn.set(key, { bitmap: picture.bitmap, fine });
        continue;
      }
      for (const strip of bare) {
        if (left >= strip.x + strip.width || right <= strip.x) continue;
        if (top >= strip.y + strip.height || bottom <= strip.y) continue;
        context.save();
        context.beginPath();
        context.rect(strip.x, strip.y, strip.width, strip.height);
        context.clip();
        draw();
        context.restore();
      }
    }
    for (const key of this.#drawn.keys()) if (!seen.has(key)) this.#drawn.delete(key);
    return rough;
  }

  /** Puts what was shown where it is to be now. Returns where nothing is drawn any more. */
  #moved(now: Kept, { width, height }: Grid): readonly Rectangle[] {
    const [{ canvas: shown }, { canvas, context }] = this.#sheets;
    const before = this.#kept;
    const [dx, dy] = [now.x - (before?.x ?? 0), now.y - (before?.y ?? 0)];
    const same =
      before?.scale === now.scale && before.level === now.level && shown.width === width && shown.height === height;
    if (same && dx === 0 && dy === 0) return [];
    this.#kept = now;
    this.#sheets = [this.#sheets[1], this.#sheets[0]];
    if (canvas.width !== width || canvas.height !== height)
      for (const one of [canvas, shown]) [one.width, one.height] = [width, height];
    context.fillStyle = GROUND;
    if (!same || Math.abs(dx) >= width || Math.abs(dy) >= height) {
      context.fillRect(0, 0, width, height);
      this.#drawn.clear();
      return [];
    }
    context.drawImage(shown, dx, dy);
    const bare: Rectangle[] = [];
    if (dx !== 0) bare.push({ x: dx > 0 ? 0 : width + dx, y: 0, width: Math.abs(dx), height });
    if (dy !== 0) bare.push({ x: 0, y: dy > 0 ? 0 : height + dy, width, height: Math.abs(dy) });
    for (const strip of bare) context.fillRect(strip.x, strip.y, strip.width, strip.height);
    return bare;
  }

  #turned(context: CanvasRenderingContext2D, place: ViewPlace, inView: readonly Wanted[]): void {
    const { angle, origin } = place;
    const scale = place.scale * devicePixelRatio;
    const [cos, sin] = directionOf(angle);
    context.save();
    context.imageSmoothingEnabled = place.scale < SMOOTH_BELOW;
    context.translate(origin[0] * devicePixelRatio, origin[1] * devicePixelRatio);
    context.transform(cos * scale, sin * scale, -sin * scale, cos * scale, 0, 0);
    for (const one of inView) {
      const picture = this.#pictureOf(one);
      if (!picture) continue;
      const { left, top, right, bottom } = this.#edgesOf(one, picture);
      // Neighbours overlap by a little, so that no seam shows between edges that lie across pixels.
      const over = 0.5 / place.scale;
      const { bitmap, x, y, width, height } = picture;
      context.drawImage(bitmap, x, y, width, height, left, top, right - left + over, bottom - top + over);
    }
    context.restore();
  }

  /** What there is of a tile: itself, or its part of the finest coarser one that has come, so that nothing is drawn twice. */
  #pictureOf({ level, column, row }: Wanted): Picture | null {
    const { tileSide, levels, width: wide, height: high } = this.#tiles.view;
    // In pixels of the level: where sides are no powers of two, the last pixel of a coarser tile reaches beyond the image.
    const pixel = 2 ** (levels - 1 - level);
    const [right, below] = [wide / pixel - column * tileSide, high / pixel - row * tileSide];
    for (let up = 0; up <= Math.max(0, level - this.#tiles.small); up += 1) {
      const [outer, upper] = [column >> up, row >> up];
      const bitmap = this.#tiles.get({ level: level - up, column: outer, row: upper });
      if (!bitmap) continue;
      const side = tileSide / 2 ** up;
      const [x, y] = [column * side - outer * tileSide, row * side - upper * tileSide];
      const width = Math.min(side, bitmap.width - x, right / 2 ** up);
      const height = Math.min(side, bitmap.height - y, below / 2 ** up);
      if (width > 0 && height > 0) return { bitmap, x, y, width, height, factor: 2 ** up };
    }
    return null;
  }

  /** Where a picture of a tile lies in the image. */
  #edgesOf({ level, column, row }: Wanted, { width, height, factor }: Picture): Bounds {
    const { tileSide, levels } = this.#tiles.view;
    const pixel = 2 ** (levels - 1 - level);
    const [left, top] = [column * tileSide * pixel, row * tileSide * pixel];
    return { left, top, right: left + width * factor * pixel, bottom: top + height * factor * pixel };
  }
}
