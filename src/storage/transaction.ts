import type { EntityName } from "@mikro-orm/core";

/** SQL with ? placeholders and their values in order. */
export interface SqlPart {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** The lock of one table: a condition over its rows, and the column of `open` with the markings that its rows may have. */
export interface TableLock extends SqlPart {
  readonly readable: string;
}

/**
 * The explicit lock of the tables of one statement. `open` is a common table expression that resolves the reader's row of
 * the matrix once; each of `on`, in the order of the tables, is a condition over a row that refers to it.
 */
export interface RowLock {
  readonly open: SqlPart;
  readonly on: readonly TableLock[];
}

/** A table as a statement names it, and of which kind the rows are that it reads, where it reads one kind only. */
export type Locked = readonly [table: string, alias: string, kind?: string];

/** For whom rows are read: the explicit lock, made by the door from policy and principal. */
export interface RowScope {
  /** Throws for a table that no lock is described for. */
  readonly lock: (tables: readonly Locked[]) => RowLock;
}

/** How much a statement may have to do: no more than a page of rows, or more than can be told. */
export type Work = "page" | "long";

/** What an operation reads or writes as the application role, under a gate token. */
export interface Transaction {
  /** Plain rows of a statement with ? placeholders. */
  rows<R>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Rows of a statement that selects all columns of one table, as plain objects with the properties of its entity. */
  mapped<E extends object>(entity: EntityName<E>, sql: string, params: readonly unknown[], work?: Work): Promise<E[]>;
  /** Inserts rows of one table. */
  insert<E extends object>(entity: EntityName<E>, rows: readonly E[]): Promise<void>;
  /** The explicit lock of tables: their markings in the matrix and their row rules. */
  lock(tables: readonly Locked[]): RowLock;
  /** Commits; the transaction cannot be used afterwards. */
  commit(): Promise<void>;
  /** Rolls back; harmless when already ended. */
  rollback(): Promise<void>;
}
