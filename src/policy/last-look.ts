import { CaveatError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { InternedMarking } from "../storage/ports.ts";
import { tables } from "../storage/tables.ts";
import type { RowOf, TableName } from "../storage/tables.ts";
import type { Action } from "./actions.ts";
import { isAction } from "./actions.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { MarkingOffice } from "./marking-office.ts";

/** One decision as the outcome entry records it: once per distinct action, marking and facts, with the objects it covers. */
export interface RecordedDecision {
  readonly action: Action;
  readonly marking: InternedMarking;
  readonly facts: Facts;
  readonly decision: Decision;
  readonly objects: Set<string>;
}

function asAction(text: string): Action {
  if (!isAction(text)) throw new Error("a table names an unknown action");
  return text;
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
  readonly #pending: { action: Action; markingId: string; facts: Facts; object: string }[] = [];

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
    const description = tables[table];
    const values = row as unknown as Record<string, unknown>;
    const owner = description.owner === null ? null : values[description.owner];
    const facts: Facts = {
      member: this.#principal.programs.has(String(values[description.program])),
      assigned: false,
      owner: owner === this.#principal.personId,
      state: "ACTIVE",
    };
    const object = `${table}:${String(values["id"] ?? values["assetId"] ?? values["deliveryId"] ?? values["datasetId"])}`;
    for (const [, property, action] of description.markings) {
      const needed = typeof action === "string" ? action : (action as (row: unknown) => string)(row);
      this.#pending.push({ action: asAction(needed), markingId: String(values[property]), facts, object });
    }
  }

  /** Decides about one action on one marking now, and notes the decision. Throws UNAUTHENTICATED once the hours are over. */
  async decide(action: Action, marking: InternedMarking, facts: Facts, object: string): Promise<Decision> {
    if (this.#over) throw new CaveatError("UNAUTHENTICATED", "the hours are over");
    const key = JSON.stringify([action, marking.id, marking.banner, facts]);
    const known = this.#decisions.get(key);
    if (known) {
      known.objects.add(object);
      return known.decision;
    }
    const decision = decide(
      this.#office.policy,
      this.#office.register.version,
      this.#principal.profile,
      marking.effective,
      facts,
      action,
    );
    this.#decisions.set(key, { action, marking, facts, decision, objects: new Set([object]) });
    return decision;
  }

  /** Takes the last look on everything read since the last one: the objects that must not leave, if any. */
  async lastLook(): Promise<string[]> {
    const refused: string[] = [];
    const pending = this.#pending.splice(0);
    if (this.#over) return pending.map(({ object }) => object);
    for (const { action, markingId, facts, object } of pending) {
      const decision = await this.decide(action, await this.#office.byId(markingId), facts, object);
      if (decision.decision === "allow") this.#disclosed.set(markingId, await this.#office.byId(markingId));
      else refused.push(object);
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
