import { Acts } from "./acts.ts";
import { Refused } from "./api.ts";
import type { Act, Mutation, Payload, Unkeyed } from "./api.ts";
import { say } from "./dom.ts";
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
  readonly #ends: Ends;
  readonly #acts = new Acts();

  constructor(ends: Ends) {
    this.#ends = ends;
  }

  /** Whether it is under way. */
  get acting(): boolean {
    return this.#acts.acting;
  }

  /** Hands in, puts back or judges. Drafts are saved before it, so that none comes after it. */
  async perform<Input extends Act>(operation: Mutation<Payload, Input>, input: NoInfer<Unkeyed<Input>>): Promise<void> {
    const { save, done, lost, stale, refused, isOver } = this.#ends;
    if (isOver()) return;
    try {
      const sent = await this.#acts.once(operation, input, { before: save, isOver });
      if (sent !== null && !isOver()) done();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === "LEASE_OVER") return lost();
      if (error.code === "STALE") return stale();
      if (error.code === "UNAUTHENTICATED") return refused(error);
      say(TEXT.refused(error.code, error.message));
    }
  }
}
