import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client } from "pg";
import { codesOf, draft, judge, openLedger } from "./ledger-fixture.ts";
import type { TestLedger } from "./ledger-fixture.ts";

const REFUSED = { code: "42501" };

let ledger: TestLedger;

beforeAll(async () => {
  ledger = await openLedger();
  await Promise.all(Array.from({ length: 12 }, (_, at) => ledger.writer.append(draft(`entry ${at}`))));
  await (await ledger.publisher()).publish();
});
afterAll(async () => {
  await ledger.remove();
});

/** Statements that take something back, for each table of the log. */
const STATEMENTS = [
  "update audit.entry set kind = 'log.boot' where idx = 3",
  "update audit.entry set leaf = leaf where idx = 3",
  "update audit.entry set idx = idx + 100 where idx = 11",
  "delete from audit.entry where idx = 11",
  "delete from audit.entry",
  "truncate audit.entry",
  "truncate audit.entry cascade",
  "update audit.section set sealed = '\\x00' where idx = 3",
  "delete from audit.section where idx = 3",
  "truncate audit.section",
  "update audit.checkpoint set note = '' where size = 12",
  "delete from audit.checkpoint where size = 12",
  "truncate audit.checkpoint",
  "update audit.log set size = size - 1",
  "update audit.log set size = 0, chain = decode(repeat('00', 48), 'hex')",
  "update audit.log set chain = decode(repeat('11', 48), 'hex')",
  "update audit.log set origin = 'elsewhere/activity'",
  "update audit.log set id = 7",
  "delete from audit.log",
  "truncate audit.log cascade",
] as const;

async function attempt(statement: string, before: readonly string[]): Promise<void> {
  await ledger.admin.query("begin");
  try {
    for (const setting of before) await ledger.admin.query(setting);
    await expect(ledger.admin.query(statement)).rejects.toMatchObject(REFUSED);
  } finally {
    await ledger.admin.query("rollback");
  }
}

describe("I5 nothing in the log's tables can be taken back", () => {
  test.each(STATEMENTS)("by the owner: %s", async (statement) => {
    await attempt(statement, ["set local role caveat_owner"]);
  });

  test.each(STATEMENTS)("by a superuser who acts as a replica: %s", async (statement) => {
    await attempt(statement, ["set local session_replication_role = replica"]);
  });

  test.each(["caveat_ledger", "caveat_app", "caveat_policy"])(
    "by the working role %s, nor written past the functions",
    async (role) => {
      const client = new Client({ ...ledger.database.as(role) });
      await client.connect();
      try {
        for (const statement of STATEMENTS) await expect(client.query(statement)).rejects.toMatchObject(REFUSED);
        const columns = "log_id, idx, id, leaf, leaf256, leaf384, chain, kind";
        const entry = `insert into audit.entry (${columns}) select 0, 12, gen_random_uuid(), '', '', '', '', 'log.boot'`;
        const section =
          "insert into audit.section (log_id, idx, slot, key_id, sealed) select 0, 11, 3, gen_random_uuid(), ''";
        const log = "insert into audit.log (id, origin, purpose) values (9, 'x', 'activity')";
        for (const statement of [entry, section, log]) {
          await expect(client.query(statement)).rejects.toMatchObject(REFUSED);
        }
      } finally {
        await client.end();
      }
    },
  );

  test.each(["caveat_app", "caveat_policy"])("the role %s neither reads the log nor appends to it", async (role) => {
    const client = new Client({ ...ledger.database.as(role) });
    await client.connect();
    try {
      for (const table of ["entry", "section", "checkpoint", "log", "section_key", "outbox"]) {
        await expect(client.query(`select * from audit.${table}`)).rejects.toMatchObject(REFUSED);
      }
      await expect(client.query("select audit.append(0::smallint, '[]')")).rejects.toMatchObject(REFUSED);
      await expect(client.query("select audit.drain(null)")).rejects.toMatchObject(REFUSED);
      await expect(client.query("select audit.open_log('x', 'activity', null)")).rejects.toMatchObject(REFUSED);
    } finally {
      await client.end();
    }
  });

  test("and after all that the log verifies", async () => {
    const report = await judge(await ledger.archive(), ledger.verifier);
    expect(codesOf(report)).toEqual([]);
    expect(report.signed?.size).toBe(12);
  });
});
