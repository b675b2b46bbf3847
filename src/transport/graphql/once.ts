/**
 * What fields without arguments answered, by their rows: asked for again under another name, or below another object that
 * leads to the same row, they are not read again. For the time of one operation only.
 */
export class Once {
  #known = new Map<object, WeakMap<object, unknown>>();

  /** What a field answers for a row, asked for once. */
  of(field: object, row: unknown, ask: () => unknown): unknown {
    if (typeof row !== "object" || row === null) return ask();
    let answers = this.#known.get(field);
    if (!answers) this.#known.set(field, (answers = new WeakMap()));
    if (answers.has(row)) return answers.get(row);
    const answer = ask();
    answers.set(row, answer);
    return answer;
  }

  /** Forgets what was answered: something may have changed it. */
  clear(): void {
    this.#known = new Map();
  }
}
