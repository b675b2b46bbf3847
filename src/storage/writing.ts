import type { EntityName } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { moment } from "./moment.ts";
import type { RowMappings } from "./row-mapping.ts";
import type { Locked, RowLock, RowScope, Transaction } from "./transaction.ts";

/**
 * A transaction that writes, on MikroORM. Statements run one after another whatever the caller does at once: resolvers run
 * side by side and a connection can only do one thing.
 */
export class WritingTransaction implements Transaction {
  readonly #em: SqlEntityManager;
  readonly #scope: RowScope;
  readonly #mappings: RowMappings;
  #tail: Promise<unknown> = Promise.resolve();
  #open = true;

  constructor(em: SqlEntityManager, scope: RowScope, mappings: RowMappings) {
    this.#em = em;
    this.#scope = scope;
    this.#mappings = mappings;
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

  rows<R>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    return this.#inTurn(() => this.#em.execute<R[]>(sql, [...params]));
  }

  mapped<E extends object>(entity: EntityName<E>, sql: string, params: readonly unknown[]): Promise<E[]> {
    return this.#inTurn(async () => {
      const found = await this.#em.execute<Record<string, unknown>[]>(sql, [...params]);
      const properties = this.#mappings.of(entity);
      const moments = this.#mappings.momentsOf(entity);
      return found.map(
        (row) =>
          Object.fromEntries(
            Object.entries(row).map(([column, value]) => [
              properties.get(column) ?? column,
              moments.has(column) && typeof value === "string" ? moment(value) : value,
            ]),
          ) as E,
      );
    });
  }

  insert<E extends object>(entity: EntityName<E>, rows: readonly E[]): Promise<void> {
    return this.#inTurn(async () => {
      if (rows.length > 0) await this.#em.insertMany(entity, rows as never);
    });
  }

  lock(tables: readonly Locked[]): RowLock {
    return this.#scope.lock(tables);
  }

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

  rollback(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#open) return;
      this.#open = false;
      await this.#em.rollback();
    }, true);
  }
}
