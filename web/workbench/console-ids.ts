/** Nouns of the ids that the log can be asked about: the server's, which a test compares. */
export const NOUNS = [
  "program",
  "dataset",
  "ontology",
  "ontologyVersion",
  "ontologyClass",
  "asset",
  "label",
  "labelRevision",
  "labelReview",
  "recipient",
  "delivery",
  "person",
  "entry",
  "proposal",
  "distributionList",
  "compilation",
  "compilationRule",
  "project",
  "guideline",
  "task",
  "taskAct",
] as const;

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const NAME = new RegExp(`^([A-Za-z]+):(${UUID})$`);
const QUOTED = new RegExp(`"([A-Za-z]+:${UUID})"`, "g");
const BARE = new RegExp(`^${UUID}$`);

/** What an id stands for, in the words of the log. */
export interface Named {
  readonly noun: (typeof NOUNS)[number];
  readonly id: string;
}

/** As the log writes it: noun and id with a colon between. */
export const plainName = ({ noun, id }: Named): string => `${noun}:${id}`;

/** As the interface takes it: base64url of the same. */
export const globalId = (object: Named): string =>
  btoa(plainName(object)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function plain(text: string): Named | null {
  const [, word, id] = NAME.exec(text) ?? [];
  const noun = NOUNS.find((known) => known === word);
  return noun === undefined || id === undefined ? null : { noun, id };
}

function decoded(text: string): string {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}

/**
 * What a text from anybody names, in either spelling; null where it is no id. What the log cannot have must not be asked: its
 * answer would read as if nobody had ever seen it.
 */
export function named(text: string): Named | null {
  const word = text.trim();
  if (word.length > 100) return null;
  const spelled = plain(word);
  if (spelled) return spelled;
  const found = plain(decoded(word));
  return found && globalId(found) === word ? found : null;
}

/** A person, as `named` reads it, or by the id alone as entries have it; null for everything else. */
export function person(text: string): Named | null {
  const word = text.trim();
  const found = BARE.test(word) ? { noun: "person" as const, id: word } : named(word);
  return found?.noun === "person" ? found : null;
}

/** Everything that the opened text of an entry names, each once and in its order. */
export function namesIn(text: string): readonly Named[] {
  const words = new Set([...text.matchAll(QUOTED)].map(([, word = ""]) => word));
  return [...words].map(plain).filter((found) => found !== null);
}
