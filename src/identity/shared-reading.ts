/**
 * Reads that wait for the same thing share one: a caller gets the answer of a read that began after he asked, never of one
 * that was under way, so what he is told is as fresh as if he had read alone.
 */
export class SharedReading<V> {
  readonly #read: (key: string) => Promise<V>;
  readonly #byKey = new Map<string, { readonly running: Promise<unknown>; next: Promise<V> | null }>();

  constructor(read: (key: string) => Promise<V>) {
    this.#read = read;
  }

  /** What a read gives that begins now or later. */
  get(key: string): Promise<V> {
    const known = this.#byKey.get(key);
    if (!known) return this.#begin(key);
    known.next ??= known.running.then(
      () => this.#begin(key),
      () => this.#begin(key),
    );
    return known.next;
  }

  #begin(key: string): Promise<V> {
    const running = this.#read(key);
    const entry: { readonly running: Promise<unknown>; next: Promise<V> | null } = { running, next: null };
    this.#byKey.set(key, entry);
    const ended = (): void => {
      // Whoever waits begins the next read, which puts its own entry here.
      if (entry.next === null && this.#byKey.get(key) === entry) this.#byKey.delete(key);
    };
    running.then(ended, ended);
    return running;
  }
}
