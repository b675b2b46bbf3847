import type { Level } from "./marking.ts";
import type {
  AeaRule,
  NameRule,
  Names,
  NatoRule,
  Requirement,
  RetiredWord,
  Rule,
  TokenRule,
} from "./register-entry.ts";
import { isIdentifier } from "./register-entry.ts";
import type { Fields } from "./register-fields.ts";
import {
  distinct,
  fieldsOf,
  flagOf,
  levelsOf,
  listOf,
  numberOf,
  RegisterError,
  textOf,
  textsOf,
} from "./register-fields.ts";

const requirementOf = (value: unknown, where: string): Requirement => {
  const fields = fieldsOf(value, where, ["oneOf", "atLevels"]);
  const oneOf = textsOf(fields["oneOf"], `${where}.oneOf`);
  if (oneOf.length === 0) throw new RegisterError(where, "requires one of nothing");
  return {
    oneOf,
    atLevels: fields["atLevels"] === undefined ? null : levelsOf(fields["atLevels"], `${where}.atLevels`),
  };
};

const RULE = ["levels", "requires", "excludes"];

const ruleOf = (fields: Fields, where: string): Rule => ({
  levels: levelsOf(fields["levels"], `${where}.levels`),
  requires: listOf(fields["requires"] ?? [], `${where}.requires`).map((item, i) =>
    requirementOf(item, `${where}.requires[${i}]`),
  ),
  excludes: textsOf(fields["excludes"] ?? [], `${where}.excludes`),
});

const TOKEN = [...RULE, "token", "banner", "portion", "titles", "supersededBy"];

const tokenOf = (fields: Fields, where: string): TokenRule => ({
  token: textOf(fields["token"], `${where}.token`),
  banner: textOf(fields["banner"], `${where}.banner`),
  portion: textOf(fields["portion"], `${where}.portion`),
  titles: textsOf(fields["titles"] ?? [], `${where}.titles`),
  supersededBy: textsOf(fields["supersededBy"] ?? [], `${where}.supersededBy`),
  ...ruleOf(fields, where),
});

/** The control words of one category, in their marking order. Throws RegisterError. */
export const tokensOf = (value: unknown, where: string): readonly TokenRule[] =>
  listOf(value, where).map((item, i) => tokenOf(fieldsOf(item, `${where}[${i}]`, TOKEN), `${where}[${i}]`));

/** One Atomic Energy Act control. Throws RegisterError. */
export const aeaOf = (value: unknown, where: string): AeaRule => {
  const fields = fieldsOf(value, where, [...TOKEN, "cnwdiLevels", "sigmaLevels"]);
  const subset = (key: string): readonly Level[] | null =>
    fields[key] === undefined ? null : levelsOf(fields[key], `${where}.${key}`);
  return { ...tokenOf(fields, where), cnwdiLevels: subset("cnwdiLevels"), sigmaLevels: subset("sigmaLevels") };
};

const namesOf = (fields: Fields, where: string): Names => {
  if (fields["names"] !== "any") {
    if (fields["form"] !== undefined) throw new RegisterError(where, "a form belongs to `any` only");
    const list = textsOf(fields["names"], `${where}.names`);
    if (list.length === 0 || !list.every(isIdentifier))
      throw new RegisterError(`${where}.names`, "not a list of identifiers");
    return { any: false, list };
  }
  if (fields["form"] === undefined) return { any: true, letters: false, min: 1, max: 10 };
  const form = fieldsOf(fields["form"], `${where}.form`, ["lettersOnly", "min", "max"]);
  const min = numberOf(form["min"], `${where}.form.min`);
  const max = numberOf(form["max"], `${where}.form.max`);
  if (min > max || max > 10) throw new RegisterError(`${where}.form`, "lengths must be 1 to 10 and in order");
  return { any: true, letters: flagOf(form["lettersOnly"], `${where}.form.lettersOnly`), min, max };
};

/** The entries side by side at one place of the tree; `depth` counts the places from here down. Throws RegisterError. */
export const nameRulesOf = (value: unknown, where: string, depth: number): readonly NameRule[] => {
  const rules = listOf(value, where).map((item, i) => nameRuleOf(item, `${where}[${i}]`, depth));
  distinct(
    rules.flatMap(({ names }) => (names.any ? ["any"] : names.list)),
    where,
  );
  return rules;
};

/** One entry of the tree with everything below it. Throws RegisterError. */
export const nameRuleOf = (value: unknown, where: string, depth: number): NameRule => {
  const fields = fieldsOf(value, where, [...RULE, "names", "form", "titles", "alone", "below"]);
  const below = nameRulesOf(fields["below"] ?? [], `${where}.below`, depth - 1);
  if (depth === 0 || (depth === 1 && below.length > 0))
    throw new RegisterError(where, "nothing may stand below a sub-compartment");
  const names = namesOf(fields, where);
  const titles = textsOf(fields["titles"] ?? [], `${where}.titles`);
  // A title stands for one name: with several, or none that is listed, it would stand for a guess.
  if (titles.length > 0 && (names.any || names.list.length !== 1))
    throw new RegisterError(`${where}.titles`, "titles belong to an entry of one name");
  return {
    names,
    titles,
    alone: fields["alone"] === undefined ? true : flagOf(fields["alone"], `${where}.alone`),
    below,
    ...ruleOf(fields, where),
  };
};

/** One NATO control. Throws RegisterError. */
export const natoOf = (value: unknown, where: string): NatoRule => {
  const fields = fieldsOf(value, where, ["token", "place", "levels", "owner"]);
  const { place, owner } = fields;
  if (place !== "sap" && place !== "aea") throw new RegisterError(`${where}.place`, "must be sap or aea");
  if (owner !== "NATO" && owner !== "NATO or FGI NATO")
    throw new RegisterError(`${where}.owner`, "not a known owner rule");
  return {
    token: textOf(fields["token"], `${where}.token`),
    place,
    owner,
    levels: levelsOf(fields["levels"], `${where}.levels`),
  };
};

/** One retired word. Throws RegisterError. */
export const retiredOf = (value: unknown, where: string): RetiredWord => {
  const fields = fieldsOf(value, where, ["word", "hint", "wholeSegment"]);
  return {
    word: textOf(fields["word"], `${where}.word`),
    hint: textOf(fields["hint"], `${where}.hint`),
    wholeSegment: flagOf(fields["wholeSegment"], `${where}.wholeSegment`),
  };
};
