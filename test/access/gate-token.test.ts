import { randomBytes, randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GateTokenMint, gateHash } from "../../src/policy/gate-token.ts";
import type { GateClaim } from "../../src/policy/gate-token.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import { releaseDelivery, sealDelivery } from "../../src/deliveries/release-commands.ts";
import { createDataset } from "../../src/datasets/commands.ts";
import { addRule } from "../../src/datasets/compilations.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TokenMaker, backendOf, requestRecord } from "./tokens.ts";
import { S, approve, request, review, smallWorld } from "./harbor-world.ts";

const LABELED = [...ROW_TABLES.map(({ table }) => table), "data_key", "recipient", "idempotency"];
let house: TestHouse;
let app: Client;
let maker: TokenMaker;
/** A claim of petra, a program officer, for a request entry that is in the log. */
let claim: GateClaim;

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
  await house.run(await house.as("sam"), async (operation) => {
    const compiled = await operation.mutate(
      createDataset,
      {
        programId: house.programId,
        name: "Compiled",
        marking: S,
        ontologyVersionId: world.versionId,
        compilation: { marking: S, reason: "together they show a pattern" },
      },
      { key: "once", inputDigest: Buffer.alloc(32) },
    );
    await operation.mutate(addRule, { datasetId: compiled.id, marking: S, reason: "nothing of it", counts: null });
  });
  const petra = await house.as("petra");
  const delivery = await request(house, petra, world.datasetId);
  for (const handle of ["victor", "wanda"]) await approve(house, await house.as(handle), delivery);
  await house.admin.query(
    `insert into data.delivery_hold_lift select gen_random_uuid(), d.id, d.program_id, d.marking_id, d.requester_id, d.marking_id,
       gen_random_uuid(), $2, 'nothing in it', gen_random_uuid(), now() from data.delivery d where d.id = $1`,
    [delivery.id, house.personId("victor")],
  );
  await house.run(await house.as("victor"), async (operation) => {
    await operation.mutate(releaseDelivery, { deliveryId: delivery.id });
    await operation.mutate(sealDelivery, { deliveryId: delivery.id });
  });
  // What waited in quarantine once, planted: the triggers of an upload are not what is tried here.
  await house.admin.query("set session_replication_role = replica");
  await house.admin.query(
    `insert into data.asset_quarantine (asset_id, dataset_id, program_id, dataset_marking_id, marking_id, receiver_id, from_marking_id,
       raised_marking_id, entry_id, findings, width, height, original_blob_id, display_blob_id, tiles_blob_id, received_at)
     select c.asset_id, c.dataset_id, c.program_id, c.dataset_marking_id, c.marking_id, $1, c.marking_id, c.marking_id, gen_random_uuid(),
       '[]', c.width, c.height, c.original_blob_id, c.display_blob_id, c.tiles_blob_id, now() from data.asset_content c`,
    [house.personId("sam")],
  );
  await house.admin.query(
    `insert into data.asset_quarantine_lift (asset_id, dataset_id, program_id, dataset_marking_id, marking_id, receiver_id, lifter_id, reason, lifted_at)
     select asset_id, dataset_id, program_id, dataset_marking_id, marking_id, receiver_id, receiver_id, 'as it says', now() from data.asset_quarantine`,
  );
  await house.admin.query("reset session_replication_role");
  app = new Client({ ...house.database.as("caveat_app") });
  await app.connect();
  maker = await TokenMaker.open(house);
  claim = await maker.claimOf(petra, await backendOf(app));
});
afterAll(async () => {
  await app.end();
  await maker.close();
  await house.remove();
});

