import { Refused, mutate } from "./api.ts";
import { ask, say } from "./dom.ts";
import { TEXT } from "./text.ts";

/** What follows when the last thing to a task was done, or could not be. */
interface Ends {
  readonly save: () => Promise<void>;
  readonly done: () => void;
  readonly lost: () => Promise<void>;
  /** What was handed in was changed meanwhile: the task is to be looked at again. */
  readonly stale: () => void;
  readonly refused: (error: unknown) => void;
  readonly isOver: () => boolean;
}

/** Does the last thing to a task, once, however often it is asked for or sent. */
export class LastAct {
  readonly #held: { readonly taskId: string; readonly epoch: number };
  readonly #ends: Ends;
  /** Keys of acts by what they say: what was sent and not answered is sent again as the same act. */
  readonly #keys = new Map<string, string>();
  /** An act that is under way: there is one at a time. */
  acting = false;

  constructor(held: { readonly taskId: string; readonly epoch: number }, ends: Ends) {
    this.#held = held;
    this.#ends = ends;
  }

  /**
   * Hands in, puts back or judges; where the session was shown higher things, its person is asked first. Drafts are saved
   * before it, so that none comes after it.
   */
  async perform(field: string, input: object): Promise<void> {
    const ends = this.#ends;
    if (ends.isOver() || this.acting) return;
    this.acting = true;
    try {
      await ends.save();
      let all = { ...this.#held, ...input };
      for (let sent = false; !sent && !ends.isOver();) {
        const said = JSON.stringify([field, all]);
        const key = this.#keys.get(said) ?? crypto.randomUUID();
        this.#keys.set(said, key);
        try {
          await mutate(field, all, "task { id }", key);
          sent = true;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          // What was refused is known: the next one is another act. What was not answered is sent again as the same.
          if (error.code !== "NO_ANSWER") this.#keys.delete(said);
          if (ends.isOver()) return;
          if (error.code === "LEASE_OVER") return await ends.lost();
          if (error.code === "STALE") return ends.stale();
          if (error.code === "UNAUTHENTICATED") return ends.refused(error);
          if (error.code !== "BELOW_HIGHWATER" || "belowHighWater" in all) return say(TEXT.refused(error.message));
          if ((await ask(TEXT.below, false, TEXT.ok, TEXT.cancel)) === null) return;
          all = { ...all, belowHighWater: true } as typeof all;
        }
      }
      if (!ends.isOver()) ends.done();
    } finally {
      this.acting = false;
    }
  }
}
