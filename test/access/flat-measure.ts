import { Client } from "pg";
import type { Pool } from "pg";
import { transactionOf } from "../../src/policy/grant.ts";
import { bound, numbered } from "../../src/storage/bound-driver.ts";
import { BY_INDEX_HERE } from "../../src/storage/by-index.ts";
import { ListRecords } from "../../src/storage/list-records.ts";
import { PolicyStore } from "../../src/storage/policy-store.ts";
import { Reader } from "../../src/storage/reader.ts";
import { StandingStore } from "../../src/storage/standing-store.ts";
import type { Transaction } from "../../src/storage/transaction.ts";
import type { Listing } from "./flat-listings.ts";
import type { FlatWorld } from "./flat-world.ts";
import { TokenMaker, backendOf } from "./tokens.ts";

type Explained = { Plan: { "Shared Hit Blocks": number; "Shared Read Blocks": number } }[];
type Sent = (readonly [sql: string, params: readonly unknown[]])[];

/** A value as it stands in the text of a statement; lists as the driver writes them. */
function literal(value: unknown): string {
  const plain = Array.isArray(value)
    ? `{${value.map((item) => JSON.stringify(String(item))).join(",")}}`
    : bound(value);
  if (plain === null || plain === undefined) return "null";
  const text = plain instanceof Date ? plain.toISOString() : typeof plain === "string" ? plain : JSON.stringify(plain);
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Buffers of what was sent, under the plan that the server makes of it: once, for whatever values come. The first time a
 * session runs a function it reads catalogs; what counts is what it settles at.
 */
async function buffersOf(sent: Sent, client: Client): Promise<number> {
  let buffers = 0;
  for (const [sql, params] of sent) {
    const counts: number[] = [];
    await client.query(`prepare measured as ${sql}`);
    for (let turn = 0; turn < 3; turn += 1) {
      const given = params.length === 0 ? "" : `(${params.map(literal).join(", ")})`;
      const { rows } = await client.query<{ "QUERY PLAN": Explained }>(
        `explain (analyze, buffers, format json) execute measured${given}`,
      );
      const [row] = rows;
      const plan = row?.["QUERY PLAN"][0]?.Plan;
      counts.push((plan?.["Shared Hit Blocks"] ?? Number.NaN) + (plan?.["Shared Read Blocks"] ?? Number.NaN));
    }
    await client.query("deallocate measured");
    buffers += Math.min(...counts);
  }
  return buffers;
}

/** A pool of one session that notes what it reads. */
function watchedPool(client: Client, sent: Sent): Pool {
  const query = (sql: string, params: readonly unknown[] = []): Promise<unknown> => {
    if (/^\s*(?:select|with)\b/.test(sql)) sent.push([sql, params]);
    return client.query(sql, [...params]);
  };
  return { query, connect: () => Promise.resolve({ query, release: () => undefined }) } as unknown as Pool;
}

/** The very statements of a list: buffers that they touch, how many there are, and the ids that they find. */
export interface Measured {
  readonly buffers: number;
  readonly statements: number;
  readonly ids: readonly unknown[];
}

/** Measures a list, read by a person whose grant notes what is sent. */
export async function measure({ house }: FlatWorld, { as, read }: Listing): Promise<Measured> {
  const policy = new Client({ ...house.database.as("caveat_policy") });
  await policy.connect();
  const maker = await TokenMaker.open(house);
  try {
    return await house.run(await house.as(...as), (operation) =>
      operation.nested(async (grant) => {
        const tx = transactionOf(grant);
        const [byApp, byPolicy]: [Sent, Sent] = [[], []];
        const watched = Object.create(tx, {
          mapped: {
            value: (...asked: Parameters<Transaction["mapped"]>) => {
              byApp.push([numbered(asked[1], asked[2].length), asked[2]]);
              return tx.mapped(...asked);
            },
          },
          rows: {
            value: (sql: string, params: readonly unknown[] = []) => {
              byApp.push([numbered(sql, params.length), params]);
              return tx.rows(sql, params);
            },
          },
          lock: { value: tx.lock.bind(tx) },
        }) as Transaction;
        const pool = watchedPool(policy, byPolicy);
        const policies = new PolicyStore(pool);
        Object.defineProperties(grant, {
          read: { value: new Reader(watched, () => undefined) },
          lists: { value: new ListRecords(watched) },
          proposals: { value: new StandingStore(pool) },
          policies: { value: { ...grant.policies, holdings: policies.holdings.bind(policies) } },
        });
        const ids = (await read(grant)).map((row) => ("id" in row ? row.id : JSON.stringify(row)));
        const generic = `begin; ${BY_INDEX_HERE}; set local plan_cache_mode = force_generic_plan`;
        const { admin } = house;
        const token = maker.token(await maker.claimOf(grant.principal, await backendOf(admin)));
        await admin.query(`${generic}; set local role caveat_app`);
        await admin.query("select set_config('caveat.gate', $1, true)", [token]);
        const ofApp = await buffersOf(byApp, admin);
        await admin.query("rollback");
        await policy.query(generic);
        const ofPolicy = await buffersOf(byPolicy, policy);
        await policy.query("rollback");
        return { buffers: ofApp + ofPolicy, statements: byApp.length + byPolicy.length, ids };
      }),
    );
  } finally {
    await policy.end();
    await maker.close();
  }
}
