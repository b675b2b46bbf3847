import { isCode } from "./country.ts";
import type { IsmMarkingName } from "./ism.ts";
import { SAR_AUTHORITY } from "./ism.ts";
import type { Register } from "./register.ts";
import type { NameRule } from "./register-entry.ts";
import { ruleFor } from "./register-entry.ts";
import { RegisterError } from "./register-fields.ts";
import type { StanagCategory } from "./stanag-table.ts";

const isPath = (token: string, tree: readonly NameRule[]): boolean => {
  let rules = tree;
  return token.split("-").every((part) => {
    const rule = ruleFor(part, rules);
    rules = rule?.below ?? [];
    return rule !== undefined;
  });
};

const hasSubset = (head: string, subset: "sigmaLevels" | "cnwdiLevels", aea: Register["aea"]): boolean =>
  aea.some((rule) => rule.token === head && rule[subset] !== null);

const isNuclear = (token: string, { aea, sigmaNumbers }: Register): boolean => {
  const [, head, number] = /^(RD|FRD)-SG-(\d+)$/.exec(token) ?? [];
  if (head !== undefined) return sigmaNumbers.includes(Number(number)) && hasSubset(head, "sigmaLevels", aea);
  if (token.endsWith("-CNWDI")) return hasSubset(token.slice(0, -"-CNWDI".length), "cnwdiLevels", aea);
  return aea.some((rule) => rule.token === token);
};

const isToken = (token: string, rules: readonly { readonly token: string }[]): boolean =>
  rules.some((rule) => rule.token === token);

/** Attributes whose tokens are the register's own, and whether a token is one. */
const KNOWN: Readonly<Partial<Record<IsmMarkingName, (token: string, register: Register) => boolean>>> = {
  SCIcontrols: (token, { sci }) => isPath(token, sci),
  SARIdentifier: (token, { sap }) =>
    token.startsWith(SAR_AUTHORITY) && isPath(token.slice(SAR_AUTHORITY.length), [sap]),
  atomicEnergyMarkings: isNuclear,
  disseminationControls: (token, { dissemination }) => isToken(token, dissemination),
  nonICmarkings: (token, { nonIc }) => isToken(token, nonIc),
  nonUSControls: (token, { nato }) => nato.some((rule) => `NATO-${rule.token}` === token),
};

const checkCategory = ({ tag, says }: StanagCategory, where: string, register: Register): void => {
  const codes =
    says.kind === "owner" ? [says.value] : says.kind === "release" ? [...says.together, says.home ?? "USA"] : [];
  const country = codes.find((code) => !isCode(code, register));
  if (country !== undefined)
    throw new RegisterError(`${where}, ${tag}`, `${JSON.stringify(country)} is no country code`);
  if (says.kind !== "tokens" || says.values === null) return;
  const knows = KNOWN[says.attribute];
  const token = [...says.values.values()].find((value) => knows === undefined || !knows(value, register));
  if (token !== undefined)
    throw new RegisterError(`${where}, ${tag}`, `names the unknown token ${JSON.stringify(token)}`);
};

/**
 * Every owner, country and token of the mapping table (standards A.8, STANAG 4774) must be one of the register: a label
 * would otherwise be written or read with a control whose rules nothing states.
 * @throws RegisterError
 */
export const checkStanagReferences = (register: Register): void => {
  for (const { name, owners, categories } of register.stanag) {
    const where = `stanag-4774.json, ${name}`;
    const owner = owners.find((code) => !isCode(code, register));
    if (owner !== undefined) throw new RegisterError(where, `${JSON.stringify(owner)} is no country code`);
    for (const category of categories) checkCategory(category, where, register);
  }
};

/**
 * The same for the mapping table of security groups (standards D.5).
 * @throws RegisterError
 */
export const checkNitfReferences = (register: Register): void => {
  const { systems, controls, countries } = register.nitf;
  const country = [...systems.values(), ...countries.values()].find((code) => !isCode(code, register));
  if (country !== undefined) throw new RegisterError("nitf.json", `${JSON.stringify(country)} is no country code`);
  for (const [digraph, { attribute, token }] of controls) {
    if (KNOWN[attribute]?.(token, register) !== true)
      throw new RegisterError(`nitf.json.controls.${digraph}`, `names the unknown token ${JSON.stringify(token)}`);
  }
};
