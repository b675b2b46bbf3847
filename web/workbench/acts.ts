import { Refused, mutate } from "./api.ts";
import type { Act, Mutation, Payload, Unkeyed } from "./api.ts";
import { ask } from "./dom.ts";
import { TEXT } from "./text.ts";

/** Acts of one screen, one at a time: what was sent and not answered is sent again as the same act. */
export class Acts {
  /** Whether one is under way. */
  acting = false;
  readonly #keys = new Map<string, string>();

  /**
   * Does something once, after what `before` does; where the session was shown higher things, its person is asked first. Null
   * where another act is under way, its screen is over, or he left the question. Throws Refused.
   */
  async once<T extends Payload, Input extends Act>(
    operation: Mutation<T, Input>,
    input: NoInfer<Unkeyed<Input>>,
    { before, isOver = () => false }: { readonly before?: () => Promise<void>; readonly isOver?: () => boolean } = {},
  ): Promise<T | null> {
    if (this.acting) return null;
    this.acting = true;
    try {
      await before?.();
      for (let all: Unkeyed<Input> = input; ; all = { ...input, belowHighWater: true }) {
        if (isOver()) return null;
        const said = JSON.stringify([operation.text, all]);
        const key = this.#keys.get(said) ?? crypto.randomUUID();
        this.#keys.set(said, key);
        try {
          const { data } = await mutate(operation, all, key);
          this.#keys.delete(said);
          return data;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          // What was refused is known: the next one is another act. What was not answered is sent again as the same.
          if (error.code !== "NO_ANSWER") this.#keys.delete(said);
          if (isOver()) return null;
          if (error.code !== "BELOW_HIGHWATER" || "belowHighWater" in all) throw error;
          if ((await ask(TEXT.below, false, TEXT.ok, TEXT.cancel)) === null) return null;
        }
      }
    } finally {
      this.acting = false;
    }
  }
}
