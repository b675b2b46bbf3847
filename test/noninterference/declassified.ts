import { Kind, parse, visit } from "graphql";
import type { SelectionSetNode } from "graphql";
import type { Ask } from "./ask.ts";
import type { Observer } from "./pair.ts";
import { compare } from "./observe.ts";
import type { WireAnswer } from "./wire.ts";

/** Something that may differ between two worlds although it is about hidden rows. SECURITY.md lists the same. */
export interface Declassified {
  readonly name: string;
  /** Who answers for it. */
  readonly owner: string;
  readonly reason: string;
  /** Whether an answer to this ask may hold it. */
  concerns(ask: Ask, observer: Observer): boolean;
  /** The answer without it. */
  without(answer: WireAnswer, ask: Ask): WireAnswer;
  /** Where what shows is something that was done in one world and not in the other: whether two answers differ in that alone. */
  parts?(a: WireAnswer, b: WireAnswer, ask: Ask): boolean;
}

/** Root fields that answer with what stands in the log, or with how far it was looked through. */
const LOG_FIELDS: ReadonlySet<string> = new Set([
  "auditAccesses",
  "auditBetween",
  "auditBursts",
  "auditCheckpoints",
  "auditEntries",
  "auditIndexCheck",
  "auditOfPerson",
  "auditRefusals",
  "auditTail",
]);

/** Names under which root fields come in the answer, for fields of these names. */
function answeredAs(query: string, fields: ReadonlySet<string>): string[] {
  try {
    const { definitions } = parse(query);
    const within = (set: SelectionSetNode): string[] =>
      set.selections.flatMap((selection) => {
        if (selection.kind === Kind.INLINE_FRAGMENT) return within(selection.selectionSet);
        return selection.kind === Kind.FIELD && fields.has(selection.name.value)
          ? [(selection.alias ?? selection.name).value]
          : [];
      });
    return definitions.flatMap((definition) =>
      "selectionSet" in definition && definition.selectionSet ? within(definition.selectionSet) : [],
    );
  } catch {
    return [];
  }
}

/** Without these members of the answer, and without what their length and markings are part of. */
function withoutMembers(answer: WireAnswer, names: readonly string[]): WireAnswer {
  const headers = answer.headers.filter(([name]) => name !== "content-length" && name !== "caveat-marking");
  if (names.length === 0) return { ...answer, headers, body: Buffer.alloc(0) };
  const body = JSON.parse(answer.body.toString()) as {
    data?: Record<string, unknown>;
    extensions?: Record<string, unknown>;
  };
  for (const name of names) if (body.data && name in body.data) body.data[name] = "declassified";
  if (body.extensions) body.extensions["marking"] = "declassified";
  return { ...answer, headers, body: Buffer.from(JSON.stringify(body)) };
}

const VIEWERS: ReadonlySet<string> = new Set(["viewer"]);

/** Names under which a document asks for a field, wherever it does. */
function askedAs(query: string, field: string): string[] {
  try {
    const names: string[] = [];
    visit(parse(query), {
      Field({ alias, name }) {
        if (name.value === field) names.push((alias ?? name).value);
      },
    });
    return names;
  } catch {
    return [];
  }
}

/** An answer without what the caller's session was shown before, and without the marking of that. */
function withoutHighWater(answer: WireAnswer, query: string): WireAnswer {
  const names = askedAs(query, "highWater");
  const { headers, body } = withoutMembers(answer, ["nothing"]);
  const read = JSON.parse(body.toString()) as { data?: Record<string, unknown> };
  for (const viewer of answeredAs(query, VIEWERS)) {
    const shown = read.data?.[viewer];
    if (isObject(shown)) for (const name of names) if (name in shown) shown[name] = "declassified";
  }
  return { ...answer, headers, body: Buffer.from(JSON.stringify(read)) };
}

const BLOCK = 512;
const text = (bytes: Buffer, from: number, length: number): string =>
  bytes.toString("latin1", from, from + length).replace(/\0.*$/s, "");

/** A package without the files of its proof: a ustar archive, whose other files must be the same bytes. */
function withoutProof(answer: WireAnswer): WireAnswer {
  const { body } = answer;
  const kept: Buffer[] = [];
  for (let at = 0; at + BLOCK <= body.length && body[at] !== 0;) {
    const size = Number.parseInt(text(body, at + 124, 12).trim(), 8);
    const end = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const name = [text(body, at + 345, 155), text(body, at, 100)].filter((part) => part !== "").join("/");
    kept.push(Buffer.from(`${name}\n`), ...(name.includes("proof/") ? [] : [body.subarray(at, end)]));
    at = end;
  }
  const headers = answer.headers.filter(([name]) => name !== "content-length");
  return { ...answer, headers, body: Buffer.concat(kept) };
}

