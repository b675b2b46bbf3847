import { Client } from "pg";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { entriesOf } from "../ledger/ledger-fixture.ts";
import { databaseUrl, endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { CANARY, Caller, plantEverywhere } from "./planting.ts";
import type { Planted } from "./planting.ts";
import { provokeDatabase, provokeHttp, provokeRefusals } from "./provoking.ts";
import { filesBelow, holds, tarNames, watchActivity } from "./watching.ts";

let database: TestDatabase;
let admin: Client;
let server: RunningServer;
let caller: Caller;
let there: Planted;
let displayCopy: Buffer;
let packaged: Buffer;
let archive: string;
let statements: ReadonlySet<string>;
/** How many answers there were before anything was asked wrongly. */
let rightly: number;

beforeAll(async () => {
  database = await createDatabase();
  server = await startServer({ databaseUrl: databaseUrl(database), environment: { LOG_LEVEL: "debug" } });
  admin = new Client({ ...database.admin });
  await admin.connect();
  const watch = await watchActivity(database);
  caller = new Caller(server);
  there = await plantEverywhere(caller);
  displayCopy = (await caller.send("ana", { method: "GET", path: `/assets/${there.assetId}/display` })).body;
  packaged = (await caller.send("petra", { method: "GET", path: there.packageUrl })).body;
  await caller.graphql(
    "ana",
    `{ dataset(id: "${there.datasetId}") { name labels(first: 5) { edges { node { latest { attributes } } } } } }`,
  );
  await caller.graphql("ana", "{ ownAudit(first: 50) { edges { node { operation answer } } } }");
  rightly = caller.answers.length;
  await provokeRefusals(caller, there);
  await provokeHttp(caller, there);
  await provokeDatabase(caller, there, admin);
  archive = (await caller.send("otto", { method: "GET", path: "/audit/archive" })).body.toString();
  statements = await watch.stop();
}, 60_000);
afterAll(async () => {
  await admin.end();
  await endEverything();
  await database.drop();
});

/** The canary as a person would write it into a GraphQL name, too. */
const FORMS = [CANARY, CANARY.replaceAll(/\W/g, "_")];

function leaks(bytes: Buffer | string): boolean {
  return FORMS.some((form) => holds(Buffer.from(bytes as string), form));
}

describe("I1 text of labeled rows stays in labeled rows", () => {
  test("it would be found in any of the forms in which it could stand somewhere", () => {
    for (const before of ["", "a", "ab", "abc"]) {
      const text = `${before}${CANARY}z`;
      const encodings = ["base64", "base64url", "hex"] as const;
      const forms = [
        text,
        JSON.stringify(text),
        encodeURIComponent(text),
        ...encodings.map((form) => Buffer.from(text).toString(form)),
      ];
      for (const form of forms) expect([form, leaks(form)]).toEqual([form, true]);
    }
    expect(leaks(Buffer.from(CANARY, "utf16le"))).toBe(true);
    expect(leaks(CANARY.slice(0, -3))).toBe(false);
  });

  test("it is where it belongs: otherwise its absence elsewhere would say nothing", async () => {
    const fields = [
      ["data.ontology", "name"],
      ["data.ontology_class", "definition"],
      ["data.dataset", "name"],
      ["data.dataset_compilation", "reason"],
      ["data.asset", "title"],
      ["data.label_revision", "attributes"],
      ["data.label_review", "comment"],
      ["data.delivery", "purpose"],
    ];
    for (const [table, column] of fields) {
      const { rows } = await admin.query<{ count: number }>(
        `select count(*)::int as count from ${table} where ${column}::text like '%${CANARY}%'`,
      );
      expect([table, rows[0]?.count]).not.toEqual([table, 0]);
    }
    // The recipient gets the original and the labels as they are.
    expect(packaged.includes(`${CANARY} in EXIF`)).toBe(true);
    expect(packaged.includes(`${CANARY} in XMP`)).toBe(true);
    expect(packaged.includes(`${CANARY} in revised attribute`)).toBe(true);
    expect(caller.answers.slice(0, rightly).filter(({ body }) => body.includes(CANARY)).length).toBeGreaterThan(5);
  });

  test("not in the server's log at level debug, which does say of every failure what it was", () => {
    const logged = server.stderr() + server.stdout();
    expect(leaks(logged)).toBe(false);
    expect(logged).toContain('"code":"UNAVAILABLE"');
    expect(logged).toContain('"causeCode":"23514"');
    expect(logged).toContain("request refused");
  });

  test("nor any token in the server's log", () => {
    const logged = server.stderr() + server.stdout();
    expect(caller.tokens.length).toBeGreaterThan(5);
    for (const token of caller.tokens)
      for (const part of token.split(".").slice(1)) expect(logged.includes(part)).toBe(false);
  });

  test("not in any answer that refuses, whatever was asked", () => {
    const refusals = caller.answers.filter(
      ({ status, body }) => status >= 400 || body.includes('"errors"') || body.includes('"userErrors":[{'),
    );
    expect(refusals.length).toBeGreaterThan(30);
    for (const { status, headers, body } of refusals) {
      const answer = Buffer.concat([Buffer.from(JSON.stringify(headers)), body]);
      expect({ status, body: leaks(answer) ? body.toString() : "" }).toEqual({ status, body: "" });
    }
  });

  test("not in the name of any file below the state folder, nor in any file as it lies there", () => {
    const files = filesBelow(server.state);
    expect(files.filter(({ path }) => path.startsWith("blobs/")).length).toBeGreaterThanOrEqual(4);
    for (const { path, read } of files) {
      expect([path, leaks(path)]).toEqual([path, false]);
      expect([path, leaks(read())]).toEqual([path, false]);
    }
    // Nothing that was received is left in the clear.
    expect(files.filter(({ path }) => path.startsWith("work/"))).toEqual([]);
    expect(files.filter(({ path }) => path.includes("incoming/"))).toEqual([]);
  });

  test("not in the display copy, which carries nothing but pixels", async () => {
    const metadata = await sharp(displayCopy).metadata();
    expect([metadata.width, metadata.height, metadata.format]).toEqual([96, 64, "jpeg"]);
    expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.icc, metadata.comments]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(leaks(displayCopy)).toBe(false);
  });

  test("not in the name of any file of the package", () => {
    const names = tarNames(packaged);
    expect(names.some((name) => name.endsWith("manifest.json"))).toBe(true);
    expect(names.filter((name) => leaks(name))).toEqual([]);
  });

  test("not in pg_stat_activity, as a role of the server sees it while everything runs", () => {
    const text = [...statements].join("\n");
    expect(text).toMatch(/insert into "data"."label/);
    expect(text).toMatch(/audit\.append/);
    expect(leaks(text)).toBe(false);
    // Nor a gate token, with which whoever reads it would be somebody else.
    expect(text).not.toMatch(/v1\|[0-9a-f-]{36}\|/);
  });

  test("not in the clear parts of the archive, nor in what the log's columns hold", async () => {
    const entries = entriesOf(archive);
    expect(entries.length).toBeGreaterThan(60);
    for (const { leaf } of entries) expect(leaks(Buffer.from(leaf, "base64"))).toBe(false);
    for (const { slots } of entries)
      for (const slot of slots) expect(leaks(Buffer.from(slot?.sealed ?? "", "base64"))).toBe(false);
    const { rows } = await admin.query<{ text: string }>(
      `select convert_from(leaf, 'UTF8') || kind || coalesce(encode(person_tag, 'hex'), '') as text from audit.entry
       union all select note from audit.checkpoint union all select marking from audit.section_key
       union all select encode(sealed, 'escape') from audit.section union all select record::text from audit.outbox`,
    );
    expect(rows.length).toBeGreaterThan(entries.length);
    for (const { text } of rows) expect(leaks(text)).toBe(false);
  });

  test("not in what the log says of outcomes: ids and markings, no text of a row", () => {
    const outcomes = entriesOf(archive).flatMap(({ slots }) =>
      [slots[0]?.open, slots[2]?.open, slots[3]?.open].filter((open) => open != null),
    );
    expect(outcomes.length).toBeGreaterThan(60);
    for (const outcome of outcomes) expect(leaks(outcome)).toBe(false);
  });
});
