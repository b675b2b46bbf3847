import { objectId, personId, plainId, sizeOf } from "./audit-words.ts";
import { say, sayJson } from "./door-command.ts";
import type { Call, Verbs } from "./door-command.ts";
import { DoorError } from "./door.ts";
import { EXIT, UsageError } from "./usage.ts";

interface Found {
  readonly personId: string | null;
  readonly operation: string | null;
  readonly answer: string | null;
  readonly actions: readonly string[];
  readonly reasons: readonly string[];
  readonly objects: number;
  readonly times: number;
  readonly entry: { readonly index: number; readonly at: string; readonly kind: string };
}

interface Answer {
  readonly completeTo: number;
  readonly unread: number;
  readonly withheld: number;
  readonly erased: number;
  readonly findings: {
    readonly edges: readonly { readonly node: Found }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const FOUND = "personId operation answer actions reasons objects times entry { index at kind }";
const ANSWER = `completeTo unread withheld erased findings { edges { node { ${FOUND} } } pageInfo { hasNextPage endCursor } }`;

function lineOf({ entry, personId: who, operation, answer, actions, reasons, objects, times }: Found): string {
  const person = entry.kind === "refused" ? "nobody known yet" : plainId(who);
  const why = answer === "answered" ? "" : `  because of ${reasons.join(", ") || "nothing that is open"}`;
  const often = times > 1 ? `  ${times} times` : "";
  return `${entry.at}  entry ${entry.index}  ${person}  ${answer ?? "withheld"}  ${operation ?? entry.kind}  ${actions.join(", ")}  ${objects} objects${often}${why}`;
}

/** Asks page by page and writes what is found, newest first, and up to where the answer holds. */
async function tell({ door, json }: Call, field: string, types: string, variables: object): Promise<void> {
  const names = [...types.matchAll(/\$(\w+)/g)].map(([, name]) => `${name}: $${name}, `).join("");
  const query = `query (${types}$first: Int!, $after: String) { ${field}(${names}first: $first, after: $after) { ${ANSWER} } }`;
  let after: string | null = null;
  let holds: Omit<Answer, "findings"> | null = null;
  for (;;) {
    const data = await door.ask(query, { ...variables, first: 100, after });
    const answer = data[field] as Answer | null;
    if (!answer) throw new DoorError(EXIT.failed, "not found");
    const { findings, ...rest } = answer;
    holds ??= rest;
    for (const { node } of findings.edges) {
      if (json) sayJson(node);
      else say(lineOf(node));
    }
    if (!findings.pageInfo.hasNextPage) break;
    after = findings.pageInfo.endCursor;
  }
  if (json) sayJson(holds);
  else say(holdsText(holds));
}

function holdsText({ completeTo, unread, withheld, erased }: Omit<Answer, "findings">): string {
  const lost = unread === 0 ? "" : ` ${unread} of them could not be read: what they say may be missing.`;
  const hidden =
    withheld === 0 ? "" : ` ${withheld} of them are withheld from you: whether they belong here is not told.`;
  const gone =
    erased === 0 ? "" : ` ${erased} of them were erased: whether they belonged here, nobody can tell any more.`;
  return `Complete as far as the first ${completeTo} entries of the log.${lost}${hidden}${gone}`;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
}

async function tellBetween({ door, json, get }: Call): Promise<void> {
  const sizes = { from: await sizeOf(get("FROM")), to: await sizeOf(get("TO")) };
  const shows = "from to fromNote toNote firstAt lastAt kinds { kind count }";
  const query = `query ($from: Float!, $to: Float!) { auditBetween(from: $from, to: $to) { ${shows} } }`;
  const made = (await door.ask(query, sizes))["auditBetween"] as Stretch | null;
  if (!made) throw new DoorError(EXIT.failed, "not found: of one of these sizes there is no signed checkpoint");
  if (json) return sayJson(made);
  say(`${made.to - made.from} entries, ${made.firstAt} to ${made.lastAt}`);
  for (const { kind, count } of made.kinds) say(`  ${String(count).padStart(8)}  ${kind}`);
}

interface Burst {
  readonly kind: string;
  readonly personId: string | null;
  readonly source: string | null;
  readonly count: number;
  readonly answers: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly fromIndex: number;
  readonly toIndex: number;
}

interface Bursts {
  readonly bursts: readonly Burst[];
  readonly to: number;
  readonly next: number | null;
  readonly withheld: number;
  readonly erased: number;
}

function numberOf(call: Call, option: string, otherwise: number): number {
  const text = call.option(option) ?? String(otherwise);
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${option} is a whole number`);
  return Number(text);
}

async function tellBursts(call: Call): Promise<void> {
  const { door, json } = call;
  const limits = {
    seconds: numberOf(call, "seconds", 300),
    objects: numberOf(call, "objects", 500),
    refusals: numberOf(call, "refusals", 10),
  };
  const burst = "kind personId source count answers firstAt lastAt fromIndex toIndex";
  const query = `query ($from: Float!, $seconds: Int!, $objects: Int!, $refusals: Int!) {
    auditBursts(from: $from, seconds: $seconds, objects: $objects, refusals: $refusals) { to next withheld erased bursts { ${burst} } } }`;
  let from: number | null = numberOf(call, "from", 0);
  let [withheld, erased] = [0, 0];
  let to = 0;
  while (from !== null) {
    const page: Bursts | null = (await door.ask(query, { from, ...limits }))["auditBursts"] as Bursts | null;
    if (!page) throw new DoorError(EXIT.failed, "not found");
    for (const one of page.bursts) {
      const who = one.source === null ? plainId(one.personId) : `source ${one.source}`;
      const what = one.kind === "read" ? `${one.count} objects in ${one.answers} answers` : `${one.count} refusals`;
      if (json) sayJson(one);
      else say(`${one.firstAt} to ${one.lastAt}  entries ${one.fromIndex} to ${one.toIndex}  ${who}  ${what}`);
    }
    withheld += page.withheld;
    erased += page.erased;
    to = page.to;
    from = page.next;
  }
  if (json) sayJson({ to, withheld, erased });
  else {
    const gone = erased === 0 ? "" : ` Of ${erased} others something was erased.`;
    say(`The first ${to} entries of the log were looked through; ${withheld} answers are withheld from you.${gone}`);
  }
}

async function tellIndex({ door, json }: Call): Promise<void> {
  const differing: number[] = [];
  let from = 0;
  for (;;) {
    const query = "query ($from: Float!) { auditIndexCheck(from: $from) { to differing } }";
    const data = await door.ask(query, { from });
    const page = data["auditIndexCheck"] as { readonly to: number; readonly differing: readonly number[] } | null;
    if (!page) throw new DoorError(EXIT.failed, "not found");
    differing.push(...page.differing);
    if (page.to === from) break;
    from = page.to;
  }
  if (json) sayJson({ completeTo: from, differing });
  else
    say(
      differing.length === 0
        ? `The index says of ${from} entries what the log says.`
        : "The index differs from the log.",
    );
  if (differing.length > 0)
    throw new DoorError(EXIT.failed, `the index differs from the log in entries ${differing.slice(0, 20).join(", ")}`);
}

/** What an officer asks of the log through the running server's door. */
export const QUESTION_VERBS: Verbs = {
  "who-saw": {
    words: ["ID"],
    does: "everybody to whom an object was ever shown, or who changed it, by list, label, display copy or delivery",
    who: "otto",
    run: (call) => tell(call, "auditAccesses", "$objectId: ID!, ", { objectId: objectId(call.get("ID")) }),
  },
  "seen-by": {
    words: ["PERSON"],
    does: "everything that a person was answered",
    who: "otto",
    run: async (call) =>
      tell(call, "auditOfPerson", "$personId: ID!, ", { personId: await personId(call.get("PERSON")) }),
  },
  refusals: {
    words: [],
    may: { of: "ID" },
    does: "what was refused or failed, and why; of one object with --of",
    who: "otto",
    run: (call) => {
      const of = call.option("of");
      return tell(call, "auditRefusals", "$objectId: ID, ", { objectId: of === undefined ? null : objectId(of) });
    },
  },
  between: {
    words: ["FROM", "TO"],
    does: "what happened between two signed sizes of the log: numbers, or files that hold the checkpoints",
    who: "otto",
    run: tellBetween,
  },
  bursts: {
    words: [],
    may: { seconds: "N", objects: "N", refusals: "N", from: "ENTRY" },
    does: "bulk reads and bursts of refusals: 500 objects or 10 refusals of one person within 300 seconds",
    who: "otto",
    run: tellBursts,
  },
  "check-index": {
    words: [],
    does: "works out again what the index must hold of each entry, and names those in which it differs",
    who: "otto",
    run: tellIndex,
  },
};
