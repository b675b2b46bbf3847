import { FIRST_ID, HISTORIES, LISTS, LIST_FILTERS, keyAfter, placeOf, rangeOf } from "./lists.ts";
import type { Keyed, ListFilter, ListSort, ListedNoun, Place } from "./lists.ts";
import type { Page, PageRequest } from "./ports.ts";
import { tables } from "./tables.ts";
import type { RowOf, Table, TableName } from "./tables.ts";
import type { TableLock, Transaction } from "./transaction.ts";

/** Told of every row that is read, so that the door can record it and look once more before it leaves. */
export type RowListener = <N extends TableName>(table: N, row: RowOf<N>) => void;

/** Parents by which lists are asked for, and the column that holds them. */
const PARENTS = {
  program: "program_id",
  dataset: "dataset_id",
  asset: "asset_id",
  label: "label_id",
  ontology: "ontology_id",
  version: "version_id",
  delivery: "delivery_id",
  revision: "revision_id",
  proposal: "proposal_id",
  project: "project_id",
  task: "task_id",
  kind: "kind",
  self: "id",
} as const;

const MOST_OF_A_PAGE = 101;

/** That the marking of a row is one that rows of a locked table may have for the caller: for an index, beside the lock itself. */
const readableOf = (alias: string, lock: TableLock): string =>
  ` and ${alias}.marking_id = any ((select ${lock.readable} from open)::uuid[])`;

/** Names a list: rows of a table below one parent. */
export interface ListKey {
  readonly parent: keyof typeof PARENTS;
  readonly id: string;
}

/** What holds the rows of a list: its markings say which ranges there are. */
type Holder = { readonly dataset: string } | { readonly program: string } | { readonly kind: string };

const placeName = (
  name: ListedNoun,
  key: ListKey,
  { first, after, sort, where }: PageRequest,
  holder: Holder,
): string => JSON.stringify([name, key.parent, key.id, first, after, sort, where, holder]);

/** Reads rows through both locks: the explicit one (matrix and row rules in the query), and row security behind it. */
export class Reader {
  readonly #tx: Transaction;
  readonly #listener: RowListener;
  /** Statements of pages that were sent before anybody asked for the page. */
  readonly #ahead = new Map<string, Promise<unknown>>();

  constructor(tx: Transaction, listener: RowListener) {
    this.#tx = tx;
    this.#listener = listener;
  }

