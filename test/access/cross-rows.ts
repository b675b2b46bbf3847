import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import type { TableAccess } from "../../src/policy/row-tables.ts";
import type { CrossRow } from "../policy/cross-product.ts";

/** Where the caller of the cross product stands. */
export interface CrossCaller {
  readonly personId: string;
  /** A program that he is read into, and one that he is not. */
  readonly program: string;
  readonly otherProgram: string;
}

/** A row of the cross product with the values of its columns, as jsonb_populate_record takes them. */
export interface FilledRow {
  readonly row: CrossRow;
  /** Values of the columns that tell rows of this table apart. */
  readonly key: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  dataset_compilation: ["dataset_id"],
  dataset_marking: ["dataset_id"],
  program_marking: ["program_id", "noun", "marking_id"],
  asset_content: ["asset_id"],
  asset_quarantine: ["asset_id"],
  asset_quarantine_reading: ["asset_id"],
  asset_quarantine_lift: ["asset_id"],
  delivery_release: ["delivery_id"],
  delivery_proof: ["delivery_id"],
  proposal_marking: ["kind"],
  proposal_approval: ["proposal_id"],
  proposal_withdrawal: ["proposal_id"],
};
const WORDS: Readonly<Record<string, string | number>> = {
  origin: "human",
  verdict: "accept",
  kind: "create",
  standing: "STANDS",
  noun: "asset",
  stage: "LABEL",
  // What is handed in says nothing in its act.
  comment: "",
  lease_seconds: 60,
};

/** The columns that tell rows of a table apart in these tests. */
export function keyColumns(table: string): readonly string[] {
  return KEYS[table] ?? ["id"];
}

/** A query for the keys of the rows of a table, as FilledRow.key has them; a condition may follow. */
export function selectKeys(table: string): string {
  return `select concat_ws(' ', ${keyColumns(table)
    .map((column) => `t.${column}`)
    .join(", ")}) as key from data.${table} t`;
}

/** The description of a table. */
export function accessOf(table: string): TableAccess {
  const found = ROW_TABLES.find((candidate) => candidate.table === table);
  if (!found) throw new Error(`no table ${table}`);
  return found;
}

interface ColumnRow {
  readonly table_name: string;
  readonly column_name: string;
  readonly data_type: string;
  readonly is_nullable: "YES" | "NO";
}

/** Columns of every table of the schema 'data'. */
export async function dataColumns(admin: Client): Promise<ReadonlyMap<string, readonly ColumnRow[]>> {
  const { rows } = await admin.query<ColumnRow>(
    "select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = 'data' order by ordinal_position",
  );
  return Map.groupBy(rows, (row) => row.table_name);
}

function filler({ column_name, data_type, is_nullable }: ColumnRow): unknown {
  if (is_nullable === "YES") return null;
  if (data_type === "uuid") return randomUUID();
  const word = WORDS[column_name];
  if (word !== undefined) return word;
  if (data_type === "text") return randomUUID();
  if (data_type === "bytea") return "\\x00";
  if (data_type === "jsonb") return {};
  return data_type.startsWith("timestamp") ? "2026-09-20T12:00:00Z" : 1;
}

/**
 * Fills a row of the cross product: markings, program, owner and branch as it says, everything else with whatever the
 * column takes. `maker` is put into the maker columns.
 */
export function fillRow(
  row: CrossRow,
  columns: readonly ColumnRow[],
  markingIds: ReadonlyMap<string, string>,
  caller: CrossCaller,
  maker: string = randomUUID(),
): FilledRow {
  const access = accessOf(row.table);
  const values: Record<string, unknown> = Object.fromEntries(
    columns.map((column) => [column.column_name, filler(column)]),
  );
  for (const column of access.makers) values[column] = maker;
  if (access.facts.owner !== null && !access.makers.includes(access.facts.owner)) {
    values[access.facts.owner] = row.owner ? caller.personId : randomUUID();
  } else if (access.facts.owner !== null && row.owner) values[access.facts.owner] = caller.personId;
  for (const [column, name] of Object.entries(row.markings)) values[column] = markingIds.get(name);
  if (access.facts.member !== null && access.facts.member !== "id")
    values[access.facts.member] = row.member ? caller.program : caller.otherProgram;
  const { state } = access.facts;
  if (state !== null && "column" in state) values[state.column] = row.state;
  if (row.branch !== null) values[row.branch.column] = row.branch.value;
  if (row.table === "proposal_marking") values["kind"] = randomUUID();
  if (row.table === "blob") values[row.branch?.value === "package" ? "delivery_id" : "asset_id"] = randomUUID();
  return {
    row,
    key: keyColumns(row.table)
      .map((column) => String(values[column]))
      .join(" "),
    values,
  };
}

/** Inserts filled rows as superuser, past row security and foreign keys: rows that no writer could have made, too. */
export async function plantRows(admin: Client, rows: readonly FilledRow[]): Promise<void> {
  await admin.query("begin");
  await admin.query("set local session_replication_role = replica");
  for (const [table, filled] of Map.groupBy(rows, ({ row }) => row.table)) {
    await admin.query(`insert into data.${table} select * from jsonb_populate_recordset(null::data.${table}, $1)`, [
      JSON.stringify(filled.map(({ values }) => values)),
    ]);
  }
  await admin.query("commit");
}

/** A short name of a row, for a failure. */
export function rowName({ table, markings, member, owner, state, branch }: CrossRow): string {
  const marks = Object.entries(markings).map(([column, name]) => `${column}=${name}`);
  return [
    table,
    ...marks,
    member ? "member" : "stranger",
    owner ? "owner" : "other",
    state,
    branch ? `${branch.column}=${branch.value}` : "",
  ]
    .join(" ")
    .trim();
}
