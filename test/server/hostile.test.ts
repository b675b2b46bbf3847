import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { fetchArchive, recordOf } from "./archive.ts";
import { CONSTANT } from "./hostile-call.ts";
import type { HostileCall } from "./hostile-call.ts";
import { CALLERS, SUSPENDED } from "./hostile-callers.ts";
import { DOCUMENTS } from "./hostile-documents.ts";
import { FILES, get, grayPng, put, uploadHead } from "./hostile-files.ts";
import { absentLike, dataOf, hostileWorld, newKey } from "./hostile-world.ts";
import type { HostileWorld } from "./hostile-world.ts";
import { header, sendBytes } from "./http.ts";
import type { HttpAnswer } from "./http.ts";
import { databaseUrl, endEverything, startServer, within } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

let database: TestDatabase;
let world: HostileWorld;

/** What was done to the server so far, for the last look into its log. */
interface Done {
  readonly call: Pick<HostileCall, "name" | "record" | "also">;
  readonly session: string;
  /** Receipt of the good query that was answered after it. */
  readonly good: string;
}
const done: Done[] = [];

async function suspend(admin: TestDatabase["admin"]): Promise<void> {
  const client = new Client({ ...admin });
  await client.connect();
  for (const [status, id] of Object.entries(SUSPENDED.clients)) {
    const columns = "id, name, status, ceiling, device_attested, network_ceiling, source";
    await client.query(`insert into access.client (${columns}) values ($1, $1, $2, 'TS', true, 'TS', 'test')`, [
      id,
      status,
    ]);
  }
  const { suspended, staleClearance, noClearance } = SUSPENDED.people;
  const his = "where person_id = (select id from access.person where handle = $1)";
  await client.query("update access.person set suspended = true where handle = $1", [suspended]);
  await client.query(`update access.clearance set expires_at = now() - interval '1 second' ${his}`, [staleClearance]);
  await client.query(`delete from access.clearance ${his}`, [noClearance]);
  await client.end();
}

beforeAll(async () => {
  database = await createDatabase();
  world = await hostileWorld(await startServer({ databaseUrl: databaseUrl(database) }));
  await suspend(database.admin);
});

afterAll(async () => {
  await endEverything();
  await database.drop();
});

/** Where uploads lie until they are sealed. */
function work(): string {
  return join(world.server.state, "work");
}

function token(handle: string, level?: "S", session?: string): Promise<string> {
  const request = {
    ...(session === undefined ? {} : { sessionId: session }),
    ...(level === undefined ? {} : { sessionLevel: level }),
  };
  return tokenOf(world.server.state, handle, { request });
}

/** Asks something good as somebody; returns the receipt. */
async function goodQuery(handle = "ben"): Promise<string> {
  const answer = await world.server.graphql(await token(handle), "{ viewer { handle } }");
  expect(dataOf(answer)).toEqual({ viewer: { handle } });
  return (JSON.parse(answer.body.toString()) as { extensions: { receipt: string } }).extensions.receipt;
}

test.each([...CALLERS, ...DOCUMENTS, ...FILES])(
  "I9 refuses $name with constant bytes, and goes on",
  async (hostile) => {
    const session = randomUUID();
    const answer = await hostile.send(world, await token(hostile.as?.handle ?? "ben", hostile.as?.level, session));
    const expected = CONSTANT[hostile.expect];
    expect({ status: answer.status, body: answer.body.toString() }).toEqual(expected);
    expect(header(answer, "content-type")).toBe("application/json; charset=utf-8");
    expect(header(answer, "content-length")).toBe(String(expected.body.length));
    done.push({ call: hostile, session, good: await goodQuery() });
  },
);

/** An answer with fresh random values renamed. */
function renamed(answer: HttpAnswer): object {
  return { ...answer, body: answer.body.toString().replaceAll(/"receipt":"[0-9a-f]{32}"/g, '"receipt":"?"') };
}

const LABEL = `mutation($input: LabelCreateInput!) {
  labelCreate(input: $input) { label { id } userErrors { code message path ids } } }`;

type Aim = Exclude<keyof HostileWorld, "server">;

/** Ways to name an object that the caller may not see. */
const WAYS: Readonly<Record<string, { aim: Aim; as: string; ask: (id: string, as: string) => Promise<HttpAnswer> }>> = {
  node: { aim: "hiddenAsset", as: "ben", ask: byId("node(id: $id) { __typename id }") },
  asset: { aim: "hiddenAsset", as: "ben", ask: byId("asset(id: $id) { id title width }") },
  label: { aim: "hiddenLabel", as: "ben", ask: byId("label(id: $id) { id state }") },
  delivery: { aim: "unreleasedDelivery", as: "ben", ask: byId("delivery(id: $id) { id manifest }") },
  labelCreate: {
    aim: "hiddenAsset",
    as: "ben",
    ask: (id, as) => {
      const shape = { kind: "box", x: 1, y: 1, width: 4, height: 4 };
      const input = { idempotencyKey: newKey(), assetId: id, classKey: "cargo", shape };
      return world.server.graphql(as, LABEL, { input });
    },
  },
  display: { aim: "hiddenAsset", as: "ben", ask: (id, as) => get(world, as, `/assets/${id}/display`) },
  package: { aim: "unreleasedDelivery", as: "ben", ask: (id, as) => get(world, as, `/deliveries/${id}/package`) },
  upload: { aim: "hiddenEmptyAsset", as: "sam", ask: (id, as) => put(world, as, id, grayPng(8, 8)) },
};

