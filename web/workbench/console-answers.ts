import { query } from "./api.ts";
import type { Answer } from "./api.ts";
import { ENTRY, entryBlock, personLink, shortTime, statesOf, whoCell } from "./console-entry.ts";
import type { Entry } from "./console-entry.ts";
import { named } from "./console-ids.ts";
import type { PageInfo } from "./console-pages.ts";
import { openingTable } from "./console-rows.ts";
import type { OpeningRow } from "./console-rows.ts";
import type { Links } from "./console-view.ts";
import { element } from "./dom.ts";
import { TEXT } from "./text.ts";

/** Findings of a page. */
const PAGE = 50;

interface Finding {
  readonly personId: string | null;
  readonly operation: string | null;
  readonly answer: string | null;
  readonly actions: readonly string[];
  readonly reasons: readonly string[];
  readonly objects: number;
  readonly times: number;
  readonly entry: Entry;
}

/** How far an answer holds. */
export interface Holds {
  readonly completeTo: number;
  readonly unread: number;
  readonly withheld: number;
  readonly erased: number;
}

/** A page of what answers a question about the log, the newest first. */
export interface Found extends Holds {
  readonly findings: { readonly edges: readonly { readonly node: Finding }[]; readonly pageInfo: PageInfo };
}

/** Questions about an object or a person, by the field that answers them. */
const QUESTIONS = {
  auditAccesses: { argument: "objectId", type: "ID!" },
  auditOfPerson: { argument: "personId", type: "ID!" },
  auditRefusals: { argument: "objectId", type: "ID" },
} as const;

/** Such a question. */
export type Question = keyof typeof QUESTIONS;

/** Asks for the page after a cursor. The id is the interface's, or null where a question has none. Throws Refused. */
export async function find(question: Question, id: string | null, after: string | null): Promise<Answer<Found | null>> {
  const { argument, type } = QUESTIONS[question];
  const text = `query ($id: ${type}, $first: Int!, $after: String) {
    found: ${question}(${argument}: $id, first: $first, after: $after) { completeTo unread withheld erased findings {
      edges { node { personId operation answer actions reasons objects times entry { ${ENTRY} } } }
      pageInfo { hasNextPage endCursor } } } }`;
  const { data, marking } = await query<{ readonly found: Found | null }>(text, { id, first: PAGE, after });
  return { data: data.found, marking };
}

/** Up to which entry an answer is complete, and what of it is closed to whoever asks. */
export function holdsBlock({ completeTo, unread, withheld, erased }: Holds): HTMLElement {
  const { complete, withheldOf, unreadOf, erasedOf } = TEXT.console;
  const lines = [
    complete(completeTo),
    ...(withheld > 0 ? [withheldOf(withheld)] : []),
    ...(unread > 0 ? [unreadOf(unread)] : []),
    ...(erased > 0 ? [erasedOf(erased)] : []),
  ];
  return element(
    "ul",
    { class: "holds" },
    lines.map((line) => element("li", {}, [line])),
  );
}

function rowOf(finding: Finding, links: Links): OpeningRow {
  const { entry, personId, operation, answer, actions, reasons, objects, times } = finding;
  const who = personId === null ? null : named(personId);
  const how = answer ?? TEXT.console.state("withheld");
  const cells = [
    shortTime(entry.at),
    who ? personLink(who, links) : entry.kind === "refused" ? TEXT.console.nobodyYet : whoCell(entry, links),
    times > 1 ? TEXT.console.often(how, times) : how,
    operation ?? entry.kind,
    actions.join(", "),
    `${objects}`,
    reasons.join(", "),
    statesOf(entry),
  ];
  return { index: entry.index, cells, detail: () => entryBlock(entry, links) };
}

/** Findings as a table whose rows open. */
export function findingsTable(caption: string, { findings }: Found, links: Links): HTMLElement {
  const { time, who, decision, act, actions, objects, reasons, sections } = TEXT.console;
  const columns = [time, who, decision, act, actions, objects, reasons, sections];
  return openingTable(
    caption,
    columns,
    findings.edges.map(({ node }) => rowOf(node, links)),
  );
}
