import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { TEST_CLUSTER, databaseUrl } from "../server/running-server.ts";

/** What a server stands on: a database of the run's cluster and a folder of its own. */
export interface Ground {
  readonly database: TestDatabase;
  readonly state: string;
  remove(): Promise<void>;
}

function groundOf(database: TestDatabase, state: string): Ground {
  return {
    database,
    state,
    async remove() {
      await database.drop();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** A migrated database with nothing in it, and an empty folder. */
export async function newGround(): Promise<Ground> {
  return groundOf(await createDatabase(), mkdtempSync(join(tmpdir(), "caveat-ni-")));
}

/** A copy of a ground on which no server stands now (CREATE DATABASE ... TEMPLATE). */
export async function copyGround(of: Ground): Promise<Ground> {
  const copy = await createDatabase(of.database.name);
  const state = mkdtempSync(join(tmpdir(), "caveat-ni-"));
  cpSync(of.state, state, { recursive: true });
  // A copied folder gets the mode of the process, which the folders of keys and of the signer must not have.
  for (const name of ["keys", "signer"]) chmodSync(join(state, name), 0o700);
  return groundOf(copy, state);
}

/** The environment of a server on a ground. */
export function environmentOf({ database, state }: Ground): Readonly<Record<string, string>> {
  return { PORT: "0", CAVEAT_STATE: state, DATABASE_URL: databaseUrl(database), ...TEST_CLUSTER, LOG_LEVEL: "silent" };
}

/** Does something with a superuser's connection to a ground's database. */
export async function asSuperuser<T>({ database }: Ground, act: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...database.admin });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}
