import { Client } from "pg";
import type { ClientConfig, Submittable } from "pg";
import { parserOf } from "./moment.ts";
import type { Parse } from "./moment.ts";
import { readRows } from "./row-wire.ts";
import type { RowSink } from "./row-wire.ts";

/** A statement with a name, under which each session keeps its plan, and numbered placeholders. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** Columns by name with the rows as lists of values. */
export interface Found {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

interface Columns {
  readonly names: readonly string[];
  /** Of the columns whose values are not their texts. */
  readonly parsers: readonly (readonly [at: number, parse: Parse])[];
}

/** What of the driver's connection a statement is sent with. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: object): void;
  bind(message: object): void;
  describe(message: object): void;
  execute(message: object): void;
  sync(): void;
}

const GATE: Prepared = { name: "gate", text: "select octet_length(set_config('caveat.gate', $1, true))" };

/**
 * One statement under its gate token, as one implicit transaction (PostgreSQL, "Pipelining": everything up to a Sync): the
 * token is set for that transaction, then the statement runs. Whatever fails before the Sync, nothing after it runs.
 */
class GatedStatement implements Submittable {
  readonly #lane: Lane;
  readonly #statement: Prepared;
  readonly #token: string;
  readonly #values: readonly unknown[];
  readonly #resolve: (found: Found) => void;
  readonly #reject: (error: unknown) => void;
  readonly #rows: unknown[][] = [];
  #completed = 0;
  #failed = false;

  constructor(
    lane: Lane,
    asked: { readonly statement: Prepared; readonly token: string; readonly values: readonly unknown[] },
    resolve: (found: Found) => void,
    reject: (error: unknown) => void,
  ) {
    this.#lane = lane;
    this.#statement = asked.statement;
    this.#token = asked.token;
    this.#values = asked.values;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    this.#lane.gather(wire);
    this.#lane.prepare(wire, GATE);
    wire.bind({ statement: GATE.name, values: [this.#token] });
    wire.execute({});
    this.#lane.prepare(wire, this.#statement);
    wire.bind({ statement: this.#statement.name, values: this.#values });
    if (!this.#lane.columns.has(this.#statement.name)) wire.describe({ type: "P", name: "" });
    wire.execute({});
    wire.sync();
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#lane.columns.set(this.#statement.name, {
      names: fields.map(({ name }) => name),
      parsers: fields.flatMap(({ dataTypeID }, at) => {
        const parse = parserOf(dataTypeID);
        return parse === null ? [] : [[at, parse] as const];
      }),
    });
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    // The first row is what setting the token gave.
    if (this.#completed === 0) return;
    const row: unknown[] = fields;
    for (const [at, parse] of this.#lane.columns.get(this.#statement.name)?.parsers ?? []) {
      const text = fields[at];
      if (typeof text === "string") row[at] = parse(text) ?? null;
    }
    this.#rows.push(row);
  }

  handleCommandComplete(): void {
    this.#completed += 1;
  }

  handleEmptyQuery(): void {
    this.#completed += 1;
  }

  handlePortalSuspended(): void {
    this.#completed += 1;
  }

  handleError(error: unknown): void {
    this.#failed = true;
    this.#lane.retire();
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    if (this.#failed) return;
    const columns = this.#lane.columns.get(this.#statement.name);
    if (this.#completed === 2 && columns) this.#resolve({ columns: columns.names, rows: this.#rows });
    else this.handleError(new Error("a statement without an end"));
  }
}

/**
 * A session in which statements of many operations stand one behind another, each in a transaction of its own, none
 * waiting for the answer to the one before. What is asked in one turn of the event loop goes out in one write.
 */
export class Lane {
  readonly #client: Client;
  readonly #prepared = new Set<string>();
  /** Columns of the statements that were described in this session. */
  readonly columns = new Map<string, Columns>();
  readonly backend: number;
  #under = 0;
  #retired = false;
  #gathering = false;

  private constructor(client: Client, backend: number) {
    this.#client = client;
    this.backend = backend;
    // A lane whose connection is lost is not used again; its statements are told.
    client.on("error", () => this.retire());
  }

  /** Connects. */
  static async open(config: ClientConfig): Promise<Lane> {
    const options: ClientConfig & { readonly pipeline: boolean } = { ...config, pipeline: true };
    const client = new Client(options);
    readRows(client.connection as unknown as RowSink);
    // Until the lane listens, an error is told by the call that meets it.
    client.on("error", () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return new Lane(client, rows[0]?.pid ?? -1);
  }

  /** Statements that are under way. */
  get under(): number {
    return this.#under;
  }

  /** Whether something went wrong in it: it takes no more statements and ends with the last of those it has. */
  get retired(): boolean {
    return this.#retired;
  }

  /** Runs a statement under a token that was minted for this lane's backend. */
  async run(statement: Prepared, token: string, values: readonly unknown[]): Promise<Found> {
    this.#under += 1;
    try {
      return await new Promise<Found>((resolve, reject) => {
        this.#client.query(new GatedStatement(this, { statement, token, values }, resolve, reject));
      });
    } finally {
      this.#under -= 1;
      if (this.#retired && this.#under === 0) void this.close();
    }
  }

  /** Sends a statement's text the first time. */
  prepare(wire: Wire, { name, text }: Prepared): void {
    if (this.#prepared.has(name)) return;
    this.#prepared.add(name);
    wire.parse({ name, text, types: [] });
  }

  /** Holds what is written until this turn of the event loop ends. */
  gather(wire: Wire): void {
    if (this.#gathering) return;
    this.#gathering = true;
    wire.stream.cork();
    process.nextTick(() => {
      this.#gathering = false;
      wire.stream.uncork();
    });
  }

  /** Takes no more statements. */
  retire(): void {
    this.#retired = true;
  }

  /** Closes the session. */
  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}

/** A few lanes. A statement goes to the one with the least to do, or waits where each has `depth` under way. */
export class Lanes {
  readonly #config: ClientConfig;
  readonly #most: number;
  readonly #depth: number;
  readonly #waiting: (() => void)[] = [];
  #lanes: Lane[] = [];
  #opening = 0;

  constructor(config: ClientConfig, most: number, depth: number) {
    this.#config = config;
    this.#most = most;
    this.#depth = depth;
  }

  async #lane(): Promise<Lane> {
    for (;;) {
      this.#lanes = this.#lanes.filter((lane) => !lane.retired);
      const free = this.#lanes.toSorted((a, b) => a.under - b.under)[0];
      if (free && (free.under === 0 || (free.under < this.#depth && this.#lanes.length + this.#opening >= this.#most)))
        return free;
      if (this.#lanes.length + this.#opening < this.#most) return this.#open();
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async #open(): Promise<Lane> {
    this.#opening += 1;
    try {
      const lane = await Lane.open(this.#config);
      this.#lanes.push(lane);
      return lane;
    } finally {
      this.#opening -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Runs a statement in some lane, under a token minted for its backend. */
  async run(statement: Prepared, mint: (backend: number) => string, values: readonly unknown[]): Promise<Found> {
    const lane = await this.#lane();
    try {
      return await lane.run(statement, mint(lane.backend), values);
    } finally {
      this.#waiting.shift()?.();
    }
  }

  /** Closes every lane. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}
