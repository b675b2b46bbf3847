import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GateClaim } from "../../src/policy/gate-token.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TokenMaker, backendOf } from "./tokens.ts";
import { smallWorld } from "./harbor-world.ts";

let house: TestHouse;
let app: Client;
let maker: TokenMaker;
let claim: GateClaim;
let labels: number;

beforeAll(async () => {
  house = await openTestHouse();
  await smallWorld(house);
  app = new Client({ ...house.database.as("caveat_app") });
  await app.connect();
  maker = await TokenMaker.open(house);
  claim = await maker.claimOf(await house.as("ana"), await backendOf(app));
  labels = await seen(maker.token(claim));
});
afterAll(async () => {
  await app.end();
  await maker.close();
  await house.remove();
});

async function count(): Promise<number> {
  const { rows } = await app.query<{ n: number }>("select count(*)::int as n from data.label");
  return rows[0]?.n ?? -1;
}

/** Labels that a token shows in a transaction of the application role. */
async function seen(token: string, begin = "begin"): Promise<number> {
  await app.query(begin);
  try {
    await app.query("select set_config('caveat.gate', $1, true)", [token]);
    return await count();
  } finally {
    await app.query("rollback");
  }
}

/** Labels that two tokens show one after the other within a single statement of the client. */
async function within(first: string, second: string): Promise<(string | null)[]> {
  await app.query("begin");
  try {
    for (const [name, token] of Object.entries({ first, second }))
      await app.query("select set_config($1, $2, true)", [`test.${name}`, token]);
    await app.query(`do $$ begin
      perform set_config('caveat.gate', current_setting('test.first'), true);
      perform set_config('test.seen_first', (select count(*)::text from data.label), true);
      perform set_config('caveat.gate', current_setting('test.second'), true);
      perform set_config('test.seen_second', (select count(*)::text from data.label), true);
    end $$`);
    const { rows } = await app.query<Record<string, string | null>>(
      "select current_setting('test.seen_first') as first, current_setting('test.seen_second') as second",
    );
    return [rows[0]?.["first"] ?? null, rows[0]?.["second"] ?? null];
  } finally {
    await app.query("rollback");
  }
}

