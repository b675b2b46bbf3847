import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import { auditIndexCheck } from "../../src/auditing/search.ts";
import { logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { agree, askErasure, keysOf } from "./acts.ts";
import { monthBefore, openPast } from "./past-entries.ts";
import type { PastEntries } from "./past-entries.ts";

const EARLIER = monthBefore(2);
const SUBJECT_BYTES = 16;
const LOW = "UNCLASSIFIED//NOFORN";

let house: TestHouse;
let past: PastEntries;
let ledger: Client;
let holder: Client;

beforeAll(async () => {
  house = await openTestHouse();
  past = await openPast(house);
  ledger = new Client({ ...house.database.as("caveat_ledger") });
  holder = new Client({ ...house.database.admin });
  await Promise.all([ledger.connect(), holder.connect()]);
});
afterAll(async () => {
  await Promise.all([ledger.end(), holder.end()]);
  await past.close();
  await house.remove();
});

const asked = (handle: string): Promise<ProposalRow> => askErasure(house, handle, EARLIER.month);

async function stateOf(): Promise<number> {
  const { rows } = await house.admin.query<{ reached: number }>(
    "select coalesce(max(complete_to), 0)::int as reached from audit.index_state where log_id = 0",
  );
  return rows[0]?.reached ?? 0;
}

/** Indexes everything that is there. */
async function caughtUp(): Promise<void> {
  const otto = await house.as("otto");
  await house.run(otto, (operation) => operation.query(auditIndexCheck, { from: 0, first: 1_000 }));
  await vi.waitFor(async () => expect(await stateOf()).toBeGreaterThan((await logSize(house)) - 4), 10_000);
}

/** A batch of the index over all that is not in it, in which the actor of this entry has a hash of its own. */
async function batch(entryId: string, subject: Buffer): Promise<{ from: number; reached: number }> {
  const from = await stateOf();
  const [to, { rows: places }] = [
    await logSize(house),
    await house.admin.query<{ idx: number }>("select idx::int as idx from audit.entry where id = $1", [entryId]),
  ];
  const { rows } = await ledger.query<{ reached: number }>(
    `select audit.index_entries(0::smallint, $1, $2, 0, $3, '{3}', int2send(($4::int - $1::bigint)::smallint) || '\\x00'::bytea,
       '{}', '{}', '{}')::int as reached`,
    [from, to, subject, places[0]?.idx],
  );
  return { from, reached: rows[0]?.reached ?? -1 };
}

/** How many sessions wait for a lock that another one has. */
async function waiting(): Promise<number> {
  const { rows } = await house.admin.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rows[0]?.count ?? 0;
}

async function found(subject: Buffer): Promise<number> {
  const { rows } = await house.admin.query<{ count: number }>(
    "select count(*)::int as count from audit.posting where subject = $1",
    [subject],
  );
  return rows[0]?.count ?? -1;
}

const hash = (): Buffer => createHash("sha256").update(randomUUID()).digest().subarray(0, SUBJECT_BYTES);

test("I7 an erasure that comes while a batch of the index is under way waits for it, and takes its rows with it", async () => {
  const [request] = await past.write("ana", LOW, EARLIER.at);
  const row = await asked("ana");
  const subject = hash();
  await ledger.query("begin");
  const { from, reached } = await batch(request, subject);
  expect(reached).toBeGreaterThan(from);
  const erasing = agree(house, "silas", row);
  await vi.waitFor(async () => expect(await waiting()).toBeGreaterThan(0), 10_000);
  expect(await Promise.race([erasing.then(() => "erased"), sleep(200, "waits")])).toBe("waits");
  await ledger.query("commit");
  await erasing;
  expect(await found(subject)).toBe(0);
});

test("I7 a batch of the index that comes while an erasure is under way waits for it, and leaves out what was erased", async () => {
  await past.write("ben", LOW, EARLIER.at);
  await caughtUp();
  const row = await asked("ben");
  await holder.query("begin");
  // The erasure is held where it takes the rows of the index away: it has its lock on the index by then.
  await holder.query(
    `select 1 from audit.posting p join audit.index_batch b on b.log_id = p.log_id and b.first = p.first
     where exists (select from audit.section x where x.log_id = b.log_id and x.idx >= b.first and x.idx < b.next and x.key_id = any ($1))
     for update of p`,
    [keysOf(row)],
  );
  const [request] = await past.write("ben", LOW, EARLIER.at);
  const erasing = agree(house, "silas", row);
  await vi.waitFor(async () => expect(await waiting()).toBeGreaterThan(0), 10_000);
  const subject = hash();
  const indexing = batch(request, subject);
  await vi.waitFor(async () => expect(await waiting()).toBeGreaterThan(1), 10_000);
  await holder.query("rollback");
  const { from, reached } = await indexing;
  expect(reached).toBeGreaterThan(from);
  await erasing;
  expect(await found(subject)).toBe(0);
});
