import {
  MarkingError,
  dominates,
  effectiveOf,
  joinEffective,
  markingFromText,
  renderBanner,
  renderPortion,
  rollUp,
} from "../markings/index.ts";
import type { Effective, Marking, Register } from "../markings/index.ts";
import type { AccessStore } from "../storage/access-store.ts";
import type { CellsOf } from "../storage/matrix-store.ts";
import type { InternedMarking } from "../storage/ports.ts";
import { CaveatError } from "../errors.ts";
import { UserError } from "./command.ts";
import type { Action } from "./actions.ts";
import { decide } from "./decide.ts";
import { DecisionMemory } from "./decision-memory.ts";
import type { Facts } from "./facts.ts";
import { matrixOf } from "./matrix.ts";
import type { MatrixColumn, MatrixRow } from "./matrix.ts";
import { canonicalProfile } from "./profile.ts";
import type { AccessProfile } from "./profile.ts";
import type { Policy } from "./rules.ts";
import { standingEffective } from "./standing.ts";
import type { ClearedFor } from "./standing.ts";

const MARKINGS_AN_HOUR = 60;
const MOST_SUMMARIES = 1_024;
const LEVEL_WORDS = { U: "UNCLASSIFIED", R: "CONFIDENTIAL", C: "CONFIDENTIAL", S: "SECRET", TS: "TOP SECRET" } as const;

/** Interns markings and profiles and keeps the matrix of decisions without holes. */
export class MarkingOffice {
  readonly register: Register;
  readonly policy: Policy;
  readonly policyId: string;
  readonly decisions: DecisionMemory;
  readonly #store: AccessStore;
  readonly #stated = new Map<string, Map<string, number>>();
  readonly #profiles = new Map<string, Promise<string>>();
  /** Roll-ups by what went into them: markings do not change once they have an id. */
  readonly #summaries = new Map<string, { readonly banner: string | null; readonly effective: Effective }>();
  /** The same by the object: profiles do not change, and those of one record are one object. */
  readonly #byProfile = new WeakMap<AccessProfile, Promise<string>>();
  readonly #rows = new Map<string, MatrixRow>();
  readonly #columns = new Map<string, MatrixColumn>();

  constructor(store: AccessStore, register: Register, policy: Policy, policyId: string) {
    this.#store = store;
    this.register = register;
    this.policy = policy;
    this.policyId = policyId;
    this.decisions = new DecisionMemory(policy, register.version);
  }

