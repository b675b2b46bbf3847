/**
 * Gathers keys that are asked for side by side and loads each of them once. For the time of one operation only: what it
 * holds was read for one caller.
 */
export class Batch<V> {
  readonly #load: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;
  readonly #known = new Map<string, Promise<V | null>>();
  #gathering: Promise<ReadonlyMap<string, V>> | null = null;
  #keys: string[] = [];

  constructor(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>) {
    this.#load = load;
  }

  /** The value of a key, loaded together with the others of this turn of the event loop; null when there is none. */
  get(key: string): Promise<V | null> {
    const known = this.#known.get(key);
    if (known) return known;
    this.#keys.push(key);
    this.#gathering ??= this.#turn();
    const value = this.#gathering.then((found) => found.get(key) ?? null);
    this.#known.set(key, value);
    return value;
  }

  /** Forgets what was loaded: something may have changed it. */
  clear(): void {
    this.#known.clear();
  }

  async #turn(): Promise<ReadonlyMap<string, V>> {
    // Resolvers of a whole page run in the microtasks of one turn.
    await new Promise((resolve) => setImmediate(resolve));
    const keys = this.#keys;
    this.#keys = [];
    this.#gathering = null;
    return this.#load(keys);
  }
}
