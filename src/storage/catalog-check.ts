import { isIP } from "node:net";
import { asAdministrator } from "./administration.ts";
import { catalogAssertions } from "./catalog-assertions.ts";
import type { Connection } from "./connection.ts";

/** A place where the database is not as the locks need it. */
export interface CatalogViolation {
  readonly code: string;
  readonly sentence: string;
  readonly object: string;
}

/** The database is not as the locks need it: the server does not start. The message names each violation by its code. */
export class CatalogError extends Error {
  readonly violations: readonly CatalogViolation[];

  constructor(violations: readonly CatalogViolation[]) {
    const lines = violations.map(({ code, sentence, object }) => `  ${code}: ${object} (must hold: ${sentence})`);
    super(`the database is not as the locks need it:\n${lines.join("\n")}`);
    this.name = "CatalogError";
    this.violations = violations;
  }
}

/** Whether the bytes of a connection leave this machine: not through a Unix socket, nor to a loopback address. */
export function leavesTheMachine({ host }: Pick<Connection, "host">): boolean {
  if (host.startsWith("/") || host === "localhost" || host === "::1") return false;
  return !(isIP(host) === 4 && host.startsWith("127."));
}

/**
 * Reads the catalogs as the migrating login and compares them with what the locks rest on (roles, privileges, row security,
 * functions, triggers, settings). Returns every violation; none: as it must be.
 */
export function catalogViolations(
  admin: Connection,
  network: boolean = leavesTheMachine(admin),
): Promise<CatalogViolation[]> {
  return asAdministrator(admin, async (run) => {
    const [readable] = await run<{ yes: boolean }>(
      `select has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
              and has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') as yes`,
    );
    const assertions = catalogAssertions(network, readable?.yes === true);
    const sql = assertions
      .map(({ finds }, at) => `select ${at} as at, f.object from (${finds}) f`)
      .join("\nunion all\n");
    const found = await run<{ at: number; object: string }>(`select * from (${sql}) q order by at, object`);
    return found.map(({ at, object }) => {
      const { code = "", sentence = "" } = assertions[at] ?? {};
      return { code, sentence, object };
    });
  });
}

/** Throws CatalogError when the database is not as the locks need it. */
export async function requireSoundCatalog(admin: Connection): Promise<void> {
  const violations = await catalogViolations(admin);
  if (violations.length > 0) throw new CatalogError(violations);
}
