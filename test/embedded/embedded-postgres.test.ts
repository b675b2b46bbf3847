import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/storage/embedded/index.ts";
import { isAlive } from "../../src/storage/embedded/postmaster-file.ts";
import { createDatabase } from "../database.ts";
import { outsideProgram } from "../outside-programs.ts";
import { crash, installHolder, startHolder } from "./processes.ts";

let dataDir = "";
const started: EmbeddedPostgres[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "caveat-embedded-"));
});

afterEach(async () => {
  for (const postgres of started.splice(0)) await postgres.stop("immediate");
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, fsync: false });
  started.push(postgres);
  return postgres;
}

async function query(postgres: { readonly socketDir: string }, text: string): Promise<unknown[]> {
  const client = new Client({ host: postgres.socketDir, port: 5432, user: "postgres", database: "postgres" });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function within(milliseconds: number, holds: () => boolean): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (!holds() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  return holds();
}

test("starts cold, keeps its data over a clean stop, and starts warm within two seconds", async () => {
  const cold = await start();
  await query(cold, "create table kept (v int); insert into kept values (7)");
  await cold.stop();
  expect(isAlive(cold.pid)).toBe(false);
  const begin = performance.now();
  const warm = await start();
  expect(performance.now() - begin).toBeLessThan(2_000);
  expect(await query(warm, "select v from kept")).toEqual([{ v: 7 }]);
});

test("is UTF-8, in code point order, with checksums, and without TCP", async () => {
  const postgres = await start();
  const rows = await query(
    postgres,
    `select current_setting('server_encoding') e, current_setting('data_checksums') s, current_setting('listen_addresses') l,
            'Z' < 'a' c, upper('é') u, current_setting('fsync') f`,
  );
  expect(rows).toEqual([{ e: "UTF8", s: "on", l: "", c: true, u: "É", f: "off" }]);
});

test("the socket's directory admits only this user and is gone after a stop", async () => {
  const postgres = await start();
  expect(statSync(postgres.socketDir).mode & 0o777).toBe(0o700);
  await postgres.stop();
  expect(existsSync(postgres.socketDir)).toBe(false);
});

test("the log holds no statement and no key value", async () => {
  const lines: string[] = [];
  const postgres = await startEmbeddedPostgres({ dataDir, fsync: false, log: (line) => lines.push(line) });
  started.push(postgres);
  await query(postgres, "create table t (k text primary key); insert into t values ('hidden-word')");
  await expect(query(postgres, "insert into t values ('hidden-word')")).rejects.toMatchObject({ code: "23505" });
  await expect(query(postgres, "select 'hidden-word'::int")).rejects.toMatchObject({ code: "22P02" });
  await postgres.stop();
  // PostgreSQL itself prints the offending literal of a failed cast; a primary message is all that is left to it.
  expect(lines.filter((line) => /STATEMENT|DETAIL|CONTEXT/.test(line))).toEqual([]);
});

test("refuses a second start on the same data directory, and the first goes on", async () => {
  const postgres = await start();
  await expect(startEmbeddedPostgres({ dataDir, fsync: false })).rejects.toMatchObject({ code: "IN_USE" });
  expect(await query(postgres, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("no postmaster is left five seconds after a SIGKILL of the process that started it", async () => {
  const holder = await startHolder(dataDir);
  await crash(holder);
  expect(await within(5_000, () => !isAlive(holder.pid))).toBe(true);
  rmSync(holder.socketDir, { recursive: true, force: true });
});

test("starts at once after a SIGKILL of the process that started it, and removes the old socket directory", async () => {
  const holder = await startHolder(dataDir);
  await query(holder, "create table kept (v int); insert into kept values (7)");
  await crash(holder);
  const postgres = await start();
  expect(await query(postgres, "select v from kept")).toEqual([{ v: 7 }]);
  expect(existsSync(holder.socketDir)).toBe(false);
});

test("recovers after a SIGKILL of both, with every committed row", async () => {
  const holder = await startHolder(dataDir);
  await query(holder, "create table kept (v int); insert into kept select generate_series(1, 1000)");
  process.kill(holder.pid, "SIGKILL");
  await crash(holder);
  const postgres = await start();
  expect(await query(postgres, "select count(*)::int as n from kept")).toEqual([{ n: 1000 }]);
});

test("starts although postmaster.pid names a living process that is no postmaster", async () => {
  await (await start()).stop();
  writeFileSync(
    join(dataDir, "cluster", "postmaster.pid"),
    `${process.pid}\n${join(dataDir, "cluster")}\n1\n5432\n\n\n\nready\n`,
  );
  expect(await query(await start(), "select 1 as one")).toEqual([{ one: 1 }]);
});

test("recovers from a kill while the cluster was being made", async () => {
  const dead = join(dataDir, "cluster.new-999999999-00000000");
  mkdirSync(dead);
  writeFileSync(join(dead, "PG_VERSION"), "18\n");
  await start();
  expect(readdirSync(dataDir).filter((name) => name.startsWith("cluster."))).toEqual([]);
});

test("refuses a cluster of another major version", async () => {
  await (await start()).stop();
  writeFileSync(join(dataDir, "cluster", "PG_VERSION"), "17\n");
  await expect(start()).rejects.toMatchObject({ code: "VERSION" });
});

test.skipIf(process.getuid?.() !== 0)("refuses a cluster that belongs to another user", async () => {
  await (await start()).stop();
  chownSync(join(dataDir, "cluster"), 65_534, 65_534);
  await expect(start()).rejects.toMatchObject({ code: "OWNER" });
});

test.skipIf(process.getuid?.() !== 0 || outsideProgram("setpriv").skip)("works as an ordinary user", async () => {
  chownSync(dataDir, 65_534, 65_534);
  chmodSync(dataDir, 0o700);
  const folder = mkdtempSync(join(tmpdir(), "caveat-holder-"));
  try {
    chmodSync(folder, 0o755);
    installHolder(folder);
    const holder = await startHolder(dataDir, {
      prefix: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"],
      folder,
    });
    expect(statSync(join(dataDir, "cluster")).uid).toBe(65_534);
    await crash(holder);
    expect(await within(5_000, () => !isAlive(holder.pid))).toBe(true);
    rmSync(holder.socketDir, { recursive: true, force: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("every test file has a database of its own on the cluster of the run", async () => {
  const database = await createDatabase();
  const client = new Client({ ...database.admin });
  await client.connect();
  const { rows } = await client.query<{ name: string }>("select current_database() as name");
  await client.end();
  await database.drop();
  expect(rows).toEqual([{ name: database.name }]);
});
