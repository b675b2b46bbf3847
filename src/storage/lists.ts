import type { PageRequest } from "./ports.ts";

/** The orders in which a list of objects can be asked for. */
export const LIST_SORTS = ["ID_ASC", "ID_DESC", "CREATED_AT_ASC", "CREATED_AT_DESC"] as const;

/** An order of a list. */
export type ListSort = (typeof LIST_SORTS)[number];

/** What lists can be narrowed by: columns of the row itself, each with an index below the marking. */
export const LIST_FILTERS = { authorId: "author_id", assetId: "asset_id" } as const;

/** An equality that a list can be narrowed by. */
export type ListFilter = keyof typeof LIST_FILTERS;

/** Which orders and equalities the lists of a noun offer. What is not named here is not offered, and a test pages each. */
export const LISTS = {
  asset: { sorts: LIST_SORTS, filters: ["authorId"] },
  label: { sorts: LIST_SORTS, filters: ["authorId", "assetId"] },
  dataset: { sorts: ["ID_ASC"], filters: [] },
  ontology: { sorts: ["ID_ASC"], filters: [] },
  delivery: { sorts: ["ID_ASC"], filters: [] },
  proposal: { sorts: ["ID_ASC"], filters: [] },
  project: { sorts: ["ID_ASC"], filters: [] },
  task: { sorts: ["ID_ASC"], filters: [] },
} as const satisfies Record<string, { readonly sorts: readonly ListSort[]; readonly filters: readonly ListFilter[] }>;

/** A noun that has lists. */
export type ListedNoun = keyof typeof LISTS;

/** Histories: lists below one object, merged over what the caller may read at all, by the column of their parent. */
export const HISTORIES = {
  compilation: "dataset",
  compilationRule: "dataset",
  labelRevision: "label",
  labelReview: "label",
  ontologyVersion: "ontology",
  ontologyClass: "version",
  guideline: "project",
  taskAct: "task",
  taskDraft: "task",
} as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Comes before every id that we make. */
export const FIRST_ID = "00000000-0000-0000-0000-000000000000";
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
/** Top 48 bits of an id: the part by which distances are measured. */
const TOP = 12;
const WHOLE = 16 ** TOP;

/** A place in an order: SQL for what comes after it, and the order itself, for the rows of an alias. */
export interface Place {
  readonly columns: readonly string[];
  readonly descending: boolean;
  /** Values of the columns after which the page begins. */
  readonly after: readonly string[];
  /** The id at which most pages have ended, where the one before told how densely rows lie; null where there is no telling. */
  readonly until: string | null;
}

/** Conditions on the rows `x` of one marking, with the values of their parameters, and the columns of their order. */
export interface IndexRange {
  readonly sql: readonly string[];
  readonly params: readonly string[];
  readonly columns: readonly string[];
}

/**
 * The range of one index in which lies what a page has of the marking `d.marking_id`. Which index that is must not hang on
 * statistics, because hidden rows are part of them. So the columns by which an index for the list begins lead the order, where
 * another index would do: a program and the marking beside an index of all programs' rows, an author beside one of everybody's.
 * Beside an asset, which is narrower, an author is asked for in a way that no index serves.
 */
export function rangeOf(
  parent: { readonly column: string; readonly id: string },
  filters: readonly (readonly [ListFilter, string])[],
  { columns, descending, after, until }: Place,
): IndexRange {
  const byAuthor = parent.column === "dataset_id" && filters.length === 1 && filters[0]?.[0] === "authorId";
  const lead: readonly (readonly [column: string, value: string | null])[] =
    parent.column === "program_id"
      ? [
          ["program_id", parent.id],
          ["marking_id", null],
        ]
      : byAuthor
        ? filters.map(([filter, value]) => [LIST_FILTERS[filter], value])
        : [];
  const leading = lead.map(([column]) => column);
  const led = lead.flatMap(([, value]) => value ?? []);
  const [onward, back] = descending ? ["<", ">="] : [">", "<="];
  const bound = (than: string, names: readonly string[]): string =>
    `(${names.map((name) => `x.${name}`).join(", ")}) ${than} (${names.map(parameter).join(", ")})`;
  const equal = [
    ...(leading.includes(parent.column) ? [] : [[`x.${parent.column} = ?`, parent.id] as const]),
    ...(byAuthor ? [] : filters).map(
      ([filter, value]) =>
        [`x.${LIST_FILTERS[filter]} ${filter === "authorId" ? "is not distinct from" : "="} ?::uuid`, value] as const,
    ),
  ];
  const order = [...leading, ...columns];
  const end = [...leading, ...(until === null ? [] : ["id"])];
  return {
    sql: [
      ...equal.map(([sql]) => sql),
      ...(leading.includes("marking_id") ? [] : ["x.marking_id = d.marking_id"]),
      bound(onward, order),
      ...(end.length === 0 ? [] : [bound(back, end)]),
    ],
    params: [...equal.map(([, value]) => value), ...led, ...after, ...led, ...(until === null ? [] : [until])],
    columns: order,
  };
}

function parameter(column: string): string {
  if (column === "marking_id") return "d.marking_id";
  return column === "created_at" ? "?::timestamptz" : "?::uuid";
}

function top(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

function idAt(distance: number, filler: "0" | "f"): string {
  const digits = Math.trunc(distance).toString(16).padStart(TOP, "0") + filler.repeat(32 - TOP);
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}

/**
 * Where a page begins. The key is what {@link keyAfter} made; only we make keys, for a cursor is sealed. Throws for one
 * that is not of this order.
 */
export function placeOf({ first, after, sort = "ID_ASC" }: PageRequest): Place {
  const descending = sort.endsWith("_DESC");
  const byTime = sort.startsWith("CREATED_AT");
  const columns = byTime ? ["created_at", "id"] : ["id"];
  if (after === null) {
    const id = descending ? LAST_ID : FIRST_ID;
    return { columns, descending, after: byTime ? [descending ? "infinity" : "-infinity", id] : [id], until: null };
  }
  const [id = "", detail = ""] = after.split("|");
  if (!UUID.test(id)) throw new Error("not a key of a list");
  if (byTime) {
    if (Number.isNaN(Date.parse(detail))) throw new Error("not a key of this order");
    return { columns, descending, after: [detail, id], until: null };
  }
  const gap = /^[0-9a-f]{1,12}$/.test(detail) ? Number.parseInt(detail, 16) : 0;
  // Twice as far as so many rows reached before: nearly always more than a page, and seldom much more.
  const reach = 2 * gap * (first + 1) * (descending ? -1 : 1);
  const end = top(id) + reach;
  const until = gap === 0 || end < 0 || end >= WHOLE ? null : idAt(end, descending ? "0" : "f");
  return { columns, descending, after: [id], until };
}

/** What of a row a key is made of. */
export interface Keyed {
  readonly id: string;
  readonly createdAt?: unknown;
}

/** The key after which the next page begins: the row's own values in the order of the list, and how densely rows lie. */
export function keyAfter(row: Keyed, rows: readonly Keyed[], sort: ListSort = "ID_ASC"): string {
  if (sort.startsWith("CREATED_AT")) {
    if (!(row.createdAt instanceof Date)) throw new Error("a row without a time in an order by time");
    return `${row.id}|${row.createdAt.toISOString()}`;
  }
  const [head] = rows;
  const last = rows.at(-1);
  if (rows.length < 8 || !head || !last) return row.id;
  const gap = Math.ceil(Math.abs(top(last.id) - top(head.id)) / (rows.length - 1));
  return `${row.id}|${gap.toString(16)}`;
}
