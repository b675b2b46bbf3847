import { randomBytes, randomUUID } from "node:crypto";
import { Client } from "pg";
import { gateHash } from "../src/policy/gate-token.ts";
import { rowLock } from "../src/policy/row-lock.ts";
import type { Policy } from "../src/policy/rules.ts";
import { BY_INDEX_HERE } from "../src/storage/by-index.ts";
import type { Connection } from "../src/storage/connection.ts";
import { numbered } from "../src/storage/bound-driver.ts";
import { Reader } from "../src/storage/reader.ts";
import type { PageRequest } from "../src/storage/ports.ts";
import type { Transaction } from "../src/storage/transaction.ts";
import type { CapturedPage } from "./pages-bare.ts";

/** Rows of one marking. */
export interface Share {
  readonly banner: string;
  readonly rows: number;
}

/** What the benchmark's database holds and who looks at it. */
export interface Standing {
  readonly policyId: string;
  readonly profileId: string;
  readonly personId: string;
  readonly programIds: readonly string[];
}

const SENTINEL = "5e471e1a-0000-4000-8000-000000000000";
const GAP = 1_000;

/** The superuser's hand on the benchmark's database: loads rows, and looks at statements under a token of its own. */
export class BenchDatabase {
  readonly #client: Client;
  readonly #key = randomBytes(64);
  readonly #keyId = randomUUID();

  private constructor(client: Client) {
    this.#client = client;
  }

  static async open(connection: Connection): Promise<BenchDatabase> {
    const client = new Client({ ...connection });
    await client.connect();
    const database = new BenchDatabase(client);
    const pad = (with_: number): Buffer => Buffer.from(database.#key.map((byte) => byte ^ with_));
    await client.query(
      "insert into gate.key (id, inner_pad, outer_pad, expires_at) values ($1, $2, $3, now() + interval '1 day')",
      [database.#keyId, pad(0x36), pad(0x5c)],
    );
    return database;
  }

  async query<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.#client.query<R>(sql, [...values])).rows;
  }

  /** Adds labels of one marking to a dataset, in the order in which they would come: ids are random. */
  async load(datasetId: string, markingId: string, rows: number, say: (loaded: number) => void): Promise<void> {
    await this.query("set session_replication_role = replica");
    for (let done = 0; done < rows; done += 100_000) {
      await this.query(
        `insert into data.label (id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, marking_id, author_id, origin, created_at)
         select gen_random_uuid(), a.dataset_id, a.id, a.program_id, a.dataset_marking_id, a.marking_id, $2, a.author_id, 'human',
                timestamptz '2026-01-01' + (floor(random() * 20000000000) * interval '1 millisecond')
         from (select * from data.asset where dataset_id = $1 and marking_id = dataset_marking_id limit 1) a, generate_series(1, $3::int)`,
        [datasetId, markingId, Math.min(100_000, rows - done)],
      );
      say(Math.min(100_000, rows - done));
    }
    await this.query(
      `insert into data.dataset_marking (dataset_id, program_id, dataset_marking_id, noun, marking_id)
       select id, program_id, marking_id, 'label', $2 from data.dataset where id = $1 and $3::int > 0 on conflict do nothing`,
      [datasetId, markingId, rows],
    );
    await this.query("reset session_replication_role");
  }

  /** A token of our own for a standing, without its backend, behind an entry that we put into the log. */
  async token(standing: Standing, epoch: number, client: string): Promise<readonly string[]> {
    const nonce = randomBytes(16);
    const entry = randomUUID();
    const leaf = Buffer.from("bench");
    const [log] = await this.query<{ id: number }>("select id from audit.log where purpose = 'activity'");
    await this.query("select * from audit.append_packed($1, $2, $3, $4, $5, $6, $7, '{}', '{}', '{}', '{}', '')", [
      log?.id,
      [entry],
      ["operation.request"],
      [null],
      [gateHash(nonce, standing.personId, "bench")],
      [leaf.length],
      leaf,
    ]);
    const expiry = Math.floor(Date.now() / 1000) + 86_400;
    return [
      "v2",
      this.#keyId,
      standing.personId,
      standing.profileId,
      standing.policyId,
      String(epoch),
      entry,
      nonce.toString("hex"),
      "bench",
      client,
      "BACKEND",
      String(expiry),
    ];
  }

  /** The key of the tokens, in hex. */
  get key(): string {
    return this.#key.toString("hex");
  }

  /** Buffers that a statement touches as the application role under a token, the least of a few turns. */
  async buffers({ text, values }: CapturedPage, token: string): Promise<number> {
    const counts: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await this.query("begin");
      await this.query("set local role caveat_app");
      await this.query(BY_INDEX_HERE);
      await this.query("set local plan_cache_mode = force_generic_plan");
      await this.query("select set_config('caveat.gate', $1, true)", [token]);
      // Explained with its values it would be planned for them, and not as the server plans it.
      await this.query(`prepare measured as ${text}`);
      const given = values.map((value) => (value === null ? "null" : `'${String(value).replaceAll("'", "''")}'`));
      const rows = await this.query<{ "QUERY PLAN": { Plan: Record<string, number> }[] }>(
        `explain (analyze, buffers, format json) execute measured (${given.join(", ")})`,
      );
      await this.query("rollback");
      await this.query("deallocate measured");
      const plan = rows[0]?.["QUERY PLAN"][0]?.Plan;
      counts.push((plan?.["Shared Hit Blocks"] ?? Number.NaN) + (plan?.["Shared Read Blocks"] ?? Number.NaN));
    }
    return Math.min(...counts);
  }

  async backend(): Promise<number> {
    return (await this.query<{ pid: number }>("select pg_backend_pid() as pid"))[0]?.pid ?? 0;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

/** The statement that the reader sends for a page of a dataset's labels: the very text, taken on its way. */
export async function capturePage(
  policy: Policy,
  standing: Standing,
  datasetId: string,
  page: PageRequest,
): Promise<CapturedPage> {
  const taken: { sql: string; params: readonly unknown[] }[] = [];
  const tx: Transaction = {
    lock: rowLock(policy, standing),
    mapped: (_entity, sql, params) => {
      taken.push({ sql, params });
      return Promise.resolve([]);
    },
    rows: () => Promise.resolve([]),
    insert: () => Promise.resolve(),
    commit: () => Promise.resolve(),
    rollback: () => Promise.resolve(),
  };
  await new Reader(tx, () => undefined).page("label", { parent: "dataset", id: datasetId }, page, {
    dataset: datasetId,
  });
  const [first] = taken;
  if (!first) throw new Error("no statement");
  const values = first.params as readonly (string | number | null)[];
  const after = values.indexOf(SENTINEL);
  const until = values.findIndex((value, at) => at > after && typeof value === "string" && value.startsWith("5e471e"));
  return { text: numbered(first.sql, values.length), values, after, until: until === -1 ? null : until };
}

/** Both forms of a page's statement: to the end of the list, and bounded where the page before told how densely rows lie. */
export async function capturePages(policy: Policy, standing: Standing, datasetId: string, first: number) {
  const toTheEnd = await capturePage(policy, standing, datasetId, { first, after: SENTINEL });
  const bounded = await capturePage(policy, standing, datasetId, { first, after: `${SENTINEL}|${GAP.toString(16)}` });
  return { toTheEnd, bounded };
}
