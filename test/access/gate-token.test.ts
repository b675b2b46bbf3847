import { randomBytes, randomUUID } from "node:crypto";
import { Client, Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GateTokenMint, gateHash } from "../../src/policy/gate-token.ts";
import type { GateClaim } from "../../src/policy/gate-token.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import { releaseDelivery, sealDelivery } from "../../src/deliveries/release-commands.ts";
import { createDataset } from "../../src/datasets/commands.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { S, approve, request, review, smallWorld } from "./harbor-world.ts";

const LABELED = [...ROW_TABLES.map(({ table }) => table), "data_key", "recipient", "idempotency"];
let house: TestHouse;
let app: Client;
let ledger: Pool;
let mint: GateTokenMint;
/** A claim of petra, a program officer, for a request entry that is in the log. */
let claim: GateClaim;

/** Appends a request entry that a token of this person can open, as the server does; returns what the token must say. */
async function entryFor(personId: string, purpose: string): Promise<{ requestId: string; nonce: Buffer }> {
  const nonce = randomBytes(16);
  const requestId = randomUUID();
  await ledger.query("select * from audit.append($1, $2)", [house.house.keeper.logId, record(requestId, gateHash(nonce, personId, purpose))]);
  return { requestId, nonce };
}

function record(id: string, hash: Buffer): string {
  const base = { id, leaf: randomBytes(40).toString("base64"), kind: "operation.request", personTag: null, sections: [] };
  return JSON.stringify([{ ...base, gateHash: hash.toString("base64") }]);
}

/** Rows that a token shows of each labeled table, in a transaction of the application role. */
async function visible(token: string | null): Promise<Record<string, number>> {
  await app.query("begin");
  try {
    if (token !== null) await app.query("select set_config('caveat.gate', $1, true)", [token]);
    return await counts(app);
  } finally {
    await app.query("rollback");
  }
}

