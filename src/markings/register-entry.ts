import type { Form, Level } from "./marking.ts";

/** "One of these tokens must be present", at all levels or only at some. */
export interface Requirement {
  readonly oneOf: readonly string[];
  readonly atLevels: readonly Level[] | null;
}

/** Where a control may stand. */
export interface Rule {
  readonly levels: readonly Level[];
  readonly requires: readonly Requirement[];
  /** Tokens that may not stand beside it (E_CONFLICT). */
  readonly excludes: readonly string[];
}

/** A control word of categories 6, 8 and 9. */
export interface TokenRule extends Rule {
  readonly token: string;
  readonly banner: string;
  readonly portion: string;
  /** Full titles; a banner may carry them, a portion may not. */
  readonly titles: readonly string[];
  /** Tokens that make this one superfluous (E_PRECEDENCE). */
  readonly supersededBy: readonly string[];
}

/** An Atomic Energy Act control; subset levels are null where the subset does not exist. */
export interface AeaRule extends TokenRule {
  readonly cnwdiLevels: readonly Level[] | null;
  readonly sigmaLevels: readonly Level[] | null;
}

/** Which names an entry admits: those listed, or any well-formed identifier that is not a reserved word. */
export type Names =
  | { readonly any: false; readonly list: readonly string[] }
  | { readonly any: true; readonly letters: boolean; readonly min: number; readonly max: number };

/** One place in the tree system > compartment > sub-compartment (or program > ...). */
export interface NameRule extends Rule {
  readonly names: Names;
  readonly titles: readonly string[];
  /** False when the name may not stand without something below it. */
  readonly alone: boolean;
  readonly below: readonly NameRule[];
}

/** A NATO control and whose information it may mark. */
export interface NatoRule {
  readonly token: string;
  /** `sap` stands in the place of category 4, `aea` in category 6. */
  readonly place: "sap" | "aea";
  readonly levels: readonly Level[];
  readonly owner: "NATO" | "NATO or FGI NATO";
}

/** A word that is refused with a hint: anywhere in a segment, or only as a whole segment. */
export interface RetiredWord {
  readonly word: string;
  readonly hint: string;
  readonly wholeSegment: boolean;
}

/** A.2 `id`: one to ten of A-Z and 0-9. Says nothing of reserved words. */
export const isIdentifier = (text: string): boolean => /^[A-Z0-9]{1,10}$/.test(text);

/** The entry among `rules` that admits `name`; a listed name before an `any`. Undefined when none states its rules. */
export const ruleFor = (name: string, rules: readonly NameRule[]): NameRule | undefined =>
  rules.find(({ names }) => !names.any && names.list.includes(name)) ??
  rules.find(
    ({ names }) =>
      names.any && name.length >= names.min && name.length <= names.max && (!names.letters || /^[A-Z]+$/.test(name)),
  );

/** The rule that a word or title of categories 6, 8, 9 stands for, whatever its form. */
export const tokenRuleFor = <T extends TokenRule>(text: string, rules: readonly T[]): T | undefined =>
  rules.find((rule) => rule.banner === text || rule.portion === text || rule.titles.includes(text));

/** True when `text` is how `rule` is written in `form`. */
export const isWrittenAs = (text: string, rule: TokenRule, form: Form): boolean =>
  form === "portion" ? rule.portion === text : rule.banner === text || rule.titles.includes(text);

/** Position of a token in its category's order; used to sort and to check order. */
export const placeOf = (token: string, rules: readonly { readonly token: string }[]): number =>
  rules.findIndex((rule) => rule.token === token);
