import type { RowLock } from "../storage/transaction.ts";
import { actionBit } from "./actions.ts";
import type { Action } from "./actions.ts";
import { compileRowFilter } from "./row-filter.ts";
import { ROW_TABLES } from "./row-tables.ts";
import type { RowBranch } from "./row-tables.ts";
import type { Policy } from "./rules.ts";

/** For whom the explicit lock is made; all of it comes from the principal, nothing from a request. */
export interface LockValues {
  readonly policyId: string;
  readonly profileId: string;
  readonly personId: string;
  readonly programIds: readonly string[];
}

const CELL =
  "exists (select from access.profile_marking pm where pm.policy_id = ?::uuid and pm.profile_id = ?::uuid and pm.marking_id = %.# and pm.actions & ?::bigint <> 0)";

/**
 * The first lock as SQL: a condition over one row of a table that holds when every marking of the row has an allowing cell
 * in the matrix and the row rules of the reading action hold. Made from the same description as row security, which is the
 * second lock behind it.
 */
export function rowLock(policy: Policy, values: LockValues): (table: string, alias: string) => RowLock {
  const programs = `{${values.programIds.join(",")}}`;
  return (name, alias) => {
    const table = ROW_TABLES.find((known) => `data.${known.table}` === name);
    if (!table) throw new Error("no lock is described for this table");
    const params: unknown[] = [];
    const cell = (column: string, action: Action): string => {
      params.push(values.policyId, values.profileId, (1n << BigInt(actionBit(action))).toString());
      return CELL.replace("%", alias).replace("#", column);
    };
    const branch = ({ action, when }: RowBranch): string => {
      const parts: string[] = [];
      if (when) {
        params.push(`{${when.values.join(",")}}`);
        parts.push(`${alias}.${when.column} = any(?::text[])`);
      }
      parts.push(
        ...table.above.map(([column, read]) => cell(column, read)),
        ...table.own.map((column) => cell(column, action)),
      );
      const filter = compileRowFilter(
        policy,
        action,
        table.facts,
        { personId: values.personId, programIds: [] },
        { style: "question" },
        alias,
      );
      parts.push(`(${filter.sql})`);
      // An array parameter is written as text: the driver below would spread a list into several parameters.
      params.push(...filter.params.map((param) => (Array.isArray(param) ? programs : param)));
      return `(${parts.join(" and ")})`;
    };
    return { sql: `(${table.read.map(branch).join(" or ")})`, params };
  };
}
