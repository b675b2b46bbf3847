import { loadPolicyFiles } from "../src/composition/policy-files.ts";
import { ACTIONS } from "../src/policy/actions.ts";
import { compileRowSecurity, rowSecurityHash } from "../src/policy/row-security.ts";
import { installRowSecurity } from "../src/storage/activation.ts";
import type { Connection } from "../src/storage/connection.ts";
import { migrate } from "../src/storage/migrate.ts";

/**
 * Makes the template of all test databases once per run: the current schema with row security, and nobody in it.
 *
 * @param admin superuser login to the empty template database; no connection is left open
 */
export async function prepareTemplate(admin: Connection): Promise<void> {
  await migrate(admin, ACTIONS);
  const { policy } = loadPolicyFiles();
  await installRowSecurity(admin, { text: compileRowSecurity(policy), sha384: rowSecurityHash(policy) });
}
