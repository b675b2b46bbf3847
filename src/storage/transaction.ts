import type { EntityName } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";

/** An SQL condition over one row, with ? placeholders, and its parameters in order. */
export interface RowLock {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** For whom rows are read: the explicit lock of a table, made by the door from policy and principal. */
export interface RowScope {
  /** Throws for a table that no lock is described for. */
  readonly lock: (table: string, alias: string) => RowLock;
}

/**
 * One transaction as the application role. Statements run one after another whatever the caller does at once: resolvers
 * run side by side and a connection can only do one thing.
 */
export class Transaction {
  readonly #em: SqlEntityManager;
  readonly #scope: RowScope;
  #tail: Promise<unknown> = Promise.resolve();
  #open = true;

  constructor(em: SqlEntityManager, scope: RowScope) {
    this.#em = em;
    this.#scope = scope;
  }

  #inTurn<T>(work: () => Promise<T>, ending = false): Promise<T> {
    const begin = (): Promise<T> => {
      // After its end a connection belongs to somebody else: a statement that comes late must not run there.
      if (!this.#open && !ending) throw new Error("the transaction has ended");
      return work();
    };
    const next = this.#tail.then(begin, begin);
    this.#tail = next.catch(() => undefined);
    return next;
  }

  /** Plain rows of a statement with ? placeholders. */
  rows<R>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    return this.#inTurn(() => this.#em.execute<R[]>(sql, [...params]));
  }

  /** Rows of a statement that selects all columns of one table, mapped to entities. */
  mapped<E extends object>(entity: EntityName<E>, sql: string, params: readonly unknown[]): Promise<E[]> {
    return this.#inTurn(async () => {
      const found = await this.#em.execute<Record<string, unknown>[]>(sql, [...params]);
      return found.map((row) => this.#em.map(entity, row as never));
    });
  }

  /** Inserts rows of one table. */
  insert<E extends object>(entity: EntityName<E>, rows: readonly E[]): Promise<void> {
    return this.#inTurn(async () => {
      if (rows.length > 0) await this.#em.insertMany(entity, rows as never);
    });
  }

  /** The explicit lock of a table: its markings in the matrix and its row rules. */
  lock(table: string, alias: string): RowLock {
    return this.#scope.lock(table, alias);
  }

  /** Commits; the transaction cannot be used afterwards. */
  commit(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#open) return;
      this.#open = false;
      // Rows are written by insert alone: nothing that was read may be compared and written back.
      this.#em.clear();
      try {
        await this.#em.commit();
      } catch (error) {
        // Only a rollback gives the connection back after a commit that failed.
        await this.#em.rollback().catch(() => undefined);
        throw error;
      }
    }, true);
  }

  /** Rolls back; harmless when already ended. */
  rollback(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#open) return;
      this.#open = false;
      await this.#em.rollback();
    }, true);
  }
}
