import { CaveatError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf, TableName } from "../storage/tables.ts";
import type { Action } from "./actions.ts";
import { isAction } from "./actions.ts";
import type { Decision } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { MarkingOffice } from "./marking-office.ts";
import { nameOf, readingOf } from "./row-reading.ts";
import type { Values } from "./row-reading.ts";
import { stateOf } from "./workflow-state.ts";

/**
 * One decision as the outcome entry records it: once per distinct action, marking and facts, with the objects it covers.
 * Facts are null where only marking and profile decided: what stands above a row is read by its marking.
 */
export interface RecordedDecision {
  readonly action: Action;
  readonly marking: InternedMarking;
  readonly facts: Facts | null;
  readonly decision: Decision;
  readonly objects: Set<string>;
}

function asAction(text: string): Action {
  if (!isAction(text)) throw new Error("a table names an unknown action");
  return text;
}

/** What a row that was read rests on: one decision for all rows with the same action, marking and facts. */
interface Pending {
  readonly action: Action;
  readonly markingId: string;
  readonly facts: Facts | null;
  readonly objects: Set<string>;
}

/** What one marking of a row rested on, and which object above the row it named. */
interface Rested {
  readonly needed: string;
  readonly markingId: unknown;
  readonly aboveId: unknown;
  readonly pending: Pending;
}

/** What the row of a table that was read last tells; the next one mostly tells the same and adds nothing but its own name. */
interface Told {
  readonly program: unknown;
  readonly member: boolean;
  readonly owner: boolean;
  readonly state: string;
  /** By the place of a marking in the table's description. */
  readonly rested: (Rested | undefined)[];
}

/**
 * Everything that an operation read or wrote, with the decision about each distinct combination of action, marking and
 * facts. Decides in the process from profile and marking, never from the matrix that the row locks use.
 */
export class DecisionLedger {
  readonly #office: MarkingOffice;
  readonly #principal: Principal;
  readonly #clock: () => Date;
  readonly #decisions = new Map<string, RecordedDecision>();
  readonly #disclosed = new Map<string, InternedMarking>();
  #pending = new Map<string, Pending>();
  #told = new Map<TableName, Told>();

  constructor(office: MarkingOffice, principal: Principal, clock: () => Date) {
    this.#office = office;
    this.#principal = principal;
    this.#clock = clock;
  }

  /** Whether the hours ended in which the caller may work: his profile is no longer true, and nothing more is decided. */
  get #over(): boolean {
    const { until } = this.#principal;
    return until !== null && this.#clock() >= until;
  }

  /** Notes a row that was read. */
  read<N extends TableName>(table: N, row: RowOf<N>): void {
    const values = row as unknown as Values;
    const reading = readingOf(table);
    const { markings } = reading;
    const before = this.#told.get(table);
    const program = values[reading.program];
    const member =
      before !== undefined && before.program === program
        ? before.member
        : this.#principal.programs.has(String(program));
    const owner = reading.owner !== null && values[reading.owner] === this.#principal.personId;
    const state = stateOf(table, values);
    const alike = before !== undefined && before.member === member && before.owner === owner && before.state === state;
    const rested = before?.rested ?? [];
    if (!alike || before.program !== program) this.#told.set(table, { program, member, owner, state, rested });
    const own = nameOf(table, values);
    for (let at = 0; at < markings.length; at += 1) {
      const marking = markings[at];
      if (!marking) continue;
      const { property, action, above, byMarking } = marking;
      const needed = typeof action === "string" ? action : action(values);
      const markingId = values[property];
      const aboveId = above === null ? null : values[above[1]];
      const last = rested[at];
      const same = last !== undefined && last.markingId === markingId && last.needed === needed && (alike || byMarking);
      if (same && last.aboveId === aboveId && typeof aboveId === "string") continue;
      const pending = same
        ? last.pending
        : this.#rests(needed, String(markingId), byMarking ? null : { member, assigned: false, owner, state });
      pending.objects.add(above && typeof aboveId === "string" ? `${above[0]}:${aboveId}` : own);
      if (!same || last.aboveId !== aboveId) rested[at] = { needed, markingId, aboveId, pending };
    }
  }

  #rests(needed: string, markingId: string, facts: Facts | null): Pending {
    const key =
      facts === null
        ? `${needed} ${markingId}`
        : `${needed} ${markingId} ${facts.member} ${facts.owner} ${facts.state}`;
    const known = this.#pending.get(key);
    if (known) return known;
    const made = { action: asAction(needed), markingId, facts, objects: new Set<string>() };
    this.#pending.set(key, made);
    return made;
  }

  /** Decides about one action on one marking now, and notes the decision. Throws UNAUTHENTICATED once the hours are over. */
  async decide(action: Action, marking: InternedMarking, facts: Facts, object: string): Promise<Decision> {
    if (this.#over) throw new CaveatError("UNAUTHENTICATED", "the hours are over");
    return this.#decide(action, marking, facts, new Set([object]));
  }

  /** Keeps the set of objects. */
  #decide(action: Action, marking: InternedMarking, facts: Facts | null, objects: Set<string>): Decision {
    const key = JSON.stringify([action, marking.id, marking.banner, facts]);
    const known = this.#decisions.get(key);
    if (known) {
      for (const object of objects) known.objects.add(object);
      return known.decision;
    }
    const decision = this.#office.decisions.decision(this.#principal.profile, marking, facts, action);
    this.#decisions.set(key, { action, marking, facts, decision, objects });
    return decision;
  }

  /** Takes the last look on everything read since the last one: the objects that must not leave, if any. */
  async lastLook(): Promise<string[]> {
    const refused: string[] = [];
    const pending = this.#pending;
    this.#pending = new Map();
    this.#told = new Map();
    if (this.#over) return [...pending.values()].flatMap(({ objects }) => [...objects]);
    for (const { action, markingId, facts, objects } of pending.values()) {
      const marking = this.#office.known(markingId) ?? (await this.#office.byId(markingId));
      const decision = this.#decide(action, marking, facts, objects);
      if (decision.decision === "allow") this.#disclosed.set(markingId, marking);
      else refused.push(...objects);
    }
    return refused;
  }

  /** Notes that something with this marking, which is no row, goes into the answer. */
  disclose(marking: InternedMarking): void {
    this.#disclosed.set(marking.id, marking);
  }

  /** Every decision noted so far. */
  get decisions(): readonly RecordedDecision[] {
    return [...this.#decisions.values()];
  }

  /** Markings of the rows that were read and allowed: what the answer's banner is made of. */
  get disclosed(): InternedMarking[] {
    return [...this.#disclosed.values()];
  }
}
