import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Client } from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readConfig } from "../../src/config.ts";
import { runServer } from "../../src/main.ts";
import type { RunningServer } from "../../src/main.ts";
import { call, header } from "../server/http.ts";
import { CanaryActs, WORDS, canary } from "./canary-acts.ts";

const ANY = /zanzibar/i;

let state: string;
let server: RunningServer;
let admin: Client;
const log: string[] = [];
let acts: CanaryActs;
const printed: string[] = [];

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "caveat-canary-"));
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => printed.push(text.toString()) > 0);
  }
  server = await runServer(
    readConfig({ CAVEAT_STATE: state, PORT: "0", LOG_LEVEL: "trace" }),
    pino({ level: "trace" }, { write: (line: string) => log.push(line) }),
  );
  admin = new Client({ ...server.house.admin });
  await admin.connect();
  acts = new CanaryActs(server.url, state, admin);
  await acts.fail(await acts.fill());
});
afterAll(async () => {
  vi.restoreAllMocks();
  await admin.end().catch(() => undefined);
  await server.stop().catch(() => false);
  rmSync(state, { recursive: true, force: true });
});

/** Lines of a text that hold a word, shortened. */
const holding = (lines: readonly string[]): string[] =>
  lines.filter((line) => ANY.test(line)).map((line) => line.slice(0, 300));

describe("a word that stands in labeled fields only", () => {
  test("is stored where it belongs, every one of them", async () => {
    const { rows } = await admin.query<{ text: string }>(
      `select concat((select string_agg(to_jsonb(t)::text, '') from data.ontology t), (select string_agg(to_jsonb(t)::text, '') from data.ontology_class t),
        (select string_agg(to_jsonb(t)::text, '') from data.dataset t), (select string_agg(to_jsonb(t)::text, '') from data.dataset_compilation t),
        (select string_agg(to_jsonb(t)::text, '') from data.asset t), (select string_agg(to_jsonb(t)::text, '') from data.label_revision t),
        (select string_agg(to_jsonb(t)::text, '') from data.label_review t), (select string_agg(t.purpose, '') from data.delivery t)) as text`,
    );
    for (const word of WORDS.filter((one) => one !== "metadata" && one !== "program"))
      expect(rows[0]?.text).toContain(canary(word));
  });

  test("never stands in the log of the process, not even at its lowest level and in failures of the database", () => {
    // The failures above were logged with their causes by code, so there was something to say.
    for (const code of ["42501", "23514"])
      expect([code, log.some((line) => line.includes(code))]).toEqual([code, true]);
    expect(holding(log)).toEqual([]);
    expect(holding(printed)).toEqual([]);
  });

  test("never stands in what a caller is refused with", () => {
    expect(acts.refusals.length).toBeGreaterThan(20);
    expect(holding(acts.refusals)).toEqual([]);
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
    const data = await acts.ask(
      "ana",
      "{ programs(first: 1) { edges { node { datasets(first: 10) { edges { node { assets(first: 10) { edges { node { id } } } } } } } } } }",
    );
    const ids = [...JSON.stringify(data).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id ?? "");
    let copies = 0;
    for (const id of ids) {
      const answer = await call(server.url, {
        method: "GET",
        path: `/assets/${encodeURIComponent(id)}/display`,
        headers: await acts.headers("ana"),
      });
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
    const archive = await call(server.url, {
      method: "GET",
      path: "/audit/archive",
      headers: await acts.headers("otto"),
    });
    const entries = archive.body
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { s?: ({ open: { name: string; plaintext: string } | null } | null)[] });
    const opened = entries.flatMap(({ s }) => (s ?? []).flatMap((slot) => (slot?.open ? [slot.open] : [])));
    expect(opened.length).toBeGreaterThan(50);
    // What somebody asked by name or id is part of the record of his request, sealed at his session's level.
    expect(holding(opened.filter(({ name }) => name !== "request").map(({ plaintext }) => plaintext))).toEqual([]);
    const asked = holding(opened.filter(({ name }) => name === "request").map(({ plaintext }) => plaintext)).filter(
      (text) => !text.includes("Zanzibar-program") && !text.includes("Zanzibar_program"),
    );
    expect(asked).toEqual([]);
  });
});
