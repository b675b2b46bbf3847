import type { Compartment, Form, SarProgram, SciControl } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import { categoryOf, checkItems, SAR_PREFIXES } from "./category.ts";
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

const compartmentOf = (text: string, rules: readonly NameRule[], register: Register): Compartment => {
  const [id = "", ...subs] = text.split(" ").map((word) => checkName(word, register));
  const rule = registered(id, rules);
  for (const sub of subs) registered(sub, rule.below);
  return { id, subs };
};

/** The listed name of a control system written by name or by title; a title is banner form only. */
const systemOf = (text: string, form: Form, register: Register): { name: string; rule: NameRule } => {
  const byName = register.sci.find(({ names }) => !names.any && names.list.includes(text));
  if (byName !== undefined) return { name: text, rule: byName };
  const byTitle = register.sci.find(({ titles }) => titles.includes(text));
  const name = byTitle === undefined || byTitle.names.any ? undefined : byTitle.names.list[0];
  if (byTitle === undefined || name === undefined)
    throw new MarkingError("E_UNKNOWN", "a control system is not in the register");
  if (form === "portion") throw new MarkingError("E_FORM", "a full title stands in a portion");
  return { name, rule: byTitle };
};

/** Reads category 4, SCI. @throws MarkingError E_SEPARATOR, E_UNKNOWN, E_SYNTAX or E_FORM. */
export const parseSci = (items: readonly string[], form: Form, register: Register): readonly SciControl[] => {
  checkItems(items, "sci", register);
  return items.map((item) => {
    const [head = "", ...rest] = item.split("-");
    const { name, rule } = systemOf(head, form, register);
    return { system: name, compartments: rest.map((text) => compartmentOf(text, rule.below, register)) };
  });
};

/** Reads category 5, SAP: the prefix once, then programs. @throws MarkingError E_RETIRED, E_SEPARATOR, E_SYNTAX, E_UNKNOWN. */
export const parseSar = (items: readonly string[], register: Register): readonly SarProgram[] => {
  const [first = "", ...others] = items;
  const prefix = SAR_PREFIXES.find((candidate) => first.startsWith(candidate)) ?? "";
  for (const item of others) {
    const category = categoryOf(item, register);
    if (category === "sar") throw new MarkingError("E_RETIRED", "SAR- is written once, before the first program");
    if (category !== null) throw new MarkingError("E_SEPARATOR", "an item of another category stands after a single /");
  }
  return [first.slice(prefix.length), ...others].map((item) => {
    const [nickname = "", ...rest] = item.split("-");
    for (const word of nickname.split(" ")) {
      checkName(word, register);
      registered(word, [register.sap]);
    }
    return { program: nickname, compartments: rest.map((text) => compartmentOf(text, register.sap.below, register)) };
  });
};
