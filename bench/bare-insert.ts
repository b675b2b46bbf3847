import { Pool } from "pg";
import type { Connection } from "../src/storage/connection.ts";
import type { AppendRecord } from "../src/storage/ledger-store.ts";

interface Waiting {
  readonly record: AppendRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH = 512;

/**
 * The limit: the same bytes in the same columns, gathered in the same way and put down by one INSERT, durable, with nothing
 * that makes a log of them: no order, no hashes, no chain, no lock, no look for what is there already.
 */
export class BareInsert {
  readonly #pool: Pool;
  #queue: Waiting[] = [];
  #flushing = false;

  constructor(admin: Connection) {
    this.#pool = new Pool({ ...admin, max: 1 });
  }

  /** Makes its table, once in a cluster of the benchmark's own. */
  static async prepare(admin: Connection): Promise<void> {
    const pool = new Pool({ ...admin, max: 1 });
    await pool.query(`create schema bench_bare;
      create table bench_bare.entry (idx bigint generated always as identity primary key, id uuid not null unique, leaf bytea not null,
        leaf256 bytea not null, leaf384 bytea not null, chain bytea not null, kind text not null)`);
    await pool.end();
  }

  /** Puts one record down; resolves when it is durable. */
  append(record: AppendRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      if (!this.#flushing) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MAX_BATCH);
      const leaves = batch.map(({ record }) => record.leaf);
      const [of32, of48] = [Buffer.alloc(32, 1), Buffer.alloc(48, 1)];
      try {
        await this.#pool.query({
          name: "bare",
          text: `insert into bench_bare.entry (id, leaf, leaf256, leaf384, chain, kind)
            select u.id, u.leaf, $4, $5, $5, u.kind from unnest($1::uuid[], $2::bytea[], $3::text[]) as u (id, leaf, kind)`,
          values: [batch.map(({ record }) => record.id), leaves, batch.map(({ record }) => record.kind), of32, of48],
        });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#flushing = false;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
