import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../src/storage/embedded/index.ts";
import { makeRsaKeys } from "./rsa-keys.ts";
import { prepareTemplate } from "./template.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The cluster of this run, for test/database.ts. */
    readonly cluster: {
      readonly host: string;
      readonly port: number;
      readonly superuser: string;
      readonly template: string;
      /** Folder with the RSA keys that state folders of tests begin with. */
      readonly rsaKeys: string;
    };
  }
}

const TEMPLATE = "caveat_template";

/** Linux keeps this folder in memory; a cluster of a whole run takes about a gigabyte there. */
const MEMORY = "/dev/shm";
const TMPFS = 0x01021994;
const ROOM = 4 * 2 ** 30;

/** Where the cluster lies: in memory where there is room, since copying a database means hundreds of small files. */
function clusterFolder(): string {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    if (type === TMPFS && bavail * bsize >= ROOM && freemem() >= ROOM) return MEMORY;
  } catch {
    // Another system.
  }
  return tmpdir();
}

let stop: () => Promise<void> = () => Promise.resolve();

/**
 * One PostgreSQL cluster for the whole run, without fsync (its data does not outlive the run), and in it one migrated
 * database from which every test file copies its own.
 */
export async function setup(project: TestProject): Promise<void> {
  const dataDir = mkdtempSync(join(clusterFolder(), "caveat-test-"));
  const rsaKeys = mkdtempSync(join(tmpdir(), "caveat-test-keys-"));
  const postgres = await startEmbeddedPostgres({ dataDir, fsync: false });
  stop = async () => {
    await postgres.stop("immediate");
    for (const folder of [dataDir, rsaKeys]) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const client = new Client(postgres.connectionOptions("postgres", postgres.superuser));
    await client.connect();
    await client.query("alter system set max_wal_size = '256MB'");
    await client.query("select pg_reload_conf()");
    await client.query(`create database ${TEMPLATE}`);
    await client.end();
    await Promise.all([
      prepareTemplate(postgres.connectionOptions(TEMPLATE, postgres.superuser)),
      makeRsaKeys(rsaKeys),
    ]);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide("cluster", {
    host: postgres.socketDir,
    port: postgres.port,
    superuser: postgres.superuser,
    template: TEMPLATE,
    rsaKeys,
  });
}

/** Stops the cluster and removes its data. */
export async function teardown(): Promise<void> {
  await stop();
}
