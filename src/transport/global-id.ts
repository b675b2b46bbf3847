/** Nouns that an id can name. */
export const ID_NOUNS = [
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

/** A noun that an id can name. */
export type IdNoun = (typeof ID_NOUNS)[number];

/** What a global id stands for. */
export interface NamedId {
  readonly noun: IdNoun;
  readonly id: string;
}

const TEXT = /^([A-Za-z]+):([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Stands for an id that names nothing; no row has it and no column of ids takes it, so it is simply not found. */
export const NO_ID = "none";

/** Where ids are spelled, one after another; a character takes at most three bytes. */
const SPELLED = Buffer.alloc(256);
const LONGEST = Math.trunc(SPELLED.length / 3);

/** The id that a caller sees: base64url of "noun:uuid". */
export function globalId(noun: IdNoun, id: string): string {
  const text = `${noun}:${id}`;
  if (text.length > LONGEST) return Buffer.from(text).toString("base64url");
  return SPELLED.toString("base64url", 0, SPELLED.write(text));
}

/** What a text from a caller names; null when it is none of our ids. There is one spelling of each id only. */
export function parseGlobalId(text: string): NamedId | null {
  if (text.length > 100) return null;
  const decoded = Buffer.from(text, "base64url").toString("latin1");
  const match = TEXT.exec(decoded);
  const noun = ID_NOUNS.find((known) => known === match?.[1]);
  const id = match?.[2];
  if (!noun || id === undefined || globalId(noun, id) !== text) return null;
  return { noun, id };
}

/** The stored id that a caller's text names, if it names this noun; {@link NO_ID} otherwise. */
export function localId(noun: IdNoun, text: string): string {
  const named = parseGlobalId(text);
  return named?.noun === noun ? named.id : NO_ID;
}
