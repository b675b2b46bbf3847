import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { fetchArchive } from "./archive.ts";
import type { OpenedEntry } from "./archive.ts";
import { CONSTANT } from "./hostile-call.ts";
import type { HostileCall } from "./hostile-call.ts";
import { CALLERS, SUSPENDED } from "./hostile-callers.ts";
import { DOCUMENTS } from "./hostile-documents.ts";
import { FILES, get, grayPng, put } from "./hostile-files.ts";
import { absentLike, dataOf, hostileWorld, newKey } from "./hostile-world.ts";
import type { HostileWorld } from "./hostile-world.ts";
import { header } from "./http.ts";
import type { HttpAnswer } from "./http.ts";
import { databaseUrl, endEverything, startServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

let database: TestDatabase;
let world: HostileWorld;
/** What was done to the server so far, for the last look into its log. */
const done: { readonly call: HostileCall; readonly session: string; readonly good: string }[] = [];

beforeAll(async () => {
  database = await createDatabase();
  const sv = await startServer({ databaseUrl: databaseUrl(database) }); try { world = await hostileWorld(sv); } catch (e) { console.log(sv.stderr()); throw e; }
  const client = new Client({ ...database.admin });
  await client.connect();
  for (const [status, id] of Object.entries(SUSPENDED.clients)) {
    await client.query("insert into access.client (id, name, status, ceiling, device_attested, network_ceiling, source) values ($1, $1, $2, 'TS', true, 'TS', 'test')", [id, status]);
  }
  const person = "person_id = (select id from access.person where handle = $1)";
  await client.query("update access.person set suspended = true where handle = $1", [SUSPENDED.people.suspended]);
  await client.query(`update access.clearance set expires_at = now() - interval '1 second' where ${person}`, [SUSPENDED.people.staleClearance]);
  await client.query(`delete from access.clearance where ${person}`, [SUSPENDED.people.noClearance]);
  await client.end();
});

afterAll(async () => {
  await endEverything();
  await database.drop();
});

async function goodQuery(): Promise<string> {
  const answer = await world.server.graphql(await tokenOf(world.server.state, "ben"), "{ viewer { handle } }");
  expect(dataOf(answer)).toEqual({ viewer: { handle: "ben" } });
  return (JSON.parse(answer.body.toString()) as { extensions: { receipt: string } }).extensions.receipt;
}

test.each([...CALLERS, ...DOCUMENTS, ...FILES])("I9 refuses $name with the same bytes every time, and goes on", async (hostile) => {
  const session = randomUUID();
  const level = hostile.as?.level;
  const request = { sessionId: session, ...(level === undefined ? {} : { sessionLevel: level }) };
  const token = await tokenOf(world.server.state, hostile.as?.handle ?? "ben", { request });
  const answer = await hostile.send(world, token);
  const expected = CONSTANT[hostile.expect];
  expect({ status: answer.status, body: answer.body.toString() }).toEqual(expected);
  expect(header(answer, "content-type")).toBe("application/json; charset=utf-8");
  expect(header(answer, "content-length")).toBe(String(expected.body.length));
  done.push({ call: hostile, session, good: await goodQuery() });
});

/** An answer with fresh random values renamed. */
function renamed(answer: HttpAnswer): object {
  return { ...answer, body: answer.body.toString().replaceAll(/"receipt":"[0-9a-f]{32}"/g, '"receipt":"?"') };
}

describe("I9 what is hidden answers in the same bytes as what is not there", () => {
  const byId = (query: string) => (id: string, token: string) => world.server.graphql(token, query, { id });
  const label = (id: string, token: string): Promise<HttpAnswer> => {
    const shape = { kind: "box", x: 1, y: 1, width: 4, height: 4 };
    const input = { idempotencyKey: newKey(), assetId: id, classKey: "cargo", shape };
    return world.server.graphql(token, "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { label { id } userErrors { code message path ids } } }", { input });
  };
  test.each<[string, (w: HostileWorld) => string, "ben" | "sam", (id: string, token: string) => Promise<HttpAnswer>]>([
    ["node", (w) => w.hiddenAsset, "ben", byId("query($id: ID!) { node(id: $id) { __typename id } }")],
    ["asset", (w) => w.hiddenAsset, "ben", byId("query($id: ID!) { asset(id: $id) { id title width } }")],
    ["label", (w) => w.hiddenLabel, "ben", byId("query($id: ID!) { label(id: $id) { id state } }")],
    ["delivery", (w) => w.unreleasedDelivery, "ben", byId("query($id: ID!) { delivery(id: $id) { id manifest } }")],
    ["labelCreate", (w) => w.hiddenAsset, "ben", label],
    ["display", (w) => w.hiddenAsset, "ben", (id, token) => get(world, token, `/assets/${id}/display`)],
    ["package", (w) => w.unreleasedDelivery, "ben", (id, token) => get(world, token, `/deliveries/${id}/package`)],
    ["upload", (w) => w.hiddenEmptyAsset, "sam", (id, token) => put(world, token, id, grayPng(8, 8))],
  ])("%s", async (_name, aim, handle, ask) => {
    const token = await tokenOf(world.server.state, handle, { request: { sessionLevel: "S" } });
    const hidden = aim(world);
    const ofHidden = renamed(await ask(hidden, token));
    expect(ofHidden).toEqual(renamed(await ask(absentLike(hidden), token)));
    expect(JSON.stringify(ofHidden)).not.toContain(hidden);
    await goodQuery();
  });
});

function recordOf(entries: readonly OpenedEntry[], session: string): string {
  const request = entries.find((entry) => entry.kind === "operation.request" && entry.actor?.session === session);
  const outcome = entries.find((entry) => entry.outcome !== null && entry.outcome.request === request?.id);
  return `${request ? "request" : "nothing"}, ${outcome?.outcome?.result ?? "no outcome"}`;
}

test("I9 every refusal stands in the log, which the verifier finds whole, and nothing is lost", async () => {
  expect(done.length).toBeGreaterThan(0);
  // Refusals before an identity are gathered for a second.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const { exitCode, report, entries } = await fetchArchive(world.server);
  expect(report.findings).toEqual([]);
  expect(report.warnings).toEqual([]);
  expect(exitCode).toBe(0);

  const atDoor = done.filter(({ call }) => call.record === "request");
  const records = atDoor.map(({ call, session }) => `${call.name}: ${recordOf(entries, session)}`);
  expect(records).toEqual(atDoor.map(({ call }) => expect.stringMatching(`^${call.name}: request, (failed|refused)$`)));

  const counts: Record<string, number> = {};
  for (const { kind, detail } of entries) {
    if (kind === "refused" && detail) counts[String(detail["kind"])] = (counts[String(detail["kind"])] ?? 0) + Number(detail["count"]);
  }
  const early = Object.groupBy(done.filter(({ call }) => call.record !== "request"), ({ call }) => call.record);
  expect(counts).toEqual(Object.fromEntries(Object.entries(early).map(([kind, calls]) => [kind, calls.length])));

  const receipts = new Set(entries.map((entry) => entry.request?.receipt));
  expect(done.filter(({ good }) => !receipts.has(good))).toEqual([]);
});
