import { tables } from "../storage/tables.ts";
import type { TableName } from "../storage/tables.ts";
import { ROW_TABLES } from "./row-tables.ts";

/** A row by its properties. */
export type Values = Readonly<Record<string, unknown>>;

/** One marking of the rows of a table. */
export interface MarkingRead {
  /** The property that holds the marking's id. */
  readonly property: string;
  /** The action by which a row is read at it. */
  readonly action: string | ((row: Values) => string);
  /** Whose marking it repeats, and the property with that one's id: a decision names it, not each row below it. */
  readonly above: readonly [table: string, id: string] | null;
  /** Whether it is that of what stands above the row: there the row rules of the row itself say nothing. */
  readonly byMarking: boolean;
}

/** What the rows of a table tell about the decisions that reading them rests on. */
export interface RowReading {
  readonly program: string;
  readonly owner: string | null;
  readonly markings: readonly MarkingRead[];
}

const STANDS_ABOVE: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  ROW_TABLES.map(({ table, above }) => [`data.${table}`, new Set(above.map(([column]) => column))]),
);

const ABOVE: Readonly<Record<string, readonly [table: string, id: string]>> = {
  datasetMarkingId: ["dataset", "datasetId"],
  assetMarkingId: ["asset", "assetId"],
  labelMarkingId: ["label", "labelId"],
  revisionMarkingId: ["labelRevision", "revisionId"],
  ontologyMarkingId: ["ontology", "ontologyId"],
  deliveryMarkingId: ["delivery", "deliveryId"],
  projectMarkingId: ["project", "projectId"],
  taskMarkingId: ["task", "taskId"],
};

const READINGS: ReadonlyMap<TableName, RowReading> = new Map(
  (Object.keys(tables) as TableName[]).map((table) => {
    const { name, program, owner, markings } = tables[table];
    const reads = markings.map(([column, property, action]) => ({
      property,
      action: action as MarkingRead["action"],
      above: ABOVE[property] ?? null,
      byMarking: STANDS_ABOVE.get(name)?.has(column) === true,
    }));
    return [table, { program, owner, markings: reads }] as const;
  }),
);

/** How the rows of a table are read. Throws for a table that is not described. */
export function readingOf(table: TableName): RowReading {
  const reading = READINGS.get(table);
  if (!reading) throw new Error("a row of a table that is not described");
  return reading;
}

/** The name under which decisions list a row. */
export function nameOf(table: TableName, values: Values): string {
  return `${table}:${String(values["id"] ?? values["assetId"] ?? values["deliveryId"] ?? values["datasetId"])}`;
}
