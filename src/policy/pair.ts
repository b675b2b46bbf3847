import type { Effective } from "../markings/index.ts";
import { rankOf } from "../markings/index.ts";
import type { Asked, LayerAnswer } from "./ability.ts";
import { ask, makeAbility, matching } from "./ability.ts";
import type { Action } from "./actions.ts";
import { nounOf } from "./actions.ts";
import type { Obligation } from "./decision.ts";
import type { ClosedConditions, ClosedOperators } from "./closed-conditions.ts";
import { requireLoaded } from "./load.ts";
import { MANDATORY_OBLIGATIONS } from "./mandatory.ts";
import type { AccessProfile } from "./profile.ts";
import type { PairCondition, Policy, Rule } from "./rules.ts";
import { MARKING_SETS } from "./rules.ts";

type PairAbility = ReturnType<typeof makeAbility>;

// Profiles to which the same rules apply share an ability. The key is the list of those rules, so nothing else of the
// profile can matter; it is bounded because the profile comes from outside.
const abilities = new WeakMap<Policy, Map<string, PairAbility>>();
const LIMIT = 256;

/** The CASL ability of a profile: the pair rules whose conditions on the profile hold, with their conditions on the marking. */
export function pairAbility(policy: Policy, profile: AccessProfile): PairAbility {
  return abilityOf(policy, profile, false);
}

/** The same for obliging rules, which `obligationsOf` asks. */
export function obligingAbility(policy: Policy, profile: AccessProfile): PairAbility {
  return abilityOf(policy, profile, true);
}

/**
 * Duties that the policy's obliging rules add to an allow of an action on a marking: of every rule that holds, not of one.
 * @throws PolicyError condition-attribute when the marking is not whole
 */
export function obligationsOf(
  policy: Policy,
  ability: PairAbility,
  effective: Effective,
  action: Action,
): readonly Obligation[] {
  const ids = matching(ability, action, askedOf(effective, action));
  return policy.rules.flatMap((rule) => (rule.effect === "oblige" && ids.includes(rule.id) ? rule.obligations : []));
}

const askedBy = new WeakMap<Policy, ReadonlySet<Obligation>>();

/** Every obligation that some decision under this policy may carry: those of the mandatory conditions and of its rules. */
export function askedObligations(policy: Policy): ReadonlySet<Obligation> {
  const known =
    askedBy.get(policy) ?? new Set([...MANDATORY_OBLIGATIONS, ...policy.rules.flatMap((r) => r.obligations)]);
  askedBy.set(policy, known);
  return known;
}

interface PairRule {
  readonly rule: Rule;
  readonly pair: PairCondition;
  readonly conditions: ClosedConditions | null;
}

// What of each pair rule is the same for everybody, worked out once for a policy.
const pairRules = new WeakMap<Policy, readonly PairRule[]>();

function pairRulesOf(policy: Policy): readonly PairRule[] {
  const known =
    pairRules.get(policy) ??
    policy.rules.flatMap((rule) =>
      "pair" in rule.when ? [{ rule, pair: rule.when.pair, conditions: onMarking(rule.when.pair) }] : [],
    );
  pairRules.set(policy, known);
  return known;
}

function abilityOf(policy: Policy, profile: AccessProfile, obliging: boolean): PairAbility {
  requireLoaded(policy);
  const applying = pairRulesOf(policy).filter(
    ({ rule, pair }) => (rule.effect === "oblige") === obliging && appliesTo(pair, profile),
  );
  const key = `${obliging ? "oblige" : "allow"} ${applying.map(({ rule }) => rule.id).join(" ")}`;
  const known = abilities.get(policy) ?? new Map<string, PairAbility>();
  abilities.set(policy, known);
  const found = known.get(key) ?? makeAbility(applying);
  if (known.size >= LIMIT) known.clear();
  known.set(key, found);
  return found;
}

/** What the pair rules say of an action on a marking. @throws PolicyError condition-attribute when the marking is not whole */
export function askPair(ability: PairAbility, effective: Effective, action: Action): LayerAnswer {
  return ask(ability, action, askedOf(effective, action));
}

function askedOf(effective: Effective, action: Action): Asked {
  const asked = { noun: nounOf(action), ...pairAttributes(effective) };
  return asked;
}

/** Everything of a marking that pair rules can look at. */
export function pairAttributes(effective: Effective): Readonly<Record<string, unknown>> {
  const sets = Object.fromEntries(MARKING_SETS.map((name) => [name, effective[name]]));
  return { rank: rankOf(effective.level), ...sets };
}

function appliesTo(condition: PairCondition, profile: AccessProfile): boolean {
  const { roles, countries, entityTypes } = condition;
  return (
    (roles === "any" || profile.role.some((role) => roles.includes(role))) &&
    (countries === undefined || countries.includes(profile.countryOfAffiliation)) &&
    (entityTypes === undefined || entityTypes.includes(profile.entityType))
  );
}

/** The conditions of a pair rule on the marking alone; null when it has none. */
export function onMarking({ levelAtMost, levelAtLeast, holdsAny }: PairCondition): ClosedConditions | null {
  const conditions: Record<string, ClosedOperators> = { ...mapSets(holdsAny) };
  if (levelAtMost !== undefined) conditions["rank"] = { $atMost: rankOf(levelAtMost) };
  if (levelAtLeast !== undefined) conditions["rank"] = { $atLeast: rankOf(levelAtLeast) };
  return Object.keys(conditions).length === 0 ? null : conditions;
}

function mapSets(holdsAny: PairCondition["holdsAny"]): Record<string, ClosedOperators> {
  return Object.fromEntries(Object.entries(holdsAny ?? {}).map(([name, tokens]) => [name, { $holdsAny: tokens }]));
}
