import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogAssertions } from "../../src/storage/catalog-assertions.ts";
import { COMPARED } from "../../src/storage/catalog-comparison.ts";
import { startEmbeddedPostgres } from "../../src/storage/embedded/index.ts";
import type { EmbeddedPostgres } from "../../src/storage/embedded/index.ts";
import { codesOf, refusalOn, startOn } from "./catalog-start.ts";
import { WRONGS } from "./catalog-wrongs.ts";

let cluster: EmbeddedPostgres;
let folder: string;
let admin: Client;

const login = () => cluster.connectionOptions("house", cluster.superuser);
const open = (): Promise<void> => startOn(login(), join(folder, "state"));
const codes = (): Promise<string[]> => codesOf(login());

/** Roles and settings belong to a whole cluster: this file has one of its own. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "caveat-catalog-"));
  chmodSync(folder, 0o755);
  cluster = await startEmbeddedPostgres({ dataDir: join(folder, "postgres"), fsync: false });
  const maintenance = new Client(cluster.connectionOptions("postgres", cluster.superuser));
  await maintenance.connect();
  await maintenance.query("create database house");
  await maintenance.end();
  await open();
  admin = new Client(cluster.connectionOptions("house", cluster.superuser));
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await cluster.stop("immediate");
  rmSync(folder, { recursive: true, force: true });
});

describe("I9 the server does not start on a database that its locks cannot rest on, and names what is wrong", () => {
  test.each(WRONGS.map((one) => [one.name, one.code, one] as const))(
    "%s (%s)",
    async (_name, code, { does, undoes }) => {
      const run = async (sql: string): Promise<void> => {
        await admin.query(sql);
        if (sql.startsWith("alter system")) await admin.query("select pg_reload_conf(), pg_sleep(0.3)");
      };
      await run(does);
      try {
        const refused = await refusalOn(login(), join(folder, "state"));
        expect(refused.map((found) => found.code)).toContain(code);
      } finally {
        await run(undoes);
      }
      expect(await codes()).toEqual([]);
    },
  );

  test("and starts when all is put right", async () => {
    await expect(open()).resolves.toBeUndefined();
  });

  test("every assertion about an embedded database has a case here", () => {
    const known = [...catalogAssertions("embedded", [], false), ...COMPARED].map(({ code }) => code);
    // The embedded server is given this one on its command line: nothing inside can change it.
    const fixed = ["setting-logged-parameters"];
    expect(known.filter((code) => !WRONGS.some((one) => one.code === code))).toEqual(fixed);
  });
});

describe("I9 host rules of a database that is not the embedded one", () => {
  const flagged = async (rule: string): Promise<boolean> => {
    const { rows } = await admin.query<{ path: string }>("select current_setting('hba_file') as path");
    const [{ path } = { path: "" }] = rows;
    const kept = readFileSync(path);
    writeFileSync(path, `${rule}\n`);
    try {
      // Read from the file, before it is loaded.
      return (await codesOf(login(), "network", ["durability"])).includes("network-host-rule");
    } finally {
      writeFileSync(path, kept);
    }
  };

  test.each([
    "local all all trust",
    "local all all md5",
    "host all all 127.0.0.1/32 trust",
    "host all all ::1/128 password",
    "host all all samehost trust",
    // Written like this machine, and meant for every other.
    "host all all 127.0.0.1/0 scram-sha-256",
    "host all all 10.0.0.0/8 scram-sha-256",
    "hostnossl all all 0.0.0.0/0 scram-sha-256",
    "hostssl all all 0.0.0.0/0 trust",
    "hostssl all all all md5",
    "host all all db.example scram-sha-256",
    "host replication all samenet scram-sha-256",
  ])("I9 are too wide: %s", async (rule) => {
    expect(await flagged(rule)).toBe(true);
  });

  test.each([
    "local all all peer",
    "local all all scram-sha-256",
    "host all all 127.0.0.1/32 scram-sha-256",
    "host all all 127.0.0.0/8 scram-sha-256",
    "host all all ::1/128 scram-sha-256",
    "host all all 0.0.0.0/0 reject",
    "hostssl all all 0.0.0.0/0 scram-sha-256",
    "hostssl all all all cert",
  ])("are narrow enough: %s", async (rule) => {
    expect(await flagged(rule)).toBe(false);
  });
});

describe("a database whose owner is no superuser serves as well", () => {
  const opens = (owner: string): Promise<void> => startOn(cluster.connectionOptions(owner, owner), join(folder, owner));

  test("who was granted the roles by an administrator", async () => {
    await admin.query("create role ordinary login");
    await admin.query("create database ordinary owner ordinary");
    await admin.query("grant caveat_owner to ordinary");
    await admin.query("grant caveat_app, caveat_policy, caveat_ledger to ordinary with admin option");
    await opens("ordinary");
  });

  test("who makes the roles himself (CREATEROLE) in a cluster that has none", async () => {
    const second = await startEmbeddedPostgres({ dataDir: join(folder, "second"), fsync: false });
    const first = cluster;
    try {
      const maintenance = new Client(second.connectionOptions("postgres", second.superuser));
      await maintenance.connect();
      await maintenance.query("create role maker login createrole");
      await maintenance.query("create database maker owner maker");
      await maintenance.end();
      cluster = second;
      await opens("maker");
    } finally {
      cluster = first;
      await second.stop("immediate");
    }
  });
});
