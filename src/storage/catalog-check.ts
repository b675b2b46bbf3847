import { isIP } from "node:net";
import { ONE_START_AT_A_TIME } from "./activation.ts";
import { inAdministratorTransaction } from "./administration.ts";
import { catalogAssertions } from "./catalog-assertions.ts";
import type { Lack, Place } from "./catalog-assertions.ts";
import { COMPARED, functionDifferences, guardDifferences } from "./catalog-comparison.ts";
import type { Difference } from "./catalog-comparison.ts";
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

/** Where a database that is not the embedded one is reached by a connection. */
export function placeOf({ host }: Pick<Connection, "host">): Exclude<Place, "embedded"> {
  if (host.startsWith("/")) return "socket";
  const loopback = host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
  return loopback ? "loopback" : "network";
}

const described = ({ code, object }: Difference): CatalogViolation => ({
  code,
  sentence: COMPARED.find((one) => one.code === code)?.sentence ?? "",
  object,
});

/** What the database must be like. */
export interface CatalogDemands {
  readonly place: Place;
  readonly mayLack: readonly Lack[];
  /** Row security of the policy in force, as SQL text. */
  readonly rowSecurity: string;
}

/**
 * Reads the catalogs as the migrating login and compares them with what the locks rest on (roles, privileges, row security,
 * functions, triggers, settings). Returns every violation; none: as it must be.
 */
export async function catalogViolations(
  admin: Connection,
  demands: CatalogDemands,
): Promise<readonly CatalogViolation[]> {
  let all: readonly CatalogViolation[] = [];
  await inAdministratorTransaction(admin, async (run) => {
    // Nobody installs row security meanwhile.
    await run(ONE_START_AT_A_TIME);
    const [readable] = await run<{ yes: boolean }>(
      `select has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
              and has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') as yes`,
    );
    const assertions = catalogAssertions(demands.place, demands.mayLack, readable?.yes === true);
    const sql = assertions
      .map(({ finds }, at) => `select ${at} as at, f.object from (${finds}) f`)
      .join("\nunion all\n");
    const found = await run<{ at: number; object: string }>(`select * from (${sql}) q order by at, object`);
    const violations = found.map(({ at, object }) => {
      const { code = "", sentence = "" } = assertions[at] ?? {};
      return { code, sentence, object };
    });
    violations.push(...(await functionDifferences(run)).map(described));
    try {
      violations.push(...(await guardDifferences(run, demands.rowSecurity)).map(described));
    } catch (error) {
      // Where something else is wrong already, its absence may be why they cannot be compared.
      if (violations.length === 0) throw error;
    }
    all = violations;
    return false;
  });
  return all;
}

/** Throws CatalogError when the database is not as the locks need it. */
export async function requireSoundCatalog(admin: Connection, demands: CatalogDemands): Promise<void> {
  const violations = await catalogViolations(admin, demands);
  if (violations.length > 0) throw new CatalogError(violations);
}