  // Interned profiles and markings never change, so each is read once.
  readonly #cellsOf: CellsOf = (profileId, profile, markings) => {
    const matrix = matrixOf(this.policy);
    // A stored profile that can no longer be read may do nothing: the row of nobody else must fail with it.
    const row = this.#rows.get(profileId) ?? matrix.row(profile as AccessProfile);
    this.#rows.set(profileId, row);
    return markings.map(({ id, effective }) => {
      const column = this.#columns.get(id) ?? matrix.column(effective);
      this.#columns.set(id, column);
      return row(column);
    });
  };

  /** Writes every cell of the matrix that this policy lacks, before it comes into force; returns how many. */
  fillMatrix(): Promise<number> {
    return this.#store.fillMatrix(this.policyId, this.#cellsOf);
  }

  /** The id of a profile; its row of the matrix is filled before it is returned. */
  profileId(profile: AccessProfile): Promise<string> {
    const same = this.#byProfile.get(profile);
    if (same) return same;
    const loading = this.#profileId(profile);
    this.#byProfile.set(profile, loading);
    loading.catch(() => this.#byProfile.delete(profile));
    return loading;
  }

  #profileId(profile: AccessProfile): Promise<string> {
    const canonical = canonicalProfile(profile);
    const known = this.#profiles.get(canonical);
    if (known) return known;
    const loading = this.#store.internProfile(canonical, this.policyId, this.#cellsOf);
    this.#profiles.set(canonical, loading);
    loading.catch(() => this.#profiles.delete(canonical));
    return loading;
  }

  /** The marking that a text stands for, not yet interned; null when the register does not understand all of it. */
  read(text: string): { structure: Marking; effective: Effective } | null {
    const parsed = markingFromText(text, this.register);
    return parsed.ok ? { structure: parsed.marking, effective: effectiveOf(parsed.marking, this.register) } : null;
  }

  /** Whether a profile may do this to an object with this marking and these facts. */
  allows(profile: AccessProfile, effective: Effective, facts: Facts, action: Action): boolean {
    return decide(this.policy, this.register.version, profile, effective, facts, action).decision === "allow";
  }

  /**
   * Interns a marking that a person states. Each marking costs every profile a cell, so a person may state only so many
   * different ones in an hour. Throws BUSY beyond that.
   */
  async introduce(personId: string, structure: Marking, effective: Effective, now: Date): Promise<InternedMarking> {
    const banner = renderBanner(structure, this.register);
    const since = now.getTime() - 3_600_000;
    const stated = [banner, ...effective.lists].join(" ");
    const recent = new Map([...(this.#stated.get(personId) ?? [])].filter(([, time]) => time > since));
    // Counted whether it is in use or not: what others have used before must not show.
    if (!recent.has(stated) && recent.size >= MARKINGS_AN_HOUR) throw new CaveatError("BUSY", "too many markings");
    this.#stated.set(personId, recent.set(stated, now.getTime()));
    return this.intern(structure, effective);
  }

  /** Interns a marking with the effective marking that decides about it. */
  intern(structure: Marking, effective: Effective): Promise<InternedMarking> {
    const value = {
      structure,
      effective,
      banner: renderBanner(structure, this.register),
      portion: renderPortion(structure, this.register),
    };
    return this.#store.internMarking(value, this.register.version, this.policyId, this.#cellsOf);
  }

  /** Interns what a derived object carries: the join of its sources for decisions, their roll-up for people. */
  derive(sources: readonly [InternedMarking, ...InternedMarking[]]): Promise<InternedMarking> {
    const [first, ...rest] = sources;
    if (rest.every((source) => source.id === first.id)) return Promise.resolve(first);
    const effective = sources.map((source) => source.effective).reduce(joinEffective);
    const structure = this.#rolledUp(sources);
    if (!structure) throw new UserError("INVALID_MARKING", "these markings have no common banner", ["marking"]);
    return this.intern(structure, effective);
  }

  /**
   * Interns what something gets whose surroundings are raised: the join. Unlike `derive` it never refuses, because nobody
   * asked for it: where there is no common banner, the level is printed, and decisions rest on the effective marking alone.
   */
  raised(own: InternedMarking, to: InternedMarking): Promise<InternedMarking> {
    if (dominates(own.effective, to.effective)) return Promise.resolve(own);
    if (dominates(to.effective, own.effective)) return Promise.resolve(to);
    const effective = joinEffective(own.effective, to.effective);
    const structure = this.#rolledUp([own, to]) ?? this.read(`${LEVEL_WORDS[effective.level]}//NOFORN`)?.structure;
    if (!structure) throw new CaveatError("UNAVAILABLE", "no banner for a level");
    return this.intern(structure, effective);
  }

  /**
   * Interns the marking of what is known about somebody's standing. Where the register has no banner for all of it, the
   * highest level is printed; decisions rest on the effective marking alone.
   */
  ofStanding(cleared: ClearedFor): Promise<InternedMarking> {
    const effective = standingEffective(cleared);
    const level = LEVEL_WORDS[effective.level];
    const systems = effective.sci.filter((token) => !token.includes("-"));
    const read =
      this.read([level, ...(systems.length > 0 ? [systems.join("/")] : []), "NOFORN"].join("//")) ??
      this.read("TOP SECRET//NOFORN");
    if (!read) throw new CaveatError("UNAVAILABLE", "no banner for a standing");
    return this.intern(read.structure, effective);
  }

  /** Some markings have no legal common banner (a NATO special category beside US information, for one). */
  #rolledUp(sources: readonly InternedMarking[]): Marking | null {
    try {
      return rollUp(
        sources.map((source) => source.structure),
        this.register,
      );
    } catch (error) {
      if (error instanceof MarkingError) return null;
      throw error;
    }
  }

  /** The banner over a set of markings (roll-up; null where there is no legal one), and the join that decides. */
  summarize(markings: readonly InternedMarking[]): { banner: string | null; effective: Effective } | null {
    const [first, ...rest] = markings;
    if (!first) return null;
    const key = markings.map((marking) => `${marking.id} ${marking.banner}`).join("\n");
    const known = this.#summaries.get(key);
    if (known) return known;
    const structure = rest.length === 0 ? first.structure : this.#rolledUp(markings);
    const summary = {
      banner: structure ? renderBanner(structure, this.register) : null,
      effective: rest.map((m) => m.effective).reduce(joinEffective, first.effective),
    };
    if (this.#summaries.size >= MOST_SUMMARIES) this.#summaries.clear();
    this.#summaries.set(key, summary);
    return summary;
  }

  /** The interned marking with this id where it was seen before. */
  known(id: string): InternedMarking | null {
    return this.#store.known(id);
  }

  /** The interned marking with this id. */
  byId(id: string): Promise<InternedMarking> {
    return this.#store.marking(id);
  }
}
