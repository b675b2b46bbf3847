import { CaveatError } from "../errors.ts";
import type { MarkingOffice } from "./marking-office.ts";

/**
 * The policy that this process decides by. Two people may put another one in force at any time; the next request then finds
 * that it was let in under another one and the process changes over, whole: rules, register and matrix together. An
 * operation keeps the one that it began with, whose tokens PostgreSQL no longer takes.
 */
export class PolicyInForce {
  readonly #load: () => Promise<MarkingOffice>;
  #office: MarkingOffice;
  #loading: Promise<MarkingOffice> | null = null;

  /** `load` makes the office of the policy that is active now, its matrix filled; it throws where that cannot run here. */
  constructor(office: MarkingOffice, load: () => Promise<MarkingOffice>) {
    this.#office = office;
    this.#load = load;
  }

  /** The policy as this process last knew it. */
  get office(): MarkingOffice {
    return this.#office;
  }

  /**
   * The office for a request that was let in under the policy row `policyId`. Throws UNAVAILABLE when no policy is active or
   * the active one cannot run here (I9).
   */
  async at(policyId: string | null): Promise<MarkingOffice> {
    if (policyId === this.#office.policyId) return this.#office;
    this.#loading ??= this.#change().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #change(): Promise<MarkingOffice> {
    try {
      this.#office = await this.#load();
      return this.#office;
    } catch (cause) {
      throw new CaveatError("UNAVAILABLE", "the policy in force cannot be loaded", { cause });
    }
  }
}
