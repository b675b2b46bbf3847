import { CaveatError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { InternedMarking } from "../storage/ports.ts";
import { tables } from "../storage/tables.ts";
import type { RowOf, TableName } from "../storage/tables.ts";
import type { Action } from "./actions.ts";
import { isAction } from "./actions.ts";
import type { Decision } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { MarkingOffice } from "./marking-office.ts";
import { ROW_TABLES } from "./row-tables.ts";
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

/** Marking columns of what stands above the rows of a table: there the row rules of the row itself say nothing. */
const STANDS_ABOVE: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  ROW_TABLES.map(({ table, above }) => [`data.${table}`, new Set(above.map(([column]) => column))]),
);

/** Whose marking a column repeats: the decision about it names that object, not each row below it. */
const ABOVE: Readonly<Record<string, readonly [table: string, id: string]>> = {
  datasetMarkingId: ["dataset", "datasetId"],
  assetMarkingId: ["asset", "assetId"],
  labelMarkingId: ["label", "labelId"],
  revisionMarkingId: ["labelRevision", "revisionId"],
  ontologyMarkingId: ["ontology", "ontologyId"],
  deliveryMarkingId: ["delivery", "deliveryId"],
  projectMarkingId: ["project", "projectId"],
  taskMarkingId: ["task", "taskId"],
};

function nameOf(table: string, values: Readonly<Record<string, unknown>>): string {
  return `${table}:${String(values["id"] ?? values["assetId"] ?? values["deliveryId"] ?? values["datasetId"])}`;
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
    const member = this.#principal.programs.has(String(values[description.program]));
    const owner = description.owner !== null && values[description.owner] === this.#principal.personId;
    const state = stateOf(table, values);
    const own = nameOf(table, values);
    for (const [column, property, action] of description.markings) {
      const needed = typeof action === "string" ? action : (action as (row: unknown) => string)(row);
      const markingId = String(values[property]);
      const above = ABOVE[property];
      const aboveId = above && values[above[1]];
      const object = above && typeof aboveId === "string" ? `${above[0]}:${aboveId}` : own;
      const byMarking = STANDS_ABOVE.get(description.name)?.has(column) === true;
      const key = byMarking ? `${needed} ${markingId}` : `${needed} ${markingId} ${member} ${owner} ${state}`;
      const known = this.#pending.get(key);
      if (known) known.objects.add(object);
      else {
        const facts: Facts | null = byMarking ? null : { member, assigned: false, owner, state };
        this.#pending.set(key, { action: asAction(needed), markingId, facts, objects: new Set([object]) });
      }
    }
  }

  /** Decides about one action on one marking now, and notes the decision. Throws UNAUTHENTICATED once the hours are over. */
  async decide(action: Action, marking: InternedMarking, facts: Facts, object: string): Promise<Decision> {
    if (this.#over) throw new CaveatError("UNAUTHENTICATED", "the hours are over");
    return this.#decide(action, marking, facts, [object]);
  }

  #decide(action: Action, marking: InternedMarking, facts: Facts | null, objects: Iterable<string>): Decision {
    const key = JSON.stringify([action, marking.id, marking.banner, facts]);
    const known = this.#decisions.get(key);
    if (known) {
      for (const object of objects) known.objects.add(object);
      return known.decision;
    }
    const decision = this.#office.decisions.decision(this.#principal.profile, marking, facts, action);
    this.#decisions.set(key, { action, marking, facts, decision, objects: new Set(objects) });
    return decision;
  }

  /** Takes the last look on everything read since the last one: the objects that must not leave, if any. */
  async lastLook(): Promise<string[]> {
    const refused: string[] = [];
    const pending = this.#pending;
    this.#pending = new Map();
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
