import type { Level } from "../markings/index.ts";

/** A rule about what labels of a dataset are together, by ids and numbers: what it says is behind the locks. */
export interface CompilationRuleRef {
  readonly id: string;
  readonly markingId: string;
  readonly wholeMarkingId: string;
  /** Null where nothing of the dataset is to be taken together. */
  readonly counts: { readonly classId: string; readonly atLeast: number } | null;
}

/** What a delivery may not leave below, with the approvers who lifted it. */
export interface HoldRef {
  /** Of a compilation or a rule. */
  readonly id: string;
  readonly isRule: boolean;
  readonly markingId: string;
  readonly liftedBy: readonly string[];
}

/** What datasets are as a whole, as PostgreSQL has it: whoever asks decides what he may tell. */
export interface CompilationRecords {
  /** The rules of a dataset, at most a second old. */
  rules(datasetId: string): Promise<readonly CompilationRuleRef[]>;
  /** Looks for the rules of a dataset anew. */
  forget(datasetId: string): void;
  /** Of labels those that a person may be shown under a rule; counts them. `most` is null where he may be shown all. */
  admit(
    reader: { readonly personId: string; readonly level: Level; readonly at: Date },
    ruleId: string,
    labelIds: readonly string[],
    most: number | null,
  ): Promise<{ readonly admitted: ReadonlySet<string>; readonly total: number }>;
  /** Counts labels for rules that limit nothing; in a moment, so that it delays nobody. */
  note(
    reader: { readonly personId: string; readonly level: Level; readonly at: Date },
    ruleIds: readonly string[],
    labelIds: readonly string[],
  ): void;
  /** Who was shown as many labels as a rule speaks of. */
  reachedBy(ruleId: string, at: Date): Promise<string[]>;
  /** What could hold a delivery. */
  holds(deliveryId: string, at: Date): Promise<HoldRef[]>;
}
