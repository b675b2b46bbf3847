import type { ArchiveEntry } from "../core/archive.ts";
import { FormatError } from "../core/errors.ts";
import { parseCanonical } from "../core/jcs.ts";
import { SLOT_NAMES } from "../core/leaf.ts";
import type { SlotName } from "../core/leaf.ts";
import { anything, isCount, isText, listOf, matching, oneOf, orNull, record, setOf } from "./shape.ts";
import type { Cited } from "./derive.ts";

/** Why the decisions of an entry are not recomputed. */
export type NotCheckedReason =
  | "OUTCOME_SEALED"
  | "PROFILE_SEALED"
  | "POLICY_NOT_GIVEN"
  | "POLICY_UNKNOWN"
  | "FORMAT_UNKNOWN";

/** A decision as an entry records it, with what it cites. */
export interface RecordedDecision {
  readonly cited: Cited;
  /** The banner of the marking, for people; null when the decision names no marking of the entry. */
  readonly banner: string | null;
  readonly decision: "allow" | "deny";
  readonly obligations: readonly string[];
}

/** What an outcome entry says of decisions. */
export interface RecordedDecisions {
  readonly policyVersion: string;
  readonly decisions: readonly RecordedDecision[];
}

interface OutcomeText {
  readonly policyVersion: string;
  readonly markings: readonly { readonly banner: string; readonly effective: unknown }[];
  readonly decisions: readonly {
    readonly action: string;
    readonly marking: number;
    readonly facts: unknown;
    readonly decision: "allow" | "deny";
    readonly obligations: readonly string[];
  }[];
}

const texts = listOf(isText);
const version = matching(/^sha384:[0-9a-f]{96}$/);
// Of what is shown only plain characters are read, so that no text of an entry can pass for a line of the report.
const shownBanner = matching(/^[\x20-\x7e]{1,4096}$/);
const shownAction = matching(/^[a-z.-]{1,100}$/);
const shownObligations = setOf(matching(/^[A-Z_]{1,40}$/), 64);
// What a decision cites is judged where it is recomputed, because something that is not whole there is a denial.
const isOutcome = record(
  {
    request: isText,
    command: orNull(isText),
    result: oneOf("answered", "refused", "failed"),
    error: orNull(isText),
    policyVersion: version,
    registerVersion: version,
    markings: listOf(record({ banner: shownBanner, effective: anything })),
    decisions: listOf(
      record({
        action: shownAction,
        marking: isCount,
        facts: anything,
        decision: oneOf("allow", "deny"),
        reasons: texts,
        obligations: shownObligations,
        objects: (value) => texts(value) || record({ count: isCount, sha384: isText })(value),
      }),
    ),
    changed: listOf(record({ object: isText, marking: isCount })),
  },
  { detail: anything },
);
const isStanding = record({
  profile: anything,
  sources: listOf(record({ attribute: isText, source: isText, assertedAt: isText })),
});

/**
 * Reads the decisions of an entry of one of {@link ANSWER_KINDS}: they stand in its outcome section, and
 * the profile that they rest on in its detail section (FORMAT.md section 10). Only of an archive that verifies is what is
 * read here what the log holds. Returns why not where a section is sealed or not of the form. Never throws.
 */
export function readDecisions(entry: ArchiveEntry): RecordedDecisions | NotCheckedReason {
  const outcome = contentOf(entry, "outcome");
  if (outcome === null) return "OUTCOME_SEALED";
  if (!isOutcome(outcome)) return "FORMAT_UNKNOWN";
  const { policyVersion, markings, decisions } = outcome as OutcomeText;
  if (decisions.length === 0) return { policyVersion, decisions: [] };
  const standing = contentOf(entry, "detail");
  if (standing === null) return "PROFILE_SEALED";
  if (!isStanding(standing)) return "FORMAT_UNKNOWN";
  const { profile } = standing as { readonly profile: unknown };
  return {
    policyVersion,
    decisions: decisions.map(({ action, marking: place, facts, decision, obligations }) => {
      const marking = markings[place];
      return {
        cited: { action, profile, marking: marking?.effective, facts },
        banner: marking?.banner ?? null,
        decision,
        obligations,
      };
    }),
  };
}

/** What an opened section says; null when it is sealed, undefined when it is not canonical JSON. Never throws. */
export function contentOf(entry: ArchiveEntry, slot: SlotName): unknown {
  const open = entry.slots[SLOT_NAMES.indexOf(slot)]?.open ?? null;
  if (open === null) return null;
  try {
    return parseCanonical(open.plaintext) ?? undefined;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return undefined;
  }
}
