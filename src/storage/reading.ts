import type { EntityName } from "@mikro-orm/core";
import { bound, numbered } from "./bound-driver.ts";
import { BY_INDEX } from "./by-index.ts";
import type { Connection } from "./connection.ts";
import { Lanes } from "./lane.ts";
import type { Asked, Found, Prepared } from "./lane.ts";
import type { RowMappings } from "./row-mapping.ts";
import type { Locked, RowLock, RowScope, Transaction, Work } from "./transaction.ts";

/**
 * Settings of the sessions that read: every statement finds rows by an index, plans are made once for a session, and
 * statements that are sent together look at one snapshot, for which the gate is asked once. A value has no spaces but those escaped.
 */
const SETTINGS = {
  ...BY_INDEX,
  default_transaction_isolation: "repeatable\\ read",
  plan_cache_mode: "force_generic_plan",
  timezone: "UTC",
} as const;

/** Lanes for statements whose work is bounded by a page, and sessions for those that may take long. */
const LANES = 4;
const LONG = 12;
const DEPTH = 64;
/** Statements that one transaction has at most: others of its session wait behind it. */
const MOST_TOGETHER = 8;

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
   * Reads under a gate token, which is minted for the session that will show it. Statements of pages that are asked in one turn
   * of the event loop, at most eight together, are one transaction with one snapshot; what is asked after an answer is another
   * one, so that a revocation holds there. What may take long is always alone.
   */
  begin(mint: (backend: number) => string, scope: RowScope): Transaction {
    const run: Run = (work, asked) => (work === "page" ? this.#short : this.#long).run(mint, asked);
    return new ReadingTransaction(run, scope, this.#mappings);
  }

  /** Closes every session. */
  async close(): Promise<void> {
    await Promise.all([this.#short.close(), this.#long.close()]);
  }
}

/** Runs statements in one transaction; what each found, in their order. */
type Run = (work: Work, asked: readonly Asked[]) => Promise<readonly Found[]>;

/** Statements that are sent together when this turn of the event loop ends. */
interface Gathered {
  readonly asked: Asked[];
  readonly found: Promise<readonly Found[]>;
}

/** Reads of one operation; it writes nothing. Statements may be sent while others are under way. */
class ReadingTransaction implements Transaction {
  readonly #run: Run;
  readonly #scope: RowScope;
  readonly #mappings: RowMappings;
  #gathered: Gathered | null = null;
  #open = true;

  constructor(run: Run, scope: RowScope, mappings: RowMappings) {
    this.#run = run;
    this.#scope = scope;
    this.#mappings = mappings;
  }

  async #found(sql: string, params: readonly unknown[], work: Work): Promise<Found> {
    // After its outcome is written an operation reads nothing more.
    if (!this.#open) throw new Error("the transaction has ended");
    const asked = { statement: prepared(sql, params.length), values: params.map(written) };
    const { found, at } = work === "page" ? this.#together(asked) : { found: this.#run(work, [asked]), at: 0 };
    const answer = (await found)[at];
    if (!answer) throw new Error("a statement without an answer");
    return answer;
  }

  /** Adds a statement to those that go out when this turn ends; `at` is its place among them. */
  #together(asked: Asked): { readonly found: Promise<readonly Found[]>; readonly at: number } {
    const gathered = (this.#gathered ??= this.#gather());
    const at = gathered.asked.push(asked) - 1;
    if (gathered.asked.length === MOST_TOGETHER) this.#gathered = null;
    return { found: gathered.found, at };
  }

  #gather(): Gathered {
    const asked: Asked[] = [];
    const found = new Promise<readonly Found[]>((resolve, reject) => {
      process.nextTick(() => {
        if (this.#gathered?.asked === asked) this.#gathered = null;
        if (this.#open) this.#run("page", asked).then(resolve, reject);
        else reject(new Error("the transaction has ended"));
      });
    });
    return { asked, found };
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
