import { Client } from "pg";
import type { Connection } from "./connection.ts";

/** A policy as it is kept: by the hash of its rules and of the register it was written for. */
export interface PolicyRecord {
  readonly version: string;
  readonly registerVersion: string;
  readonly documents: Readonly<Record<string, string>>;
}

/**
 * Activates the first policy of an empty database (demonstration only); afterwards a version is changed by two people.
 * Returns the active version, which may be another than the one offered: the caller then refuses to start.
 */
export async function activateFirstPolicy(
  admin: Connection,
  offered: PolicyRecord,
): Promise<{ version: string; registerVersion: string }> {
  const client = new Client({ ...admin });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock(7233, 3)");
    await client.query("set local role caveat_owner");
    await client.query(
      `insert into access.policy (version, register_version, documents, active)
       select $1, $2, $3, true where not exists (select from access.policy)`,
      [offered.version, offered.registerVersion, JSON.stringify(offered.documents)],
    );
    const { rows } = await client.query<{ version: string; register_version: string }>(
      "select version, register_version from access.policy where active",
    );
    await client.query("commit");
    const active = rows[0];
    if (!active) throw new Error("no active policy");
    return { version: active.version, registerVersion: active.register_version };
  } finally {
    await client.end();
  }
}
