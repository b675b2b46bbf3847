import type { Bounds } from "./shapes.ts";

interface Level {
  readonly cell: number;
  readonly cells: Map<number, Set<string>>;
  readonly bounds: Map<string, Bounds>;
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
  readonly #levelOf = new Map<string, number>();

  #cellsOf({ cell }: Level, { left, top, right, bottom }: Bounds): number[] {
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
    const level: Level = this.#levels.get(cell) ?? { cell, cells: new Map(), bounds: new Map() };
    this.#levels.set(cell, level);
    this.#levelOf.set(id, cell);
    level.bounds.set(id, bounds);
    for (const key of this.#cellsOf(level, bounds)) {
      const found = level.cells.get(key);
      if (found) found.add(id);
      else level.cells.set(key, new Set([id]));
    }
  }

  delete(id: string): void {
    const level = this.#levels.get(this.#levelOf.get(id) ?? 0);
    const bounds = level?.bounds.get(id);
    if (!level || !bounds) return;
    for (const key of this.#cellsOf(level, bounds)) {
      const found = level.cells.get(key);
      found?.delete(id);
      if (found?.size === 0) level.cells.delete(key);
    }
    level.bounds.delete(id);
    this.#levelOf.delete(id);
    if (level.bounds.size === 0) this.#levels.delete(level.cell);
  }

  /** Every label whose rectangle meets this one, once, in no order. */
  within(area: Bounds): string[] {
    const found = new Set<string>();
    for (const level of this.#levels.values()) {
      const { cell, cells, bounds } = level;
      const take = (id: string): void => {
        const own = bounds.get(id);
        if (own && meet(own, area)) found.add(id);
      };
      const wide = Math.floor(area.right / cell) - Math.floor(area.left / cell) + 1;
      const high = Math.floor(area.bottom / cell) - Math.floor(area.top / cell) + 1;
      // A large area over small cells: there are fewer labels than cells to look into.
      if (wide * high > cells.size) for (const id of bounds.keys()) take(id);
      else for (const key of this.#cellsOf(level, area)) for (const id of cells.get(key) ?? []) take(id);
    }
    return [...found];
  }
}
