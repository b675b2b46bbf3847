import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { runServer } from "../../src/main.ts";
import type { RunningServer } from "../../src/main.ts";
import { call, header } from "../server/http.ts";
import type { HttpAnswer } from "../server/http.ts";
import { tokenOf } from "../server/tokens.ts";
import { BOX } from "./harbor-world.ts";
import { tinyPng } from "./png.ts";

// A word for each place, so that a failure tells where it came from.
const WORDS = ["program", "ontology", "class", "attribute", "dataset", "reason", "asset", "comment", "purpose", "metadata"] as const;
type Word = (typeof WORDS)[number];
const canary = (word: Word): string => `Zanzibar-${word}-7f3a`;
const ANY = /zanzibar/i;
const MARKING = "TOP SECRET//TK//NOFORN";

let state: string;
let server: RunningServer;
let admin: Client;
const log: string[] = [];
const refusals: string[] = [];
const originals = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)] as const;
const printed: string[] = [];

interface Answer {
  readonly data?: Record<string, Record<string, unknown> | null> | null;
  readonly errors?: readonly unknown[];
}

const tokens = new Map<string, string>();
async function headers(handle: string): Promise<Record<string, string>> {
  const token = tokens.get(handle) ?? (await tokenOf(state, handle));
  tokens.set(handle, token);
  return { authorization: `Bearer ${token}` };
}

/** Sends a document; whatever it was refused with is kept. Returns the data. */
async function ask(handle: string, query: string, variables: object = {}): Promise<NonNullable<Answer["data"]>> {
  const sent = { ...(await headers(handle)), "content-type": "application/json", accept: "application/json" };
  const answer = await call(server.url, { method: "POST", path: "/graphql", headers: sent, body: JSON.stringify({ query, variables }) });
  const read = JSON.parse(answer.body.toString()) as Answer;
  refusals.push(JSON.stringify([answer.headers, read.errors ?? null, Object.values(read.data ?? {}).map((field) => field?.["userErrors"] ?? null)]));
  return read.data ?? {};
}

/** One act of a person; returns the id of what it made, null when it was refused. */
async function act(handle: string, field: string, input: object, made: string): Promise<string | null> {
  const name = `${(field[0] ?? "").toUpperCase()}${field.slice(1)}Input`;
  const query = `mutation ($input: ${name}!) { ${field}(input: $input) { ${made} { id } userErrors { code message path ids } } }`;
  const data = await ask(handle, query, { input: { idempotencyKey: randomUUID(), ...input } });
  return (data[field]?.[made] as { id: string } | null | undefined)?.id ?? null;
}

const upload = async (assetId: string, body: Buffer): Promise<HttpAnswer> =>
  call(server.url, { method: "PUT", path: `/assets/${encodeURIComponent(assetId)}/content`, headers: { ...(await headers("sam")), "content-type": "image/png" }, body });

const classes = (key: string, name: string) => [
  { key, name, shapes: ["box"], attributes: [{ key: "note", type: "text", required: false }], marking: null },
];

/** Does everything once with the words in it. */
async function fill(): Promise<{ asset: string; label: string; dataset: string }> {
  const { rows } = await admin.query<{ id: string }>("select id from data.program");
  const programs = await ask("sam", "{ programs(first: 1) { edges { node { id } } } }");
  const [edge] = programs["programs"]?.["edges"] as { node: { id: string } }[];
  const programId = edge?.node.id ?? rows[0]?.id;
  const ontology = await act("sam", "ontologyCreate", { programId, name: canary("ontology"), marking: MARKING, classes: classes("ship", canary("class")) }, "ontology");
  const read = await ask("sam", "query ($id: ID!) { ontology(id: $id) { versions(first: 1) { id } } }", { id: ontology });
  const [version] = read["ontology"]?.["versions"] as { id: string }[];
  const compilation = { marking: MARKING, reason: canary("reason") };
  const dataset = await act("sam", "datasetCreate", { programId, name: canary("dataset"), marking: MARKING, ontologyVersionId: version?.id, compilation }, "dataset");
  const asset = await act("sam", "assetCreate", { datasetId: dataset, title: canary("asset"), mediaType: "image/png" }, "asset");
  expect((await upload(asset ?? "", tinyPng(64, canary("metadata")))).status).toBe(200);
  const label = await act("ana", "labelCreate", { assetId: asset, classKey: "ship", shape: BOX, attributes: { note: canary("attribute") } }, "label");
  const revision = await ask("rita", "query ($id: ID!) { label(id: $id) { latest { id } } }", { id: label });
  const { id: revisionId } = revision["label"]?.["latest"] as { id: string };
  await act("rita", "labelReview", { labelId: label, revisionId, verdict: "ACCEPT", comment: canary("comment") }, "label");
  const offices = await ask("petra", "{ recipients { id name } }");
  const recipientId = (offices["recipients"] as unknown as { id: string; name: string }[]).find(({ name }) => name.includes("Maritime"))?.id;
  expect(await act("petra", "deliveryRequest", { datasetId: dataset, recipientId, purpose: canary("purpose") }, "delivery")).not.toBeNull();
  return { asset: asset ?? "", label: label ?? "", dataset: dataset ?? "" };
}

