import { Client } from "pg";
import type { Connection } from "./connection.ts";

/** Runs one statement as the migrating login and returns its rows. */
export type Administer = <R extends object>(sql: string, params?: readonly unknown[]) => Promise<R[]>;

/** Opens one connection as the migrating login for the length of `work`. For setting up only, never for requests. */
export async function asAdministrator<T>(connection: Connection, work: (run: Administer) => Promise<T>): Promise<T> {
  const client = new Client({ ...connection });
  await client.connect();
  try {
    return await work(async (sql, params = []) => (await client.query<never>(sql, [...params])).rows);
  } finally {
    await client.end();
  }
}

/** As asAdministrator, inside one transaction that commits when `work` returns true and rolls back otherwise. */
export function inAdministratorTransaction(
  connection: Connection,
  work: (run: Administer) => Promise<boolean>,
): Promise<boolean> {
  return asAdministrator(connection, async (run) => {
    await run("begin");
    try {
      const keep = await work(run);
      await run(keep ? "commit" : "rollback");
      return keep;
    } catch (error) {
      await run("rollback").catch(() => undefined);
      throw error;
    }
  });
}

/** Makes a database unless it is there. `maintenance` is a connection to another one of the same cluster. */
export async function ensureDatabase(maintenance: Connection, name: string): Promise<void> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new Error("not a database name");
  await asAdministrator(maintenance, async (run) => {
    const found = await run("select datname from pg_database where datname = $1", [name]);
    if (found.length === 0) await run(`create database ${name}`);
  });
}
