import type { Connection } from "../src/storage/connection.ts";

/**
 * Makes the template of all test databases once per run.
 *
 * @param admin superuser login to the empty template database; no connection may be left open
 */
export async function prepareTemplate(admin: Connection): Promise<void> {
  await Promise.resolve(admin);
}
