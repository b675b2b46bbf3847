import type { TableName } from "../storage/tables.ts";
import { tables } from "../storage/tables.ts";
import { ROW_TABLES } from "./row-tables.ts";

/** By the name of a table, the property of its rows that holds the state; a table without one tells a constant. */
const PROPERTIES: ReadonlyMap<string, string> = new Map(
  ROW_TABLES.flatMap(({ table, facts: { state } }) =>
    state && "column" in state
      ? [[`data.${table}`, state.column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())] as const]
      : [],
  ),
);

/** The workflow state that a row tells, for the facts of decisions about it: as the row locks read it. */
export function stateOf(table: TableName, row: Readonly<Record<string, unknown>>): string {
  const property = PROPERTIES.get(tables[table].name);
  return property === undefined ? "ACTIVE" : String(row[property]);
}
