import type { Aea, Form, NuclearData } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import { checkItems } from "./category.ts";
import type { Register } from "./register.ts";
import type { AeaRule } from "./register-entry.ts";
import { isWrittenAs, tokenRuleFor } from "./register-entry.ts";

/** Category 6 as read: tokens in the order of the text, for the order check, and the structure. */
export interface NuclearList {
  readonly aea: Aea;
  readonly atomal: boolean;
  readonly tokens: readonly string[];
}

/** The full title of CNWDI; a banner may have it. */
const CNWDI_TITLE = "CRITICAL NUCLEAR WEAPON DESIGN INFORMATION";

const SIGMA_WORD: Readonly<Record<Form, string>> = { banner: "SIGMA", portion: "SG" };

const sigmaOf = (text: string, form: Form, rule: AeaRule, register: Register): readonly number[] => {
  const [word = "", ...numbers] = text.split(" ");
  if (word !== SIGMA_WORD.banner && word !== SIGMA_WORD.portion)
    throw new MarkingError("E_SYNTAX", "not a subset of Restricted Data");
  if (word !== SIGMA_WORD[form]) throw new MarkingError("E_FORM", `SIGMA is written ${SIGMA_WORD[form]} in a ${form}`);
  if (numbers.length === 0 || !numbers.every((digits) => /^[0-9]{1,3}$/.test(digits))) {
    throw new MarkingError("E_SYNTAX", "SIGMA needs numbers with one space between them");
  }
  const known = numbers.map((digits) => register.sigmaNumbers.find((number) => String(number) === digits));
  const sigma = known.filter((number) => number !== undefined);
  if (rule.sigmaLevels === null || sigma.length !== numbers.length)
    throw new MarkingError("E_AEA", "not a SIGMA number of the register");
  return sigma;
};

const dataOf = (subsets: readonly string[], form: Form, rule: AeaRule, register: Register): NuclearData => {
  const cnwdi = subsets[0] === "CNWDI" || subsets[0] === CNWDI_TITLE;
  if (subsets[0] === CNWDI_TITLE && form === "portion")
    throw new MarkingError("E_FORM", "a full title stands in a portion");
  if (cnwdi && rule.cnwdiLevels === null) throw new MarkingError("E_AEA", "CNWDI is a subset of RD only");
  const [sigma, ...more] = cnwdi ? subsets.slice(1) : subsets;
  if (more.length > 0) throw new MarkingError("E_SYNTAX", "more subsets than CNWDI and SIGMA");
  return { cnwdi, sigma: sigma === undefined ? [] : sigmaOf(sigma, form, rule, register) };
};

/** Reads category 6. @throws MarkingError E_SEPARATOR, E_UNKNOWN, E_FORM, E_SYNTAX, E_AEA or E_DUPLICATE. */
export const parseAea = (items: readonly string[], form: Form, register: Register): NuclearList => {
  checkItems(items, "aea", register);
  let aea: Aea = {};
  const tokens: string[] = [];
  for (const item of items) {
    if (register.nato.some(({ token }) => token === item)) {
      tokens.push(item);
      continue;
    }
    const [head = "", ...subsets] = item.split("-");
    const rule = tokenRuleFor(head, register.aea);
    if (rule === undefined) throw new MarkingError("E_UNKNOWN", "an item is not in the register");
    if (!isWrittenAs(head, rule, form))
      throw new MarkingError("E_FORM", `a word of the other form stands in this ${form}`);
    if (tokens.includes(rule.token)) throw new MarkingError("E_DUPLICATE", "an Atomic Energy Act control stands twice");
    tokens.push(rule.token);
    if (rule.token === "RD" || rule.token === "FRD")
      aea = { ...aea, [rule.token]: dataOf(subsets, form, rule, register) };
    else if (subsets.length > 0) throw new MarkingError("E_AEA", "this control has no subsets");
    else aea = { ...aea, [rule.token]: true };
  }
  return { aea, atomal: tokens.includes("ATOMAL"), tokens };
};
