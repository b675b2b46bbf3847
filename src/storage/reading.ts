import type { EntityName } from "@mikro-orm/core";
import { Pool } from "pg";
import type { PoolClient, PoolConfig, QueryArrayResult } from "pg";
import { types } from "pg";
import type { Connection } from "./connection.ts";
import { bound, numbered } from "./bound-driver.ts";
import type { RowMappings } from "./row-mapping.ts";
import type { Locked, RowLock, RowScope, Transaction } from "./transaction.ts";

const TIMESTAMPTZ = 1184;
const UTC = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\+00$/;

type Parse = (text: string) => unknown;
type ParserOf = (oid: number, format?: "text" | "binary") => Parse;
const usual = types.getTypeParser as ParserOf;
/** Moments as the session writes them (UTC); what has another form, or more than milliseconds, is left to the driver. */
export const moment: Parse = (text) => {
  const match = UTC.exec(text);
  return match ? new Date(`${match[1]}T${match[2]}Z`) : usual(TIMESTAMPTZ)(text);
};
const parserOf: ParserOf = (oid, format) => (oid === TIMESTAMPTZ && format !== "binary" ? moment : usual(oid, format));

/**
 * Settings of the sessions that read. Every statement that reads rows finds them by an index, whatever the statistics say:
 * a plan that walked a table would cost as much as there is in it, hidden or not. Plans are made once for a session.
 */
const SETTINGS = {
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_sort: "off",
  plan_cache_mode: "force_generic_plan",
  timezone: "UTC",
} as const;

/** Statements by their text: PostgreSQL keeps the plan of each under this name, in each session. */
const names = new Map<string, { readonly name: string; readonly text: string }>();

function prepared(sql: string, count: number): { readonly name: string; readonly text: string } {
  const known = names.get(sql);
  if (known) return known;
  const made = { name: `c${names.size}`, text: numbered(sql, count) };
  names.set(sql, made);
  return made;
}

/** Sessions of the application role that read, each with prepared statements. */
export class ReadingSessions {
  readonly #pool: Pool;
  readonly #mappings: RowMappings;
  readonly #backends = new WeakMap<PoolClient, number>();

  constructor(connection: Connection, max: number, mappings: RowMappings) {
    this.#mappings = mappings;
    const options: PoolConfig & { readonly pipeline: boolean } = {
      ...connection,
      max,
      // Statements go out one behind another without waiting for answers: a transaction's beginning costs no round trip.
      pipeline: true,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 30_000,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 120_000,
      application_name: "caveat",
      types: { getTypeParser: parserOf },
      options: Object.entries(SETTINGS)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(" "),
    };
    this.#pool = new Pool(options);
    this.#pool.on("error", () => undefined);
  }

  async #backend(client: PoolClient): Promise<number> {
    const known = this.#backends.get(client);
    if (known !== undefined) return known;
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const pid = rows[0]?.pid ?? -1;
    this.#backends.set(client, pid);
    return pid;
  }

  /**
   * Begins a transaction that reads (read committed, so that a revocation holds at the next statement) under a gate token,
   * which is minted for the session that will show it. What goes wrong at the beginning is told by the first statement.
   */
  async begin(mint: (backend: number) => string, scope: RowScope): Promise<Transaction> {
    const client = await this.#pool.connect();
    try {
      const token = mint(await this.#backend(client));
      const begun = [
        client.query({ name: "begin", text: "begin isolation level read committed" }),
        client.query({ name: "gate", text: "select set_config('caveat.gate', $1, true)", values: [token] }),
      ];
      const ready = Promise.all(begun);
      ready.catch(() => undefined);
      return new ReadingTransaction(client, ready, scope, this.#mappings);
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Closes every session. */
  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** A transaction that reads; it writes nothing. Statements may be sent while others are under way. */
class ReadingTransaction implements Transaction {
  readonly #client: PoolClient;
  readonly #ready: Promise<unknown>;
  readonly #scope: RowScope;
  readonly #mappings: RowMappings;
  #open = true;

  constructor(client: PoolClient, ready: Promise<unknown>, scope: RowScope, mappings: RowMappings) {
    this.#client = client;
    this.#ready = ready;
    this.#scope = scope;
    this.#mappings = mappings;
  }

  async #run(sql: string, params: readonly unknown[]): Promise<QueryArrayResult<unknown[]>> {
    // After its end a connection belongs to somebody else: a statement that comes late must not run there.
    if (!this.#open) throw new Error("the transaction has ended");
    const answer = this.#client.query<unknown[]>({
      ...prepared(sql, params.length),
      values: params.map(bound),
      rowMode: "array",
    });
    const [result] = await Promise.all([answer, this.#ready]);
    return result;
  }

  async rows<R>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    const { fields, rows } = await this.#run(sql, params);
    return rows.map((row) => Object.fromEntries(fields.map(({ name }, at) => [name, row[at]])) as R);
  }

  async mapped<E extends object>(entity: EntityName<E>, sql: string, params: readonly unknown[]): Promise<E[]> {
    const { fields, rows } = await this.#run(sql, params);
    const mapping = this.#mappings.of(entity);
    const properties = fields.map(({ name }) => mapping.get(name) ?? name);
    return rows.map((row) => {
      const made: Record<string, unknown> = {};
      for (let at = 0; at < properties.length; at += 1) made[properties[at] ?? ""] = row[at];
      return made as E;
    });
  }

  insert(): Promise<void> {
    return Promise.reject(new Error("a reading transaction writes nothing"));
  }

  lock(tables: readonly Locked[]): RowLock {
    return this.#scope.lock(tables);
  }

  commit(): Promise<void> {
    return this.rollback();
  }

  async rollback(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    try {
      await this.#client.query({ name: "rollback", text: "rollback" });
      this.#client.release();
    } catch (error) {
      // A session that does not roll back is not given to anybody else.
      this.#client.release(true);
      throw error;
    }
  }
}
