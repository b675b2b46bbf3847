import { rulesToAST } from "@casl/ability/extra";
import { CompoundCondition, FieldCondition } from "@ucast/mongo2js";
import type { Condition } from "@ucast/mongo2js";
import type { LayerAnswer } from "./ability.ts";
import { ask, makeAbility } from "./ability.ts";
import type { Action } from "./actions.ts";
import { nounOf } from "./actions.ts";
import type { ClosedConditions, ClosedOperators } from "./closed-conditions.ts";
import type { Facts, Flag } from "./facts.ts";
import { FLAGS } from "./facts.ts";
import { requireLoaded } from "./load.ts";
import { PolicyError } from "./policy-error.ts";
import type { Policy, RowCondition } from "./rules.ts";

type RowAbility = ReturnType<typeof makeAbility>;

const abilities = new WeakMap<Policy, RowAbility>();

/** The CASL ability of the row rules. It depends on no profile: what differs between callers is in the facts. */
function rowAbility(policy: Policy): RowAbility {
  requireLoaded(policy);
  const known = abilities.get(policy);
  if (known) return known;
  const rules = policy.rules.flatMap((rule) =>
    "row" in rule.when ? [{ rule, conditions: onFacts(rule.when.row) }] : [],
  );
  const made = makeAbility(rules);
  abilities.set(policy, made);
  return made;
}

function onFacts(row: RowCondition): ClosedConditions | null {
  const conditions: Record<string, ClosedOperators> = {};
  for (const name of FLAGS) {
    const wanted = row[name];
    if (wanted !== undefined) conditions[name] = { $is: wanted };
  }
  if (row.state !== undefined) conditions["state"] = { $oneOf: row.state };
  return Object.keys(conditions).length === 0 ? null : conditions;
}

/** What the row rules say of an action on an object with these facts. @throws PolicyError condition-attribute */
export function askRow(policy: Policy, facts: Facts, action: Action): LayerAnswer {
  return ask(rowAbility(policy), action, { noun: nounOf(action), ...facts });
}

/**
 * How a table tells the facts, as SQL expressions. A flag that the table does not tell is null, and so is the state; then
 * neither the fact nor its opposite is taken to hold.
 */
export type FactSql = Readonly<Record<Flag, (() => string) | null>> & {
  readonly state: { readonly constant: string } | { readonly column: string } | null;
};

/**
 * The row rules of an action as one SQL boolean expression, from the same tree that askRow evaluates. An expression that
 * NULL makes unknown lets no row through, for columns are NOT NULL and a policy or filter takes unknown for false.
 * @throws PolicyError condition-operator on a tree this does not know
 */
export function compileRow(policy: Policy, action: Action, facts: FactSql): string {
  const tree = rulesToAST(rowAbility(policy), action, nounOf(action));
  return tree === null ? "false" : compile(tree, true, facts);
}

// Negation goes down to the facts, so that a fact which the table does not tell is false under 'not' as well.
function compile(node: Condition, wanted: boolean, facts: FactSql): string {
  if (node instanceof CompoundCondition) {
    const parts: readonly Condition[] = node.value;
    const [only] = parts;
    if (node.operator === "not" && parts.length === 1 && only !== undefined) return compile(only, !wanted, facts);
    if (node.operator !== "and" && node.operator !== "or") throw new PolicyError("condition-operator", node.operator);
    return join(
      (node.operator === "and") === wanted,
      parts.map((part) => compile(part, wanted, facts)),
    );
  }
  if (!(node instanceof FieldCondition)) throw new PolicyError("condition-operator", node.operator);
  return node.operator === "is" ? compileFlag(node, wanted, facts) : compileState(node, wanted, facts);
}

function compileFlag(node: FieldCondition, wanted: boolean, facts: FactSql): string {
  const name = FLAGS.find((candidate) => candidate === node.field);
  if (name === undefined || typeof node.value !== "boolean") throw new PolicyError("condition-operator", node.field);
  const tell = facts[name];
  if (tell === null) return "false";
  return node.value === wanted ? tell() : `not (${tell()})`;
}

function compileState(node: FieldCondition, wanted: boolean, { state }: FactSql): string {
  const values: unknown = node.value;
  if (node.operator !== "oneOf" || node.field !== "state" || !Array.isArray(values))
    throw new PolicyError("condition-operator", node.operator);
  const known = values.map((value) =>
    typeof value === "string" && /^[A-Z]+$/.test(value) ? value : refuse(node.field),
  );
  if (state === null) return "false";
  if ("constant" in state) return String(known.includes(state.constant) === wanted);
  return `${column(state.column)} ${wanted ? "in" : "not in"} (${known.map((value) => `'${value}'`).join(", ")})`;
}

function refuse(at: string): never {
  throw new PolicyError("condition-operator", at);
}

/** Joins boolean expressions with 'and' or 'or', leaving out what cannot change the value. */
function join(conjunction: boolean, parts: readonly string[]): string {
  const neutral = conjunction ? "true" : "false";
  const absorbing = conjunction ? "false" : "true";
  const left = [...new Set(parts)].filter((part) => part !== neutral);
  if (left.includes(absorbing)) return absorbing;
  if (left.length === 0) return neutral;
  return left.length === 1 ? left.join("") : `(${left.join(conjunction ? " and " : " or ")})`;
}

/** A column name as it stands in SQL, optionally with an alias before it. @throws PolicyError row-column */
export function column(name: string): string {
  if (!/^(?:[a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*$/.test(name)) throw new PolicyError("row-column", name);
  return name;
}
