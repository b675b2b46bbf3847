import { Client } from "pg";
import type { ClientConfig, Submittable } from "pg";
import { parserOf } from "./moment.ts";
import type { Parse } from "./moment.ts";

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

/** A statement with its parameters as they go over the wire. */
export interface Asked {
  readonly statement: Prepared;
  readonly values: readonly unknown[];
}

/**
 * Statements under one gate token, as one implicit transaction (PostgreSQL, "Pipelining": everything up to a Sync): the
 * token is set for that transaction, then they run one after another. Whatever fails before the Sync, nothing after it
 * runs, and none of them has an answer.
 */
class GatedStatements implements Submittable {
  readonly #lane: Lane;
  readonly #token: string;
  readonly #asked: readonly Asked[];
  readonly #resolve: (found: readonly Found[]) => void;
  readonly #reject: (error: unknown) => void;
  readonly #rows: unknown[][][];
  #completed = 0;
  #failed = false;

  constructor(
    lane: Lane,
    token: string,
    asked: readonly Asked[],
    resolve: (found: readonly Found[]) => void,
    reject: (error: unknown) => void,
  ) {
    this.#lane = lane;
    this.#token = token;
    this.#asked = asked;
    this.#rows = asked.map(() => []);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    this.#lane.gather(wire);
    // Texts go first: those behind a statement that fails would be skipped, and whoever comes next would miss them.
    this.#lane.prepare(wire, GATE);
    for (const { statement } of this.#asked) this.#lane.prepare(wire, statement);
    wire.bind({ statement: GATE.name, values: [this.#token] });
    wire.execute({});
    for (const { statement, values } of this.#asked) {
      wire.bind({ statement: statement.name, values });
      if (!this.#lane.columns.has(statement.name)) wire.describe({ type: "P", name: "" });
      wire.execute({});
    }
    wire.sync();
  }

  /** The name of the statement whose answer comes now: the first answer is that of setting the token. */
  get #current(): string {
    return this.#asked[this.#completed - 1]?.statement.name ?? "";
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#lane.columns.set(this.#current, {
      names: fields.map(({ name }) => name),
      parsers: fields.flatMap(({ dataTypeID }, at) => {
        const parse = parserOf(dataTypeID);
        return parse === null ? [] : [[at, parse] as const];
      }),
    });
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const rows = this.#rows[this.#completed - 1];
    if (!rows) return;
    const row: unknown[] = fields;
    for (const [at, parse] of this.#lane.columns.get(this.#current)?.parsers ?? []) {
      const text = fields[at];
      if (typeof text === "string") row[at] = parse(text) ?? null;
    }
    rows.push(row);
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
    const found = this.#asked.flatMap(({ statement }, at) => {
      const columns = this.#lane.columns.get(statement.name);
      return columns ? [{ columns: columns.names, rows: this.#rows[at] ?? [] }] : [];
    });
    if (this.#completed === this.#asked.length + 1 && found.length === this.#asked.length) this.#resolve(found);
    else this.handleError(new Error("a statement without an end"));
  }
}

/**
 * A session in which transactions of many operations stand one behind another, none waiting for the answer to the one
 * before. What is asked in one turn of the event loop goes out in one write.
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

  /** Runs statements in one transaction, under a token that was minted for this lane's backend. What each found, in their order. */
  async run(token: string, asked: readonly Asked[]): Promise<readonly Found[]> {
    this.#under += asked.length;
    try {
      return await new Promise<readonly Found[]>((resolve, reject) => {
        this.#client.query(new GatedStatements(this, token, asked, resolve, reject));
      });
    } finally {
      this.#under -= asked.length;
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

/** A few lanes. What is asked goes to the one with the least to do, or waits where each has `depth` under way. */
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

  /** Runs statements in one transaction in some lane, under a token minted for its backend. What each found, in their order. */
  async run(mint: (backend: number) => string, asked: readonly Asked[]): Promise<readonly Found[]> {
    const lane = await this.#lane();
    try {
      return await lane.run(mint(lane.backend), asked);
    } finally {
      this.#waiting.shift()?.();
    }
  }

  /** Closes every lane. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}
