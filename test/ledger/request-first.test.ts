import type { FastifyInstance, InjectOptions } from "fastify";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLabel } from "../../src/labeling/commands.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { pass } from "../../src/transport/passage.ts";
import { publicAnswer } from "../../src/transport/public-answer.ts";
import { BOX, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { tinyPng } from "../access/png.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import {
  bearer,
  labeledActivity,
  loggedBy,
  outcomesOf,
  resumeAppending,
  serverOf,
  stopAppending,
} from "./house-ledger.ts";

const ASKED = { transport: "graphql", operation: "test", fields: [], digest: "", source: "test", honors: [] } as const;
const UNAVAILABLE = publicAnswer("UNAVAILABLE");

let house: TestHouse;
let world: SmallWorld;
let server: FastifyInstance;
let calls: readonly (readonly [string, InjectOptions])[];

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  server = await serverOf(house);
  const label = globalId("label", world.labelId);
  const asset = globalId("asset", world.assetId);
  const [ana, otto] = [await bearer(house, "ana"), await bearer(house, "otto")];
  const graphql = (authorization: string, query: string): InjectOptions => ({
    method: "POST",
    url: "/graphql",
    headers: { authorization, "content-type": "application/json" },
    payload: JSON.stringify({ query }),
  });
  const get = (authorization: string, url: string): InjectOptions => ({
    method: "GET",
    url,
    headers: { authorization },
  });
  calls = [
    ["a label by its id", graphql(ana, `{ label(id: "${label}") { id latest { shape } } }`)],
    [
      "a page of labels",
      graphql(ana, "{ programs(first: 5) { edges { node { datasets(first: 5) { edges { node { name } } } } } } }"),
    ],
    [
      "a new label",
      graphql(
        ana,
        `mutation { labelCreate(input: { assetId: "${asset}", classKey: "ship", idempotencyKey: "request-first",
          shape: { kind: "box", x: 1, y: 1, width: 2, height: 2 } }) { label { id } userErrors { code } } }`,
      ),
    ],
    ["what nobody asks for", graphql(ana, "{ viewer { handle } }")],
    ["his own record", graphql(ana, "{ ownAudit(first: 5) { edges { node { operation } } } }")],
    ["the log", graphql(otto, "{ auditEntries(first: 5) { edges { node { kind } } } }")],
    ["a display copy", get(ana, `/assets/${asset}/display`)],
    ["the archive", get(otto, "/audit/archive")],
    ["the trust file", get(ana, "/trust")],
    [
      "an upload",
      {
        method: "PUT",
        url: `/assets/${asset}/content`,
        headers: { authorization: ana, "content-type": "image/png" },
        payload: tinyPng(8),
      },
    ],
  ];
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

async function labels(): Promise<number> {
  const { rows } = await house.admin.query<{ count: number }>("select count(*)::int as count from data.label");
  return rows[0]?.count ?? -1;
}

/** Each call's answer is the constant one, and no statement ran as the role that sees labeled rows. */
async function refusesEverything(asked: typeof calls): Promise<void> {
  const before = { rows: await labels(), activity: await labeledActivity(house) };
  const answers = await Promise.all(asked.map(([, call]) => server.inject(call)));
  for (const [at, answer] of answers.entries()) {
    const what = asked[at]?.[0];
    expect({ what, status: answer.statusCode, body: answer.body }).toEqual({
      what,
      status: UNAVAILABLE.status,
      body: String(UNAVAILABLE.body),
    });
    expect(answer.headers["caveat-receipt"]).toBeUndefined();
  }
  // Idle connections may have been closed meanwhile; none has run a statement.
  for (const connection of await labeledActivity(house)) expect(before.activity).toContainEqual(connection);
  expect(await labels()).toBe(before.rows);
}

describe("I4 no answer without a record", () => {
  test("the request's entry is committed, and seen by others, before any statement runs on labeled rows", async () => {
    const ana = await house.as("ana");
    const idle = await labeledActivity(house);
    const operation = await house.open(ana);
    const { rows } = await house.admin.query<{ kind: string; committed: boolean }>(
      "select kind, pg_xact_status(xid) = 'committed' as committed from audit.entry order by idx desc limit 1",
    );
    expect(rows).toEqual([{ kind: "operation.request", committed: true }]);
    expect(await labeledActivity(house)).toEqual(idle);
    await operation.nested((grant) => grant.read.byId("label", world.labelId));
    expect(await labeledActivity(house)).not.toEqual(idle);
    await operation.close();
  });

  test("while the log takes no entry every operation is UNAVAILABLE, and nothing is read, written or returned", async () => {
    await stopAppending(house);
    try {
      await refusesEverything(calls);
    } finally {
      await resumeAppending(house);
    }
  });

  test("while the head of the log is locked longer than the server waits an operation is UNAVAILABLE, and nothing is read", async () => {
    const holder = new Client({ ...house.database.admin });
    await holder.connect();
    await holder.query("begin");
    await holder.query("select * from audit.log for update");
    try {
      await refusesEverything(calls.slice(0, 1));
    } finally {
      await holder.query("rollback");
      await holder.end();
    }
  }, 30_000);

  test("and as soon as the log takes entries again, the same operations are answered", async () => {
    for (const [what, call] of calls.slice(0, 9)) {
      const { statusCode, body } = await server.inject(call);
      expect({ what, statusCode }).toEqual({ what, statusCode: 200 });
      expect(body).not.toContain('"errors"');
    }
  });

  test("a query whose outcome cannot be written is not answered", async () => {
    const ana = await house.as("ana");
    let seen: unknown = null;
    const passing = pass(house.house.door, ana, ASKED, async (operation) => {
      seen = await operation.nested((grant) => grant.read.byId("label", world.labelId));
      await stopAppending(house);
      return seen;
    });
    await expect(passing).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await resumeAppending(house);
    expect(seen).not.toBeNull();
  });

  test("a mutation is answered only when its own outcome and that of the whole are in the log", async () => {
    const ana = await house.as("ana");
    const before = (await outcomesOf(house, createLabel.name)).length;
    const input = { assetId: world.assetId, classKey: "ship", shape: BOX, attributes: {}, marking: null };
    const passing = pass(house.house.door, ana, ASKED, async (operation) => {
      const made = await operation.mutate(createLabel, input);
      await stopAppending(house);
      return made;
    });
    await expect(passing).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await resumeAppending(house);
    const outcomes = await outcomesOf(house, createLabel.name);
    expect(outcomes).toHaveLength(before + 1);
    expect(outcomes.at(-1)).toMatchObject({ result: "answered" });
  });

  test("requests that came while the log was closed left no entry, and those since have request and outcome each", async () => {
    const kinds = (await loggedBy(house)).map(({ kind }) => kind);
    const count = (of: string): number => kinds.filter((kind) => kind === of).length;
    // The two operations whose outcome could not be written, and the archive of this very count, have a request alone.
    expect(count("operation.request") - count("operation.outcome")).toBe(2);
  });
});
