import type { Locked, RowLock } from "../storage/transaction.ts";
import { actionBit } from "./actions.ts";
import type { Action } from "./actions.ts";
import { column } from "./row.ts";
import { compileRowFilter } from "./row-filter.ts";
import { ROW_TABLES } from "./row-tables.ts";
import type { RowBranch, TableAccess } from "./row-tables.ts";
import type { Policy } from "./rules.ts";

/** For whom the explicit lock is made; all of it comes from the principal, nothing from a request. */
export interface LockValues {
  readonly policyId: string;
  readonly profileId: string;
  readonly personId: string;
  readonly programIds: readonly string[];
}

/** A condition whose parameters are named, not given: the same for everybody, so it is compiled once. */
interface Template {
  readonly sql: string;
  readonly slots: readonly ("person" | "programs")[];
}

interface TableTemplate extends Template {
  readonly actions: readonly Action[];
  /** The action by which rows of the table are read. */
  readonly readable: Action;
}

/** What the tables of one statement need together. */
interface LockTemplate {
  readonly open: string;
  readonly parts: readonly TableTemplate[];
}

const templates = new WeakMap<Policy, Map<string, TableTemplate>>();
/** By the tables: statements of a few forms are asked again and again. */
const locks = new WeakMap<Policy, Map<string, LockTemplate>>();

const markings = (action: Action): string => `a${actionBit(action)}`;
const bit = (action: Action): string => `${(1n << BigInt(actionBit(action))).toString()}::bigint`;

function tableTemplate(policy: Policy, [name, alias, kind]: Locked): TableTemplate {
  const known = templates.get(policy) ?? new Map<string, TableTemplate>();
  templates.set(policy, known);
  const key = `${name} ${alias} ${kind ?? ""}`;
  const found = known.get(key);
  if (found) return found;
  const table = ROW_TABLES.find((candidate) => `data.${candidate.table}` === name);
  if (!table) throw new Error("no lock is described for this table");
  const read = table.read.filter(({ when }) => kind === undefined || when?.values.includes(kind));
  const made = compileTable(policy, table, read, alias);
  known.set(key, made);
  return made;
}

/** Rows of other kinds than those of `read` stay closed: each branch asks for its own. */
function compileTable(policy: Policy, table: TableAccess, read: readonly RowBranch[], alias: string): TableTemplate {
  const slots: ("person" | "programs")[] = [];
  const actions: Action[] = [];
  const cell = (name: string, action: Action): string => {
    actions.push(action);
    return `${column(`${alias}.${name}`)} = any ((select ${markings(action)} from open)::uuid[])`;
  };
  const branch = ({ action, when }: RowBranch): string => {
    const values = when?.values.map((value) => `'${column(value)}'`).join(", ");
    const filter = compileRowFilter(
      policy,
      action,
      table.facts,
      { personId: "person", programIds: ["programs"] },
      { style: "question" },
      alias,
    );
    slots.push(...filter.params.map((param) => (Array.isArray(param) ? "programs" : "person")));
    return [
      ...(when === undefined ? [] : [`${column(`${alias}.${when.column}`)} in (${values})`]),
      ...table.above.map(([name, above]) => cell(name, above)),
      ...table.own.map((name) => cell(name, action)),
      `(${filter.sql})`,
    ].join(" and ");
  };
  const sql = `(${read.map((one) => `(${branch(one)})`).join(" or ")})`;
  const [first] = read;
  if (!first) throw new Error("a table that nobody reads");
  return { sql, slots, actions, readable: first.action };
}

function lockTemplate(policy: Policy, tables: readonly Locked[]): LockTemplate {
  const known = locks.get(policy) ?? new Map<string, LockTemplate>();
  locks.set(policy, known);
  const key = tables.join(" ");
  const found = known.get(key);
  if (found) return found;
  const parts = tables.map((table) => tableTemplate(policy, table));
  const actions = [...new Set(parts.flatMap((part) => part.actions))].toSorted();
  const columns = actions.map(
    (action) => `array_agg(pm.marking_id) filter (where pm.actions & ${bit(action)} <> 0) as ${markings(action)}`,
  );
  const open = `open as materialized (select ${columns.join(", ")} from access.profile_marking pm
        where pm.policy_id = ?::uuid and pm.profile_id = ?::uuid and pm.actions <> 0)`;
  const made = { open, parts };
  known.set(key, made);
  return made;
}

/**
 * The first lock as SQL: for each table of a statement a condition over its row that holds when every marking of the row
 * has an allowing cell in the matrix and the row rules of the reading action hold. The reader's row of the matrix is
 * resolved once for the statement. Made from the same description as row security, which is the second lock behind it.
 */
export function rowLock(policy: Policy, values: LockValues): (tables: readonly Locked[]) => RowLock {
  // An array parameter is written as text: a driver may spread a list into several parameters.
  const filled = { person: values.personId, programs: `{${values.programIds.join(",")}}` };
  return (tables) => {
    const { open, parts } = lockTemplate(policy, tables);
    return {
      open: { sql: open, params: [values.policyId, values.profileId] },
      on: parts.map(({ sql, slots, readable }) => ({
        sql,
        params: slots.map((slot) => filled[slot]),
        readable: markings(readable),
      })),
    };
  };
}