/** Does everything wrong that one can do with the words in it. */
async function fail({ asset, label, dataset }: { asset: string; label: string; dataset: string }): Promise<void> {
  const word = canary("program");
  await act("sam", "datasetCreate", { programId: word, name: word, marking: word, ontologyVersionId: word }, "dataset");
  await act("sam", "assetCreate", { datasetId: dataset, title: `${word}\u0007`, mediaType: "image/png" }, "asset");
  await act("sam", "assetCreate", { datasetId: dataset, title: "x", mediaType: word }, "asset");
  await act("ana", "labelCreate", { assetId: asset, classKey: word, shape: BOX }, "label");
  await act("ana", "labelCreate", { assetId: asset, classKey: "ship", shape: { kind: word } }, "label");
  await act("ana", "labelCreate", { assetId: asset, classKey: "ship", shape: BOX, attributes: { [word]: word } }, "label");
  await act("ana", "labelCreate", { assetId: asset, classKey: "ship", shape: BOX, marking: word }, "label");
  await act("rita", "labelReview", { labelId: label, revisionId: word, verdict: word, comment: word }, "label");
  await ask("ben", `{ ${word.replaceAll("-", "_")} }`);
  await ask("ben", `query ${word.replaceAll("-", "_")} { label(id: "${word}") { id } }`);
  await ask("ben", `{ label(id: ${JSON.stringify(word)}, ${word.replaceAll("-", "_")}: 1) { id } }`);
  await ask("ben", word);
  await upload(word, tinyPng(8, word));
  await upload(asset, Buffer.from(word));
  for (const path of [`/${word}`, `/assets/${word}/display`, `/deliveries/${word}/package`]) {
    const answer = await call(server.url, { method: "GET", path, headers: { ...(await headers("ben")), "x-note": word, "user-agent": word, referer: word } });
    refusals.push(JSON.stringify(answer.headers) + answer.body.toString());
  }
  // Failures of the database itself, whose errors would hold statements and values.
  const faults = [
    ["revoke insert on data.label_revision from caveat_app", "grant insert on data.label_revision to caveat_app"],
    ["alter table data.asset add constraint fault check (title = '') not valid", "alter table data.asset drop constraint fault"],
    [
      "alter table data.label_revision add constraint fault check (attributes = '{}') not valid",
      "alter table data.label_revision drop constraint fault",
    ],
  ];
  for (const [fault = "", repair = ""] of faults) {
    await admin.query(fault);
    await act("ana", "labelCreate", { assetId: asset, classKey: "ship", shape: BOX, attributes: { note: canary("attribute") } }, "label");
    await act("sam", "assetCreate", { datasetId: dataset, title: canary("asset"), mediaType: "image/png" }, "asset");
    await admin.query(repair);
  }
}

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "caveat-canary-"));
  const capture = (text: Uint8Array | string): boolean => printed.push(text.toString()) > 0;
  process.stdout.write = capture as typeof process.stdout.write;
  process.stderr.write = capture as typeof process.stderr.write;
  server = await runServer(readConfig({ CAVEAT_STATE: state, PORT: "0", LOG_LEVEL: "trace" }), pino({ level: "trace" }, { write: (line: string) => log.push(line) }));
  admin = new Client({ ...server.house.admin });
  await admin.connect();
  await fail(await fill());
});
afterAll(async () => {
  [process.stdout.write, process.stderr.write] = originals;
  await admin.end().catch(() => undefined);
  await server.stop().catch(() => false);
  rmSync(state, { recursive: true, force: true });
});

/** Lines of a text that hold a word, shortened. */
const holding = (lines: readonly string[]): string[] => lines.filter((line) => ANY.test(line)).map((line) => line.slice(0, 300));

