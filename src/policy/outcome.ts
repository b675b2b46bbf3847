import { hash } from "node:crypto";
import type { InternedMarking } from "../storage/ports.ts";
import type { Plain } from "./audit-port.ts";
import { spelled } from "./caller-texts.ts";
import type { Facts } from "./facts.ts";
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

/** What an entry says that a command changed. */
interface Changed {
  readonly object: string;
  readonly marking: InternedMarking;
}

// Nothing in it was escaped, and it is in normal form C: what all names of objects are.
const AS_THEY_STAND = /^[ -[\]-~]*$/;

/** Names in canonical JSON, which is JSON as it comes where they are printable ASCII. */
function spelledNames(names: readonly string[], depth: number): string {
  const text = JSON.stringify(names);
  return AS_THEY_STAND.test(text) ? text : spelled(names, depth);
}

/** Ids in order, or their number and digest where a list would be too long for an entry; the ids are then put into `long`. */
function objectList(objects: ReadonlySet<string>, place: number, long: LongList[]): string {
  const sorted = [...objects].sort();
  if (sorted.length <= OBJECT_LIMIT) return spelledNames(sorted, 3);
  const text = sorted.join("\n");
  long.push({ place, text });
  return spelled({ count: sorted.length, sha384: hash("sha384", text, "hex") }, 3);
}

function spelledFacts(facts: Facts | null): string {
  if (facts === null) return "null";
  const { assigned, member, owner, state } = facts;
  return `{"assigned":${spelled(assigned)},"member":${spelled(member)},"owner":${spelled(owner)},"state":${spelled(state)}}`;
}

// Of markings that cannot change: nearly all answers name the same few.
const spelledMarkings = new WeakMap<InternedMarking, string>();

function spelledMarking(marking: InternedMarking): string {
  const known = spelledMarkings.get(marking);
  if (known !== undefined) return known;
  const text = spelled({ banner: marking.banner, effective: marking.effective as unknown as Plain }, 2);
  if (Object.isFrozen(marking)) spelledMarkings.set(marking, text);
  return text;
}

/**
 * The content of an outcome section: the decisions with the markings and facts that they rest on, so that each
 * can be taken again offline (I6) with the profile in the section beside it, and the marking of the section: the join of all
 * that it names. Canonical JSON (RFC 8785), put together in the order of its names: an answer names many objects.
 */
export function outcomeSection(
  office: MarkingOffice,
  outcome: Outcome,
  decisions: readonly RecordedDecision[],
  changed: readonly Changed[],
): { plaintext: string; markings: InternedMarking[]; lists: LongList[] } {
  const lists: LongList[] = [];
  const markings: InternedMarking[] = [];
  const places = new Map<string, number>();
  const placeOf = (marking: InternedMarking): number => {
    const key = marking.banner + marking.id;
    const place = places.get(key) ?? markings.length;
    places.set(key, place);
    markings[place] = marking;
    return place;
  };
  const decided = decisions.map((d, place) => {
    const { decision, reasons, obligations } = d.decision;
    const objects = objectList(d.objects, place, lists);
    return `{"action":${spelled(d.action)},"decision":${spelled(decision)},"facts":${spelledFacts(d.facts)},"marking":${placeOf(d.marking)},"objects":${objects},"obligations":${spelledNames(obligations, 3)},"reasons":${spelledNames(reasons, 3)}}`;
  });
  const changes = changed.map((c) => `{"marking":${placeOf(c.marking)},"object":${spelled(c.object)}}`);
  const detail = outcome.detail === undefined ? "" : `"detail":${spelled(outcome.detail, 1)},`;
  const plaintext = `{"changed":[${changes.join(",")}],"command":${spelled(outcome.command)},"decisions":[${decided.join(",")}],${detail}"error":${spelled(outcome.error)},"markings":[${markings.map(spelledMarking).join(",")}],"policyVersion":${spelled(office.policy.version)},"registerVersion":${spelled(office.register.version)},"request":${spelled(outcome.request)},"result":${spelled(outcome.result)}}`;
  return { plaintext, markings, lists };
}