describe("I1 what a session remembers of a token that was found good", () => {
  test("is kept while a statement runs, and the token opens what it opened", async () => {
    const mark = async (): Promise<string> =>
      (await house.admin.query<{ at: string }>("select last_value::text as at from gate.found_first")).rows[0]?.at ??
      "";
    const before = await mark();
    expect(labels).toBeGreaterThan(0);
    expect(await within(maker.token(claim), maker.token(claim))).toEqual([String(labels), String(labels)]);
    expect(await mark()).not.toBe(before);
  });

  test("is no word for another token in the same statement, whatever is changed in it", async () => {
    const good = maker.token(claim);
    const another = maker.token({ ...claim, personId: house.personId("sam") });
    const parts = good.split("|");
    for (let at = 0; at < parts.length; at += 1) {
      const forged = parts.with(at, parts[at] === "1" ? "2" : `${parts[at] ?? ""}1`).join("|");
      const answer = await within(good, forged).catch(() => [String(labels), "0"]);
      expect([at, ...answer]).toEqual([at, String(labels), "0"]);
    }
    expect(await within(good, another)).toEqual([String(labels), "0"]);
    expect(await within(another, good)).toEqual(["0", String(labels)]);
  });

  test("ends with the statement: what is taken away in between is seen by the next one of the same transaction", async () => {
    const bystander = await maker.claimOf(await house.as("rita"), claim.backend);
    await app.query("begin");
    try {
      await app.query("select set_config('caveat.gate', $1, true)", [maker.token(bystander)]);
      expect(await count()).toBeGreaterThan(0);
      await house.admin.query("update access.person set suspended = true where id = $1", [bystander.personId]);
      expect(await count()).toBe(0);
    } finally {
      await app.query("rollback");
      await house.admin.query("update access.person set suspended = false where id = $1", [bystander.personId]);
    }
  });

  test("is what the next question of the same message is answered by, and no longer once anybody committed a change", async () => {
    // Nobody but an owner can change what a token rests on within a transaction that reads: so it can be told which was asked.
    const owner = new Client({ ...house.database.admin });
    await owner.connect();
    try {
      const token = maker.token({ ...claim, backend: await backendOf(owner) });
      const counted = (name: string): string => `perform set_config('role', 'caveat_app', true);
        perform set_config('test.${name}', (select count(*)::text from data.label), true);
        perform set_config('role', 'none', true);`;
      const looks = async (): Promise<[before: string, after: string, next: number]> => {
        await owner.query("begin");
        try {
          await owner.query("select set_config('caveat.gate', $1, true)", [token]);
          await owner.query(`do $$ begin ${counted("before")} delete from gate.key; ${counted("after")} end $$`);
          const { rows } = await owner.query<{ before: string; after: string }>(
            "select current_setting('test.before') as before, current_setting('test.after') as after",
          );
          await owner.query("select set_config('role', 'caveat_app', true)");
          const next = await owner.query<{ n: number }>("select count(*)::int as n from data.label");
          return [rows[0]?.before ?? "", rows[0]?.after ?? "", next.rows[0]?.n ?? -1];
        } finally {
          await owner.query("rollback");
        }
      };
      // Whoever commits in the very moment, in any database of the cluster, has it asked anew: it is looked for a moment without.
      const seldom: [string, string, number] = [String(labels), "0", 0];
      let answer = seldom;
      for (let tries = 0; tries < 100 && answer[1] === "0"; tries += 1) answer = await looks();
      expect(answer).toEqual([String(labels), String(labels), 0]);
    } finally {
      await owner.end();
    }
  });

  test("is forgotten within a message, too, when somebody is suspended while it runs", async () => {
    const bystander = await maker.claimOf(await house.as("rita"), claim.backend);
    await house.admin.query("select pg_advisory_lock(42)");
    await app.query("begin");
    try {
      await app.query("select set_config('caveat.gate', $1, true)", [maker.token(bystander)]);
      const looks = app.query(`do $$ begin
        perform set_config('test.before', (select count(*)::text from data.label), true);
        perform pg_advisory_xact_lock(42);
        perform set_config('test.after', (select count(*)::text from data.label), true);
      end $$`);
      await expect
        .poll(async () => {
          const { rows } = await house.admin.query("select from pg_locks where locktype = 'advisory' and not granted");
          return rows.length;
        })
        .toBe(1);
      await house.admin.query("update access.person set suspended = true where id = $1", [bystander.personId]);
      await house.admin.query("select pg_advisory_unlock(42)");
      await looks;
      const { rows } = await app.query<{ before: string; after: string }>(
        "select current_setting('test.before') as before, current_setting('test.after') as after",
      );
      expect(Number(rows[0]?.before)).toBeGreaterThan(0);
      expect(rows[0]?.after).toBe("0");
    } finally {
      await app.query("rollback");
      await house.admin.query("update access.person set suspended = false where id = $1", [bystander.personId]);
    }
  });

  test("is what the next message is answered by where one snapshot stands for the whole transaction", async () => {
    const owner = new Client({ ...house.database.admin });
    await owner.connect();
    try {
      const token = maker.token({ ...claim, backend: await backendOf(owner) });
      const counted = async (): Promise<number> => {
        await owner.query("select set_config('role', 'caveat_app', true)");
        const { rows } = await owner.query<{ n: number }>("select count(*)::int as n from data.label");
        await owner.query("select set_config('role', 'none', true)");
        return rows[0]?.n ?? -1;
      };
      for (const [level, after] of [
        ["repeatable read", labels],
        ["read committed", 0],
      ] as const) {
        await owner.query(`begin isolation level ${level}`);
        await owner.query("select set_config('caveat.gate', $1, true)", [token]);
        expect(await counted()).toBe(labels);
        // What nobody but an owner can do, and no snapshot but his own shows.
        await owner.query("delete from gate.key");
        expect([level, await counted()]).toEqual([level, after]);
        await owner.query("rollback");
      }
    } finally {
      await owner.end();
    }
  });

  test("ends with such a transaction: a clearance that is over since, without anybody's doing, opens nothing in the next", async () => {
    const rita = house.personId("rita");
    await house.admin.query("create table kept_clearance as select * from access.clearance where person_id = $1", [
      rita,
    ]);
    try {
      await house.admin.query(
        "update access.clearance set expires_at = clock_timestamp() + interval '5 seconds' where person_id = $1",
        [rita],
      );
      const token = maker.token(await maker.claimOf(await house.as("rita"), claim.backend));
      expect(await seen(token, "begin isolation level repeatable read")).toBeGreaterThan(0);
      await expect.poll(() => seen(token, "begin isolation level repeatable read")).toBe(0);
    } finally {
      await house.admin.query(
        "update access.clearance c set expires_at = k.expires_at from kept_clearance k where c.person_id = k.person_id",
      );
      await house.admin.query("drop table kept_clearance");
    }
  });

  test("is asked anew where a transaction only reads, and opens the same", async () => {
    expect(await seen(maker.token(claim), "begin read only")).toBe(labels);
    expect(await seen(maker.token(claim), "begin isolation level repeatable read")).toBe(labels);
  });

  test("is neither read nor set by the application role", async () => {
    for (const name of ["found_first", "found_second"])
      for (const sql of [
        `select setval('gate.${name}', 1)`,
        `select nextval('gate.${name}')`,
        `select currval('gate.${name}')`,
        `select last_value from gate.${name}`,
      ])
        await expect(app.query(sql)).rejects.toMatchObject({ code: "42501" });
  });

  test("is not believed where the setting that tells of it is set by hand", async () => {
    const stranger = new Client({ ...house.database.as("caveat_app") });
    await stranger.connect();
    try {
      const forged = maker
        .token({ ...claim, backend: await backendOf(stranger) })
        .replace(/.$/, (end) => (end === "0" ? "1" : "0"));
      await stranger.query("select set_config('caveat.found', 'yes', false), set_config('caveat.gate', $1, false)", [
        forged,
      ]);
      await expect(stranger.query("select count(*) from data.label")).rejects.toMatchObject({ code: "55000" });
      await stranger.query("select set_config('caveat.found', '', false)");
      expect((await stranger.query<{ n: number }>("select count(*)::int as n from data.label")).rows[0]?.n).toBe(0);
    } finally {
      await stranger.end();
    }
  });
});
