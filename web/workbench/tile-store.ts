import { Refused, openView, serverNow, tile } from "./api.ts";
import type { View } from "./api.ts";
import { AS_STORED, lightTable } from "./tile-lights.ts";
import type { Lights } from "./tile-lights.ts";

const TILES_KEPT = 400;
const AT_ONCE = 6;
const RESTS_MS = 5_000;

/** A tile, by its place in the pyramid. */
export interface Wanted {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

interface Tile {
  readonly stored: ImageBitmap;
  /** As it is shown, and in which light. */
  shown: ImageBitmap;
  light: number;
}

const close = ({ stored, shown }: Tile): void => {
  stored.close();
  if (shown !== stored) shown.close();
};

/** A picture in other light: made once for each tile and then drawn like any, which costs less than a filter at each frame. */
export function relit(bitmap: ImageBitmap, table: Uint8ClampedArray): ImageBitmap {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return bitmap;
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const { data } = pixels;
  for (let at = 0; at < data.length; at += 4) {
    data[at] = table[data[at] ?? 0] ?? 0;
    data[at + 1] = table[data[at + 1] ?? 0] ?? 0;
    data[at + 2] = table[data[at + 2] ?? 0] ?? 0;
  }
  context.putImageData(pixels, 0, 0);
  return canvas.transferToImageBitmap();
}

/** Tiles of one image, kept in memory only: fetched in the order in which they are wanted, dropped when they were not used for long. */
export class TileStore {
  readonly #assetId: string;
  readonly #came: () => void;
  readonly #gone: () => void;
  #view: View;
  #ended = false;
  #fetching = 0;
  #opening: Promise<void> | null = null;
  /** Whether this view was opened because tiles of one before did not come. */
  #reopened = false;
  #light = 0;
  #table: Uint8ClampedArray | null = null;
  #lights = AS_STORED;
  readonly #tiles = new Map<string, Tile | "wanted">();
  /** When tiles did not come: they are asked for again after a while, not at every frame. */
  readonly #failed = new Map<string, number>();
  #queue: Wanted[] = [];

  private constructor(assetId: string, view: View, came: () => void, gone: () => void) {
    this.#assetId = assetId;
    this.#view = view;
    this.#came = came;
    this.#gone = gone;
  }

  /**
   * Opens an image; `came` is called when a tile has come, or will not, `gone` when the image is not this person's to see any
   * more. Throws Refused.
   */
  static async open(assetId: string, came: () => void, gone: () => void): Promise<TileStore> {
    return new TileStore(assetId, await openView(assetId), came, gone);
  }

  get view(): View {
    return this.#view;
  }

  /** The level of the thumbnail: what the map shows, and what stands in until finer ones have come. */
  get small(): number {
    return this.#view.thumbnail;
  }

  get lights(): Lights {
    return this.#lights;
  }

  /** Shows tiles in another light. */
  relight(lights: Lights): void {
    this.#lights = lights;
    this.#light += 1;
    const same = Object.entries(AS_STORED).every(([key, value]) => lights[key as keyof Lights] === value);
    this.#table = same ? null : lightTable(lights);
  }

  /** Whether a tile was asked for and did not come. */
  isLate({ level, column, row }: Wanted): boolean {
    return this.#failed.has(`${level}/${column}/${row}`);
  }

  /** A tile as it is shown, or null where it is not there. */
  get({ level, column, row }: Wanted): ImageBitmap | null {
    const key = `${level}/${column}/${row}`;
    const found = this.#tiles.get(key);
    if (found === undefined || found === "wanted") return null;
    // Used last: those that were not are dropped first.
    this.#tiles.delete(key);
    this.#tiles.set(key, found);
    if (found.light !== this.#light) {
      if (found.shown !== found.stored) found.shown.close();
      found.shown = this.#table ? relit(found.stored, this.#table) : found.stored;
      found.light = this.#light;
    }
    return found.shown;
  }

  /** What is wanted now, instead of what was wanted before and has not been asked for. */
  want(tiles: readonly Wanted[]): void {
    const rested = performance.now() - RESTS_MS;
    this.#queue = tiles.filter(({ level, column, row }) => {
      const key = `${level}/${column}/${row}`;
      return !this.#tiles.has(key) && (this.#failed.get(key) ?? -Infinity) <= rested;
    });
    while (this.#fetching < AT_ONCE && !this.#ended) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#fetch(next);
    }
  }

  #fetch(next: Wanted): void {
    const key = `${next.level}/${next.column}/${next.row}`;
    this.#tiles.set(key, "wanted");
    this.#fetching += 1;
    void this.#load(next)
      .catch((error: unknown) => {
        if (!this.#ended && error instanceof Refused && error.code === "NOT_FOUND") this.#gone();
        return null;
      })
      .then((bitmap) => {
        this.#fetching -= 1;
        this.#tiles.delete(key);
        if (this.#ended) bitmap?.close();
        else if (bitmap) this.#keep(key, bitmap);
        else this.#rest(key);
        this.#came();
      });
  }

  /** Whoever looks does not move the image for it to be asked for again. */
  #rest(key: string): void {
    this.#failed.set(key, performance.now());
    setTimeout(() => {
      if (!this.#ended) this.#came();
    }, RESTS_MS);
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

  #keep(key: string, stored: ImageBitmap): void {
    this.#failed.delete(key);
    this.#tiles.set(key, { stored, shown: stored, light: -1 });
    for (const [old, one] of this.#tiles) {
      if (this.#tiles.size <= TILES_KEPT) return;
      if (one === "wanted") continue;
      this.#tiles.delete(old);
      close(one);
    }
  }

  end(): void {
    this.#ended = true;
    for (const one of this.#tiles.values()) if (one !== "wanted") close(one);
    this.#tiles.clear();
  }
}
