import type { Level } from "../markings/index.ts";
import { LEVELS } from "../markings/index.ts";
import type { Action, Noun } from "./actions.ts";
import { ACTIONS, NOUNS, nounOf } from "./actions.ts";
import { closedObject, flag, oneOf, stringSet, text } from "./closed-object.ts";
import type { Flag } from "./facts.ts";
import { FLAGS, STATES } from "./facts.ts";
import type { Obligation } from "./decision.ts";
import { OBLIGATIONS } from "./decision.ts";
import { PolicyError } from "./policy-error.ts";
import type { PolicyErrorCode } from "./policy-error.ts";
import { COUNTRY_PATTERN, ENTITY_TYPES, ROLES, TOKEN_PATTERN } from "./profile.ts";

/** Sets of an effective marking that a refusing rule may look into. */
export const MARKING_SETS = ["sci", "sar", "aea", "nato", "fgi", "controls"] as const;

/** A set of an effective marking by name. */
export type MarkingSet = (typeof MARKING_SETS)[number];

/**
 * What a pair rule asks of profile and marking; all members given must hold. A marking may only open downwards
 * (levelAtMost, in allows) and only close upwards (levelAtLeast, holdsAny, in denies), so that with any rules that load a
 * reader of a join reads both of its parts and no added token ever opens anything.
 */
export interface PairCondition {
  readonly roles: readonly string[] | "any";
  readonly countries?: readonly string[];
  readonly entityTypes?: readonly string[];
  readonly levelAtMost?: Level;
  readonly levelAtLeast?: Level;
  readonly holdsAny?: Readonly<Partial<Record<MarkingSet, readonly string[]>>>;
}

/** What a row rule asks of the facts; all members given must hold, and none given asks nothing. */
export type RowCondition = Readonly<Partial<Record<Flag, boolean>>> & { readonly state?: readonly string[] };

/**
 * One rule of a rule file. `sentence` and `authority` are for people: what it says and what it rests on. An obliging rule adds
 * duties to an allow; it takes the conditions of a deny, because a duty must not fall away as a marking rises.
 */
export interface Rule {
  readonly id: string;
  readonly sentence: string;
  readonly authority: string;
  readonly effect: "allow" | "deny" | "oblige";
  readonly actions: readonly Action[];
  readonly when: { readonly pair: PairCondition } | { readonly row: RowCondition };
  /** Of an obliging rule; empty in every other. */
  readonly obligations: readonly Obligation[];
}

/** A loaded policy: frozen, complete, and named by the hash of the texts it was made from. Only loadPolicy makes one. */
export interface Policy {
  /** 'sha384:' and 96 hexadecimal digits. */
  readonly version: string;
  /** All rules, allows before denies, each by id: CASL lets the last matching rule win, so a deny always does. Obliging ones last. */
  readonly rules: readonly Rule[];
}

const OUTSIDE: Partial<Record<PolicyErrorCode, PolicyErrorCode>> = {
  "input-missing": "rules-missing-member",
  "input-unknown": "rules-unknown-member",
  "input-value": "rules-value",
};

/**
 * Reads the content of the rule file of one noun. Nothing is ignored: an unknown member, action, operator or value keeps
 * the whole policy from loading.
 * @throws PolicyError with a code that begins with 'rules-'
 */
export function parseRuleFile(value: unknown, noun: Noun): readonly Rule[] {
  try {
    const file = closedObject(value, ["noun", "rules"], noun);
    if (oneOf(file["noun"], NOUNS, `${noun}.noun`) !== noun) throw new PolicyError("rules-noun", `${noun}.noun`);
    if (!Array.isArray(file["rules"])) throw new PolicyError("rules-value", `${noun}.rules`);
    return file["rules"].map((rule: unknown, index) => parseRule(rule, noun, `${noun}.rules[${index}]`));
  } catch (error) {
    const code = error instanceof PolicyError ? OUTSIDE[error.code] : undefined;
    throw error instanceof PolicyError && code !== undefined
      ? new PolicyError(code, error.at, { cause: error })
      : error;
  }
}

