import type { CountryGroup, CountryTable } from "./country.ts";
import type { CuiRegister } from "./cui-register.ts";
import { cuiRegisterOf } from "./cui-register.ts";
import type { AeaRule, NameRule, NatoRule, RetiredWord, TokenRule } from "./register-entry.ts";
import {
  dateOf,
  distinct,
  fieldsOf,
  flagOf,
  listOf,
  numberOf,
  RegisterError,
  textOf,
  textsOf,
} from "./register-fields.ts";
import type { NitfTable } from "./nitf-table.ts";
import { NO_NITF, parseNitfTable } from "./nitf-table.ts";
import { checkNitfReferences, checkStanagReferences } from "./stanag-references.ts";
import type { StanagTable } from "./stanag-table.ts";
import { parseStanagTable } from "./stanag-table.ts";
import type { RollUpSettings } from "./rollup-settings.ts";
import { rollUpSettingsOf } from "./rollup-settings.ts";
import { aeaOf, nameRuleOf, nameRulesOf, natoOf, retiredOf, tokensOf } from "./register-rules.ts";

/**
 * The loaded markings register. Lists are in marking order. `version` names the exact data and is given by the loader;
 * nothing here computes it.
 */
export interface Register extends CountryTable {
  readonly version: string;
  readonly sci: readonly NameRule[];
  readonly sap: NameRule;
  readonly aea: readonly AeaRule[];
  readonly sigmaNumbers: readonly number[];
  readonly nato: readonly NatoRule[];
  readonly dissemination: readonly TokenRule[];
  readonly nonIc: readonly TokenRule[];
  readonly retired: readonly RetiredWord[];
  /** Words that are never a system, compartment, sub-compartment or program. */
  readonly reserved: ReadonlySet<string>;
  /** Controlled unclassified information: categories and limited dissemination controls. */
  readonly cui: CuiRegister;
  /** What the register chose where the public sources contradict one another. */
  readonly rollUp: RollUpSettings;
  /** How STANAG 4774 labels stand for markings; empty when the register has no table. */
  readonly stanag: StanagTable;
  /** How security groups of NITF files stand for markings; empty when the register has no table. */
  readonly nitf: NitfTable;
}

/** The files of policies/markings that make the register, without their ending. */
export const REGISTER_FILES: readonly string[] = ["register", "countries", "tetragraphs", "cui", "stanag-4774", "nitf"];

const countriesOf = (value: unknown): ReadonlySet<string> => {
  const where = "countries.json";
  const fields = fieldsOf(value, where, ["version", "validFrom", "countries", "extras"]);
  textOf(fields["version"], `${where}.version`);
  dateOf(fields["validFrom"], `${where}.validFrom`);
  const codes = ["countries", "extras"].flatMap((key) => {
    const named = fields[key];
    if (typeof named !== "object" || named === null || Array.isArray(named))
      throw new RegisterError(`${where}.${key}`, "not an object");
    return Object.entries(named).map(([code, name]) => {
      textOf(name, `${where}.${key}.${code}`);
      if (!/^[A-Z]{3}$/.test(code)) throw new RegisterError(`${where}.${key}`, "a trigraph is three letters A-Z");
      return code;
    });
  });
  if (!codes.includes("USA")) throw new RegisterError(where, "USA is missing");
  return new Set(distinct(codes, where));
};

const groupsOf = (value: unknown, trigraphs: ReadonlySet<string>): ReadonlyMap<string, CountryGroup> => {
  const file = fieldsOf(value, "tetragraphs.json", ["groups"]);
  const groups = listOf(file["groups"], "tetragraphs.json.groups").map((item, i): CountryGroup => {
    const where = `tetragraphs.json.groups[${i}]`;
    const fields = fieldsOf(item, where, ["code", "name", "version", "validFrom", "members", "decomposable"]);
    const code = textOf(fields["code"], `${where}.code`);
    if (!/^[A-Z]{4}$/.test(code)) throw new RegisterError(where, "a tetragraph is four letters A-Z");
    textOf(fields["name"], `${where}.name`);
    const members = textsOf(fields["members"], `${where}.members`);
    if (!members.every((member) => trigraphs.has(member)))
      throw new RegisterError(where, "a member is not in countries.json");
    const decomposable = flagOf(fields["decomposable"], `${where}.decomposable`);
    if (decomposable && members.length === 0) throw new RegisterError(where, "decomposable without members");
    return {
      code,
      version: textOf(fields["version"], `${where}.version`),
      validFrom: dateOf(fields["validFrom"], `${where}.validFrom`),
      members,
      decomposable,
    };
  });
  distinct(
    groups.map(({ code }) => code),
    "tetragraphs.json",
  );
  return new Map(groups.map((group) => [group.code, group]));
};

