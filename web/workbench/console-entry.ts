import { namesIn, person, plainName } from "./console-ids.ts";
import type { Named } from "./console-ids.ts";
import type { Links } from "./console-view.ts";
import { button, element } from "./dom.ts";
import type { Entry } from "./generated/console.ts";
import { TEXT } from "./text.ts";

/** Names in one entry that are offered as links; an answer can list very many. */
const MOST_LINKS = 60;

/** A time as rows show it: UTC, to the second. */
export const shortTime = (at: string): string => `${at.slice(0, 19).replace("T", " ")}Z`;

/** The order in which states are told: what is missing comes first. */
const ORDER = ["withheld", "erased", "opened", "unused"];

/** The state of each section in words, so that what is withheld is never only missing. */
export function statesOf({ sections }: Entry): string {
  const states = new Set([...ORDER, ...sections.map(({ state }) => state)]);
  return [...states]
    .map((state) => [state, sections.filter((section) => section.state === state).map(({ slot }) => slot)] as const)
    .filter(([, slots]) => slots.length > 0)
    .map(([state, slots]) => `${TEXT.console.state(state)}: ${slots.join(", ")}`)
    .join("; ");
}

function opened({ sections }: Entry, slot: string): Readonly<Record<string, unknown>> {
  const text = sections.find((section) => section.slot === slot)?.content;
  if (typeof text !== "string") return {};
  try {
    const made: unknown = JSON.parse(text);
    return made !== null && typeof made === "object" ? { ...made } : {};
  } catch {
    return {};
  }
}

const isWithheld = ({ sections }: Entry, ...slots: readonly string[]): boolean =>
  sections.some(({ slot, state }) => slots.includes(slot) && state === "withheld");

/** Who acted, as a link to everything that he was answered; or that this is withheld. Empty where there was nobody. */
export function whoCell(entry: Entry, links: Links): Node | string {
  const { person: id } = opened(entry, "actor");
  const who = typeof id === "string" ? person(id) : null;
  if (!who) return isWithheld(entry, "actor") ? TEXT.console.state("withheld") : "";
  return personLink(who, links);
}

/** What was asked or done, and how it was answered; or that this is withheld. */
export function actOf(entry: Entry): string {
  const [request, outcome] = [opened(entry, "request"), opened(entry, "outcome")];
  // An outcome of a query has no command.
  const act = request["operation"] ?? outcome["command"] ?? (outcome["result"] === undefined ? null : "query");
  const said = [act, outcome["result"]].filter((word) => typeof word === "string");
  if (said.length > 0) return said.join(", ");
  return isWithheld(entry, "request", "outcome") ? TEXT.console.state("withheld") : "";
}

/** A link to everything that somebody was answered. */
export function personLink(who: Named, links: Links): HTMLElement {
  const name = plainName(who);
  return button(name, () => links.seenBy(who), { class: "link", "aria-label": TEXT.console.seenByLink(name) });
}

function sectionBlock({ slot, state, content }: Entry["sections"][number]): HTMLElement {
  const word = TEXT.console.state(state);
  const head = element("h3", {}, [`${slot}: ${word}`]);
  if (content === null) return element("section", {}, [head]);
  return element("section", {}, [head, element("pre", {}, [indented(content)])]);
}

/** Canonical JSON with line breaks; a text that is none, as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}

function linksOf(entry: Entry, links: Links): readonly HTMLElement[] {
  const names = namesIn(entry.sections.map(({ content }) => content ?? "").join("\n"));
  if (names.length === 0) return [];
  const shown = names.slice(0, MOST_LINKS).map((name) => {
    const text = plainName(name);
    return element("li", {}, [
      button(text, () => links.whoSaw(name), { class: "link", "aria-label": TEXT.console.whoSawLink(text) }),
    ]);
  });
  const more = names.length - shown.length;
  return [
    element("h3", {}, [TEXT.console.named]),
    element("ul", { class: "names" }, shown),
    ...(more > 0 ? [element("p", { class: "quiet" }, [TEXT.console.moreNames(more)])] : []),
  ];
}

/** The whole of an entry: header, hashes, and each section with its state and what is open of it. */
export function entryBlock(entry: Entry, links: Links): readonly HTMLElement[] {
  const fields = [
    [TEXT.console.index, `${entry.index}`],
    [TEXT.console.time, entry.at],
    [TEXT.console.kind, entry.kind],
    [TEXT.console.leafHash, entry.leafHash],
    [TEXT.console.chain, entry.chain],
  ] as const;
  return [
    element(
      "dl",
      {},
      fields.flatMap(([name, value]) => [element("dt", {}, [name]), element("dd", {}, [value])]),
    ),
    ...entry.sections.map(sectionBlock),
    ...linksOf(entry, links),
  ];
}
