import { ANSWER_KINDS } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";

/** The slot of a section: actor, request, outcome or detail. */
export type Slot = 0 | 1 | 2 | 3;

/** What a section names, and under what it is found: see {@link namesOf}. */
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
const PARTS: ReadonlyMap<string, string> = new Map([
  ["assetContent:", "asset:"],
  ["assetQuarantine:", "asset:"],
  ["assetQuarantineReading:", "asset:"],
  ["assetQuarantineLift:", "asset:"],
  ["datasetMarking:", "dataset:"],
  ["taskRemark:", "taskAct:"],
  ["deliveryRelease:", "delivery:"],
]);

/** Calls with the objects, each followed by what it belongs to where it has no id of its own. */
function eachNamed(objects: readonly string[], call: (name: string) => void): void {
  let noun = "";
  let whole: string | undefined;
  for (const object of objects) {
    call(object);
    // Lists are sorted: most have the noun of the one before.
    if (noun === "" || !object.startsWith(noun)) {
      noun = object.slice(0, object.indexOf(":") + 1);
      whole = PARTS.get(noun);
    }
    if (whole !== undefined) call(whole + object.slice(noun.length));
  }
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

/** What an outcome changed, by name. */
function changedBy(outcome: Outcome): string[] {
  const names: string[] = [];
  eachNamed(
    (outcome.changed ?? []).map(({ object }) => object),
    (name) => names.push(name),
  );
  return names;
}

function ofAnswer(outcome: Outcome, lists: readonly OpenedList[]): { names: string[]; whole: boolean } {
  const names: string[] = [];
  let whole = true;
  const changed = changedBy(outcome);
  const requestsDelivery = changed.some((name) => name.startsWith("delivery:"));
  for (const [place, { action, decision, objects }] of (outcome.decisions ?? []).entries()) {
    const long = lists.find((list) => list.place === place);
    if (!Array.isArray(objects) && !long) whole = false;
    const listed = Array.isArray(objects) ? (objects as readonly string[]) : (long?.text.split("\n") ?? []);
    const gives = PACKAGE_ACTIONS.has(action);
    eachNamed(listed, (name) => {
      names.push(decision === "allow" ? name : `refused:${name}`);
      if (decision !== "allow") return;
      if (gives && name.startsWith("delivery:")) names.push(`package:${name}`);
      if (requestsDelivery && name.startsWith("label:")) names.push(`frozen:${name}`);
    });
  }
  names.push(...changed);
  if (outcome.result !== "answered" || outcome.detail?.refused !== undefined) names.push("refusal");
  return { names, whole };
}

/** The deliveries that an outcome made. */
export function deliveriesOf(outcome: string): string[] {
  return changedBy(JSON.parse(outcome) as Outcome).filter((name) => name.startsWith("delivery:"));
}

/** What a section says: the value of its text, or null where there is no such section or it does not open. */
export type SectionContent = (slot: Slot) => unknown;

/**
 * What an entry is about, section by section, under these names:
 * - `actor:ID` the person whom an outcome answers, `asker:ID` whose request it is;
 * - `NOUN:ID` an object that was disclosed or changed (an object that a decision allowed), `refused:NOUN:ID` one that was not;
 * - `frozen:label:ID` a label that was read for a delivery, `package:delivery:ID` a delivery whose package was given out: the
 *   package names its images only;
 * - `refusal` that something was refused or failed;
 * - `about:ID` whatever an entry of another kind names: an approval, a proposal, a change of a marking.
 * What a request asks for is none of it: officers ask about people, and that they do concerns the officers.
 * `whole` is false where a list of objects is not there that the outcome carries the digest of. A name may come twice in a
 * section. Throws where a section is of a form that is not known; those that name nothing are not looked at.
 */
export function namesOf(
  kind: string,
  content: SectionContent,
  lists: readonly OpenedList[],
): { names: (readonly [Slot, readonly string[]])[]; whole: boolean } {
  const names: (readonly [Slot, readonly string[]])[] = [];
  const answers = ANSWER_KINDS.has(kind);
  let whole = true;
  const actor = content(0) as { readonly person?: unknown } | null;
  if (actor) names.push([0, [`${answers ? "actor" : "asker"}:${String(actor.person)}`]]);
  const outcome = content(2);
  if (outcome && answers) {
    const made = ofAnswer(outcome, lists);
    whole = made.whole;
    names.push([2, made.names]);
  } else if (outcome) names.push([2, [...idsIn(outcome, new Set())].map((id) => `about:${id}`)]);
  if (kind === "refused" && content(3)) names.push([3, ["refusal"]]);
  return { names, whole };
}

/** The same of sections that were opened, by slot: see {@link namesOf}. */
export function subjectsOf(
  kind: string,
  openings: readonly (SectionOpening | null)[],
  lists: readonly OpenedList[],
): { subjects: NamedSubject[]; whole: boolean } {
  const content = (slot: Slot): unknown => JSON.parse(openings[slot]?.plaintext ?? "null");
  const { names, whole } = namesOf(kind, content, lists);
  return { subjects: names.flatMap(([slot, of]) => of.map((name) => ({ slot, name }))), whole };
}
