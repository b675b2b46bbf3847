import { asAdministrator } from "./administration.ts";
import type { Connection } from "./connection.ts";

/** A policy as it is kept: by the hash of its rules and of the register it was written for. */
export interface PolicyRecord {
  readonly version: string;
  readonly registerVersion: string;
  readonly documents: Readonly<Record<string, string>>;
}

/** The two people who had a version activated. */
export interface Activation {
  readonly requestedBy: string;
  readonly approvedBy: string;
}

/**
 * Activates the first policy of a database that has none; afterwards a version is changed by two people. Without an
 * activation nothing is activated. Returns the active version, which may be another than the one offered (the caller then
 * refuses to start), or null when there is none.
 */
export function activateFirstPolicy(
  admin: Connection,
  offered: PolicyRecord,
  activation: Activation | null,
): Promise<{ version: string; registerVersion: string } | null> {
  return asAdministrator(admin, async (run) => {
    await run("begin");
    await run("select pg_advisory_xact_lock(7233, 3)");
    await run("set local role caveat_owner");
    if (activation) {
      await run(
        `insert into access.policy (version, register_version, documents, requested_by, approved_by, active)
         select $1, $2, $3, $4, $5, true where not exists (select from access.policy)`,
        [
          offered.version,
          offered.registerVersion,
          JSON.stringify(offered.documents),
          activation.requestedBy,
          activation.approvedBy,
        ],
      );
    }
    const rows = await run<{ version: string; register_version: string }>(
      "select version, register_version from access.policy where active",
    );
    await run("commit");
    const active = rows[0];
    return active ? { version: active.version, registerVersion: active.register_version } : null;
  });
}