const RELEASES: ReadonlySet<string> = new Set(["deliveryRelease"]);
const HELD: ReadonlySet<string> = new Set(["NOT_READY", "a delivery needs two approvals of its manifest"]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a payload is that of a release, or of one that is not ready; null where it is neither. */
function releaseOf(payload: unknown): "released" | "held" | null {
  if (!isObject(payload)) return null;
  const members = Object.values(payload).filter((value) => typeof value !== "string");
  const errors = members.filter(Array.isArray).flat() as unknown[];
  const refusals = members.filter(Array.isArray).length;
  const told = errors.filter(isObject).flatMap((error) => Object.values(error));
  if (members.every((value) => (Array.isArray(value) ? value.length === 0 : isObject(value)))) return "released";
  const held = members.every((value) => value === null || (Array.isArray(value) && value.length > 0));
  return held && (refusals === 0 || told.every((word) => typeof word !== "string" || HELD.has(word))) ? "held" : null;
}

/** Whether a delivery was released in one world and is held in the other, and nothing else in two answers differs. */
function heldInOne(a: WireAnswer, b: WireAnswer, ask: Ask): boolean {
  if (a.status !== 200 || b.status !== 200 || !ask.graphql) return false;
  const names = answeredAs(ask.graphql.query, RELEASES);
  const payloads = [a, b].map(({ body }) =>
    names.map((name) => releaseOf((JSON.parse(body.toString()) as { data?: Record<string, unknown> }).data?.[name])),
  );
  const [ofA = [], ofB = []] = payloads;
  if (!names.every((_, at) => ofA[at] !== null && ofB[at] !== null) || ofA.join() === ofB.join()) return false;
  return compare(withoutMembers(a, names), withoutMembers(b, names)) !== "different";
}

/** Everything that may show. Closed: whatever else differs is a leak. */
export const DECLASSIFIED: readonly Declassified[] = [
  {
    name: "the log, to compliance officers",
    owner: "audit",
    reason: "an officer sees that an entry stands at each position; what may not open to him is withheld",
    concerns: (ask, { person }) =>
      person.roles.includes("compliance-officer") &&
      (ask.path.startsWith("/audit/archive") ||
        (ask.graphql !== undefined && answeredAs(ask.graphql.query, LOG_FIELDS).length > 0)),
    without: (answer, ask) =>
      answer.status === 200
        ? withoutMembers(answer, ask.graphql ? answeredAs(ask.graphql.query, LOG_FIELDS) : [])
        : answer,
  },
  {
    name: "the high-water of a compliance officer's session",
    owner: "audit",
    reason:
      "it is what the session was shown, and an officer is shown the log, which tells of acts on rows that he does not see",
    concerns: ({ graphql }, { person }) =>
      person.roles.includes("compliance-officer") &&
      graphql !== undefined &&
      askedAs(graphql.query, "highWater").length > 0,
    without: (answer, { graphql }) =>
      answer.status === 200 && graphql ? withoutHighWater(answer, graphql.query) : answer,
  },
  {
    name: "the position of a release in its recipient's log, to whoever fetches the package",
    owner: "deliveries",
    reason:
      "the proof in the package says where the release stands among all that the office was given, hidden ones too",
    concerns: ({ method, path }) => method === "GET" && /^\/deliveries\/[^/]+\/package$/.test(path),
    without: (answer) => (answer.status === 200 ? withoutProof(answer) : answer),
  },
  {
    name: "a delivery that two people approved stays `APPROVED`",
    owner: "deliveries",
    reason:
      "what a dataset is together must not leave below that: a rule above holds the delivery, and its release shows it",
    concerns: ({ graphql }) => graphql !== undefined && answeredAs(graphql.query, RELEASES).length > 0,
    without: (answer) => answer,
    parts: heldInOne,
  },
];

/** The name of what parts two worlds here, in this answer and from now on; null where nothing that may. */
export function partedBy(a: WireAnswer, b: WireAnswer, ask: Ask, observer: Observer): string | null {
  return DECLASSIFIED.find((entry) => entry.parts?.(a, b, ask) === true && entry.concerns(ask, observer))?.name ?? null;
}

/** An answer without what may show in it, and the names of what that was. */
export function declassify(answer: WireAnswer, ask: Ask, observer: Observer): { answer: WireAnswer; by: string[] } {
  const entries = DECLASSIFIED.filter((entry) => entry.concerns(ask, observer));
  return {
    answer: entries.reduce((left, entry) => entry.without(left, ask), answer),
    by: entries.map(({ name }) => name),
  };
}