describe("I1 a gate token opens", () => {
  test("the rows of its person, in every table that he may read at all", async () => {
    const seen = await visible(maker.token(claim));
    expect(
      Object.entries(seen)
        .filter(([, n]) => n === 0)
        .map(([table]) => table),
    ).toEqual([
      "asset_quarantine_reading",
      "project",
      "guideline",
      "task",
      "task_act",
      "task_remark",
      "task_draft",
      "proposal",
      "proposal_marking",
      "proposal_approval",
      "proposal_withdrawal",
      "marking_change",
      "revocation",
      "idempotency",
    ]);
  });
  test("only in the transaction that set it", async () => {
    await visible(maker.token(claim));
    expect(await counts(app)).toEqual(NOTHING);
  });
});

describe("I1 a gate token opens nothing", () => {
  test.each([null, "", "v1", "v1||||||||||", "|||||||||||||", "v2|x", "'; select 1; --"])(
    "when it is %j",
    async (token) => {
      expect(await visible(token)).toEqual(NOTHING);
    },
  );

  test("with any one byte of it changed", async () => {
    const token = maker.token(claim);
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === "1" ? "2" : "1") + token.slice(at + 1);
      await app.query("begin");
      await app.query("select set_config('caveat.gate', $1, true)", [changed]);
      const { rows } = await app.query<{ n: number; person: string | null }>(
        "select count(*)::int as n, gate.person() as person from data.program",
      );
      await app.query("rollback");
      expect([at, rows[0]]).toEqual([at, { n: 0, person: null }]);
    }
  });

  test("when it was minted with a key that nobody registered", async () => {
    expect(await visible(new GateTokenMint().mint(claim, new Date()))).toEqual(NOTHING);
  });

  test("when its time is over", async () => {
    expect(await visible(maker.mint.mint(claim, new Date(Date.now() - 301_000)))).toEqual(NOTHING);
  });

  test("when its key's time is over", async () => {
    const old = new GateTokenMint();
    await old.register(house.house.store);
    const token = old.mint(claim, new Date());
    expect((await visible(token))["program"]).toBe(1);
    await house.admin.query("update gate.key set expires_at = now() - interval '1 second' where id = $1", [
      token.split("|")[1],
    ]);
    expect(await visible(token)).toEqual(NOTHING);
  });

  test("with the nonce or the request entry of another person", async () => {
    const other = await maker.entryFor(house.personId("ben"), "test");
    expect(await visible(maker.token({ ...claim, ...other }))).toEqual(NOTHING);
    expect(await visible(maker.token({ ...claim, nonce: other.nonce }))).toEqual(NOTHING);
    expect(await visible(maker.token({ ...claim, requestId: other.requestId }))).toEqual(NOTHING);
    expect(await visible(maker.token({ ...claim, requestId: randomUUID() }))).toEqual(NOTHING);
  });

  test("on another connection than the one that it was minted for", async () => {
    const { backend } = claim;
    for (const other of [backend + 1, 0, -1])
      expect(await visible(maker.token({ ...claim, backend: other }))).toEqual(NOTHING);
  });

  test("for another purpose than the one its request entry was made for", async () => {
    expect(await visible(maker.token({ ...claim, purpose: "another" }))).toEqual(NOTHING);
  });

  test("under another epoch", async () => {
    for (const epoch of [claim.epoch - 1, claim.epoch + 1])
      expect(await visible(maker.token({ ...claim, epoch }))).toEqual(NOTHING);
  });

  test("under a policy or a profile that is not there", async () => {
    expect(await visible(maker.token({ ...claim, policyId: randomUUID() }))).toEqual(NOTHING);
    // Who he is still holds, so what depends on the person alone (his programs, so the offices) stays.
    const seen = await visible(maker.token({ ...claim, profileId: randomUUID() }));
    expect({ ...seen, recipient: 0 }).toEqual(NOTHING);
  });

  test("when its request entry is not committed, to others and in the same transaction", async () => {
    const nonce = randomBytes(16);
    const requestId = randomUUID();
    const token = maker.token({ ...claim, requestId, nonce });
    const both = new Client({ ...house.database.admin });
    await both.connect();
    try {
      await both.query("begin; set local role caveat_ledger");
      await both.query("select * from audit.append($1, $2)", [
        house.house.keeper.logId,
        requestRecord(requestId, gateHash(nonce, claim.personId, claim.purpose)),
      ]);
      expect(await visible(token)).toEqual(NOTHING);
      await both.query("set local role caveat_app");
      const own = maker.token({ ...claim, requestId, nonce, backend: await backendOf(both) });
      await both.query("select set_config('caveat.gate', $1, true)", [own]);
      expect(await counts(both)).toEqual(NOTHING);
      await both.query("commit");
      expect((await visible(token))["program"]).toBe(1);
    } finally {
      await both.end();
    }
  });
});