function byId(field: string): (id: string, as: string) => Promise<HttpAnswer> {
  return (id, as) => world.server.graphql(as, `query($id: ID!) { ${field} }`, { id });
}

test.each(Object.entries(WAYS))(
  "I2 I9 %s: what is hidden and what is not there answer in the same bytes",
  async (_name, way) => {
    const as = await token(way.as, "S");
    const hidden = world[way.aim];
    const ofHidden = renamed(await way.ask(hidden, as));
    expect(ofHidden).toEqual(renamed(await way.ask(absentLike(hidden), as)));
    expect(JSON.stringify(ofHidden)).not.toContain(hidden);
    await goodQuery();
  },
);

test("I9 an upload that is cut short stores nothing and is recorded, and a whole one is taken after it", async () => {
  const session = randomUUID();
  const bytes = `${uploadHead(world, await token("sam", undefined, session), 5_000)}${"x".repeat(100)}`;
  const received = within(10_000, () => readdirSync(work()).length === 1);
  await sendBytes(world.server.url, { bytes, cutAfter: received });
  expect(await received).toBe(true);
  const sam = await token("sam");
  expect((await get(world, sam, `/assets/${world.emptyAsset}/display`)).status).toBe(404);
  expect((await put(world, sam, world.emptyAsset, grayPng(8, 8))).status).toBe(200);
  expect((await get(world, sam, `/assets/${world.emptyAsset}/display`)).status).toBe(200);
  done.push({ call: { name: "an upload that is cut short", record: "request" }, session, good: await goodQuery() });
});

test("I9 a person who asks too much at once is told so in constant bytes, and nobody else is", async () => {
  const ben = await token("ben");
  const { hostname, port } = new URL(world.server.url);
  const lines = ["POST /graphql HTTP/1.1", "host: x", `authorization: Bearer ${ben}`, "content-type: application/json"];
  const answered: string[] = [];
  const sockets = Array.from({ length: 20 }, () => connect({ host: hostname, port: Number(port) }));
  for (const socket of sockets) {
    socket.on("error", () => undefined).on("data", (part: Buffer) => answered.push(part.toString()));
    socket.write(`${lines.join("\r\n")}\r\ncontent-length: 9\r\n\r\n`);
  }
  // Eight wait for their bodies; the others are turned away.
  expect(await within(5_000, () => answered.length === 12)).toBe(true);
  const refused = await world.server.graphql(ben, "{ viewer { handle } }");
  expect({ status: refused.status, body: refused.body.toString() }).toEqual(CONSTANT.BUSY);
  for (const text of answered) expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe(CONSTANT.BUSY.body);
  const good = await goodQuery("ana");
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => goodQuery("ben").catch(() => null), { timeout: 5_000 }).not.toBeNull();
  for (let i = 0; i < 13; i += 1) done.push({ call: { name: "too much at once", record: "busy" }, session: "", good });
});

test("I9 every refusal stands in the log, which the verifier finds whole, and nothing is lost", async () => {
  // Refusals before an identity are gathered for a second.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const { exitCode, report, entries } = await fetchArchive(world.server);
  expect({ exitCode, findings: report.findings, warnings: report.warnings }).toEqual({
    exitCode: 0,
    findings: [],
    warnings: [],
  });

  const recorded = done
    .filter(({ call }) => call.record === "request")
    .map(({ call, session }) => [call.name, recordOf(entries, session)] as const);
  expect(recorded.filter(([, record]) => !/^request, (failed|refused)$/.test(record))).toEqual([]);

  const counted = new Map<string, number>();
  const count = (kind: string, by: number): unknown => counted.set(kind, (counted.get(kind) ?? 0) + by);
  for (const { kind, detail } of entries)
    if (kind === "refused") count(String(detail?.["kind"]), Number(detail?.["count"]));
  for (const { call } of done)
    for (const kind of [call.record, call.also]) if (kind !== undefined && kind !== "request") count(kind, -1);
  expect(Object.fromEntries(counted)).toEqual(Object.fromEntries([...counted.keys()].map((kind) => [kind, 0])));

  const receipts = new Set(entries.map((entry) => entry.request?.receipt));
  expect(done.filter(({ good }) => !receipts.has(good))).toEqual([]);
  expect(await within(1_000, () => readdirSync(work()).length === 0)).toBe(true);
});