function parseRule(value: unknown, noun: Noun, at: string): Rule {
  const members = closedObject(value, ["id", "sentence", "authority", "effect", "actions"], at, [
    "pair",
    "row",
    "obligations",
  ]);
  const effect = oneOf(members["effect"], ["allow", "deny", "oblige"] as const, `${at}.effect`);
  const id = text(members["id"], /^[a-z]+(?:\.[a-z-]+)+$/, `${at}.id`);
  if (!id.startsWith(`${noun}.`)) throw new PolicyError("rules-noun", `${at}.id`);
  if (Object.hasOwn(members, "pair") === Object.hasOwn(members, "row")) throw new PolicyError("rules-operator", at);
  const obliges = effect === "oblige";
  if (obliges && Object.hasOwn(members, "row")) throw new PolicyError("rules-operator", at);
  if (obliges !== Object.hasOwn(members, "obligations")) throw new PolicyError("rules-operator", `${at}.obligations`);
  const obligation = (item: unknown, where: string) => oneOf(item, OBLIGATIONS, where);
  const action = (item: unknown, where: string) => parseAction(item, noun, where);
  return Object.freeze({
    id,
    sentence: text(members["sentence"], /^\S.{9,398}\.$/, `${at}.sentence`),
    authority: text(members["authority"], /^\S.{2,198}\S$/, `${at}.authority`),
    effect,
    actions: stringSet(members["actions"], action, ACTIONS.length, filled(members["actions"], `${at}.actions`)),
    when: Object.freeze(
      Object.hasOwn(members, "pair")
        ? { pair: parsePair(members["pair"], effect, `${at}.pair`) }
        : { row: parseRow(members["row"], effect, `${at}.row`) },
    ),
    obligations: obliges
      ? stringSet(
          members["obligations"],
          obligation,
          OBLIGATIONS.length,
          filled(members["obligations"], `${at}.obligations`),
        )
      : NONE,
  });
}

function parseAction(item: unknown, noun: Noun, at: string): Action {
  const action = ACTIONS.find((candidate) => candidate === item);
  if (action === undefined || nounOf(action) !== noun) throw new PolicyError("rules-action", at);
  return action;
}

const NONE: readonly Obligation[] = Object.freeze([]);
const ALLOW_OPERATORS = ["countries", "entityTypes", "levelAtMost"];
const DENY_OPERATORS = ["countries", "entityTypes", "levelAtLeast", "holdsAny"];

function parsePair(value: unknown, effect: Rule["effect"], at: string): PairCondition {
  const members = operators(value, ["roles"], effect === "allow" ? ALLOW_OPERATORS : DENY_OPERATORS, at);
  const has = (name: string) => Object.hasOwn(members, name);
  const set = <T extends string>(name: string, read: (item: unknown, where: string) => T) =>
    stringSet(members[name], read, 64, filled(members[name], `${at}.${name}`));
  const roles =
    members["roles"] === "any" ? ("any" as const) : set("roles", (item, where) => oneOf(item, ROLES, where));
  return Object.freeze({
    roles,
    ...(has("countries") && { countries: set("countries", (item, where) => text(item, COUNTRY_PATTERN, where)) }),
    ...(has("entityTypes") && { entityTypes: set("entityTypes", (item, where) => oneOf(item, ENTITY_TYPES, where)) }),
    ...(has("levelAtMost") && { levelAtMost: oneOf(members["levelAtMost"], LEVELS, `${at}.levelAtMost`) }),
    ...(has("levelAtLeast") && { levelAtLeast: oneOf(members["levelAtLeast"], LEVELS, `${at}.levelAtLeast`) }),
    ...(has("holdsAny") && { holdsAny: parseHoldsAny(members["holdsAny"], `${at}.holdsAny`) }),
  });
}

function parseHoldsAny(value: unknown, at: string): NonNullable<PairCondition["holdsAny"]> {
  const members = operators(value, [], MARKING_SETS, at);
  const names = MARKING_SETS.filter((name) => Object.hasOwn(members, name));
  if (names.length === 0) throw new PolicyError("rules-value", at);
  const token = (item: unknown, where: string) => text(item, TOKEN_PATTERN, where);
  const tokens = (name: MarkingSet) => stringSet(members[name], token, 64, filled(members[name], `${at}.${name}`));
  return Object.freeze(Object.fromEntries(names.map((name) => [name, tokens(name)])));
}

function parseRow(value: unknown, effect: Rule["effect"], at: string): RowCondition {
  const members = operators(value, [], [...FLAGS, "state"], at);
  const given = FLAGS.filter((name) => Object.hasOwn(members, name));
  const known = (item: unknown, where: string) => oneOf(item, STATES, where);
  const state = Object.hasOwn(members, "state")
    ? { state: stringSet(members["state"], known, STATES.length, filled(members["state"], `${at}.state`)) }
    : {};
  // A refusal of everything is a rule that should not have been written: leave the allow out instead.
  if (effect === "deny" && given.length === 0 && !("state" in state)) throw new PolicyError("rules-value", at);
  return Object.freeze({
    ...Object.fromEntries(given.map((name) => [name, flag(members[name], `${at}.${name}`)])),
    ...state,
  });
}

// An operator that is not known here is told apart from a misspelt member: CASL itself would take it for a value.
function operators(
  value: unknown,
  required: readonly string[],
  allowed: readonly string[],
  at: string,
): Readonly<Record<string, unknown>> {
  try {
    return closedObject(value, required, at, allowed);
  } catch (error) {
    if (error instanceof PolicyError && error.code === "input-unknown")
      throw new PolicyError("rules-operator", error.at, { cause: error });
    throw error;
  }
}

// An empty list matches nobody, which in a refusal means that nothing is refused.
function filled(value: unknown, at: string): string {
  if (!Array.isArray(value) || value.length === 0) throw new PolicyError("rules-value", at);
  return at;
}
