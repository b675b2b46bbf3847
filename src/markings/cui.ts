import type { Cui, Form, Marking } from "./marking.ts";
import { compareIdentifiers, MarkingError } from "./marking.ts";
import { categoryOf, itemsOf } from "./category.ts";
import { parseDissemination } from "./dissemination.ts";
import { ascending, checkItemOrder } from "./order.ts";
import type { Register } from "./register.ts";

/** The two words that begin a CUI banner; a portion has the first only (standards A.6). */
const CUI_WORDS: readonly string[] = ["CUI", "CONTROLLED"];

const SPECIFIED = "SP-";

/** True when the first segment says CUI instead of a classification, whatever stands behind a single slash after it. */
export const saysCui = (classification: string): boolean =>
  CUI_WORDS.includes(classification.split("/", 1)[0] ?? classification);

/** The register as the controls of a CUI line see it: limited dissemination controls stand where category 8 stands. */
export const cuiLanguageOf = (register: Register): Register => ({
  ...register,
  sci: [],
  aea: [],
  nato: [],
  nonIc: [],
  dissemination: register.cui.controls,
});

/** True when the registry has the category in the form in which it is written: `SP-CTI`, `PRVCY`. */
const isCategory = (item: string, register: Register): boolean =>
  item.startsWith(SPECIFIED)
    ? register.cui.categories.get(item.slice(SPECIFIED.length))?.specified === true
    : register.cui.categories.get(item)?.basic === true;

type Part = "categories" | "controls";

const partOf = (item: string, register: Register, language: Register): Part | null => {
  if (isCategory(item, register)) return "categories";
  return categoryOf(item, language) === "dissem" ? "controls" : null;
};

const checkParts = (parts: readonly Part[]): void => {
  if (new Set(parts).size !== parts.length)
    throw new MarkingError("E_CATEGORY_TWICE", "a part stands twice; its items are joined by a single /");
  if (parts[0] === "controls" && parts.length > 1)
    throw new MarkingError("E_CATEGORY_ORDER", "categories stand before limited dissemination controls");
};

const checkItems = (items: readonly string[], part: Part, register: Register, language: Register): void => {
  for (const item of items) {
    const found = partOf(item, register, language);
    if (found === null) throw new MarkingError("E_UNKNOWN", "an item is not in the register");
    if (found !== part) throw new MarkingError("E_SEPARATOR", "an item of the other part stands after a single /");
  }
};

/** Specified categories A-Z, then basic ones A-Z. */
const orderedCategories = (items: readonly string[]): Cui => {
  const isSpecified = (item: string): boolean => item.startsWith(SPECIFIED);
  ascending(
    items,
    (a, b) => Number(isSpecified(b)) - Number(isSpecified(a)) || compareIdentifiers(a, b),
    "CUI categories",
  );
  return {
    specified: items.filter(isSpecified).map((item) => item.slice(SPECIFIED.length)),
    basic: items.filter((item) => !isSpecified(item)),
  };
};

/**
 * Reads a line that begins with CUI or CONTROLLED (standards A.6, NARA form; the DoD form is the bare word). The checks
 * stand in the order of A.2; what the marking means is not checked here.
 * @throws MarkingError
 */
export const parseCui = (classification: string, tail: readonly string[], form: Form, register: Register): Marking => {
  if (!CUI_WORDS.includes(classification))
    throw new MarkingError("E_SEPARATOR", "a single slash stands between CUI and what follows");
  if (form === "portion" && classification !== "CUI")
    throw new MarkingError("E_FORM", "a portion abbreviates CONTROLLED as CUI");
  const language = cuiLanguageOf(register);
  const segments = tail.map((segment) => {
    const items = itemsOf(segment, register);
    const part = partOf(items[0] ?? "", register, language);
    if (part === null)
      throw new MarkingError("E_UNKNOWN", "a segment begins with a word that the register does not know");
    return { part, items };
  });
  checkParts(segments.map(({ part }) => part));
  for (const { part, items } of segments) checkItems(items, part, register, language);
  const itemsIn = (wanted: Part): readonly string[] => segments.find(({ part }) => part === wanted)?.items ?? [];
  const controls = parseDissemination(itemsIn("controls"), form, language, undefined);
  const marking = {
    kind: "US" as const,
    level: "U" as const,
    owners: ["USA"],
    sci: [],
    sar: [],
    aea: {},
    natoControls: [],
    fgi: null,
    ...controls,
    nonIc: [],
    cui: orderedCategories(itemsIn("categories")),
  };
  checkItemOrder(marking, [], language);
  return marking;
};

/** The category part of a CUI line, `SP-CTI/PRVCY`; empty when no category is shown. */
export const cuiCategoriesText = ({ specified, basic }: Cui): string =>
  [...specified.map((id) => `${SPECIFIED}${id}`), ...basic].join("/");

/**
 * CUI is unclassified and no other language stands beside it; its categories are registered in their form.
 * @throws MarkingError E_LEVEL, E_CONFLICT or E_UNKNOWN.
 */
export const validateCui = (marking: Marking, cui: Cui, register: Register): void => {
  if (marking.level !== "U") throw new MarkingError("E_LEVEL", "CUI never stands on a classified line");
  const beside = [marking.sci, marking.sar, marking.natoControls, marking.nonIc, Object.keys(marking.aea)];
  if (marking.kind !== "US" || marking.fgi !== null || beside.some((list) => list.length > 0))
    throw new MarkingError("E_CONFLICT", "CUI and another marking language stand in one line");
  const written = cuiCategoriesText(cui);
  if (written !== "" && !written.split("/").every((item) => isCategory(item, register)))
    throw new MarkingError("E_UNKNOWN", "a CUI category is not in the register");
};
