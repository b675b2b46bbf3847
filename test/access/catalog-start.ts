import { openHouse } from "../../src/composition/house.ts";
import { loadPolicyFiles } from "../../src/composition/policy-files.ts";
import { readConfig } from "../../src/config.ts";
import { compileRowSecurity } from "../../src/policy/row-security.ts";
import type { Lack, Place } from "../../src/storage/catalog-assertions.ts";
import { CatalogError, catalogViolations } from "../../src/storage/catalog-check.ts";
import type { CatalogViolation } from "../../src/storage/catalog-check.ts";
import type { Connection } from "../../src/storage/connection.ts";

/** What the clusters of tests lack: they have no fsync, and let in whoever enters the folder of their socket. */
export const TESTS_LACK: readonly Lack[] = ["durability", "host-rules"];

/** Opens a house on a database and closes it again. Throws what keeps a server from starting. */
export async function startOn(
  { host, port, user, database }: Connection,
  stateFolder: string,
  databaseMayLack = TESTS_LACK,
): Promise<void> {
  const databaseUrl = `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
  const house = await openHouse({ ...readConfig({}, stateFolder), stateFolder, databaseUrl, databaseMayLack });
  const ready = await house.ready();
  await house.close();
  if (!ready) throw new Error("the house is not ready");
}

/** The violations for which a server does not start. */
export async function refusalOn(...start: Parameters<typeof startOn>): Promise<readonly CatalogViolation[]> {
  const error = await startOn(...start).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CatalogError) return error.violations;
  throw new Error("not refused for its catalogs", { cause: error });
}

/** Codes of what is wrong with a database at a place. */
export async function codesOf(
  admin: Connection,
  place: Place = "embedded",
  mayLack: readonly Lack[] = [],
): Promise<string[]> {
  const rowSecurity = compileRowSecurity(loadPolicyFiles().policy);
  const found = await catalogViolations(admin, { place, mayLack, rowSecurity });
  return [...new Set(found.map(({ code }) => code))];
}
