import { createHash } from "node:crypto";
import type { Action } from "./actions.ts";
import type { FactSql } from "./row.ts";
import { column, compileRow } from "./row.ts";
import type { FactColumns, RowBranch, TableAccess } from "./row-tables.ts";
import { ROW_TABLES } from "./row-tables.ts";
import type { Policy } from "./rules.ts";

// Each call stands in a sub-select, so that PostgreSQL runs it once for a statement and not once for a row.
const MEMBER_OF = "any((select gate.programs())::uuid[])";
const CALLER = "(select gate.person())";

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
    `create policy ${read} on ${table} for select to caveat_app using (\n${branches(policy, access, access.read)}\n);`,
    `drop policy if exists ${insert} on ${table};`,
  ];
  if (access.insert.length > 0) {
    const makers = access.makers.map((maker) => `  ${column(maker)} = ${CALLER} and\n`).join("");
    const check = branches(policy, access, access.insert);
    lines.push(
      `create policy ${insert} on ${table} for insert to caveat_app with check (\n${makers}  (\n${check}\n  )\n);`,
    );
  }
  return lines.join("\n");
}

function branches(policy: Policy, access: TableAccess, all: readonly RowBranch[]): string {
  return all.map((one) => branch(policy, access, one)).join("\n  or\n");
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
  return `  (${conditions.join("\n    and ")})`;
}

function allowed(marking: string, action: Action): string {
  return `${column(marking)} = any((select gate.markings('${action}'))::uuid[])`;
}

function factSql({ member, owner, state }: FactColumns): FactSql {
  return {
    member: member === null ? null : () => `${column(member)} = ${MEMBER_OF}`,
    owner: owner === null ? null : () => `${column(owner)} = ${CALLER}`,
    assigned: null,
    state,
  };
}
