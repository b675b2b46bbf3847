import { without, type Range } from "./ranges.ts";
import { entriesAt, entriesText, type FindingList, type LogCode } from "./verdict.ts";

const MAX_RANGES = 1_000;

/** Keeps the numbers that were skipped, until they turn up late (then they were moved) or never (then they are missing). */
export class MissingEntries {
  readonly #found: FindingList<LogCode>;
  #ranges: Range[] = [];
  #late: Range | null = null;

  constructor(found: FindingList<LogCode>) {
    this.#found = found;
  }

  /** Entry `index` stands where `next` was due. Whether any were skipped. */
  skippedTo(next: number, index: number): boolean {
    if (index === next) return false;
    this.#ranges.push({ first: next, last: index - 1 });
    if (this.#ranges.length > MAX_RANGES) this.#sayMissing(this.#ranges.shift());
    return true;
  }

  /** An entry stands after later ones: whether it was due before. If not, it stands there twice. */
  foundLate(index: number): boolean {
    const rest = without(this.#ranges, index);
    if (!rest) return false;
    this.#ranges = rest;
    if (this.#late?.last === index - 1) this.#late = { ...this.#late, last: index };
    else {
      this.#sayLate();
      this.#late = { first: index, last: index };
    }
    return true;
  }

  finish(): void {
    this.#sayLate();
    for (const range of this.#ranges) this.#sayMissing(range);
  }

  #sayLate(): void {
    if (this.#late === null) return;
    const { first, last } = this.#late;
    const sentence = `Behind later entries stands what belongs before them, ${entriesText(first, last)}: the lines were put in another order by whoever made or carried the file.`;
    this.#found.add("LEAF_REORDERED", entriesAt(first, last), sentence);
  }

  #sayMissing(range: Range | undefined): void {
    if (range === undefined) return;
    const { first, last } = range;
    const sentence = `The archive lacks ${entriesText(first, last)}, in the log all the same, since a later entry stands on it: left out by whoever made or carried the file, or deleted from the database.`;
    this.#found.add("LEAF_MISSING", entriesAt(first, last), sentence);
  }
}
