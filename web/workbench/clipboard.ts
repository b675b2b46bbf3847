import { asNew } from "./drawing.ts";
import type { Drawing, Drawn } from "./drawing.ts";
import { boundsOf, moved } from "./shapes.ts";
import type { Grid, Position } from "./shapes.ts";

/**
 * Copies of labels within one task. What was copied is nowhere else: not in the clipboard of the machine, which other programs
 * read, and not in the next task, which may be marked lower.
 */
export class Clipboard {
  readonly #drawing: () => Drawing;
  readonly #select: (id: string) => void;
  #copied: Drawn | null = null;

  constructor(drawing: () => Drawing, select: (id: string) => void) {
    this.#drawing = drawing;
    this.#select = select;
  }

  /** Keeps a label as it is now; whether there was one. */
  copy(id: string | null): boolean {
    const drawn = this.#drawing().get(id);
    if (drawn) this.#copied = drawn;
    return drawn !== null;
  }

  /** Puts what was copied with its middle at a position. */
  paste([x, y]: Position, grid: Grid): void {
    if (!this.#copied) return;
    const { left, top, right, bottom } = boundsOf(this.#copied.shape);
    this.#add(this.#copied, [x - (left + right) / 2, y - (top + bottom) / 2], grid);
  }

  /** Puts another one like it beside a label, `by` pixels away. */
  duplicate(id: string | null, by: number, grid: Grid): void {
    const drawn = this.#drawing().get(id);
    if (drawn) this.#add(drawn, [by, by], grid);
  }

  #add(drawn: Drawn, by: Position, grid: Grid): void {
    // A copy is a person's own: it was taken over from nothing.
    const copy = asNew({ ...drawn, shape: moved(drawn.shape, by, grid.width, grid.height) });
    this.#drawing().add(copy);
    this.#select(copy.id);
  }
}
