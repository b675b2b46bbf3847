import { createHash } from "node:crypto";
import type { InternedMarking } from "../storage/ports.ts";
import type { Plain } from "./audit-port.ts";
import type { RecordedDecision } from "./last-look.ts";
import type { MarkingOffice } from "./marking-office.ts";

const OBJECT_LIMIT = 5_000;

/** What an outcome entry says happened. */
export interface Outcome {
  readonly result: "answered" | "refused" | "failed";
  readonly error: string | null;
  readonly command: string | null;
  readonly request: string;
  readonly detail?: { readonly [member: string]: Plain };
}

/** A list of objects that is too long for the entry: ids one a line, and the place of its decision. */
export interface LongList {
  readonly place: number;
  readonly text: string;
}

/** Ids in order, or their number and digest where a list would be too long for an entry; the ids are then put into `long`. */
function objectList(objects: ReadonlySet<string>, place: number, long: LongList[]): Plain {
  const sorted = [...objects].sort();
  if (sorted.length <= OBJECT_LIMIT) return sorted;
  const text = sorted.join("\n");
  long.push({ place, text });
  return { count: sorted.length, sha384: createHash("sha384").update(text).digest("hex") };
}

/**
 * The content of an outcome section: the decisions with the markings and facts that they rest on, so that each
 * can be taken again offline (I6) with the profile in the section beside it, and the marking of the section: the join of all that it names.
 */
export function outcomeSection(
  office: MarkingOffice,
  outcome: Outcome,
  decisions: readonly RecordedDecision[],
  changed: readonly { readonly object: string; readonly marking: InternedMarking }[],
): { content: { [member: string]: Plain }; markings: InternedMarking[]; lists: LongList[] } {
  const lists: LongList[] = [];
  const markings = new Map<string, InternedMarking>();
  for (const { marking } of [...decisions, ...changed]) markings.set(marking.banner + marking.id, marking);
  const list = [...markings.values()];
  const position = new Map([...markings.keys()].map((key, index) => [key, index]));
  const at = (marking: InternedMarking): number => position.get(marking.banner + marking.id) ?? -1;
  const plain = (value: unknown): Plain => value as Plain;
  const content = {
    request: outcome.request,
    command: outcome.command,
    result: outcome.result,
    error: outcome.error,
    policyVersion: office.policy.version,
    registerVersion: office.register.version,
    markings: list.map((marking) => ({ banner: marking.banner, effective: plain(marking.effective) })),
    decisions: decisions.map((d, place) => ({
      action: d.action,
      marking: at(d.marking),
      facts: d.facts === null ? null : plain(d.facts),
      decision: d.decision.decision,
      reasons: [...d.decision.reasons],
      obligations: [...d.decision.obligations],
      objects: objectList(d.objects, place, lists),
    })),
    changed: changed.map((c) => ({ object: c.object, marking: at(c.marking) })),
    ...(outcome.detail === undefined ? {} : { detail: outcome.detail }),
  };
  return { content, markings: list, lists };
}
