import type { Bounds } from "./shapes.ts";

interface Entry {
  readonly id: string;
  readonly bounds: Bounds;
  readonly keys: readonly number[];
  readonly level: Level;
  /** The search that found it last: what is in several cells is found once. */
  search: number;
}

interface Level {
  readonly cell: number;
  readonly cells: Map<number, Set<Entry>>;
  readonly entries: Set<Entry>;
}

const SMALLEST = 16;
/** More than there are rows of cells in either direction: a cell is one number. */
const ROWS = 2 ** 26;

const meet = (a: Bounds, b: Bounds): boolean =>
  a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;

/**
 * Where labels are, by the rectangles around them: a grid for each size, whose cells are at least as large as what lies in
 * them, so that nothing is in more than four. Takes changes one at a time.
 */
export class LabelIndex {
  readonly #levels = new Map<number, Level>();
  readonly #entries = new Map<string, Entry>();
  #search = 0;

  #cellsOf(cell: number, { left, top, right, bottom }: Bounds): number[] {
    const keys: number[] = [];
    for (let row = Math.floor(top / cell); row <= Math.floor(bottom / cell); row += 1)
      for (let column = Math.floor(left / cell); column <= Math.floor(right / cell); column += 1)
        keys.push(column * ROWS + row);
    return keys;
  }

  /** Puts a label where it is now. */
  set(id: string, bounds: Bounds): void {
    this.delete(id);
    const side = Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top, SMALLEST);
    const cell = 2 ** Math.ceil(Math.log2(side));
    const level: Level = this.#levels.get(cell) ?? { cell, cells: new Map(), entries: new Set() };
    this.#levels.set(cell, level);
    const entry: Entry = { id, bounds, level, keys: this.#cellsOf(cell, bounds), search: 0 };
    this.#entries.set(id, entry);
    level.entries.add(entry);
    for (const key of entry.keys) {
      const found = level.cells.get(key);
      if (found) found.add(entry);
      else level.cells.set(key, new Set([entry]));
    }
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const { level, keys } = entry;
    for (const key of keys) {
      const found = level.cells.get(key);
      found?.delete(entry);
      if (found?.size === 0) level.cells.delete(key);
    }
    level.entries.delete(entry);
    this.#entries.delete(id);
    if (level.entries.size === 0) this.#levels.delete(level.cell);
  }

  /** Every label whose rectangle meets this one, once, in no order. */
  within(area: Bounds): string[] {
    this.#search += 1;
    const found: string[] = [];
    for (const { cell, cells, entries } of this.#levels.values()) {
      const take = (entry: Entry): void => {
        if (entry.search === this.#search || !meet(entry.bounds, area)) return;
        entry.search = this.#search;
        found.push(entry.id);
      };
      const wide = Math.floor(area.right / cell) - Math.floor(area.left / cell) + 1;
      const high = Math.floor(area.bottom / cell) - Math.floor(area.top / cell) + 1;
      // A large area over small cells: there are fewer labels than cells to look into.
      if (wide * high > cells.size) for (const entry of entries) take(entry);
      else for (const key of this.#cellsOf(cell, area)) for (const entry of cells.get(key) ?? []) take(entry);
    }
    return found;
  }
}
