import type { Principal } from "../identity/principal.ts";
import { dominates } from "../markings/index.ts";
import type { CompilationRecords, HoldRef } from "../storage/compilation-records.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { Action } from "./actions.ts";
import type { Facts } from "./facts.ts";
import type { DecisionLedger } from "./last-look.ts";
import type { MarkingOffice } from "./marking-office.ts";

/** A rule that the caller knows, because he reads its own marking. */
export interface KnownRule {
  readonly id: string;
  readonly marking: InternedMarking;
  /** What as many labels are together. */
  readonly whole: InternedMarking;
  /** Whether he reads that as well; otherwise the rule withholds labels from him. */
  readonly readsWhole: boolean;
  /** Null where nothing of the dataset is to be taken together. */
  readonly counts: { readonly classId: string; readonly atLeast: number } | null;
}

/** What holds a delivery: it is above it. */
export interface Hold extends HoldRef {
  readonly marking: InternedMarking;
}

const inProgram = (state: string): Facts => ({ member: true, assigned: false, owner: false, state });

/**
 * What is more together than its parts (standards B.6), for one caller. A rule that he does not know changes nothing that he
 * is told: it is counted, and holds deliveries. One that he knows is data at his level.
 */
export class Together {
  readonly #principal: Principal;
  readonly #office: MarkingOffice;
  readonly #ledger: DecisionLedger;
  readonly #records: CompilationRecords;
  readonly #clock: () => Date;

  constructor(parts: {
    principal: Principal;
    office: MarkingOffice;
    ledger: DecisionLedger;
    records: CompilationRecords;
    clock: () => Date;
  }) {
    this.#principal = parts.principal;
    this.#office = parts.office;
    this.#ledger = parts.ledger;
    this.#records = parts.records;
    this.#clock = parts.clock;
  }

  get #reader() {
    const { personId, session } = this.#principal;
    return { personId, level: session.level, at: this.#clock() };
  }

  /**
   * Whether the caller may do this at a marking; leaves no trace, because the marking may be hidden from him. `state` is the
   * workflow state in which he would do it.
   */
  may(action: Action, marking: InternedMarking, state = "ACTIVE"): boolean {
    return this.#office.allows(this.#principal.profile, marking.effective, inProgram(state), action);
  }

  /** The rules of a dataset that the caller sees; those of them that he knows. */
  async rules(datasetId: string): Promise<readonly KnownRule[]> {
    return (await this.#sorted(datasetId)).known;
  }

  async #sorted(datasetId: string): Promise<{ known: readonly KnownRule[]; unknown: readonly string[] }> {
    const known: KnownRule[] = [];
    const unknown: string[] = [];
    for (const { id, markingId, wholeMarkingId, counts } of await this.#records.rules(datasetId)) {
      const marking = await this.#office.byId(markingId);
      if (this.may("dataset.read", marking)) {
        const whole = await this.#office.byId(wholeMarkingId);
        known.push({ id, marking, whole, readsWhole: this.may("dataset.read", whole), counts });
      } else if (counts) unknown.push(id);
    }
    return { known, unknown };
  }

  /** Says that an answer rests on a rule, or is as much as it speaks of: it carries that marking. */
  disclose(marking: InternedMarking): void {
    this.#ledger.disclose(marking);
  }

  /**
   * Which of some labels of a dataset are withheld, because with what he was shown they would be more than he may read.
   * Counts the others as shown; by then that is durable for rules that he knows. `classesOf` tells the class of each.
   */
  async withheld(
    datasetId: string,
    labelIds: readonly string[],
    classesOf: (labelIds: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<ReadonlySet<string>> {
    const { known, unknown } = await this.#sorted(datasetId);
    const withheld = new Set<string>();
    const counting = known.filter((rule) => rule.counts !== null);
    if (counting.length > 0 && labelIds.length > 0) {
      const classes = await classesOf(labelIds);
      for (const rule of counting) for (const id of await this.#exceeding(rule, labelIds, classes)) withheld.add(id);
    }
    this.#records.note(
      this.#reader,
      unknown,
      labelIds.filter((id) => !withheld.has(id)),
    );
    return withheld;
  }

  async #exceeding(
    { id, counts, marking, whole, readsWhole }: KnownRule,
    labelIds: readonly string[],
    classes: ReadonlyMap<string, string>,
  ): Promise<readonly string[]> {
    const counted = labelIds.filter((label) => counts !== null && classes.get(label) === counts.classId);
    if (counts === null || counted.length === 0) return [];
    const most = readsWhole ? null : counts.atLeast - 1;
    const { admitted, total } = await this.#records.admit(this.#reader, id, counted, most);
    if (readsWhole && total >= counts.atLeast) this.disclose(whole);
    const exceeding = counted.filter((label) => !admitted.has(label));
    if (exceeding.length > 0) this.disclose(marking);
    return exceeding;
  }

  /** Looks for the rules of a dataset anew: one was added. */
  forget(datasetId: string): void {
    this.#records.forget(datasetId);
  }

  /** Who was shown as many labels as a rule speaks of, by id; for who may raise markings at the whole's. */
  async reachedBy(ruleId: string, whole: InternedMarking): Promise<string[] | null> {
    return this.may("marking.raise", whole) ? this.#records.reachedBy(ruleId, this.#clock()) : null;
  }

  /** Everything that holds a delivery below itself, hidden things too: for deciding, not for telling. */
  async holds(deliveryId: string, marking: InternedMarking): Promise<Hold[]> {
    const holds = await Promise.all(
      (await this.#records.holds(deliveryId, this.#clock())).map(async (hold) => ({
        ...hold,
        marking: await this.#office.byId(hold.markingId),
      })),
    );
    return holds.filter((hold) => !dominates(marking.effective, hold.marking.effective));
  }
}
