import type { Effective } from "../markings/index.ts";
import type { Action } from "../policy/actions.ts";
import { ACTIONS } from "../policy/actions.ts";
import { FACT_MEMBERS } from "../policy/facts.ts";
import type { Facts } from "../policy/facts.ts";
import { matrixOf } from "../policy/matrix.ts";
import type { AccessProfile } from "../policy/profile.ts";
import { askRow } from "../policy/row.ts";
import type { Policy, Rule } from "../policy/rules.ts";
import { ALL_FACTS } from "./points.ts";

/** Cells of one profile that change alike: these actions open, those close, on all of these markings. */
export interface CellChange {
  readonly opens: readonly Action[];
  readonly closes: readonly Action[];
  /** Positions in the list of markings that was compared. */
  readonly markings: readonly number[];
}

const actionsOf = (bits: bigint): readonly Action[] =>
  ACTIONS.filter((_action, bit) => (bits & (1n << BigInt(bit))) !== 0n);

/** Two policies over the same markings. */
export interface Comparison {
  /**
   * Exactly which cells (profile x marking x action) of the matrix open and close for one profile when the second policy
   * takes the place of the first.
   */
  readonly row: (profile: AccessProfile) => CellChange[];
}

/** Compares two policies over these markings. @throws PolicyError policy-not-loaded */
export function comparison(from: Policy, to: Policy, markings: readonly Effective[]): Comparison {
  const [before, after] = [matrixOf(from), matrixOf(to)];
  const columns = markings.map((effective) => ({ old: before.column(effective), next: after.column(effective) }));
  return {
    row(profile) {
      const [old, next] = [before.row(profile), after.row(profile)];
      const changed = new Map<string, { readonly opens: bigint; readonly closes: bigint; readonly at: number[] }>();
      columns.forEach((column, index) => {
        const [was, is] = [old(column.old), next(column.next)];
        if (was === is) return;
        const [opens, closes] = [is & ~was, was & ~is];
        const key = `${opens} ${closes}`;
        const known = changed.get(key) ?? { opens, closes, at: [] };
        known.at.push(index);
        changed.set(key, known);
      });
      return [...changed.values()].map(({ opens, closes, at }) => ({
        opens: actionsOf(opens),
        closes: actionsOf(closes),
        markings: at,
      }));
    },
  };
}

/** What the row rules change for one action: the facts of objects for which it opens, and for which it closes. */
export interface RowChange {
  readonly action: Action;
  readonly opens: readonly Facts[];
  readonly closes: readonly Facts[];
}

/** Row rules depend on no profile and no marking: all combinations of facts are compared. Actions without a change are left out. */
export function compareRowRules(from: Policy, to: Policy): RowChange[] {
  return ACTIONS.map((action) => {
    const change = ALL_FACTS.map((facts) => ({
      facts,
      before: askRow(from, facts, action).allow,
      after: askRow(to, facts, action).allow,
    }));
    const where = (after: boolean) => change.filter((c) => c.before !== c.after && c.after === after);
    return {
      action,
      opens: where(true).map(({ facts }) => facts),
      closes: where(false).map(({ facts }) => facts),
    };
  }).filter(({ opens, closes }) => opens.length + closes.length > 0);
}

/** A rule that only one of two policies has, or that says something else in the second. */
export interface RuleChange {
  readonly id: string;
  readonly change: "added" | "removed" | "changed";
  /** Of the second policy, or of the first where it was removed. */
  readonly rule: Rule;
}

/** The rules in which two policies differ, by id. */
export function compareRules(from: Policy, to: Policy): RuleChange[] {
  const before = new Map(from.rules.map((rule) => [rule.id, rule]));
  const after = new Map(to.rules.map((rule) => [rule.id, rule]));
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((id): RuleChange[] => {
    const [old, rule] = [before.get(id), after.get(id)];
    if (rule && !old) return [{ id, change: "added", rule }];
    if (old && !rule) return [{ id, change: "removed", rule: old }];
    if (old && rule && JSON.stringify(old) !== JSON.stringify(rule)) return [{ id, change: "changed", rule }];
    return [];
  });
}

/** A set of facts as few words: what each is, and '*' where it does not matter. */
export type FactPattern = Readonly<Record<string, string>>;

/**
 * The same facts in as few patterns as joining neighbours gives: exact, never more than was given. For people, who would
 * not read ninety-six lines.
 */
export function factPatterns(facts: readonly Facts[]): FactPattern[] {
  let patterns = facts.map((one): Record<string, string> =>
    Object.fromEntries(FACT_MEMBERS.map((name) => [name, String(one[name])])),
  );
  // Each fact in turn: where every value of it stands beside the same rest, it does not matter there.
  for (const name of FACT_MEMBERS) {
    const values = new Set(ALL_FACTS.map((one) => one[name])).size;
    const groups = Map.groupBy(patterns, (pattern) => JSON.stringify({ ...pattern, [name]: "" }));
    patterns = [...groups.values()].flatMap((group) =>
      group.length === values ? [{ ...group[0], [name]: "*" }] : group,
    );
  }
  return patterns;
}
