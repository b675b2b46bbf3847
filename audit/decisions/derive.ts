import { isFacts, isMarking, isProfile } from "./cited.ts";
import { CONDITIONS, dutiesOf } from "./conditions.ts";
import type { Condition } from "./conditions.ts";
import { askPairRules, askRowRules, dutiesByRules } from "./rule-set.ts";
import type { RuleSet } from "./rule-set.ts";
import { ACTIONS } from "./vocabulary.ts";

/** What an entry cites for a decision, as it stands there: nothing about it is trusted. */
export interface Cited {
  readonly action: unknown;
  readonly profile: unknown;
  /** The effective marking. */
  readonly marking: unknown;
  /** null where marking and profile decide alone. */
  readonly facts: unknown;
}

/** What follows from it. */
export interface Derived {
  readonly decision: "allow" | "deny";
  /** Sorted; empty when denied. */
  readonly obligations: readonly string[];
  /** What refuses, or the rules that allow: ids of rules, or sentences. */
  readonly because: readonly string[];
}

/**
 * The decision that follows from a policy and from what an entry cites (standards B.1, B.3, B.8; invariant I6): the twelve
 * conditions, then the rules about person and marking, then duties that his environment must honor, then the rules about the
 * facts. Each may refuse, none may overrule; what is missing, unknown or of another form refuses. Never throws.
 * `conditions` is a seam for tests that plant a wrong one.
 */
export function derive(
  policy: RuleSet,
  { action, profile, marking, facts }: Cited,
  conditions: readonly Condition[] = CONDITIONS,
): Derived {
  const handling = typeof action === "string" ? ACTIONS.get(action) : undefined;
  if (typeof action !== "string" || handling === undefined) return deny("the action is not a known one");
  if (!isProfile(profile)) return deny("the profile is not whole");
  if (!isMarking(marking)) return deny("the effective marking is not whole");
  if (facts !== null && !isFacts(facts)) return deny("the facts are not whole");
  const reading = { profile, marking, handling };
  const failed = conditions.filter((condition) => !condition.holds(reading));
  if (failed.length > 0) return deny(...failed.map(({ row, sentence }) => `standards B.1 #${row}: ${sentence}`));
  const rules = policy.rules.get(action) ?? [];
  const pair = askPairRules(rules, profile, marking);
  if (!pair.allow) return deny(pair.because);
  const duties = [...new Set([...dutiesOf(reading), ...dutiesByRules(rules, profile, marking)])].toSorted();
  const undone = duties.filter((duty) => !profile.environment.honors.includes(duty));
  if (undone.length > 0) return deny(...undone.map((duty) => `${duty} is asked and cannot be done there`));
  const row = facts === null ? null : askRowRules(rules, facts);
  if (row?.allow === false) return deny(row.because);
  return { decision: "allow", obligations: duties, because: [pair.because, ...(row === null ? [] : [row.because])] };
}

function deny(...because: readonly string[]): Derived {
  return { decision: "deny", obligations: [], because };
}