describe("a word that stands in labeled fields only", () => {
  test("is stored where it belongs, every one of them", async () => {
    const { rows } = await admin.query<{ text: string }>(
      `select concat((select string_agg(to_jsonb(t)::text, '') from data.ontology t), (select string_agg(to_jsonb(t)::text, '') from data.ontology_class t),
        (select string_agg(to_jsonb(t)::text, '') from data.dataset t), (select string_agg(to_jsonb(t)::text, '') from data.dataset_compilation t),
        (select string_agg(to_jsonb(t)::text, '') from data.asset t), (select string_agg(to_jsonb(t)::text, '') from data.label_revision t),
        (select string_agg(to_jsonb(t)::text, '') from data.label_review t), (select string_agg(t.purpose, '') from data.delivery t)) as text`,
    );
    for (const word of WORDS.filter((one) => one !== "metadata" && one !== "program")) expect(rows[0]?.text).toContain(canary(word));
  });

  test("never stands in the log of the process, not even at its lowest level and in failures of the database", () => {
    // The failures above were logged with their causes by code, so there was something to say.
    for (const code of ["42501", "23514"]) expect([code, log.some((line) => line.includes(code))]).toEqual([code, true]);
    expect(holding(log)).toEqual([]);
    expect(holding(printed)).toEqual([]);
  });

  test("never stands in what a caller is refused with", () => {
    expect(refusals.length).toBeGreaterThan(20);
    expect(holding(refusals)).toEqual([]);
  });

  test("never stands in a name or a file below the state folder but the database's own, and nowhere in a sealed blob", () => {
    const files = readdirSync(state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(holding(files.map((file) => relative(state, file)))).toEqual([]);
    const ours = files.filter((file) => !relative(state, file).startsWith("postgres"));
    expect(ours.filter((file) => relative(state, file).startsWith("blobs")).length).toBeGreaterThan(3);
    const forms = [...WORDS.map(canary), ...WORDS.map((word) => Buffer.from(canary(word)).toString("hex"))];
    const found = ours.filter((file) => {
      const bytes = readFileSync(file);
      return forms.some((form) => bytes.includes(form) || bytes.includes(Buffer.from(form, "utf16le")));
    });
    expect(found).toEqual([]);
    const readable = ours.filter((file) => (statSync(file).mode & 0o077) !== 0).map((file) => relative(state, file));
    // Certificates are public, and the folder that holds them is not open to others.
    expect(readable.filter((file) => /blobs|keys|work/.test(file) && !file.endsWith(".crt.pem"))).toEqual([]);
  });

  test("is not left in the work folder, whatever became of an upload", () => {
    expect(readdirSync(server.house.workFolder, { recursive: true })).toEqual([]);
  });

  test("never stands in the display copy of an image whose metadata holds it", async () => {
    const { rows } = await admin.query<{ id: string }>("select id from data.asset where title = $1", [canary("asset")]);
    const data = await ask("ana", "{ programs(first: 1) { edges { node { datasets(first: 10) { edges { node { assets(first: 10) { edges { node { id } } } } } } } } } }");
    const ids = [...JSON.stringify(data).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id ?? "");
    let copies = 0;
    for (const id of ids) {
      const answer = await call(server.url, { method: "GET", path: `/assets/${encodeURIComponent(id)}/display`, headers: await headers("ana") });
      if (answer.status !== 200) continue;
      copies += 1;
      expect(answer.body.includes("Zanzibar")).toBe(false);
      expect(ANY.test(JSON.stringify(answer.headers))).toBe(false);
      expect(header(answer, "caveat-marking")).toBeDefined();
    }
    expect(copies).toBeGreaterThanOrEqual(rows.length > 0 ? 1 : 0);
  });

  test("stands in no leaf, no open column and no opened section of the audit log but where a caller wrote it into his request", async () => {
    const open = `select count(*)::int as n from (
      select convert_from(leaf, 'UTF8') as text from audit.entry union all select marking from audit.section_key
      union all select note from audit.checkpoint union all select record::text from audit.outbox) t where text ~* 'zanzibar'`;
    expect((await admin.query<{ n: number }>(open)).rows).toEqual([{ n: 0 }]);
    const archive = await call(server.url, { method: "GET", path: "/audit/archive", headers: await headers("otto") });
    const entries = archive.body.toString().trimEnd().split("\n").map((line) => JSON.parse(line) as { s?: ({ open: { name: string; plaintext: string } | null } | null)[] });
    const opened = entries.flatMap(({ s }) => (s ?? []).flatMap((slot) => (slot?.open ? [slot.open] : [])));
    expect(opened.length).toBeGreaterThan(50);
    // What somebody asked by name or id is part of the record of his request, sealed at his session's level.
    expect(holding(opened.filter(({ name }) => name !== "request").map(({ plaintext }) => plaintext))).toEqual([]);
    const asked = holding(opened.filter(({ name }) => name === "request").map(({ plaintext }) => plaintext)).filter((text) => !text.includes("Zanzibar-program") && !text.includes("Zanzibar_program"));
    expect(asked).toEqual([]);
  });
});
