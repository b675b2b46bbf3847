import type { Action } from "./actions.ts";
import type { FactSql } from "./row.ts";
import { column, compileRow } from "./row.ts";
import type { FactColumns } from "./row-tables.ts";
import type { Policy } from "./rules.ts";

/** Who asks, as row filters need it: the ids come from the grant, never from a request. */
export interface FilterValues {
  readonly personId: string;
  readonly programIds: readonly string[];
}

/** How the text refers to its parameters: '$3' counted from `first`, or '?' in order of appearance. */
export type Placeholders = { readonly style: "numbered"; readonly first: number } | { readonly style: "question" };

/** An SQL boolean expression and the values of its parameters, in order. */
export interface RowFilter {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/**
 * The row rules of an action as a filter for a repository's query: the first lock, explicit in the query, beside row
 * security. `alias` stands before each column. The filter knows no markings: the repository joins the matrix for those.
 * @throws PolicyError row-column when a column name is not plain
 */
export function compileRowFilter(
  policy: Policy,
  action: Action,
  columns: FactColumns,
  values: FilterValues,
  placeholders: Placeholders = { style: "numbered", first: 1 },
  alias = "",
): RowFilter {
  const qualified = (name: string) => column(alias === "" ? name : `${alias}.${name}`);
  const { member, owner, state } = columns;
  const facts: FactSql = {
    member: member === null ? null : () => `${qualified(member)} = any(:programs::uuid[])`,
    owner: owner === null ? null : () => `${qualified(owner)} = :person::uuid`,
    assigned: null,
    state: state !== null && "column" in state ? { column: qualified(state.column) } : state,
  };
  // Parameters are numbered in the finished text, because compiling may leave out or merge parts.
  const params: unknown[] = [];
  const sql = compileRow(policy, action, facts).replaceAll(/:(programs|person)\b/g, (_, name) => {
    params.push(name === "person" ? values.personId : [...values.programIds]);
    return placeholders.style === "question" ? "?" : `$${placeholders.first + params.length - 1}`;
  });
  return { sql, params };
}
