import type { EntityName } from "@mikro-orm/core";
import { bound, numbered } from "./bound-driver.ts";
import { BY_INDEX } from "./by-index.ts";
import type { Connection } from "./connection.ts";
import { Lanes } from "./lane.ts";
import type { Found, Prepared } from "./lane.ts";
import type { RowMappings } from "./row-mapping.ts";
import type { Locked, RowLock, RowScope, Transaction, Work } from "./transaction.ts";

/** Settings of the sessions that read: every statement finds rows by an index. Plans are made once for a session. */
const SETTINGS = {
  ...BY_INDEX,
  plan_cache_mode: "force_generic_plan",
  timezone: "UTC",
} as const;

/** Lanes for statements whose work is bounded by a page, and sessions for those that may take long. */
const LANES = 4;
const LONG = 12;
const DEPTH = 64;

/** Statements by their text: there are as many as the code has, whoever asks. */
const statements = new Map<string, Prepared>();

function prepared(sql: string, count: number): Prepared {
  const known = statements.get(sql);
  if (known) return known;
  const made = { name: `c${statements.size}`, text: numbered(sql, count) };
  statements.set(sql, made);
  return made;
}

/** A parameter as it goes over the wire: text, bytes or null. */
function written(value: unknown): string | Buffer | null {
  const plain = bound(value);
  if (plain === null || plain === undefined) return null;
  if (plain instanceof Uint8Array) return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  if (plain instanceof Date) return plain.toISOString();
  if (typeof plain === "bigint") return plain.toString();
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

/** Sessions of the application role that read. */
export class ReadingSessions {
  readonly #short: Lanes;
  readonly #long: Lanes;
  readonly #mappings: RowMappings;

  constructor(connection: Connection, mappings: RowMappings) {
    this.#mappings = mappings;
    const config = {
      ...connection,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 30_000,
      lock_timeout: 10_000,
      application_name: "caveat",
      options: Object.entries(SETTINGS)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(" "),
    };
    this.#short = new Lanes(config, LANES, DEPTH);
    // What takes long has its session for itself, so that nobody else's page waits behind it.
    this.#long = new Lanes(config, LONG, 1);
  }

  /**
   * Reads under a gate token, which is minted for the session that will show it. Each statement is a transaction of its
   * own: read committed, as statements of one transaction would be, so that a revocation holds at the next statement.
   */
  begin(mint: (backend: number) => string, scope: RowScope): Transaction {
    const run = (work: Work, statement: Prepared, values: readonly unknown[]): Promise<Found> =>
      (work === "page" ? this.#short : this.#long).run(statement, mint, values);
    return new ReadingTransaction(run, scope, this.#mappings);
  }

  /** Closes every session. */
  async close(): Promise<void> {
    await Promise.all([this.#short.close(), this.#long.close()]);
  }
}

/** Reads of one operation; it writes nothing. Statements may be sent while others are under way. */
class ReadingTransaction implements Transaction {
  readonly #run: (work: Work, statement: Prepared, values: readonly unknown[]) => Promise<Found>;
  readonly #scope: RowScope;
  readonly #mappings: RowMappings;
  #open = true;

  constructor(
    run: (work: Work, statement: Prepared, values: readonly unknown[]) => Promise<Found>,
    scope: RowScope,
    mappings: RowMappings,
  ) {
    this.#run = run;
    this.#scope = scope;
    this.#mappings = mappings;
  }

  async #found(sql: string, params: readonly unknown[], work: Work): Promise<Found> {
    // After its outcome is written an operation reads nothing more.
    if (!this.#open) throw new Error("the transaction has ended");
    return this.#run(work, prepared(sql, params.length), params.map(written));
  }

  async rows<R>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    const { columns, rows } = await this.#found(sql, params, "long");
    return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])) as R);
  }

  async mapped<E extends object>(
    entity: EntityName<E>,
    sql: string,
    params: readonly unknown[],
    work: Work = "page",
  ): Promise<E[]> {
    const { columns, rows } = await this.#found(sql, params, work);
    const mapping = this.#mappings.of(entity);
    const properties = columns.map((name) => mapping.get(name) ?? name);
    const [first] = rows;
    if (!first) return [];
    // Rows of one page agree in most columns: each is a copy of the one before, with what differs.
    let before = first;
    let made = Object.fromEntries(properties.map((name, at) => [name, first[at]]));
    return rows.map((row) => {
      made = { ...made };
      for (let at = 0; at < properties.length; at += 1) {
        const value = row[at];
        if (value !== before[at]) made[properties[at] ?? ""] = value;
      }
      before = row;
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

  rollback(): Promise<void> {
    this.#open = false;
    return Promise.resolve();
  }
}
