import { MarkingError } from "./marking.ts";
import type { Register } from "./register.ts";
import type { TokenRule } from "./register-entry.ts";
import { tokenRuleFor } from "./register-entry.ts";

/** Categories after the classification; NATO SAPs stand in the place of category 4. */
export type Category = "sci" | "natoSap" | "sar" | "aea" | "fgi" | "dissem" | "nonIc";

/** Place of each category in the line (standards A.1). */
const PLACE: Readonly<Record<Category, number>> = { sci: 4, natoSap: 4, sar: 5, aea: 6, fgi: 7, dissem: 8, nonIc: 9 };

/** The long way to begin category 5; a banner may have it, a portion may not (standards A.1, category 5). */
export const SAR_TITLE = "SPECIAL ACCESS REQUIRED-";

/** The two ways to begin category 5; written once per marking. */
export const SAR_PREFIXES: readonly string[] = ["SAR-", SAR_TITLE];

const startsPhrase = (text: string, phrase: string): boolean => text === phrase || text.startsWith(`${phrase} `);

/** Tokens of category 8 that are followed by a list of countries. */
const LISTED: readonly string[] = ["REL", "DISPLAYONLY"];

/** The rule and the words with which an item begins a list of countries; undefined for every other item. */
export const listPhraseOf = (
  item: string,
  register: Register,
): { readonly rule: TokenRule; readonly phrase: string } | undefined => {
  for (const rule of register.dissemination.filter(({ token }) => LISTED.includes(token))) {
    const phrase = [rule.banner, rule.portion, ...rule.titles].find((words) => startsPhrase(item, words));
    if (phrase !== undefined) return { rule, phrase };
  }
  return undefined;
};

/** The category that an item belongs to by its words, in either form; null when nothing in the register knows it. */
export const categoryOf = (item: string, register: Register): Category | null => {
  const head = item.split("-", 1)[0] ?? "";
  if (tokenRuleFor(item, register.dissemination) !== undefined) return "dissem";
  if (item === "REL" || listPhraseOf(item, register) !== undefined) return "dissem";
  if (SAR_PREFIXES.some((prefix) => item.startsWith(prefix))) return "sar";
  if (tokenRuleFor(head, register.aea) !== undefined) return "aea";
  if (startsPhrase(item, "FGI") || startsPhrase(item, "FOREIGN GOVERNMENT INFORMATION")) return "fgi";
  if (tokenRuleFor(item, register.nonIc) !== undefined) return "nonIc";
  const nato = register.nato.find(({ token }) => token === item);
  if (nato !== undefined) return nato.place === "sap" ? "natoSap" : "aea";
  const isSystem = register.sci.some(
    (rule) => (!rule.names.any && rule.names.list.includes(head)) || rule.titles.includes(head),
  );
  return isSystem ? "sci" : null;
};

/** One recognised segment. */
export interface Segment {
  readonly category: Category;
  readonly items: readonly string[];
}

const refuseRetired = (segment: string, register: Register): void => {
  const words = segment.split(/[ ,/-]/);
  const retired = register.retired.find(({ word, wholeSegment }) =>
    wholeSegment ? segment === word : words.includes(word),
  );
  if (retired !== undefined) throw new MarkingError("E_RETIRED", retired.hint);
};

/** The items of a segment. @throws MarkingError E_EMPTY or E_RETIRED. */
export const itemsOf = (segment: string, register: Register): readonly string[] => {
  const items = segment.split("/");
  if (items.includes("")) throw new MarkingError("E_EMPTY", "nothing stands between two separators");
  refuseRetired(segment, register);
  return items;
};

/**
 * Recognises every segment by its first item (A.2); what is not recognised is refused, never ignored.
 * @throws MarkingError E_EMPTY, E_RETIRED or E_UNKNOWN.
 */
export const recognise = (tail: readonly string[], register: Register): readonly Segment[] =>
  tail.map((segment) => {
    const items = itemsOf(segment, register);
    const category = categoryOf(items[0] ?? "", register);
    if (category === null)
      throw new MarkingError("E_UNKNOWN", "a segment begins with a word that the register does not know");
    return { category, items };
  });

/** Categories stand in the order of A.1, each once. @throws MarkingError E_CATEGORY_TWICE or E_CATEGORY_ORDER. */
export const checkCategoryOrder = (segments: readonly Segment[]): void => {
  let last = 0;
  const seen = new Set<number>();
  for (const { category } of segments) {
    const place = PLACE[category];
    if (seen.has(place))
      throw new MarkingError("E_CATEGORY_TWICE", "a category stands twice; its items are joined by a single /");
    if (place < last) throw new MarkingError("E_CATEGORY_ORDER", "the categories are not in order");
    seen.add(place);
    last = place;
  }
};

/** Every item of a list belongs to the list's category. @throws MarkingError E_SEPARATOR or E_UNKNOWN. */
export const checkItems = (items: readonly string[], category: Category, register: Register): void => {
  for (const item of items) {
    const found = categoryOf(item, register);
    if (found === null) throw new MarkingError("E_UNKNOWN", "an item is not in the register");
    if (found !== category)
      throw new MarkingError("E_SEPARATOR", "an item of another category stands after a single /");
  }
};