describe("I1 a token that was good once opens nothing", () => {
  const show = (client: Client, token: string): Promise<unknown> =>
    client.query("select set_config('caveat.gate', $1, true)", [token]);

  test("replayed on another connection, whoever works there", async () => {
    const other = new Client({ ...house.database.as("caveat_app") });
    await other.connect();
    try {
      const token = maker.token(claim);
      expect((await visible(token))["program"]).toBe(1);
      await other.query("begin");
      await show(other, token);
      expect(await counts(other)).toEqual(NOTHING);
      await other.query("rollback");
    } finally {
      await other.end();
    }
  });

  test("after the savepoint in which it was shown was rolled back", async () => {
    await app.query("begin; savepoint before");
    await show(app, maker.token(claim));
    expect((await counts(app))["program"]).toBe(1);
    await app.query("rollback to savepoint before");
    expect(await counts(app)).toEqual(NOTHING);
    await app.query("rollback");
  });

  test("through a statement that was prepared while it held", async () => {
    await app.query("begin");
    await show(app, maker.token(claim));
    const prepared = { name: "held", text: "select count(*)::int as n from data.program" };
    for (let time = 0; time < 8; time += 1) expect((await app.query(prepared)).rows).toEqual([{ n: 1 }]);
    await app.query("commit; begin");
    expect((await app.query(prepared)).rows).toEqual([{ n: 0 }]);
    await app.query("rollback");
  });

  test("when its request entry was rolled back", async () => {
    const nonce = randomBytes(16);
    const requestId = randomUUID();
    const ledger = new Client({ ...house.database.as("caveat_ledger") });
    await ledger.connect();
    try {
      await ledger.query("begin");
      await ledger.query("select * from audit.append($1, $2)", [
        house.house.keeper.logId,
        requestRecord(requestId, gateHash(nonce, claim.personId, claim.purpose)),
      ]);
      await ledger.query("rollback");
    } finally {
      await ledger.end();
    }
    expect(await visible(maker.token({ ...claim, requestId, nonce }))).toEqual(NOTHING);
  });

  test("under a policy that is there and not in force", async () => {
    const { rows } = await house.admin.query<{ id: string }>(
      `with d as (insert into access.policy_documents (sha384, content, version, register_version)
         values (encode(sha384('[]'), 'hex'), '[]', 'kept', 'r') returning *)
       insert into access.policy (version, register_version, documents_sha384)
       select version, register_version, sha384 from d returning id`,
    );
    const policyId = rows[0]?.id ?? "";
    await house.admin.query(
      `insert into access.profile_marking select $1, profile_id, marking_id, actions from access.profile_marking where policy_id = $2`,
      [policyId, claim.policyId],
    );
    expect(await visible(maker.token({ ...claim, policyId }))).toEqual(NOTHING);
    await house.admin.query("delete from access.profile_marking where policy_id = $1", [policyId]);
    await house.admin.query("delete from access.policy where id = $1", [policyId]);
  });

  test("of another person, shown by SQL in his own transaction: nobody can mint it, and his own shows him his own rows", async () => {
    const ben = await house.as("ben");
    const bens = await maker.claimOf(ben, claim.backend);
    // Everything of ben's token but the person in it, or the profile: the MAC is over all of it.
    const [mine, his] = [maker.token(claim).split("|"), maker.token(bens).split("|")];
    for (const at of [2, 3, 5, 6, 7, 8]) {
      const mixed = his.map((part, index) => (index === at ? (mine[index] ?? "") : part)).join("|");
      if (mixed !== his.join("|")) expect([at, await visible(mixed)]).toEqual([at, NOTHING]);
    }
    const seen = await visible(his.join("|"));
    expect([seen["program"], seen["delivery"]]).toEqual([1, 0]);
  });
});

