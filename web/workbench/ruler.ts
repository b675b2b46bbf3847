import type { Position } from "./shapes.ts";

/** Where a ruler begins and ends. */
export type Ends = readonly [from: Position, to: Position];

/** The length of a way and its parts along both axes, in pixels of the stored grid. */
export function lengthsOf([[ax, ay], [bx, by]]: Ends): readonly [length: number, dx: number, dy: number] {
  const [dx, dy] = [Math.abs(bx - ax), Math.abs(by - ay)];
  return [Math.hypot(dx, dy), dx, dy];
}

/** A ruler on an image: begun at one place, ended at another, and begun anew by the next. */
export class Ruler {
  #set: readonly Position[] = [];

  get isBegun(): boolean {
    return this.#set.length > 0;
  }

  /** Whether it has no end yet. */
  get isOpen(): boolean {
    return this.#set.length === 1;
  }

  /** Ends it there, or begins it anew. */
  put(at: Position): void {
    this.#set = this.isOpen ? [...this.#set, at] : [at];
  }

  drop(): void {
    this.#set = [];
  }

  /** Its ends, where it has no second one that of the crosshair; null without either. */
  ends(cross: Position | null): Ends | null {
    const [from, to = cross] = this.#set;
    return from && to ? [from, to] : null;
  }
}