const MEMBERS = [
  "version",
  "validFrom",
  "sci",
  "sap",
  "aea",
  "sigmaNumbers",
  "nato",
  "dissemination",
  "nonIc",
  "retired",
  "reserved",
  "rollUp",
];

const each = <T>(value: unknown, where: string, read: (item: unknown, where: string) => T): readonly T[] =>
  listOf(value, where).map((item, i) => read(item, `${where}[${i}]`));

/** Every word that means something in a marking, so that no name can swallow a control (standards A.9, the fuzz trap). */
const reservedOf = (
  extra: readonly string[],
  rules: readonly TokenRule[],
  nato: readonly NatoRule[],
  sci: readonly NameRule[],
): ReadonlySet<string> => {
  const phrases = [
    ...extra,
    ...rules.flatMap((rule) => [rule.token, rule.banner, rule.portion, ...rule.titles]),
    ...nato.map(({ token }) => token),
    ...sci.flatMap((rule) => [...(rule.names.any ? [] : rule.names.list), ...rule.titles]),
  ];
  return new Set(phrases.flatMap((phrase) => phrase.split(/[ -]/)));
};

/** Every token that a rule names must be a token of the register: a misspelled one would be a rule that never bites. */
const checkReferences = (register: Register): void => {
  const tokens = new Set([...register.dissemination, ...register.nonIc, ...register.aea].map(({ token }) => token));
  const known = (names: readonly string[], where: string): void => {
    const stray = names.find((name) => !tokens.has(name));
    if (stray !== undefined) throw new RegisterError(where, `names the unknown token ${JSON.stringify(stray)}`);
  };
  const walk = (rule: NameRule, where: string): void => {
    known([...rule.excludes, ...rule.requires.flatMap(({ oneOf }) => oneOf)], where);
    const word =
      where === "system" || rule.names.any ? undefined : rule.names.list.find((name) => register.reserved.has(name));
    if (word !== undefined) throw new RegisterError(where, `${JSON.stringify(word)} is a reserved word`);
    for (const child of rule.below) walk(child, "compartment");
  };
  for (const rule of [...register.dissemination, ...register.nonIc, ...register.aea]) {
    known([...rule.excludes, ...rule.supersededBy, ...rule.requires.flatMap(({ oneOf }) => oneOf)], rule.token);
  }
  for (const rule of register.sci) walk(rule, "system");
  walk(register.sap, "program");
  distinct(
    [...register.dissemination, ...register.nonIc, ...register.aea, ...register.nato].map(({ token }) => token),
    "tokens",
  );
};

/**
 * Reads the register strictly: unknown members, misspelled references and doubles are refused.
 * @param json the parsed files of policies/markings: `{ register, countries, tetragraphs, cui }`, and `stanag-4774` and `nitf`
 *   where there are such.
 * @param version names exactly this data; made by the loader (for example a hash of the files).
 * @throws RegisterError with code E_REGISTER, saying where.
 */
export const parseRegister = (json: unknown, version: string): Register => {
  const files = fieldsOf(json, "files", REGISTER_FILES);
  const fields = fieldsOf(files["register"], "register.json", MEMBERS);
  textOf(fields["version"], "register.json.version");
  dateOf(fields["validFrom"], "register.json.validFrom");
  const trigraphs = countriesOf(files["countries"]);
  const sci = nameRulesOf(fields["sci"], "sci", 3);
  if (sci.some(({ names }) => names.any)) throw new RegisterError("sci", "control systems are listed, never `any`");
  const aea = each(fields["aea"], "aea", aeaOf);
  const nato = each(fields["nato"], "nato", natoOf);
  const dissemination = tokensOf(fields["dissemination"], "dissemination");
  const nonIc = tokensOf(fields["nonIc"], "nonIc");
  const cui = cuiRegisterOf(files["cui"]);
  const register: Register = {
    version,
    cui,
    trigraphs,
    groups: groupsOf(files["tetragraphs"], trigraphs),
    sci,
    sap: nameRuleOf(fields["sap"], "sap", 3),
    aea,
    sigmaNumbers: each(fields["sigmaNumbers"], "sigmaNumbers", numberOf),
    nato,
    dissemination,
    nonIc,
    retired: each(fields["retired"], "retired", retiredOf),
    reserved: reservedOf(
      textsOf(fields["reserved"], "reserved"),
      [...dissemination, ...nonIc, ...aea, ...cui.controls],
      nato,
      sci,
    ),
    stanag: files["stanag-4774"] === undefined ? [] : parseStanagTable(files["stanag-4774"]),
    nitf: files["nitf"] === undefined ? NO_NITF : parseNitfTable(files["nitf"]),
    rollUp: rollUpSettingsOf(fields["rollUp"]),
  };
  checkReferences(register);
  checkStanagReferences(register);
  checkNitfReferences(register);
  return register;
};
