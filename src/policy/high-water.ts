import type { Principal } from "../identity/principal.ts";
import { joinEffective } from "../markings/index.ts";
import type { Effective } from "../markings/index.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { SessionStore } from "../storage/session-store.ts";
import type { MarkingOffice } from "./marking-office.ts";
import { isId } from "./target.ts";

/** What happens to a write below what its session was shown: the writer confirms it, or the site refuses it. */
export type BelowHighWater = "confirm" | "refuse";

const MOST_SESSIONS = 10_000;

/**
 * The high-water of sessions (standards B.2): the join of everything that a session was shown. It binds nobody's reading.
 * A write below it may carry down what its writer saw, which nobody but he can tell; so he is asked.
 */
export class HighWater {
  readonly rule: BelowHighWater;
  readonly #store: SessionStore;
  /** By person and session, the ids that are known to be noted: only a marking's first showing costs a statement. */
  readonly #noted = new Map<string, Set<string>>();

  constructor(store: SessionStore, rule: BelowHighWater) {
    this.#store = store;
    this.rule = rule;
  }

  /** Notes what a session is about to be shown, before the reply leaves. */
  async note(principal: Principal, office: MarkingOffice, shown: readonly InternedMarking[]): Promise<void> {
    const key = `${principal.personId} ${principal.session.id}`;
    const known = this.#noted.get(key) ?? new Set();
    const fresh = shown.filter((marking) => !known.has(marking.id));
    if (fresh.length === 0) return;
    // What is no row (a section of the log) carries a marking that was not interned yet.
    const ids = await Promise.all(
      fresh.map(async (marking) =>
        isId(marking.id) ? marking.id : (await office.intern(marking.structure, marking.effective)).id,
      ),
    );
    await this.#store.note(principal.personId, principal.session.id, ids);
    if (this.#noted.size >= MOST_SESSIONS) this.#noted.clear();
    this.#noted.set(key, new Set([...known, ...fresh.map((marking) => marking.id)]));
  }

  /** The markings that the session was shown, by whichever process. */
  async shown(principal: Principal, office: MarkingOffice): Promise<InternedMarking[]> {
    const ids = await this.#store.shown(principal.personId, principal.session.id);
    return Promise.all(ids.map((id) => office.byId(id)));
  }

  /** The join of what the session was shown; null before the first row. */
  async of(principal: Principal, office: MarkingOffice): Promise<Effective | null> {
    const markings = await this.shown(principal, office);
    return markings
      .map((marking) => marking.effective)
      .reduce<Effective | null>((all, one) => (all ? joinEffective(all, one) : one), null);
  }
}
