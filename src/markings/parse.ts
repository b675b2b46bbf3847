import type { Form, Marking, ParseResult } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import { checkCategoryOrder, checkItems, recognise } from "./category.ts";
import { parseClassification } from "./classification.ts";
import { parseSar, parseSci } from "./compartments.ts";
import { parseCui, saysCui } from "./cui.ts";
import { parseDissemination, parseFgi, parseNonIc } from "./dissemination.ts";
import { parseAea } from "./nuclear.ts";
import { checkItemOrder } from "./order.ts";
import type { Register } from "./register.ts";
import { scan } from "./scanner.ts";
import { validate } from "./validate.ts";

/** All checks of A.2 in their order; the first that fails is thrown. */
const read = (text: string, form: Form, register: Register, context: Marking | undefined): Marking => {
  const { foreign, classification, tail } = scan(text, form);
  if (!foreign && saysCui(classification)) {
    const marking = parseCui(classification, tail, form, register);
    validate(marking, register);
    return marking;
  }
  const head = parseClassification(classification, foreign, form, register, context);
  const segments = recognise(tail, register);
  checkCategoryOrder(segments);
  let marking: Marking = {
    ...head,
    sci: [],
    sar: [],
    aea: {},
    natoControls: [],
    fgi: null,
    dissem: [],
    relTo: [],
    displayOnlyTo: [],
    nonIc: [],
  };
  let aeaTokens: readonly string[] = [];
  let natoSaps: readonly string[] = [];
  let atomal = false;
  for (const { category, items } of segments) {
    if (category === "sci") marking = { ...marking, sci: parseSci(items, form, register) };
    else if (category === "natoSap") {
      checkItems(items, category, register);
      natoSaps = items;
    } else if (category === "sar") marking = { ...marking, sar: parseSar(items, form, register) };
    else if (category === "aea") {
      const list = parseAea(items, form, register);
      ({ atomal, tokens: aeaTokens } = list);
      marking = { ...marking, aea: list.aea };
    } else if (category === "fgi") marking = { ...marking, fgi: parseFgi(items, form, register) };
    else if (category === "dissem") marking = { ...marking, ...parseDissemination(items, form, register, context) };
    else marking = { ...marking, nonIc: parseNonIc(items, form, register) };
  }
  // ATOMAL sorts before the SAPs, so that a disorder among the SAPs still shows.
  marking = { ...marking, natoControls: atomal ? ["ATOMAL", ...natoSaps] : natoSaps };
  checkItemOrder(marking, aeaTokens, register);
  validate(marking, register);
  return marking;
};

const attempt = (reading: () => Marking): ParseResult => {
  try {
    return { ok: true, marking: reading() };
  } catch (error) {
    if (error instanceof MarkingError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
};

/** Reads a banner line (standards A.2). The text may come from an attacker; nothing in it is trimmed or repaired. */
export const parseBanner = (text: string, register: Register): ParseResult =>
  attempt(() => read(text, "banner", register, undefined));

/**
 * Reads a portion mark (standards A.2).
 * @param bannerContext the document's banner: a bare `REL` takes its list and a bare `JOINT S` its owners, so that the
 *   stored marking is always expanded. Without it both are refused.
 */
export const parsePortion = (text: string, register: Register, bannerContext?: Marking): ParseResult =>
  attempt(() => read(text, "portion", register, bannerContext));

/** Reads a banner, or a portion when the text starts with a parenthesis. */
export const markingFromText = (text: string, register: Register): ParseResult =>
  text.startsWith("(") ? parsePortion(text, register) : parseBanner(text, register);
