import { ANSWER_KINDS } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";

/** The slot of a section: actor, request, outcome or detail. */
export type Slot = 0 | 1 | 2 | 3;

/** What a section names, and under what it is found: see {@link subjectsOf}. */
export interface NamedSubject {
  readonly slot: Slot;
  readonly name: string;
}

/** A list that stands beside its entry, opened: ids one a line. */
export interface OpenedList {
  readonly place: number;
  readonly text: string;
}

/** What a package is given out or away by. */
const PACKAGE_ACTIONS: ReadonlySet<string> = new Set(["delivery.fetch", "delivery.release"]);

const ID = /(?:^|:)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Rows that have no id of their own bear that of what they belong to. */
const PARTS: Readonly<Record<string, string>> = {
  assetContent: "asset",
  assetQuarantine: "asset",
  assetQuarantineReading: "asset",
  assetQuarantineLift: "asset",
  datasetMarking: "dataset",
  taskRemark: "taskAct",
  deliveryRelease: "delivery",
};

function named(object: string): readonly string[] {
  const at = object.indexOf(":");
  const whole = PARTS[object.slice(0, at)];
  return whole === undefined ? [object] : [object, whole + object.slice(at)];
}

interface Outcome {
  readonly result?: string;
  readonly decisions?: readonly {
    readonly action: string;
    readonly decision: string;
    readonly objects: readonly string[] | { readonly count: number; readonly sha384: string };
  }[];
  readonly changed?: readonly { readonly object: string }[];
  readonly detail?: { readonly refused?: unknown };
}

/** Every id that stands anywhere in a value. */
function idsIn(value: unknown, found: Set<string>): Set<string> {
  if (typeof value === "string") {
    const id = ID.exec(value)?.[1];
    if (id !== undefined) found.add(id);
  } else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) idsIn(inner, found);
  return found;
}

function ofAnswer(outcome: Outcome, lists: readonly OpenedList[]): { names: Set<string>; whole: boolean } {
  const names = new Set<string>();
  let whole = true;
  const changed = (outcome.changed ?? []).flatMap(({ object }) => named(object));
  const requestsDelivery = changed.some((name) => name.startsWith("delivery:"));
  for (const [place, { action, decision, objects }] of (outcome.decisions ?? []).entries()) {
    const long = lists.find((list) => list.place === place);
    if (!Array.isArray(objects) && !long) whole = false;
    const listed = Array.isArray(objects) ? (objects as readonly string[]) : (long?.text.split("\n") ?? []);
    for (const name of listed.flatMap(named)) {
      names.add(decision === "allow" ? name : `refused:${name}`);
      if (decision !== "allow") continue;
      if (PACKAGE_ACTIONS.has(action) && name.startsWith("delivery:")) names.add(`package:${name}`);
      if (requestsDelivery && name.startsWith("label:")) names.add(`frozen:${name}`);
    }
  }
  for (const name of changed) names.add(name);
  if (outcome.result !== "answered" || outcome.detail?.refused !== undefined) names.add("refusal");
  return { names, whole };
}

/** The deliveries that an outcome made. */
export function deliveriesOf(outcome: string): string[] {
  return ((JSON.parse(outcome) as Outcome).changed ?? [])
    .flatMap(({ object }) => named(object))
    .filter((name) => name.startsWith("delivery:"));
}

/**
 * What an entry is about, section by section, under these names:
 * - `actor:ID` the person whom an outcome answers, `asker:ID` whose request it is;
 * - `NOUN:ID` an object that was disclosed or changed (an object that a decision allowed), `refused:NOUN:ID` one that was not;
 * - `frozen:label:ID` a label that was read for a delivery, `package:delivery:ID` a delivery whose package was given out: the
 *   package names its images only;
 * - `refusal` that something was refused or failed;
 * - `about:ID` whatever an entry of another kind names: an approval, a proposal, a change of a marking.
 * What a request asks for is none of it: officers ask about people, and that they do concerns the officers.
 * `whole` is false where a list of objects is not there that the outcome carries the digest of.
 */
export function subjectsOf(
  kind: string,
  openings: readonly (SectionOpening | null)[],
  lists: readonly OpenedList[],
): { subjects: NamedSubject[]; whole: boolean } {
  const subjects: NamedSubject[] = [];
  let whole = true;
  const add = (slot: Slot, names: Iterable<string>): void => {
    for (const name of names) subjects.push({ slot, name });
  };
  const [actor, , outcome, detail] = openings.map((opening) =>
    opening ? (JSON.parse(opening.plaintext) as Record<string, unknown>) : null,
  );
  if (actor) add(0, [`${ANSWER_KINDS.has(kind) ? "actor" : "asker"}:${String(actor["person"])}`]);
  if (outcome && ANSWER_KINDS.has(kind)) {
    const made = ofAnswer(outcome, lists);
    whole = made.whole;
    add(2, made.names);
  } else if (outcome)
    add(
      2,
      [...idsIn(outcome, new Set())].map((id) => `about:${id}`),
    );
  if (detail && kind === "refused") add(3, ["refusal"]);
  return { subjects, whole };
}
