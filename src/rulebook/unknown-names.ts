import { LEVELS } from "../markings/index.ts";
import type { Register } from "../markings/index.ts";
import type { NameRule } from "../markings/register-entry.ts";
import { ruleFor } from "../markings/register-entry.ts";
import type { MarkingSet, Policy, Rule } from "../policy/rules.ts";
import { finding } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { pairOf } from "./points.ts";

function isName(token: string, tree: readonly NameRule[]): boolean {
  let rules = tree;
  return token.split("-").every((part) => {
    const rule = ruleFor(part, rules);
    rules = rule?.below ?? [];
    return rule !== undefined;
  });
}

/** Whether an effective marking under this register can hold the token in the set. */
function canStand(set: MarkingSet, token: string, register: Register): boolean {
  switch (set) {
    case "sci":
      return isName(token, register.sci);
    case "sar":
      return isName(token, [register.sap]);
    case "aea": {
      const [, family, number] = /^(RD|FRD)-SG-(\d+)$/.exec(token) ?? [];
      if (family !== undefined) return register.sigmaNumbers.includes(Number(number));
      return token === "RD-CNWDI" || register.aea.some((rule) => rule.token === token);
    }
    case "nato":
      return LEVELS.some((level) => token === `NATO-${level}`) || register.nato.some((rule) => rule.token === token);
    case "fgi":
      return token === "NATO" || register.trigraphs.has(token) || register.groups.has(token);
    case "controls":
      return [...register.dissemination, ...register.nonIc].some((rule) => rule.token === token);
  }
}

function unknownIn(rule: Rule, register: Register): readonly string[] {
  const condition = pairOf(rule);
  if (!condition) return [];
  const tokens = Object.entries(condition.holdsAny ?? {}) as [MarkingSet, readonly string[]][];
  return [
    ...(condition.countries ?? []).filter((country) => !register.trigraphs.has(country)),
    ...tokens.flatMap(([set, names]) =>
      names.filter((name) => !canStand(set, name, register)).map((name) => `${name} (in ${set})`),
    ),
  ];
}

/**
 * Countries and tokens that rules name and the register does not know: a misspelt one in a refusal would be a refusal that
 * never bites.
 */
export function unknownNames(policy: Policy, register: Register): Finding[] {
  return policy.rules.flatMap((rule) =>
    unknownIn(rule, register).map((name) =>
      finding(
        "name-unknown",
        `rules/${rule.id.slice(0, rule.id.indexOf("."))}.json: ${rule.id}`,
        `the register does not know ${name}`,
      ),
    ),
  );
}
