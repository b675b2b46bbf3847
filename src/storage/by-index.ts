import type { Pool } from "pg";

/**
 * Rows are found by an index, whatever the statistics say: a plan that walked a table would cost as much as there is in it,
 * hidden or not.
 */
const BY_INDEX = ["seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort", "incremental_sort"]
  .map((way) => `set local enable_${way} = off`)
  .join("; ");

/** Runs one reading statement that may find rows by index only, in a transaction of its own. */
export async function byIndex<R extends object>(pool: Pool, sql: string, params: readonly unknown[]): Promise<R[]> {
  const client = await pool.connect();
  let failed = true;
  try {
    await client.query(`begin read only; ${BY_INDEX}`);
    const { rows } = await client.query<R>(sql, [...params]);
    await client.query("commit");
    failed = false;
    return rows;
  } finally {
    // A session whose transaction did not end is not used again.
    client.release(failed);
  }
}
