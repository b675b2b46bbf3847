import { CaveatError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { Appended } from "../storage/ledger-store.ts";
import type { Plain } from "./audit-port.ts";
import type { Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";

/** What a long reading is made of. */
export interface LongReadingParts {
  readonly opener: Principal;
  /** Its request entry. */
  readonly request: Appended;
  /** An operation for this look; `wrote` is told the id of the entry that it writes. */
  readonly look: (now: Principal, wrote: (entryId: string) => void) => Promise<Operation>;
  /** Writes the entry of its end and waits until it is durable. */
  readonly conclude: (now: Principal, outcome: Outcome) => Promise<void>;
}

/**
 * A reading that goes on: one request entry at its start, one entry for what each look disclosed, one at its end (I4). Who
 * reads is proven anew for each look; whoever looks must be the one who began.
 */
export class LongReading {
  readonly #parts: LongReadingParts;
  /** Entries that it wrote and did not come by yet. */
  readonly #caused: Set<string>;
  #last: Principal;

  constructor(parts: LongReadingParts) {
    this.#parts = parts;
    this.#last = parts.opener;
    this.#caused = new Set([parts.request.id]);
  }

  /** Place of its request entry in the log. */
  get beganAt(): number {
    return this.#parts.request.index;
  }

  /** Whether it wrote this entry itself. Asked once: what was come by is forgotten. */
  caused(entryId: string): boolean {
    return this.#caused.delete(entryId);
  }

  /** A look as the person is now. Throws UNAUTHENTICATED where it is another person, session, client or purpose. */
  async look(now: Principal): Promise<Operation> {
    const { opener } = this.#parts;
    if (
      now.personId !== opener.personId ||
      now.session.id !== opener.session.id ||
      now.client.id !== opener.client.id ||
      now.purpose !== opener.purpose
    )
      throw new CaveatError("UNAUTHENTICATED", "not who began");
    const operation = await this.#parts.look(now, (id) => this.#caused.add(id));
    this.#last = now;
    return operation;
  }

  /** Writes how it ended, in the name of whoever looked last. `error` is null where it was ended in order. */
  end(error: string | null, detail: { readonly [member: string]: Plain }): Promise<void> {
    const outcome = { result: error === null ? "answered" : "failed", error, command: null, detail } as const;
    return this.#parts.conclude(this.#last, { ...outcome, request: this.#parts.request.id });
  }
}
