import { createHash } from "node:crypto";
import type { Action } from "./actions.ts";
import type { FactSql } from "./row.ts";
import { column, compileRow } from "./row.ts";
import type { FactColumns, RowBranch, TableAccess } from "./row-tables.ts";
import { ROW_TABLES } from "./row-tables.ts";
import type { Policy } from "./rules.ts";

/** What the gate tells of the caller stands under this name, beside the columns of the row. */
const CALLER = "caller";
/** As many actions as the gate answers for in one row. */
const MOST_ACTIONS = 8;

/**
 * The second lock: row level security for every table of labeled rows, as SQL text that depends on the policy only. Rows
 * can be read and inserted; without a policy for them, update and delete reach no row.
 * @throws PolicyError as compileRow
 */
export function compileRowSecurity(policy: Policy, tables: readonly TableAccess[] = ROW_TABLES): string {
  const head = [
    "-- Row level security, generated from policies/rules by `npm run generate`. Do not edit: change the rules.",
    `-- Policy ${policy.version}`,
  ];
  return `${head.join("\n")}\n\n${bodyOf(policy, tables)}\n`;
}

/**
 * The hash of row security but for its heading (SHA-384, 96 hexadecimal digits): policies whose row rules say the same have
 * the same, and only between those can a running server change.
 */
export function rowSecurityHash(policy: Policy, tables: readonly TableAccess[] = ROW_TABLES): string {
  return createHash("sha384").update(bodyOf(policy, tables)).digest("hex");
}

const bodyOf = (policy: Policy, tables: readonly TableAccess[]): string =>
  tables.map((table) => tableSecurity(policy, table)).join("\n\n");

function tableSecurity(policy: Policy, access: TableAccess): string {
  const table = `data.${column(access.table)}`;
  const read = `${access.table}_read`;
  const insert = `${access.table}_insert`;
  const lines = [
    `alter table ${table} enable row level security;`,
    `alter table ${table} force row level security;`,
    `drop policy if exists ${read} on ${table};`,
    `create policy ${read} on ${table} for select to caveat_app using (\n${scoped(policy, access, access.read)}\n);`,
    `drop policy if exists ${insert} on ${table};`,
  ];
  if (access.insert.length > 0) {
    const check = scoped(policy, access, access.insert, access.makers);
    lines.push(`create policy ${insert} on ${table} for insert to caveat_app with check (\n${check}\n);`);
  }
  return lines.join("\n");
}

/**
 * The condition of a policy. What the caller may is one row of a function, which PostgreSQL asks for once in a statement and
 * keeps, because nothing in the call hangs on the row; without a token there is no such row.
 */
function scoped(
  policy: Policy,
  access: TableAccess,
  all: readonly RowBranch[],
  makers: readonly string[] = [],
): string {
  const actions = [...new Set([...access.above.map(([, read]) => read), ...all.map(({ action }) => action)])];
  if (actions.length > MOST_ACTIONS) throw new Error(`${access.table}: a policy that asks for too many actions`);
  const names = ["person", "programs", ...actions.map(markingsOf)].join(", ");
  const asked = actions.map((action) => `'${action}'`).join(", ");
  const made = makers.map((maker) => `    ${column(maker)} = ${CALLER}.person and\n`).join("");
  return `  exists (select from gate.scope(array[${asked}]) as ${CALLER} (${names}) where\n${made}    (${branches(policy, access, all)}))`;
}

function branches(policy: Policy, access: TableAccess, all: readonly RowBranch[]): string {
  return all.map((one) => branch(policy, access, one)).join("\n    or ");
}

// One condition a line: this text is reviewed as a golden file.
function branch(policy: Policy, access: TableAccess, { action, when }: RowBranch): string {
  const values = when?.values.map((value) => `'${column(value)}'`).join(", ");
  const conditions = [
    ...(when === undefined ? [] : [`${column(when.column)} in (${values})`]),
    ...access.above.map(([marking, read]) => allowed(marking, read)),
    ...access.own.map((marking) => allowed(marking, action)),
    compileRow(policy, action, factSql(access.facts)),
  ];
  return `(${conditions.join("\n      and ")})`;
}

const markingsOf = (action: Action): string => column(action.replace(".", "_"));

function allowed(marking: string, action: Action): string {
  return `${column(marking)} = any(${CALLER}.${markingsOf(action)})`;
}

function factSql({ member, owner, state }: FactColumns): FactSql {
  return {
    member: member === null ? null : () => `${column(member)} = any(${CALLER}.programs)`,
    owner: owner === null ? null : () => `${column(owner)} = ${CALLER}.person`,
    assigned: null,
    state,
  };
}
