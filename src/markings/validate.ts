import type { Level, Marking } from "./marking.ts";
import { MarkingError, saysNoforn } from "./marking.ts";
import { covers, expandForAccess } from "./country.ts";
import { validateCui } from "./cui.ts";
import type { Register } from "./register.ts";
import type { NameRule, Rule, TokenRule } from "./register-entry.ts";
import { ruleFor } from "./register-entry.ts";

const unknown = (): MarkingError => new MarkingError("E_UNKNOWN", "a token is not in the register");

/** The rules along each path of a category tree: system, compartment, sub-compartment. */
const rulesOfTree = (
  name: string,
  compartments: Marking["sci"][number]["compartments"],
  roots: readonly NameRule[],
): readonly NameRule[] => {
  const found = (text: string, rules: readonly NameRule[]): NameRule => {
    const rule = ruleFor(text, rules);
    if (rule === undefined) throw unknown();
    return rule;
  };
  const root = found(name, roots);
  const below = compartments.flatMap(({ id, subs }) => {
    const rule = found(id, root.below);
    return [rule, ...subs.map((sub) => found(sub, rule.below))];
  });
  return [root, ...below];
};

const tokenRulesOf = (marking: Marking, register: Register): readonly TokenRule[] => {
  const controls = marking.cui === undefined ? register.dissemination : register.cui.controls;
  const rules = [...controls, ...register.nonIc, ...register.aea];
  return [...marking.dissem, ...marking.nonIc, ...Object.keys(marking.aea)].map((token) => {
    const rule = rules.find((candidate) => candidate.token === token);
    if (rule === undefined) throw unknown();
    return rule;
  });
};

const checkKind = (marking: Marking, register: Register): void => {
  const { kind, owners, relTo } = marking;
  const nato = owners.includes("NATO");
  if (kind === "JOINT") {
    if (marking.level === "R") throw new MarkingError("E_JOINT", "JOINT information is never RESTRICTED");
    if (!owners.includes("USA") || owners.length < 2)
      throw new MarkingError("E_JOINT", "the owners are USA and at least one other");
    if (saysNoforn(marking)) throw new MarkingError("E_JOINT", "JOINT information is never NOFORN");
    if (marking.sci.some(({ system }) => system === "HCS"))
      throw new MarkingError("E_JOINT", "JOINT information is never HCS");
    if (!owners.every((owner) => covers(relTo, owner, register)))
      throw new MarkingError("E_JOINT", "REL TO holds every owner");
  }
  if (kind === "NONUS" && marking.fgi !== null)
    throw new MarkingError("E_FGI", "FGI stands in US and JOINT markings only");
  if (nato && saysNoforn(marking)) throw new MarkingError("E_NATO_NOFORN", "NATO information is never NOFORN");
  for (const control of marking.natoControls) {
    const rule = register.nato.find(({ token }) => token === control);
    if (rule === undefined) throw unknown();
    const source = rule.owner === "NATO or FGI NATO" && marking.fgi?.sources.includes("NATO") === true;
    if (!nato && !source) throw new MarkingError("E_NATO", "a NATO control stands on information that is not NATO's");
    if (!rule.levels.includes(marking.level)) {
      throw new MarkingError(
        rule.place === "sap" ? "E_NATO" : "E_LEVEL",
        "a NATO control stands at a level that it does not have",
      );
    }
  }
};

const checkLevels = (marking: Marking, rules: readonly Rule[], register: Register): void => {
  const allowed = (levels: readonly Level[] | null): void => {
    if (levels === null || !levels.includes(marking.level))
      throw new MarkingError("E_LEVEL", "a control is not allowed at this level");
  };
  for (const { levels } of rules) allowed(levels);
  for (const rule of register.aea) {
    const data = rule.token === "RD" || rule.token === "FRD" ? marking.aea[rule.token] : undefined;
    if (data?.cnwdi === true) allowed(rule.cnwdiLevels);
    if (data !== undefined && data.sigma.length > 0) allowed(rule.sigmaLevels);
  }
};

/**
 * Whether a code, or a foreign country of a group, stands in both lists. USA is a member of most groups and stands in every
 * REL TO: that both lists take it in says nothing.
 */
const shareCountry = (released: readonly string[], displayed: readonly string[], register: Register): boolean => {
  if (displayed.some((code) => released.includes(code))) return true;
  const countries = new Set(expandForAccess(released, register));
  return expandForAccess(displayed, register).some((country) => country !== "USA" && countries.has(country));
};

/**
 * Semantic rules of A.1 on a marking that is well formed: kind, levels, exclusions, precedence, requirements, in this
 * order. Also run on the result of a roll-up, so that no banner is printed that could not be read back.
 * @throws MarkingError with the code of the first rule that is broken.
 */
export const validate = (marking: Marking, register: Register): void => {
  const tokens = tokenRulesOf(marking, register);
  const present = new Set(tokens.map(({ token }) => token));
  checkKind(marking, register);
  if (marking.cui !== undefined) validateCui(marking, marking.cui, register);
  const trees = [
    ...marking.sci.map(({ system, compartments }) => ({ name: system, compartments, roots: register.sci })),
    ...marking.sar.flatMap(({ program, compartments }) =>
      program.split(" ").map((word) => ({ name: word, compartments, roots: [register.sap] })),
    ),
  ];
  const names = trees.flatMap(({ name, compartments, roots }) => rulesOfTree(name, compartments, roots));
  const rules: readonly Rule[] = [...names, ...tokens];
  checkLevels(marking, rules, register);
  if (rules.some(({ excludes }) => excludes.some((token) => present.has(token)))) {
    throw new MarkingError("E_CONFLICT", "two controls exclude one another");
  }
  if (shareCountry(marking.relTo, marking.displayOnlyTo, register))
    throw new MarkingError("E_DISPLAY", "a country stands in REL TO and in DISPLAY ONLY");
  if (tokens.some(({ supersededBy }) => supersededBy.some((token) => present.has(token)))) {
    throw new MarkingError("E_PRECEDENCE", "a control is superseded by another");
  }
  const missing = rules.some(({ requires }) =>
    requires.some(
      ({ oneOf, atLevels }) =>
        (atLevels === null || atLevels.includes(marking.level)) && !oneOf.some((token) => present.has(token)),
    ),
  );
  const bare = trees.some(
    ({ name, compartments, roots }) => compartments.length === 0 && ruleFor(name, roots)?.alone === false,
  );
  if (bare) throw new MarkingError("E_REQUIRES", "this control system is never written without a compartment");
  if (missing) throw new MarkingError("E_REQUIRES", "a control needs another that is missing");
};
