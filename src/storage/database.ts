import { MikroORM } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { BoundDriver } from "./bound-driver.ts";
import type { Connection } from "./connection.ts";
import { entities } from "./entities/index.ts";
import { ReadingSessions } from "./reading.ts";
import { RowMappings } from "./row-mapping.ts";
import type { RowScope, Transaction } from "./transaction.ts";
import { WritingTransaction } from "./writing.ts";

/** The labeled tables, reached as the application role: every transaction begins with a gate token. */
export class Database {
  readonly #orm: MikroORM<BoundDriver>;
  readonly #mappings: RowMappings;
  readonly #reading: ReadingSessions;

  private constructor(orm: MikroORM<BoundDriver>, connection: Connection) {
    this.#orm = orm;
    this.#mappings = new RowMappings(orm.getMetadata());
    this.#reading = new ReadingSessions(connection, this.#mappings);
  }

  /** Connects as the application role with a pool of `poolSize` connections for what writes, and sessions for what reads. */
  static async open(connection: Connection, poolSize: number): Promise<Database> {
    const orm = await MikroORM.init<BoundDriver>({
      driver: BoundDriver,
      host: connection.host,
      port: connection.port,
      user: connection.user,
      ...(connection.password === undefined ? {} : { password: connection.password }),
      dbName: connection.database,
      entities: Object.values(entities),
      pool: { min: 0, max: poolSize },
      driverOptions: {
        ...(connection.ssl === undefined ? {} : { ssl: connection.ssl }),
        statement_timeout: 30_000,
        lock_timeout: 10_000,
        idle_in_transaction_session_timeout: 120_000,
        connectionTimeoutMillis: 5_000,
      },
      allowGlobalContext: false,
      debug: false,
      preferEnvVars: false,
    });
    return new Database(orm, connection);
  }

  /**
   * Begins a transaction (read committed, so that a revocation holds at the next statement) under a gate token, which is
   * minted for the connection that will show it.
   */
  async begin(mint: (backend: number) => string, scope: RowScope): Promise<Transaction> {
    const em: SqlEntityManager = this.#orm.em.fork();
    await em.begin();
    try {
      const [connected] = await em.execute<{ pid: number }[]>("select pg_backend_pid() as pid");
      await em.execute("select set_config('caveat.gate', ?, true)", [mint(connected?.pid ?? -1)]);
    } catch (error) {
      await em.rollback().catch(() => undefined);
      throw error;
    }
    return new WritingTransaction(em, scope, this.#mappings);
  }

  /** As begin, for what only reads. */
  beginReading(mint: (backend: number) => string, scope: RowScope): Transaction {
    return this.#reading.begin(mint, scope);
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await this.#reading.close();
    await this.#orm.close();
  }
}
