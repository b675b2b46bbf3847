import type { Action } from "../policy/actions.ts";
import { ROLES } from "../policy/profile.ts";
import type { FactColumns } from "../policy/row-tables.ts";
import { ROW_TABLES } from "../policy/row-tables.ts";
import type { Policy, Rule } from "../policy/rules.ts";
import { finding } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { ALL_FACTS, pairHolds, pairOf, pointsOf, rowHolds, rowOf } from "./points.ts";

const pathOf = (rule: Rule): string => `rules/${rule.id.slice(0, rule.id.indexOf("."))}.json: ${rule.id}`;

/** How one rule stands to the others of its kind for one action. */
type Standing =
  | { readonly kind: "counts" | "useless" }
  | { readonly kind: "shadowed" | "repeated"; readonly by: readonly Rule[] };

/** Which of the rules match a case. */
type Match<P> = (rule: Rule, point: P) => boolean;

/**
 * Tells whether taking one rule away could change any decision. `points` are the cases that it covers at their barest;
 * `fullest` makes the case in which as many other rules match as can.
 */
function standing<P>(
  rule: Rule,
  others: readonly Rule[],
  points: readonly P[],
  matches: Match<P>,
  fullest: (point: P) => P,
): Standing {
  const of = (effect: Rule["effect"]): readonly Rule[] => others.filter((other) => other.effect === effect);
  const by = (rules: readonly Rule[]): readonly Rule[] | null => {
    const used = new Set<Rule>();
    for (const point of points) {
      const first = rules.find((other) => matches(other, point));
      if (!first) return null;
      used.add(first);
    }
    return [...used];
  };
  if (rule.effect !== "allow" && !points.some((p) => of("allow").some((other) => matches(other, fullest(p)))))
    return { kind: "useless" };
  const denied = rule.effect === "deny" ? null : by(of("deny"));
  if (denied) return { kind: "shadowed", by: denied };
  // Two duties on one case are both done: one of them may ask for more.
  const repeated = rule.effect === "oblige" ? null : by(of(rule.effect));
  return repeated ? { kind: "repeated", by: repeated } : { kind: "counts" };
}

function standingOf(rule: Rule, action: Action, policy: Policy): Standing {
  const others = policy.rules.filter(
    (other) => other !== rule && other.effect !== "oblige" && other.actions.includes(action),
  );
  const pair = pairOf(rule);
  if (pair) {
    const matches: Match<ReturnType<typeof pointsOf>[number]> = (other, point) => {
      const condition = pairOf(other);
      return condition !== null && pairHolds(condition, point);
    };
    return standing(rule, others, pointsOf(pair, policy), matches, (point) => ({ ...point, roles: ROLES }));
  }
  const row = rowOf(rule);
  if (!row) return { kind: "counts" };
  const matches: Match<(typeof ALL_FACTS)[number]> = (other, facts) => {
    const condition = rowOf(other);
    return condition !== null && rowHolds(condition, facts);
  };
  const points = ALL_FACTS.filter((facts) => rowHolds(row, facts));
  return standing(rule, others, points, matches, (facts) => facts);
}

/** How a table tells the facts that the action is decided on there; empty when no table is read or written by it. */
function tellersOf(action: Action): readonly FactColumns[] {
  return ROW_TABLES.filter((table) => [...table.read, ...table.insert].some((branch) => branch.action === action)).map(
    (table) => table.facts,
  );
}

/** Whether facts of this kind can stand in any row that the action is decided on. */
function canHold(rule: Rule, action: Action): boolean {
  const row = rowOf(rule);
  const tellers = tellersOf(action);
  if (!row || tellers.length === 0) return true;
  return tellers.some((columns) =>
    Object.entries(row).every(([name, wanted]) => {
      if (name !== "state") return (columns[name as keyof FactColumns] ?? null) !== null || wanted === false;
      const told = columns.state;
      if (told === null) return false;
      const states: readonly string[] = "constant" in told ? [told.constant] : told.values;
      return Array.isArray(wanted) && states.some((state) => wanted.includes(state));
    }),
  );
}

const list = (rules: readonly Rule[]): string => rules.map((rule) => rule.id).join(" and ");
const inFull = (rule: Rule, actions: readonly Action[]): string =>
  actions.length === rule.actions.length ? "" : ` for ${actions.join(", ")}`;

/**
 * Rules that change no decision: that can never match what the tables of labeled rows tell, that refuse or add duties to what
 * nothing allows, that are refused wherever they allow or oblige, or that say what others say already. What never matches, and
 * a refusal or a duty that does nothing, is an error: whoever wrote it believes that something is closed which is not. A rule
 * with an operator that is not analysed here is left out, never guessed at.
 */
export function deadRules(policy: Policy): Finding[] {
  return policy.rules.flatMap((rule) => {
    const found: Finding[] = [];
    const at = pathOf(rule);
    const of = rule.actions.map((action) => ({ action, ...standingOf(rule, action, policy) }));
    const never = rule.actions.filter((action) => !canHold(rule, action));
    if (never.length > 0)
      found.push(
        finding(
          "rule-never-matches",
          at,
          `no row has the facts that it asks for${inFull(rule, never)}; it never matches`,
        ),
      );
    const useless = of.filter(({ kind }) => kind === "useless").map(({ action }) => action);
    if (useless.length > 0)
      found.push(
        finding(
          "rule-without-effect",
          at,
          rule.effect === "oblige"
            ? `adds duties to what no rule allows${inFull(rule, useless)}; nobody comes to have them`
            : `refuses what no rule allows${inFull(rule, useless)}; it changes nothing`,
        ),
      );
    for (const kind of ["shadowed", "repeated"] as const) {
      const here = of.flatMap((one) => (one.kind === kind && "by" in one ? [one] : []));
      if (here.length === 0) continue;
      const by = list([...new Set(here.flatMap((one) => one.by))]);
      const actions = inFull(
        rule,
        here.map(({ action }) => action),
      );
      found.push(
        kind === "shadowed"
          ? rule.effect === "oblige"
            ? finding("duty-shadowed", at, `whatever it adds duties to${actions} is refused by ${by}`)
            : finding("rule-shadowed", at, `whatever it allows${actions} is refused by ${by}`)
          : finding(
              "rule-repeats",
              at,
              `${by} already ${rule.effect === "allow" ? "allows" : "refuses"} all that it does${actions}`,
            ),
      );
    }
    return found;
  });
}
