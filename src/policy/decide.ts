import type { Effective } from "../markings/index.ts";
import type { Action } from "./actions.ts";
import { handlingOf, isAction } from "./actions.ts";
import type { Decision, Obligation, PairDecision } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { parseFacts } from "./facts.ts";
import { requireLoaded } from "./load.ts";
import type { MandatoryCondition } from "./mandatory.ts";
import { MANDATORY, mandatory } from "./mandatory.ts";
import { askPair, obligationsOf, obligingAbility, pairAbility } from "./pair.ts";
import { PolicyError } from "./policy-error.ts";
import type { AccessProfile } from "./profile.ts";
import { wholeProfile } from "./profile.ts";
import { askRow } from "./row.ts";
import type { Policy } from "./rules.ts";

/**
 * The decision (standards B.1 and B.11): mandatory conditions first, then the pair rules, then the row rules; each may
 * refuse, none may overrule. Pure: the same input gives the same decision. Values of the wrong shape are refused with a
 * reason 'input.…', never thrown; only a policy that was not loaded throws.
 * @throws PolicyError policy-not-loaded
 */
export function decide(
  policy: Policy,
  registerVersion: string,
  profile: AccessProfile,
  effective: Effective,
  facts: Facts,
  action: Action,
): Decision {
  return decideBy(MANDATORY, policy, registerVersion, profile, effective, facts, action);
}

/** As decide, under other mandatory conditions: a seam for tests that plant a wrong one. */
export function decideBy(
  conditions: readonly MandatoryCondition[],
  policy: Policy,
  registerVersion: string,
  profile: AccessProfile,
  effective: Effective,
  facts: Facts,
  action: Action,
): Decision {
  requireLoaded(policy);
  const made = refusing(() => {
    const known = parseFacts(facts);
    const pair = pairDecision(conditions, policy, profile, effective, action);
    if (!pair.allow) return pair;
    const row = askRow(policy, known, action);
    return {
      ...pair,
      allow: row.allow,
      reasons: row.allow ? [...pair.reasons, row.rule ?? ""] : [row.rule ?? "row.no-allow"],
    };
  });
  return Object.freeze({
    decision: made.allow ? "allow" : "deny",
    reasons: Object.freeze([...made.reasons]),
    obligations: Object.freeze(made.allow ? [...made.obligations] : []),
    policyVersion: policy.version,
    registerVersion,
  });
}

/**
 * The part of a decision that depends on profile, marking and action: mandatory conditions, pair rules and
 * obligations. What the matrix stores; a row is open when this and the row rules allow.
 * @throws PolicyError policy-not-loaded
 */
export function decidePair(policy: Policy, profile: AccessProfile, effective: Effective, action: Action): PairDecision {
  requireLoaded(policy);
  return refusing(() => pairDecision(MANDATORY, policy, profile, effective, action));
}

function pairDecision(
  conditions: readonly MandatoryCondition[],
  policy: Policy,
  profile: AccessProfile,
  effective: Effective,
  action: Action,
): PairDecision {
  if (!isAction(action)) return { allow: false, reasons: ["input.action"], obligations: [] };
  const reader = wholeProfile(profile);
  const { failed, obligations } = mandatory({ reader, object: effective, handling: handlingOf(action) }, conditions);
  if (failed.length > 0) return { allow: false, reasons: failed, obligations: [] };
  const answer = askPair(pairAbility(policy, reader), effective, action);
  if (!answer.allow) return { allow: false, reasons: [answer.rule ?? "pair.no-allow"], obligations: [] };
  const all = new Set([...obligations, ...obligationsOf(policy, obligingAbility(policy, reader), effective, action)]);
  return honored([...all].toSorted(), reader, [answer.rule ?? ""]);
}

// Who cannot do what an allow asks is refused (standards B.8).
function honored(obligations: readonly Obligation[], reader: AccessProfile, reasons: readonly string[]): PairDecision {
  const left = obligations.filter((one) => !reader.environment.honors.includes(one));
  if (left.length === 0) return { allow: true, reasons, obligations };
  return { allow: false, reasons: left.map((one) => `obligation.${one}`), obligations: [] };
}

// Whatever goes wrong while deciding is a refusal.
function refusing(decideNow: () => PairDecision): PairDecision {
  try {
    return decideNow();
  } catch (error) {
    const at = error instanceof PolicyError ? error.at : "unreadable";
    return { allow: false, reasons: [`input.${at}`], obligations: [] };
  }
}