async function counts(client: Client): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of LABELED) {
    const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from data.${table}`);
    found[table] = rows[0]?.n ?? -1;
  }
  return found;
}

const NOTHING = Object.fromEntries(LABELED.map((table) => [table, 0]));

beforeAll(async () => {
  house = await openTestHouse();
  const world = await smallWorld(house);
  await house.run(await house.as("rita"), (operation) => review(operation, world.labelId));
  await house.run(await house.as("sam"), (operation) =>
    operation.mutate(
      createDataset,
      {
        programId: house.programId,
        name: "Compiled",
        marking: S,
        ontologyVersionId: world.versionId,
        compilation: { marking: S, reason: "together they show a pattern" },
      },
      { key: "once", inputDigest: Buffer.alloc(32) },
    ),
  );
  const petra = await house.as("petra");
  const delivery = await request(house, petra, world.datasetId);
  for (const handle of ["victor", "wanda"]) await approve(house, await house.as(handle), delivery);
  await house.run(await house.as("victor"), async (operation) => {
    await operation.mutate(releaseDelivery, { deliveryId: delivery.id });
    await operation.mutate(sealDelivery, { deliveryId: delivery.id });
  });
  app = new Client({ ...house.database.as("caveat_app") });
  await app.connect();
  ledger = new Pool({ ...house.database.as("caveat_ledger"), max: 2 });
  mint = new GateTokenMint();
  await mint.register(house.house.store);
  const profileId = await house.house.office.profileId(petra.profile);
  claim = {
    personId: petra.personId,
    profileId,
    policyId: house.house.office.policyId,
    epoch: petra.epoch,
    purpose: "test",
    ...(await entryFor(petra.personId, "test")),
  };
});
afterAll(async () => {
  await app.end();
  await ledger.end();
  await house.remove();
});

describe("I1 a gate token opens", () => {
  test("the rows of its person, in every table that he may read at all", async () => {
    const seen = await visible(mint.mint(claim, new Date()));
    expect(Object.entries(seen).filter(([, n]) => n === 0).map(([table]) => table)).toEqual(["idempotency"]);
  });
  test("only in the transaction that set it", async () => {
    await visible(mint.mint(claim, new Date()));
    expect(await counts(app)).toEqual(NOTHING);
  });
});

describe("I1 a gate token opens nothing", () => {
  test.each([null, "", "v1", "v1||||||||||", "|||||||||||||", "v2|x", "'; select 1; --"])("when it is %j", async (token) => {
    expect(await visible(token)).toEqual(NOTHING);
  });

  test("with any one byte of it changed", async () => {
    const token = mint.mint(claim, new Date());
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === "1" ? "2" : "1") + token.slice(at + 1);
      await app.query("begin");
      await app.query("select set_config('caveat.gate', $1, true)", [changed]);
      const { rows } = await app.query<{ n: number; person: string | null }>("select count(*)::int as n, gate.person() as person from data.program");
      await app.query("rollback");
      expect([at, rows[0]]).toEqual([at, { n: 0, person: null }]);
    }
  });

  test("when it was minted with a key that nobody registered", async () => {
    expect(await visible(new GateTokenMint().mint(claim, new Date()))).toEqual(NOTHING);
  });

  test("when its time is over", async () => {
    expect(await visible(mint.mint(claim, new Date(Date.now() - 301_000)))).toEqual(NOTHING);
  });

  test("when its key's time is over", async () => {
    const old = new GateTokenMint();
    await old.register(house.house.store);
    const token = old.mint(claim, new Date());
    expect((await visible(token))["program"]).toBe(1);
    await house.admin.query("update gate.key set expires_at = now() - interval '1 second' where id = $1", [token.split("|")[1]]);
    expect(await visible(token)).toEqual(NOTHING);
  });

  test("with the nonce or the request entry of another person", async () => {
    const other = await entryFor(house.personId("ben"), "test");
    expect(await visible(mint.mint({ ...claim, ...other }, new Date()))).toEqual(NOTHING);
    expect(await visible(mint.mint({ ...claim, nonce: other.nonce }, new Date()))).toEqual(NOTHING);
    expect(await visible(mint.mint({ ...claim, requestId: other.requestId }, new Date()))).toEqual(NOTHING);
    expect(await visible(mint.mint({ ...claim, requestId: randomUUID() }, new Date()))).toEqual(NOTHING);
  });

  test("for another purpose than the one its request entry was made for", async () => {
    expect(await visible(mint.mint({ ...claim, purpose: "another" }, new Date()))).toEqual(NOTHING);
  });

  test("under another epoch", async () => {
    for (const epoch of [claim.epoch - 1, claim.epoch + 1]) expect(await visible(mint.mint({ ...claim, epoch }, new Date()))).toEqual(NOTHING);
  });

  test("under a policy or a profile that is not there", async () => {
    expect(await visible(mint.mint({ ...claim, policyId: randomUUID() }, new Date()))).toEqual(NOTHING);
    // Who he is still holds, so what depends on the person alone (his programs, so the offices) stays.
    const seen = await visible(mint.mint({ ...claim, profileId: randomUUID() }, new Date()));
    expect({ ...seen, recipient: 0 }).toEqual(NOTHING);
  });

  test("when its request entry is not committed, to others and in the same transaction", async () => {
    const nonce = randomBytes(16);
    const requestId = randomUUID();
    const token = mint.mint({ ...claim, requestId, nonce }, new Date());
    const both = new Client({ ...house.database.admin });
    await both.connect();
    try {
      await both.query("begin; set local role caveat_ledger");
      await both.query("select * from audit.append($1, $2)", [
        house.house.keeper.logId,
        record(requestId, gateHash(nonce, claim.personId, claim.purpose)),
      ]);
      expect(await visible(token)).toEqual(NOTHING);
      await both.query("set local role caveat_app");
      await both.query("select set_config('caveat.gate', $1, true)", [token]);
      expect(await counts(both)).toEqual(NOTHING);
      await both.query("commit");
      expect((await visible(token))["program"]).toBe(1);
    } finally {
      await both.end();
    }
  });
});

describe("I1 I9 what is taken away is gone at the next statement of an open transaction", () => {
  let token: string;
  const change = (sql: string, ...values: unknown[]): Promise<unknown> => house.admin.query(sql, values);

  beforeEach(async () => {
    const petra = await house.as("petra");
    token = mint.mint({ ...claim, epoch: petra.epoch }, new Date());
    await app.query("begin");
    await app.query("select set_config('caveat.gate', $1, true)", [token]);
  });

  async function before(): Promise<void> {
    expect((await counts(app))["delivery"]).toBe(1);
  }
  async function after(): Promise<void> {
    expect(await counts(app)).toEqual(NOTHING);
    await app.query("rollback");
  }

  test("when the person is suspended", async () => {
    await before();
    await change("update access.person set suspended = true where id = $1", claim.personId);
    await after();
    await change("update access.person set suspended = false where id = $1", claim.personId);
    expect(await visible(token)).toEqual(NOTHING);
  });
  test("when the clearance changes", async () => {
    await before();
    await change("update access.clearance set level = 'S' where person_id = $1", claim.personId);
    await after();
    await change("update access.clearance set level = 'TS' where person_id = $1", claim.personId);
    expect(await visible(token)).toEqual(NOTHING);
  });
  test("when a read-on is taken away", async () => {
    await before();
    await change("delete from access.read_on where person_id = $1 and token = 'TK'", claim.personId);
    await after();
  });
  test("when the membership ends", async () => {
    await before();
    await change("delete from access.membership where person_id = $1", claim.personId);
    await after();
    await change("insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')", claim.personId, house.programId);
  });
  test("when another policy is activated", async () => {
    await before();
    await change("update access.policy set active = false");
    await change("insert into access.policy (version, register_version, documents, active) values ('other', 'other', '{}', true)");
    await after();
    await change("delete from access.policy where version = 'other'");
    await change("update access.policy set active = true");
  });
  test("when the clearance runs out", async () => {
    await before();
    await change("update access.clearance set expires_at = now() where person_id = $1", claim.personId);
    await after();
  });
});
