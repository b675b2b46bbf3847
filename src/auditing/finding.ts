import { ANSWER_KINDS } from "../policy/audit-port.ts";
import type { FoundEntries, OfficerEntry } from "../policy/audit-port.ts";

/** What is read of an entry that was found, as far as its sections are open. */
export interface Finding {
  readonly entry: OfficerEntry;
  /** Who was answered; null where the actor is withheld, and of what came before anybody was known. */
  readonly personId: string | null;
  /** Name of the command, or "query"; of a refusal before anybody was known its kind. */
  readonly operation: string | null;
  readonly answer: string | null;
  readonly error: string | null;
  /** What was allowed; where an object was asked for, on that object. */
  readonly actions: readonly string[];
  /** Why something was refused: ids of conditions and rules, and what the last look or the lock held back. */
  readonly reasons: readonly string[];
  /** How many objects were disclosed or changed. */
  readonly objects: number;
  /** How often, of refusals that are gathered in one entry. */
  readonly times: number;
}

/** Findings of one question, and how far the answer holds. */
export type Findings = Omit<FoundEntries, "entries"> & { readonly findings: readonly Finding[] };

type Objects = readonly string[] | { readonly count: number };

interface Outcome {
  readonly command: string | null;
  readonly result: string;
  readonly error: string | null;
  readonly decisions: readonly {
    readonly action: string;
    readonly decision: string;
    readonly reasons: readonly string[];
    readonly objects: Objects;
  }[];
  readonly changed: readonly { readonly object: string }[];
  readonly detail?: { readonly refused?: readonly string[] };
}

/** What stands for no object: an action without a target, and what officers open. */
const NO_OBJECT = /^(?:caller$|audit:|entry:|entries:|disclosed:)/;

const isList = (objects: Objects): objects is readonly string[] => Array.isArray(objects);

function content(entry: OfficerEntry, slot: string): unknown {
  const text = entry.sections.find((section) => section.slot === slot)?.content;
  return text == null ? null : JSON.parse(text);
}

/** How many objects an outcome disclosed or changed: once each, as far as the entry lists them. */
function countOf({ decisions, changed }: Outcome): number {
  const allowed = decisions.filter(({ decision }) => decision === "allow");
  const listed = new Set(changed.map(({ object }) => object));
  let more = 0;
  for (const { objects } of allowed) {
    if (!isList(objects)) more += objects.count;
    else for (const object of objects) if (!NO_OBJECT.test(object)) listed.add(object);
  }
  return listed.size + more;
}

function actionsOf({ decisions }: Outcome, object: string | null): string[] {
  const allowed = decisions.filter(({ decision }) => decision === "allow");
  const on = allowed.filter(({ objects }) => object !== null && (!isList(objects) || objects.includes(object)));
  // A label left in a package, whose entry names the delivery.
  return [...new Set((on.length > 0 ? on : allowed).map(({ action }) => action))].toSorted();
}

function reasonsOf({ decisions, detail, error }: Outcome): string[] {
  const denied = decisions.filter(({ decision }) => decision !== "allow").flatMap(({ reasons }) => reasons);
  return [...new Set([...(error === null ? [] : [error]), ...denied, ...(detail?.refused ?? [])])].toSorted();
}

/** Reads an entry that was found. @param object the object that was asked for, noun and id with a colon between */
export function findingOf(entry: OfficerEntry, object: string | null): Finding {
  const actor = content(entry, "actor") as { readonly person?: string } | null;
  const base = { entry, personId: actor?.person ?? null, answer: null, error: null, actions: [], reasons: [] };
  if (entry.kind === "refused") {
    const detail = content(entry, "detail") as { readonly kind: string; readonly count: number } | null;
    const reasons = detail ? [detail.kind] : [];
    return { ...base, operation: null, answer: "refused", reasons, objects: 0, times: detail?.count ?? 1 };
  }
  const outcome = ANSWER_KINDS.has(entry.kind) ? (content(entry, "outcome") as Outcome | null) : null;
  if (!outcome) return { ...base, operation: null, objects: 0, times: 1 };
  return {
    ...base,
    operation: outcome.command ?? "query",
    answer: outcome.result,
    error: outcome.error,
    actions: actionsOf(outcome, object),
    reasons: reasonsOf(outcome),
    objects: countOf(outcome),
    times: 1,
  };
}

/** The source from which refusals came before anybody was known; null of any other entry. */
export function sourceOf(entry: OfficerEntry): string | null {
  if (entry.kind !== "refused") return null;
  return (content(entry, "detail") as { readonly source?: string } | null)?.source ?? null;
}
