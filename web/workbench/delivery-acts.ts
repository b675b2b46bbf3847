import { Refused, mutate } from "./api.ts";
import { ask } from "./dom.ts";
import { TEXT } from "./text.ts";

/** Acts of one screen, one at a time: what was sent and not answered is sent again as the same act. */
export class Acts {
  #acting = false;
  readonly #keys = new Map<string, string>();

  /**
   * Does something once; where the session was shown higher things, its person is asked first. Null where another act is
   * under way, or he left the question. Throws Refused.
   */
  async once<T extends object>(field: string, input: object, selection: string): Promise<T | null> {
    if (this.#acting) return null;
    this.#acting = true;
    try {
      for (let all = input; ; all = { ...input, belowHighWater: true }) {
        const said = JSON.stringify([field, all]);
        const key = this.#keys.get(said) ?? crypto.randomUUID();
        this.#keys.set(said, key);
        try {
          const { data } = await mutate<T>(field, all, selection, key);
          this.#keys.delete(said);
          return data;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          if (error.code !== "NO_ANSWER") this.#keys.delete(said);
          if (error.code !== "BELOW_HIGHWATER" || "belowHighWater" in all) throw error;
          if ((await ask(TEXT.below, false, TEXT.ok, TEXT.cancel)) === null) return null;
        }
      }
    } finally {
      this.#acting = false;
    }
  }
}
