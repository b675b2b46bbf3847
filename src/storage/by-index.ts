import type { Pool } from "pg";

/**
 * Settings under which rows are found by an index, whatever the statistics say: a plan that walked a table, or sorted what it
 * found, would cost as much as there is in it, hidden or not.
 */
export const BY_INDEX = {
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_sort: "off",
  enable_incremental_sort: "off",
} as const;

/** The same as statements, for the rest of a transaction. */
export const BY_INDEX_HERE = Object.entries(BY_INDEX)
  .map(([name, value]) => `set local ${name} = ${value}`)
  .join("; ");

/** Runs one reading statement that may find rows by index only, in a transaction of its own. */
export async function byIndex<R extends object>(pool: Pool, sql: string, params: readonly unknown[]): Promise<R[]> {
  const client = await pool.connect();
  let failed = true;
  try {
    await client.query(`begin read only; ${BY_INDEX_HERE}`);
    const { rows } = await client.query<R>(sql, [...params]);
    await client.query("commit");
    failed = false;
    return rows;
  } finally {
    // A session whose transaction did not end is not used again.
    client.release(failed);
  }
}
