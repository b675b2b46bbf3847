import { CompiledQuery } from "kysely";
import type { DatabaseConnection, Driver, Kysely } from "kysely";
import { PostgreSqlConnection, PostgreSqlDriver } from "@mikro-orm/postgresql";
import type { Configuration } from "@mikro-orm/core";

type Execute = PostgreSqlConnection["execute"];
type CreateDialect = PostgreSqlConnection["createKyselyDialect"];

/** Numbers the ? placeholders of a statement. Our statements and MikroORM's hold no literal question mark. */
export function numbered(sql: string, count: number): string {
  if (sql.includes("??")) throw new Error("identifier placeholders are not used here");
  let index = 0;
  const text = sql.replaceAll("?", () => {
    index += 1;
    return `$${index}`;
  });
  if (index !== count) throw new Error("placeholders and parameters differ in number");
  return text;
}

/** What PostgreSQL is to get for one parameter: structures as JSON text, the rest as the pg driver writes it. */
export function bound(value: unknown): unknown {
  const plain =
    value !== null && typeof value === "object" && !(value instanceof Date) && !(value instanceof Uint8Array);
  return plain ? JSON.stringify(value) : value;
}

/**
 * A transaction that could not be begun, and a rollback on a session that PostgreSQL has ended, must not keep their connection:
 * Kysely gives one back only after a commit or a rollback that succeeded. The pool drops a connection that is gone.
 */
function releasing(driver: Driver): Driver {
  const begin = driver.beginTransaction.bind(driver);
  const rollback = driver.rollbackTransaction.bind(driver);
  return Object.assign(driver, {
    beginTransaction: (...given: Parameters<Driver["beginTransaction"]>): Promise<void> =>
      begin(...given).catch(async (error: unknown) => {
        await driver.releaseConnection(given[0]).catch(() => undefined);
        throw error;
      }),
    rollbackTransaction: (connection: DatabaseConnection): Promise<void> => rollback(connection).catch(() => undefined),
  });
}

/**
 * Sends parameters beside the statement. MikroORM writes them into its text, where everybody who may look at
 * pg_stat_activity or at the database's own log would read labels and gate tokens of others.
 */
class BoundConnection extends PostgreSqlConnection {
  override createKyselyDialect(...given: Parameters<CreateDialect>): ReturnType<CreateDialect> {
    const dialect = super.createKyselyDialect(...given);
    const create = dialect.createDriver.bind(dialect);
    return Object.assign(dialect, { createDriver: () => releasing(create()) });
  }

  override async execute<T>(...[query, params, method, ctx]: Parameters<Execute>): Promise<T> {
    await this.ensureConnection();
    const raw = typeof query === "string" ? { sql: query, params } : "toRaw" in query ? query.toRaw() : query;
    const values = Array.isArray(raw.params) ? (raw.params as unknown[]).map(bound) : [];
    const compiled = CompiledQuery.raw(numbered(raw.sql, values.length), values);
    const client = (ctx as Kysely<unknown> | undefined) ?? this.getClient<unknown>();
    const run = async (): Promise<T> =>
      this.transformRawResult<T>(await client.executeQuery(compiled), method ?? "all");
    return this.executeQuery(raw.sql, run, { query: raw.sql, params: [] });
  }
}

/** The PostgreSQL driver of MikroORM with bound parameters. */
export class BoundDriver extends PostgreSqlDriver {
  constructor(config: Configuration) {
    super(config);
    Object.defineProperty(this, "connection", { value: new BoundConnection(this.config) });
  }
}