  #table<N extends TableName>(name: N): Table<RowOf<N>> {
    return tables[name] as unknown as Table<RowOf<N>>;
  }

  #seen<N extends TableName>(name: N, rows: RowOf<N>[]): RowOf<N>[] {
    for (const row of rows) this.#listener(name, row);
    return rows;
  }

  /** The row with this id, or null when it is absent or hidden: the two are not told apart here or later. */
  async byId<N extends TableName>(name: N, id: string, key: keyof typeof PARENTS = "self"): Promise<RowOf<N> | null> {
    const rows = await this.all(name, { parent: key, id }, 1);
    return rows[0] ?? null;
  }

  /**
   * All rows below a parent in the order of their ids (or of `order`, over the alias t), at most `limit`. A history is merged
   * over the markings that the caller may read, so that it costs the same however much of it is hidden.
   */
  async all<N extends TableName>(name: N, key: ListKey, limit: number, order = "1"): Promise<RowOf<N>[]> {
    const table = this.#table(name);
    const { open, on } = this.#tx.lock([[table.name, "t"]]);
    const [lock] = on as readonly [TableLock];
    const most = Math.trunc(limit);
    const found = `select t.* from ${table.name} t where t.${PARENTS[key.parent]} = ? and ${lock.sql}`;
    const isHistory = name in HISTORIES && HISTORIES[name as keyof typeof HISTORIES] === key.parent;
    const sql = isHistory
      ? `select r.* from (select unnest(${lock.readable}) as marking_id from open) d
         cross join lateral (${found} and t.marking_id = d.marking_id order by ${order} limit ?) r
         order by ${order.replaceAll(/\bt\./g, "r.")} limit ?`
      : `${found} order by ${order} limit ?`;
    const rows = await this.#tx.mapped(
      table.entity,
      `with ${open.sql} ${sql}`,
      [...open.params, key.id, ...lock.params, ...(isHistory ? [most, most] : [most])],
      limit > MOST_OF_A_PAGE ? "long" : "page",
    );
    return this.#seen(name, rows);
  }

  /** Those of the rows with these ids that the caller sees, in the order of the ids as they are given. */
  async some<N extends TableName>(name: N, ids: readonly string[]): Promise<RowOf<N>[]> {
    if (ids.length === 0) return [];
    const table = this.#table(name);
    const { open, on } = this.#tx.lock([[table.name, "t"]]);
    const [lock] = on as readonly [TableLock];
    const rows = await this.#tx.mapped(
      table.entity,
      `with ${open.sql} select t.* from ${table.name} t where t.id = any (?::uuid[]) and ${lock.sql}
       order by array_position(?::uuid[], t.id)`,
      [...open.params, `{${ids.join(",")}}`, ...lock.params, `{${ids.join(",")}}`],
    );
    return this.#seen(name, rows);
  }

  /**
   * Sends the statement of a page together with what else is asked now, because the page is going to be asked for. What it
   * finds is read, and told to the listener, only when somebody asks `page` for the same. Throws as `page` does.
   */
  ahead(name: ListedNoun, key: ListKey, page: PageRequest, holder: Holder): void {
    const place = placeName(name, key, page, holder);
    if (this.#ahead.has(place)) return;
    const sent = this.#merged(name, key, page, holder, placeOf(page));
    // Whoever asks for the page is told; where nobody does, nothing hangs on it.
    sent.catch(() => undefined);
    this.#ahead.set(place, sent);
  }

  #sent<N extends ListedNoun>(name: N, key: ListKey, page: PageRequest, holder: Holder): Promise<RowOf<N>[]> | null {
    if (this.#ahead.size === 0) return null;
    const place = placeName(name, key, page, holder);
    const found = this.#ahead.get(place) as Promise<RowOf<N>[]> | undefined;
    this.#ahead.delete(place);
    return found ?? null;
  }

  /**
   * A page of rows below a parent. Merges one index range for each marking that the caller may read of those that the
   * dataset (for its assets and labels) or the program (for the rest) holds, so that the work depends on the page and on
   * the number of visible markings, never on how much is hidden. Throws for an order or filter that the noun does not offer.
   */
  async page<N extends ListedNoun>(name: N, key: ListKey, page: PageRequest, holder: Holder): Promise<Page<RowOf<N>>> {
    const { sort = "ID_ASC" } = page;
    const place = placeOf(page);
    const limit = page.first + 1;
    let rows = await (this.#sent(name, key, page, holder) ?? this.#merged(name, key, page, holder, place));
    // Where rows lie less densely than those before them, the page goes on to the end of the list.
    if (place.until !== null && rows.length < limit)
      rows = await this.#merged(name, key, page, holder, { ...place, until: null });
    const shown = this.#seen(name, rows.slice(0, page.first));
    return {
      rows: shown,
      hasNextPage: rows.length > page.first,
      keyOf: (row) => keyAfter(row as Keyed, shown as Keyed[], sort),
    };
  }

  #merged<N extends ListedNoun>(
    name: N,
    key: ListKey,
    { first, sort = "ID_ASC", where = {} }: PageRequest,
    holder: Holder,
    place: Place,
  ): Promise<RowOf<N>[]> {
    const table = this.#table(name);
    const offered: { readonly sorts: readonly ListSort[]; readonly filters: readonly ListFilter[] } = LISTS[name];
    const filters = (Object.keys(LIST_FILTERS) as ListFilter[]).flatMap((filter) => {
      const value = where[filter];
      return value === undefined ? [] : [[filter, value] as const];
    });
    if (!offered.sorts.includes(sort) || filters.some(([filter]) => !offered.filters.includes(filter)))
      throw new Error("a list that is not offered");
    const [source, condition, heldBy] =
      "dataset" in holder
        ? (["data.dataset_marking", "d.dataset_id = ? and d.noun = ?", [holder.dataset, name]] as const)
        : "program" in holder
          ? (["data.program_marking", "d.program_id = ? and d.noun = ?", [holder.program, name]] as const)
          : (["data.proposal_marking", "d.kind = ?", [holder.kind]] as const);
    const { open, on } = this.#tx.lock(["kind" in holder ? [source, "d"] : [source, "d", name], [table.name, "x"]]);
    const [held, lock] = on as readonly [TableLock, TableLock];
    const range = rangeOf({ column: PARENTS[key.parent], id: key.id }, filters, place);
    const order = (alias: string, columns: readonly string[]): string =>
      columns.map((column) => `${alias}.${column}${place.descending ? " desc" : ""}`).join(", ");
    // A condition that the index of what is held can serve: markings that the caller may not read are not even passed over.
    const readable = "kind" in holder ? "" : readableOf("d", lock);
    const inside = [
      // Proposals of several programs stand in one list.
      ...("kind" in holder ? ["x.program_id = d.program_id"] : []),
      ...range.sql,
      lock.sql,
    ].join(" and ");
    const limit = first + 1;
    return this.#tx.mapped(
      table.entity,
      `with ${open.sql} select r.* from ${source} d
       cross join lateral (select x.* from ${table.name} x where ${inside} order by ${order("x", range.columns)} limit ?) r
       where ${condition}${readable} and ${held.sql}
       order by ${order("r", place.columns)} limit ?`,
      [...open.params, ...range.params, ...lock.params, limit, ...heldBy, ...held.params, limit],
    );
  }

  /**
   * How many rows of a dataset the caller may see; the work depends on these alone. Every marking that is counted is
   * told to the listener: a number is disclosed at the join of what it counts.
   */
  async count(name: "asset" | "label", datasetId: string): Promise<number> {
    const table = this.#table(name);
    const { open, on } = this.#tx.lock([
      ["data.dataset_marking", "d", name],
      [table.name, "r"],
    ]);
    const [held, lock] = on as readonly [TableLock, TableLock];
    const rows = await this.#tx.rows<{
      n: string | number;
      marking_id: string;
      program_id: string;
      dataset_marking_id: string;
    }>(
      `with ${open.sql} select count(r.id) as n, d.marking_id, d.program_id, d.dataset_marking_id from data.dataset_marking d
       join ${table.name} r on r.dataset_id = d.dataset_id and r.marking_id = d.marking_id
       where d.dataset_id = ? and d.noun = ?${readableOf("d", lock)} and ${held.sql} and ${lock.sql}
       group by d.marking_id, d.program_id, d.dataset_marking_id`,
      [...open.params, datasetId, name, ...held.params, ...lock.params],
    );
    for (const row of rows) {
      const { marking_id: markingId, program_id: programId, dataset_marking_id: datasetMarkingId } = row;
      this.#listener("datasetMarking", { datasetId, noun: name, markingId, programId, datasetMarkingId });
    }
    return rows.reduce((sum, row) => sum + Number(row.n), 0);
  }

  /**
   * Assets of a program whose day of declassification is no later than `day` (YYYYMMDD), in the order of their ids. Merges
   * one index range for each visible marking of each dataset: the work depends on what is due and visible.
   */
  dueForReview(programId: string, day: string, page: PageRequest): Promise<Page<RowOf<"asset">>> {
    return this.#ofProgram("asset", programId, { id: "id", wanted: "x.review_on <= ?", params: [day] }, page);
  }

  /** Images of a program that wait in quarantine, in the order of their ids, merged in the same way: what was lifted is not passed over. */
  quarantined(programId: string, page: PageRequest): Promise<Page<RowOf<"assetQuarantine">>> {
    return this.#ofProgram("assetQuarantine", programId, { id: "asset_id", wanted: "x.waits", params: [] }, page);
  }

  /** Rows about assets of a program that are `wanted`, by the asset's id. */
  async #ofProgram<N extends "asset" | "assetQuarantine">(
    name: N,
    programId: string,
    { id, wanted, params }: { readonly id: string; readonly wanted: string; readonly params: readonly string[] },
    page: PageRequest,
  ): Promise<Page<RowOf<N>>> {
    const table = this.#table(name);
    const { open, on } = this.#tx.lock([
      ["data.dataset_marking", "d", "asset"],
      [table.name, "x"],
    ]);
    const [held, lock] = on as readonly [TableLock, TableLock];
    const limit = page.first + 1;
    const rows = await this.#tx.mapped(
      table.entity,
      `with ${open.sql} select r.* from data.dataset_marking d
       cross join lateral (
         select x.* from ${table.name} x
         where x.dataset_id = d.dataset_id and x.marking_id = d.marking_id and ${wanted} and x.${id} > ?::uuid and ${lock.sql}
         order by x.${id} limit ?
       ) r
       where d.program_id = ? and d.noun = 'asset'${readableOf("d", lock)} and ${held.sql}
       order by r.${id} limit ?`,
      [...open.params, ...params, page.after ?? FIRST_ID, ...lock.params, limit, programId, ...held.params, limit],
    );
    return { rows: this.#seen(name, rows.slice(0, page.first)), hasNextPage: rows.length > page.first };
  }

  /** Markings of the rows that a dataset holds, as far as the caller may see rows of that marking. */
  async heldMarkings(datasetId: string): Promise<string[]> {
    const { open, on } = this.#tx.lock([["data.dataset_marking", "t"]]);
    const [lock] = on as readonly [TableLock];
    const rows = await this.#tx.mapped(
      tables.datasetMarking.entity,
      `with ${open.sql} select t.* from data.dataset_marking t where t.dataset_id = ? and ${lock.sql} order by t.marking_id, t.noun`,
      [...open.params, datasetId, ...lock.params],
    );
    return this.#seen("datasetMarking", rows).map((row) => row.markingId);
  }

  /**
   * For each label the latest revision that the caller may see, in the order of the labels' ids: one index probe for each
   * label and visible marking, however many revisions are hidden.
   */
  async latestRevisions(labelIds: readonly string[]): Promise<RowOf<"labelRevision">[]> {
    if (labelIds.length === 0) return [];
    const table = tables.labelRevision;
    const { open, on } = this.#tx.lock([
      ["data.dataset_marking", "d", "label"],
      [table.name, "x"],
    ]);
    const [held, lock] = on as readonly [TableLock, TableLock];
    const rows = await this.#tx.mapped(
      table.entity,
      `with ${open.sql} select distinct on (r.label_id) r.* from data.label l
       join data.dataset_marking d on d.dataset_id = l.dataset_id and d.noun = 'label'${readableOf("d", lock)}
       cross join lateral (
         select x.* from ${table.name} x
         where x.label_id = l.id and x.marking_id = d.marking_id and ${lock.sql}
         order by x.ordinal desc limit 1
       ) r
       where l.id = any (?::uuid[]) and ${held.sql}
       order by r.label_id, r.ordinal desc, r.created_at desc, r.id`,
      [...open.params, ...lock.params, `{${labelIds.join(",")}}`, ...held.params],
    );
    return this.#seen("labelRevision", rows);
  }
}
