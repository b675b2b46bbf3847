import { LEVELS, rankOf } from "../markings/index.ts";
import type { Level } from "../markings/index.ts";
import { FLAGS, STATES } from "../policy/facts.ts";
import type { Facts } from "../policy/facts.ts";
import { ENTITY_TYPES, ROLES } from "../policy/profile.ts";
import type { PairCondition, Policy, RowCondition, Rule } from "../policy/rules.ts";
import { factsOf } from "./expected-decisions.ts";

/** What a pair rule can tell apart, as one case: a person's roles, country and kind, and a marking's level and tokens. */
export interface PairPoint {
  readonly roles: readonly string[];
  readonly country: string;
  readonly entityType: string;
  readonly level: Level;
  /** 'controls OC': a token with the set that it stands in. */
  readonly tokens: readonly string[];
}

const PAIR_MEMBERS: readonly string[] = [
  "roles",
  "countries",
  "entityTypes",
  "levelAtMost",
  "levelAtLeast",
  "holdsAny",
];
const ROW_MEMBERS: readonly string[] = [...FLAGS, "state"];

/** The condition of a pair rule, or null for a row rule and for one with an operator that is not analysed here. */
export function pairOf(rule: Rule): PairCondition | null {
  if (!("pair" in rule.when)) return null;
  return Object.keys(rule.when.pair).every((name) => PAIR_MEMBERS.includes(name)) ? rule.when.pair : null;
}

/** The condition of a row rule, or null for a pair rule and for one with an operator that is not analysed here. */
export function rowOf(rule: Rule): RowCondition | null {
  if (!("row" in rule.when)) return null;
  return Object.keys(rule.when.row).every((name) => ROW_MEMBERS.includes(name)) ? rule.when.row : null;
}

const tokensOf = (condition: PairCondition): readonly (readonly string[])[] =>
  Object.entries(condition.holdsAny ?? {}).map(([set, tokens]) => tokens.map((token) => `${set} ${token}`));

/** Whether a pair condition holds of a case. The same answer as the decision's, which a test compares. */
export function pairHolds(condition: PairCondition, point: PairPoint): boolean {
  const { roles, countries, entityTypes, levelAtMost, levelAtLeast } = condition;
  return (
    (roles === "any" || point.roles.some((role) => roles.includes(role))) &&
    (countries === undefined || countries.includes(point.country)) &&
    (entityTypes === undefined || entityTypes.includes(point.entityType)) &&
    (levelAtMost === undefined || rankOf(point.level) <= rankOf(levelAtMost)) &&
    (levelAtLeast === undefined || rankOf(point.level) >= rankOf(levelAtLeast)) &&
    tokensOf(condition).every((anyOf) => anyOf.some((token) => point.tokens.includes(token)))
  );
}

/** Whether a row condition holds of an object's facts. */
export function rowHolds(condition: RowCondition, facts: Facts): boolean {
  return (
    FLAGS.every((name) => condition[name] === undefined || condition[name] === facts[name]) &&
    (condition.state === undefined || condition.state.includes(facts.state))
  );
}

/** Every combination of facts there is. */
export const ALL_FACTS: readonly Facts[] = factsOf(
  { member: [true, false], assigned: [true, false], owner: [true, false] },
  STATES,
);

/** A country that no rule names: what any other one is decided as. */
const ELSEWHERE = "---";

/**
 * The cases that one pair rule covers, at their barest: one role, one token of each set that it asks for. Roles and tokens
 * beyond these can only make more rules match, so what these show of the rule holds of every case that it covers.
 */
export function pointsOf(condition: PairCondition, policy: Policy): PairPoint[] {
  const named = policy.rules.flatMap((rule) => pairOf(rule)?.countries ?? []);
  const countries = condition.countries ?? [...new Set([...named, ELSEWHERE])];
  const roles =
    condition.roles === "any" ? [[], ...ROLES.map((role) => [role])] : condition.roles.map((role) => [role]);
  const levels = LEVELS.filter(
    (level) =>
      (condition.levelAtMost === undefined || rankOf(level) <= rankOf(condition.levelAtMost)) &&
      (condition.levelAtLeast === undefined || rankOf(level) >= rankOf(condition.levelAtLeast)),
  );
  let tokens: readonly (readonly string[])[] = [[]];
  for (const anyOf of tokensOf(condition))
    tokens = tokens.flatMap((chosen) => anyOf.map((token) => [...chosen, token]));
  return roles.flatMap((held) =>
    countries.flatMap((country) =>
      (condition.entityTypes ?? ENTITY_TYPES).flatMap((entityType) =>
        levels.flatMap((level) =>
          tokens.map((chosen) => ({ roles: held, country, entityType, level, tokens: chosen })),
        ),
      ),
    ),
  );
}
