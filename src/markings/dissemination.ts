import type { Fgi, Form, Marking } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import { checkItems, listPhraseOf } from "./category.ts";
import { isCode } from "./country.ts";
import type { Register } from "./register.ts";
import type { TokenRule } from "./register-entry.ts";
import { isWrittenAs, tokenRuleFor } from "./register-entry.ts";

/** Category 8 as read. */
export type Dissemination = Pick<Marking, "dissem" | "relTo" | "displayOnlyTo">;

const commaList = (text: string, register: Register): readonly string[] => {
  const codes = text.split(", ");
  // A comma or space that is left inside an element is a separator that was written wrongly.
  if (codes.some((code) => /[ ,]/.test(code)))
    throw new MarkingError("E_SEPARATOR", "countries are separated by a comma and one space");
  if (!codes.every((code) => isCode(code, register)))
    throw new MarkingError("E_COUNTRY", "not a country code of the register");
  return codes;
};

/** The countries of a REL TO: USA first, and at least one more. */
export const releaseList = (list: string, register: Register): readonly string[] => {
  if (list === "") throw new MarkingError("E_SYNTAX", "REL TO needs its countries");
  const codes = commaList(list, register);
  if (codes[0] !== "USA") throw new MarkingError("E_REL_USA_FIRST", "USA is the first country of REL TO");
  if (codes.length === 1) throw new MarkingError("E_REL_USA_ALONE", "USA alone is not a list");
  return codes;
};

/** The countries of a DISPLAY ONLY. */
export const displayList = (list: string, register: Register): readonly string[] => {
  if (list === "") throw new MarkingError("E_DISPLAY", "DISPLAY ONLY needs its countries");
  return commaList(list, register);
};

const bareRelease = (form: Form, context: Marking | undefined): readonly string[] => {
  if (form === "banner") throw new MarkingError("E_FORM", "bare REL stands in portions only");
  if (context === undefined || context.relTo.length === 0) {
    throw new MarkingError("E_REL_CONTEXT", "bare REL needs the list of a REL TO banner");
  }
  return context.relTo;
};

/**
 * Reads category 8.
 * @param context the document's banner, whose list a bare REL takes.
 * @throws MarkingError of the item stage (A.2).
 */
export const parseDissemination = (
  items: readonly string[],
  form: Form,
  register: Register,
  context: Marking | undefined,
): Dissemination => {
  checkItems(items, "dissem", register);
  const dissem: string[] = [];
  let relTo: readonly string[] = [];
  let displayOnlyTo: readonly string[] = [];
  for (const item of items) {
    const listed = listPhraseOf(item, register);
    const token = listed?.rule.token ?? (item === "REL" ? item : controlOf(item, form, register.dissemination));
    if (listed !== undefined) checkWritten(listed.phrase, listed.rule, form);
    const list = listed === undefined ? "" : item.slice(listed.phrase.length + 1);
    if (token === "REL") relTo = listed === undefined ? bareRelease(form, context) : releaseList(list, register);
    if (token === "DISPLAYONLY") displayOnlyTo = displayList(list, register);
    if (dissem.includes(token)) throw new MarkingError("E_DUPLICATE", "a dissemination control stands twice");
    dissem.push(token);
  }
  return { dissem, relTo, displayOnlyTo };
};

const checkWritten = (text: string, rule: TokenRule, form: Form): void => {
  if (!isWrittenAs(text, rule, form))
    throw new MarkingError("E_FORM", `a word of the other form stands in this ${form}`);
};

/** The token that an item stands for, when it is written as its form asks. @throws MarkingError E_UNKNOWN or E_FORM. */
export const controlOf = (item: string, form: Form, rules: readonly TokenRule[]): string => {
  const rule = tokenRuleFor(item, rules);
  if (rule === undefined) throw new MarkingError("E_UNKNOWN", "an item is not in the register");
  checkWritten(item, rule, form);
  return rule.token;
};

/** Reads category 9. @throws MarkingError E_SEPARATOR, E_UNKNOWN or E_FORM. */
export const parseNonIc = (items: readonly string[], form: Form, register: Register): readonly string[] => {
  checkItems(items, "nonIc", register);
  return items.map((item) => controlOf(item, form, register.nonIc));
};

/** Reads category 7; bare FGI is a concealed source. @throws MarkingError E_SEPARATOR, E_FORM, E_FGI or E_COUNTRY. */
export const parseFgi = (items: readonly string[], form: Form, register: Register): Fgi => {
  const [item = "", ...others] = items;
  if (others.length > 0 || item.includes(","))
    throw new MarkingError("E_SEPARATOR", "FGI sources are separated by one space");
  const title = "FOREIGN GOVERNMENT INFORMATION";
  if (item.startsWith(title) && form === "portion")
    throw new MarkingError("E_FORM", "a full title stands in a portion");
  const list = item.slice(item.startsWith(title) ? title.length : "FGI".length);
  if (list === "") return { concealed: true, sources: [] };
  const sources = list.slice(1).split(" ");
  if (sources.includes("USA")) throw new MarkingError("E_FGI", "USA is no foreign source");
  if (!sources.every((source) => isCode(source, register)))
    throw new MarkingError("E_COUNTRY", "not a country code of the register");
  return { concealed: false, sources };
};