describe("I5 a record for the log", () => {
  const text = JSON.stringify({ id: randomUUID(), kind: "mutation.outcome" });

  /** SQLSTATE with which the outbox refuses a record; empty when it takes it. */
  async function proposed(
    logId: number,
    id: string,
    record: string,
    sealed: { keyId: string; mac: Buffer },
  ): Promise<string> {
    await app.query("begin");
    try {
      return await app
        .query("select audit.propose($1, $2, $3, $4, $5)", [logId, id, record, sealed.keyId, sealed.mac])
        .then(
          () => "",
          (error: unknown) => (error as { code?: string }).code ?? "?",
        );
    } finally {
      await app.query("rollback");
    }
  }

  test("is taken from the application role only under the MAC of a server process, over exactly this log, id and text", async () => {
    const { logId } = house.house.keeper;
    const id = randomUUID();
    const sealed = maker.mint.sealRecord(logId, id, text);
    expect(await proposed(logId, id, text, sealed)).toBe("");
    expect(await proposed(logId + 1, id, text, sealed)).toBe("42501");
    expect(await proposed(logId, randomUUID(), text, sealed)).toBe("42501");
    expect(await proposed(logId, id, `${text} `, sealed)).toBe("42501");
    expect(await proposed(logId, id, text, { ...sealed, mac: Buffer.alloc(32) })).toBe("42501");
    expect(await proposed(logId, id, text, { ...sealed, keyId: randomUUID() })).toBe("42501");
    expect(await proposed(logId, id, text, new GateTokenMint().sealRecord(logId, id, text))).toBe("42501");
  });
});

describe("I1 I9 what is taken away is gone at the next statement of an open transaction", () => {
  let token: string;
  const change = (sql: string, ...values: unknown[]): Promise<unknown> => house.admin.query(sql, values);

  beforeEach(async () => {
    const petra = await house.as("petra");
    token = maker.token({ ...claim, epoch: petra.epoch });
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
    await change(
      "insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')",
      claim.personId,
      house.programId,
    );
  });
  test("when another policy is activated", async () => {
    await before();
    await change("update access.policy set active = false");
    await change(
      "insert into access.policy_documents (sha384, content, version, register_version) values (encode(sha384('{}'), 'hex'), '{}', 'other', '')",
    );
    await change(`insert into access.policy select (jsonb_populate_record(p, jsonb_build_object(
      'id', gen_random_uuid(), 'version', 'other', 'documents_sha384', encode(sha384('{}'), 'hex'), 'active', true))).* from access.policy p`);
    await after();
    await change("delete from access.policy where version = 'other'");
    await change("update access.policy set active = true");
  });
  test("when the client is suspended", async () => {
    await before();
    await change("update access.client set status = 'suspended'");
    await after();
    await change("update access.client set status = 'approved'");
    // What was ended does not come back with the client that it came through.
    expect(await visible(token)).toEqual(NOTHING);
  });
  test("when the ceiling of the client is lowered", async () => {
    await before();
    await change("update access.client set ceiling = 'S'");
    await after();
    await change("update access.client set ceiling = 'TS'");
    expect(await visible(token)).toEqual(NOTHING);
  });
  test("when the clearance runs out", async () => {
    await before();
    await change("update access.clearance set expires_at = now() where person_id = $1", claim.personId);
    await after();
  });
});
