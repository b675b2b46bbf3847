import { Refused, query } from "./api.ts";
import type { Answer } from "./api.ts";
import { entryBlock, personLink, shortTime, statesOf, whoCell } from "./console-entry.ts";
import { named } from "./console-ids.ts";
import { openingTable } from "./console-rows.ts";
import type { OpeningRow } from "./console-rows.ts";
import type { Links } from "./console-view.ts";
import { element } from "./dom.ts";
import { ACCESSES_TO, ANSWERS_TO, REFUSALS_OF } from "./generated/console.ts";
import type { Finding, Found } from "./generated/console.ts";
import { TEXT } from "./text.ts";

/** Findings of a page. */
const PAGE = 50;

/** How far an answer holds. */
export type Holds = Pick<Found, "completeTo" | "unread" | "withheld" | "erased">;

/** Questions about an object or a person, by the field that answers them. */
export type Question = "auditAccesses" | "auditOfPerson" | "auditRefusals";

/** Asks for the page after a cursor. The id is the interface's, or null where refusals of everything are asked for. Throws Refused. */
export async function find(question: Question, id: string | null, after: string | null): Promise<Answer<Found | null>> {
  const page = { first: PAGE, after };
  const asking = (): Promise<Answer<{ readonly found: Found | null }>> => {
    if (question === "auditRefusals") return query(REFUSALS_OF, { id, ...page });
    if (id === null) throw new Refused("INVALID_REQUEST");
    return query(question === "auditAccesses" ? ACCESSES_TO : ANSWERS_TO, { id, ...page });
  };
  const { data, marking } = await asking();
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
