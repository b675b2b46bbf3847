import type { Compartment, Form, SarProgram, SciControl } from "./marking.ts";
import { LEVELS, MarkingError } from "./marking.ts";
import { categoryOf, checkItems, SAR_PREFIXES, SAR_TITLE } from "./category.ts";
import { isCode } from "./country.ts";
import type { Register } from "./register.ts";
import type { NameRule } from "./register-entry.ts";
import { isIdentifier, ruleFor } from "./register-entry.ts";

/** A name that is well formed and no control word: a control swallowed as a name would be a control dropped (A.9). */
const checkName = (text: string, register: Register): string => {
  if (!isIdentifier(text)) throw new MarkingError("E_SYNTAX", "a name is one to ten letters and digits");
  if (register.reserved.has(text)) throw new MarkingError("E_SYNTAX", "a reserved word stands where a name belongs");
  return text;
};

const registered = (name: string, rules: readonly NameRule[]): NameRule => {
  const rule = ruleFor(name, rules);
  if (rule === undefined) throw new MarkingError("E_UNKNOWN", "a name is not in the register");
  return rule;
};

/** Whether a name stands in the register as one of these entries' own. */
const isListed = (name: string, rules: readonly NameRule[]): boolean =>
  rules.some(({ names }) => !names.any && names.list.includes(name));

/**
 * A sub-compartment. An entry for any name does not admit the name of a compartment of the same system: TK-BLFH IDIT is
 * TK-BLFH-IDIT with a wrong separator, and what was meant for two compartments would be read as one.
 */
const checkSub = (name: string, below: readonly NameRule[], compartments: readonly NameRule[]): void => {
  registered(name, below);
  if (!isListed(name, below) && isListed(name, compartments))
    throw new MarkingError("E_SYNTAX", "a compartment stands where a sub-compartment belongs");
};

/**
 * One word of a program's name: never a level or a country, which would be a classification or a release swallowed (A.9).
 * A nickname of several words has letters only, two at least: an abbreviation before a space has lost its hyphen.
 */
const checkProgramWord = (word: string, alone: boolean, register: Register): void => {
  checkName(word, register);
  registered(word, [register.sap]);
  if (LEVELS.some((level) => level === word) || isCode(word, register))
    throw new MarkingError("E_SYNTAX", "a level or a country stands where the name of a program belongs");
  if (!alone && !/^[A-Z]{2,}$/.test(word))
    throw new MarkingError("E_SYNTAX", "a nickname of several words has letters only, two at least in each");
};

/** The entry of a compartment that is written by its title, with the name that the title stands for. */
const titled = (title: string, rules: readonly NameRule[]): { name: string; rule: NameRule } | undefined => {
  const rule = rules.find(({ titles }) => titles.includes(title));
  const name = rule === undefined || rule.names.any ? undefined : rule.names.list[0];
  return rule === undefined || name === undefined ? undefined : { name, rule };
};

const compartmentOf = (text: string, form: Form, rules: readonly NameRule[], register: Register): Compartment => {
  const [first = "", ...subs] = text.split(" ").map((word) => checkName(word, register));
  const byTitle = titled(first, rules);
  if (byTitle !== undefined && form === "portion") throw new MarkingError("E_FORM", "a full title stands in a portion");
  const { name: id, rule } = byTitle ?? { name: first, rule: registered(first, rules) };
  for (const sub of subs) checkSub(sub, rule.below, rules);
  return { id, subs };
};

/** The listed name of a control system written by name or by title; a title is banner form only. */
const systemOf = (text: string, form: Form, register: Register): { name: string; rule: NameRule } => {
  const byName = register.sci.find(({ names }) => !names.any && names.list.includes(text));
  if (byName !== undefined) return { name: text, rule: byName };
  const byTitle = titled(text, register.sci);
  if (byTitle === undefined) throw new MarkingError("E_UNKNOWN", "a control system is not in the register");
  if (form === "portion") throw new MarkingError("E_FORM", "a full title stands in a portion");
  return byTitle;
};

/** Reads category 4, SCI. @throws MarkingError E_SEPARATOR, E_UNKNOWN, E_SYNTAX or E_FORM. */
export const parseSci = (items: readonly string[], form: Form, register: Register): readonly SciControl[] => {
  checkItems(items, "sci", register);
  return items.map((item) => {
    const [head = "", ...rest] = item.split("-");
    const { name, rule } = systemOf(head, form, register);
    return { system: name, compartments: rest.map((text) => compartmentOf(text, form, rule.below, register)) };
  });
};

/**
 * Reads category 5, SAP: the prefix once, then programs by abbreviation or nickname.
 * @throws MarkingError E_RETIRED, E_SEPARATOR, E_FORM, E_SYNTAX or E_UNKNOWN.
 */
export const parseSar = (items: readonly string[], form: Form, register: Register): readonly SarProgram[] => {
  const [first = "", ...others] = items;
  const prefix = SAR_PREFIXES.find((candidate) => first.startsWith(candidate)) ?? "";
  for (const item of others) {
    const category = categoryOf(item, register);
    if (category === "sar") throw new MarkingError("E_RETIRED", "SAR- is written once, before the first program");
    if (category !== null) throw new MarkingError("E_SEPARATOR", "an item of another category stands after a single /");
  }
  if (prefix === SAR_TITLE && form === "portion")
    throw new MarkingError("E_FORM", "a portion abbreviates SPECIAL ACCESS REQUIRED");
  return [first.slice(prefix.length), ...others].map((item) => {
    const [nickname = "", ...rest] = item.split("-");
    const words = nickname.split(" ");
    for (const word of words) checkProgramWord(word, words.length === 1, register);
    const compartments = rest.map((text) => compartmentOf(text, form, register.sap.below, register));
    return { program: nickname, compartments };
  });
};
