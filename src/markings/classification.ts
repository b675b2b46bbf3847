import type { Form, Level, Marking } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import { isCode } from "./country.ts";
import type { Register } from "./register.ts";

/** Banner words of the levels; RESTRICTED is foreign only. */
const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  TS: "TOP SECRET",
  S: "SECRET",
  C: "CONFIDENTIAL",
  R: "RESTRICTED",
  U: "UNCLASSIFIED",
};

/** Banner and portion form of NATO classifications (standards A.1, category 2). */
export const NATO_WORDS: Readonly<Record<Level, Readonly<Record<Form, string>>>> = {
  TS: { banner: "COSMIC TOP SECRET", portion: "CTS" },
  S: { banner: "NATO SECRET", portion: "NS" },
  C: { banner: "NATO CONFIDENTIAL", portion: "NC" },
  R: { banner: "NATO RESTRICTED", portion: "NR" },
  U: { banner: "NATO UNCLASSIFIED", portion: "NU" },
};

/** TOP SECRET comes before SECRET: otherwise `DEU TOP SECRET` reads as a country `DEU TOP` (standards A.9). */
const LONGEST_FIRST: readonly Level[] = ["TS", "S", "C", "R", "U"];

/** How a level is written in a form. */
export const levelWord = (level: Level, form: Form): string => (form === "banner" ? LEVEL_WORDS[level] : level);

/** What the first segment says. */
export type Classification = Pick<Marking, "kind" | "level" | "owners">;

const refused = (): MarkingError => new MarkingError("E_CLASS", "the classification is not one of the known forms");

const ownersOf = (text: string, register: Register): readonly string[] => {
  const owners = text.split(" ");
  // FGI conceals a source and is no code: `FGI S` is read before this, and no other form has it.
  if (!owners.every((owner) => /^[A-Z]{3,4}$/.test(owner)) || owners.includes("FGI")) throw refused();
  if (!owners.every((owner) => isCode(owner, register))) {
    throw new MarkingError("E_COUNTRY", "an owner is not a country code of the register");
  }
  return owners;
};

const joint = (text: string, form: Form, register: Register, context: Marking | undefined): Classification => {
  const level = LONGEST_FIRST.find((candidate) => {
    const word = levelWord(candidate, form);
    return text === word || text.startsWith(`${word} `);
  });
  if (level === undefined) throw refused();
  if (level === "R") throw new MarkingError("E_JOINT", "JOINT information is never RESTRICTED");
  const list = text.slice(levelWord(level, form).length + 1);
  if (list !== "") return { kind: "JOINT", level, owners: ownersOf(list, register) };
  if (form === "portion" && context?.kind === "JOINT") return { kind: "JOINT", level, owners: context.owners };
  throw new MarkingError("E_JOINT", "a JOINT classification without owners needs a JOINT banner");
};

const foreignOf = (text: string, form: Form, register: Register): Classification => {
  const nato = LONGEST_FIRST.find((level) => NATO_WORDS[level][form] === text);
  if (nato !== undefined) return { kind: "NONUS", level: nato, owners: ["NATO"] };
  const level = LONGEST_FIRST.find((candidate) => text.endsWith(` ${levelWord(candidate, form)}`));
  if (level === undefined) throw refused();
  const list = text.slice(0, -levelWord(level, form).length - 1);
  if (list === "FGI" && form === "portion") return { kind: "NONUS", level, owners: ["FGI"] };
  const owners = ownersOf(list, register);
  // NATO has words of its own (COSMIC TOP SECRET, NS), and what the United States owns is category 1 or 3.
  if (owners.includes("USA") || owners.includes("NATO")) throw refused();
  return { kind: "NONUS", level, owners };
};

/**
 * Reads the classification (categories 1 to 3).
 * @param foreign whether the marking starts with `//`.
 * @param context the document's banner, whose owners a bare portion `JOINT S` takes.
 * @throws MarkingError E_CLASS, E_COUNTRY or E_JOINT.
 */
export const parseClassification = (
  text: string,
  foreign: boolean,
  form: Form,
  register: Register,
  context: Marking | undefined,
): Classification => {
  if (foreign) {
    return text.startsWith("JOINT ") ? joint(text.slice(6), form, register, context) : foreignOf(text, form, register);
  }
  const level = LONGEST_FIRST.find((candidate) => candidate !== "R" && levelWord(candidate, form) === text);
  if (level === undefined) throw refused();
  return { kind: "US", level, owners: ["USA"] };
};
