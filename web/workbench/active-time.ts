/** So long after a key or a pointer somebody still works: he looks. */
const LOOKS_MS = 60_000;
/** A day, the most that the server takes of one task. */
export const MOST_ACTIVE_MS = 86_400_000;

/** How long somebody worked, by the signs that he gave: what lies further apart than he looks counts only as that. */
export class ActiveTime {
  #before: number;
  #last: number | null = null;

  /** Goes on from what there was before, in milliseconds. */
  constructor(before = 0) {
    this.#before = before;
  }

  /** A sign that he works, at a time of the page's clock in milliseconds. */
  sign(now: number): void {
    this.#before += this.#since(now);
    this.#last = now;
  }

  /** He is away, or sees nothing of it: nothing counts until the next sign. */
  rest(now: number): void {
    this.#before += this.#since(now);
    this.#last = null;
  }

  /** How long it was until now, in whole milliseconds. */
  until(now: number): number {
    return Math.min(MOST_ACTIVE_MS, Math.round(this.#before + this.#since(now)));
  }

  #since(now: number): number {
    return this.#last === null ? 0 : Math.min(Math.max(0, now - this.#last), LOOKS_MS);
  }
}
