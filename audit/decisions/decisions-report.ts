import type { LogReport } from "../core/log-report.ts";
import type { NotCheckedReason } from "./outcome-entry.ts";
import type { Derived } from "./derive.ts";

/** One decision that is not the one that follows from what its entry cites. */
export interface Difference {
  readonly code: "DECISION_DIFFERS";
  readonly at: { readonly what: "entry"; readonly index: number };
  /** Place of the decision in the entry, from 0. */
  readonly decision: number;
  readonly action: string;
  /** Banner of the marking as the entry names it; null when it names none. */
  readonly banner: string | null;
  readonly recorded: { readonly decision: "allow" | "deny"; readonly obligations: readonly string[] };
  readonly follows: Derived;
  /** English: what differs, and who can have done it. */
  readonly sentence: string;
}

/** Entries whose decisions were not recomputed, for one reason. */
export interface NotChecked {
  readonly reason: NotCheckedReason;
  readonly entries: number;
  /** Index of the first of them. */
  readonly first: number;
  readonly sentence: string;
}

/** A policy with the number of open entries whose decisions cite it. */
export interface CitedPolicy {
  readonly version: string;
  readonly entries: number;
}

/** What recomputing found in a log that verifies. Of versions the first hundred of each sort are listed. */
export interface RecomputedDecisions {
  /** Decisions that follow from what their entry cites, and that do not. */
  readonly agree: number;
  readonly differ: number;
  /** Entries of which every decision was recomputed, that took none, and that were not checked. */
  readonly entries: { readonly checked: number; readonly withoutDecisions: number; readonly notChecked: number };
  /** The first hundred. */
  readonly differences: readonly Difference[];
  readonly notChecked: readonly NotChecked[];
  /** Policies that entries cite and that the archive carries, given or not. */
  readonly policiesCarried: readonly CitedPolicy[];
  /** How many policies the archive carries beside them, which no open entry with decisions cites. */
  readonly policiesCarriedUncited: number;
  /** Policies that entries cite and that were neither given nor carried. */
  readonly policiesNotGiven: readonly CitedPolicy[];
  /** Policies that entries cite and of which no open entry says that they came into force. */
  readonly policiesNotNamed: readonly CitedPolicy[];
}

/** The result of `verifyDecisions`. */
export interface DecisionsReport {
  /** The log verifies, no decision differs, and at least one was recomputed. */
  readonly verified: boolean;
  readonly log: LogReport;
  /** Versions of the policies that the auditor gave. */
  readonly policies: readonly string[];
  /** null unless the log verifies, so that nothing doubtful is ever shown. */
  readonly recomputed: RecomputedDecisions | null;
  /** What recomputing does not show, as English sentences. */
  readonly notShown: readonly string[];
}

/** What somebody who recomputed decisions still takes on trust. */
export const NOT_SHOWN: readonly string[] = [
  "A carried policy is the one that entries cite, for they cite it by the hash of its rule files. Whether it was rightly in force is said by the log's entries of kind policy.activation and log.boot and by your own copy (--policies), and is not shown by this.",
  "Recomputed is what follows from profile, effective marking and facts as entries cite them. That these were true, that a marking's effective form is that of its banner, and that a policy was in force when it was cited, is not shown by this.",
];

const SENTENCES: Readonly<Record<NotCheckedReason, string>> = {
  OUTCOME_SEALED: "the outcome section is sealed in this archive",
  PROFILE_SEALED: "the section with the profile is sealed in this archive",
  POLICY_NOT_GIVEN: "the policy that is cited is neither in the archive nor in a folder that was given",
  POLICY_UNKNOWN: "the policy that is cited is carried in a form that this program does not know",
  FORMAT_UNKNOWN: "a section has another form than this program knows",
};

/** Why entries were not checked, in words that follow "NOT CHECKED: 3 entries:". */
export function notCheckedSentence(reason: NotCheckedReason): string {
  return SENTENCES[reason];
}
