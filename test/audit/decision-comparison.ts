import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { nodeCrypto, readRuleFiles } from "../../audit/index.ts";
import { CONDITIONS } from "../../audit/decisions/conditions.ts";
import type { Condition } from "../../audit/decisions/conditions.ts";
import { derive } from "../../audit/decisions/derive.ts";
import type { Cited } from "../../audit/decisions/derive.ts";
import type { RuleSet } from "../../audit/decisions/rule-set.ts";
import type { Effective } from "../../src/markings/index.ts";
import { ACTIONS, NOUNS, nounOf } from "../../src/policy/actions.ts";
import type { Action } from "../../src/policy/actions.ts";
import { decide, decidePair } from "../../src/policy/decide.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/load.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import type { Policy } from "../../src/policy/rules.ts";

/** The folder of the shipped policy. */
export const POLICIES = resolve(import.meta.dirname, "../../policies");

/** The shipped rule files. */
export const SHIPPED: readonly PolicyFile[] = readdirSync(join(POLICIES, "rules")).map((name) => ({
  name,
  text: readFileSync(join(POLICIES, "rules", name), "utf8"),
}));

/** Rules that leave everything to the conditions. */
export const OPEN_RULES: readonly PolicyFile[] = NOUNS.map((noun) => {
  const actions = ACTIONS.filter((action) => nounOf(action) === noun);
  const rule = { sentence: "A rule made for a test.", authority: "none at all", effect: "allow", actions };
  const rules = [
    { ...rule, id: `${noun}.all.pair`, pair: { roles: "any" } },
    { ...rule, id: `${noun}.all.row`, row: {} },
  ];
  return { name: `${noun}.json`, text: JSON.stringify({ noun, rules }) };
});

/** One policy as each of the two evaluators reads it. */
export interface TwoReadings {
  readonly server: Policy;
  readonly auditor: RuleSet;
}

/** Reads rule files both ways. */
export function readBoth(files: readonly PolicyFile[]): TwoReadings {
  return { server: loadPolicy(files), auditor: readRuleFiles(nodeCrypto, files) };
}

/** What a decision is made from, but for policy and action. */
export interface Situation {
  readonly profile: unknown;
  readonly marking: unknown;
  /** null asks for what profile and marking decide alone. */
  readonly facts: unknown;
}

/** What two evaluators said of one case: the decision and its obligations. */
export interface Compared {
  readonly server: string;
  readonly auditor: string;
}

/** Asks both evaluators; the auditor's perhaps under other conditions. */
export function compare(
  { server, auditor }: TwoReadings,
  situation: Situation,
  action: unknown,
  conditions: readonly Condition[] = CONDITIONS,
): Compared {
  const cited: Cited = { ...situation, action };
  const derived = derive(auditor, cited, conditions);
  return { server: asked(server, cited), auditor: said(derived.decision, derived.obligations) };
}

function asked(policy: Policy, cited: Cited): string {
  const profile = cited.profile as AccessProfile;
  const marking = cited.marking as Effective;
  const action = cited.action as Action;
  if (cited.facts !== null) {
    const made = decide(policy, "test", profile, marking, cited.facts as Facts, action);
    return said(made.decision, made.obligations);
  }
  const { allow, obligations } = decidePair(policy, profile, marking, action);
  return said(allow ? "allow" : "deny", obligations);
}

function said(decision: string, obligations: readonly string[]): string {
  return [decision, ...obligations].join(" ");
}
