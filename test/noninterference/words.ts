import type { Dice } from "./dice.ts";

/**
 * Names of everything in the worlds: few, so that they collide across markings; some look or normalise like another.
 * Words of hidden rows are drawn from here, and so are the texts that observers ask with.
 */
export const NAMES = [
  "Overview",
  "overview",
  "Night shift",
  "Nacht\u0301",
  "Ná\u0063ht",
  "Cafe\u0301",
  "Café",
  "Kilo",
  "\u041Ailo",
  "Ｋilo",
  "Harbor overview",
  "x",
] as const;

/** Keys of classes. */
export const CLASS_KEYS = ["ship", "Ship", "submarine", "barge", "pier"] as const;

/** Words that observers ask with beside the names: patterns of search languages, other forms, nothing. */
const ODD_WORDS = [
  "",
  " ",
  "%",
  "Night%",
  "night shift",
  "Night shift ",
  "' or true --",
  "\u0000",
  "😀",
  "a".repeat(201),
  "{}",
  "null",
] as const;

/** A text for an argument that says nothing about itself. */
export function anyWord(dice: Dice): string {
  if (dice.chance(0.75)) return dice.pick(NAMES);
  return dice.chance(0.5) ? dice.pick(CLASS_KEYS) : dice.pick(ODD_WORDS);
}

/** A shape that fits into the pictures of the worlds; `number` chooses among a few. */
export function box(number: number): Readonly<Record<string, unknown>> {
  return { kind: "box", x: 1 + (number % 7), y: 2 + (number % 5), width: 8 + (number % 11), height: 6 };
}

/** A class of an ontology as it is stated. */
export function classInput(key: string, marking: string | null): Readonly<Record<string, unknown>> {
  const attributes = [{ key: "note", type: "text", required: false }];
  return {
    key,
    name: `name of ${key}`,
    shapes: ["box", "polygon"],
    attributes,
    ...(marking === null ? {} : { marking }),
  };
}
