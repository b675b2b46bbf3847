/** When this turn of the event loop is over: what arrived in it has been asked by then. */
const turnEnds = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/**
 * Reads that wait for one another are one: while a read is under way, and until the turn of the event loop ends, whatever is
 * asked about gathers for the next. A caller gets the answer of a read that began after he asked, never of one that was under
 * way, so what he is told is as fresh as if he had read alone. Where a read fails, so do those who waited for it, and the next
 * one is tried.
 */
export class SharedReading<V> {
  readonly #read: (keys: readonly string[]) => Promise<readonly V[]>;
  #running: Promise<unknown> = Promise.resolve();
  #next: { readonly places: Map<string, number>; readonly found: Promise<readonly V[]> } | null = null;

  /** `read` answers for each key in its place. */
  constructor(read: (keys: readonly string[]) => Promise<readonly V[]>) {
    this.#read = read;
  }

  /** What a read gives that begins now or later. */
  async get(key: string): Promise<V> {
    const { places, found } = (this.#next ??= this.#gather());
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    const value = (await found)[place];
    if (value === undefined) throw new Error("a read without an answer");
    return value;
  }

  #gather() {
    const places = new Map<string, number>();
    const found = this.#running.then(turnEnds).then(() => {
      this.#next = null;
      const reading = this.#read([...places.keys()]);
      this.#running = reading.catch(() => undefined);
      return reading;
    });
    return { places, found };
  }
}
