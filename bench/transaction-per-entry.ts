import { createHash } from "node:crypto";
import { Pool } from "pg";
import type { Connection } from "../src/storage/connection.ts";
import type { AppendRecord } from "../src/storage/ledger-store.ts";

/**
 * The design that batching is compared with: a chain kept by a transaction of five statements for each entry (begin, lock
 * and read the head, insert, update the head, commit), as an application writes it without thinking of batches. The same
 * bytes, hashes and durability; tables of its own.
 */
export class TransactionPerEntry {
  readonly #pool: Pool;

  constructor(admin: Connection, clients: number) {
    this.#pool = new Pool({ ...admin, max: clients });
  }

  /** Makes the tables, as the superuser of the benchmark's own cluster. */
  static async prepare(admin: Connection): Promise<void> {
    const pool = new Pool({ ...admin, max: 1 });
    await pool.query(`
      create schema bench;
      create table bench.head (id smallint primary key, size bigint not null, chain bytea not null);
      insert into bench.head values (0, 0, decode(repeat('00', 48), 'hex'));
      create table bench.entry (idx bigint primary key, id uuid not null unique, leaf bytea not null, leaf256 bytea not null,
        leaf384 bytea not null, chain bytea not null, kind text not null, sections jsonb not null)`);
    await pool.end();
  }

  /** Appends one entry; resolves when it is durable. */
  async append(record: AppendRecord): Promise<void> {
    const leaf = Buffer.concat([Buffer.of(0), record.leaf]);
    const client = await this.#pool.connect();
    try {
      await client.query("begin");
      const { rows } = await client.query<{ size: string; chain: Buffer }>(
        "select size, chain from bench.head where id = 0 for update",
      );
      const head = rows[0];
      if (!head) throw new Error("no head");
      const index = Buffer.alloc(8);
      index.writeBigUInt64BE(BigInt(head.size));
      const leaf384 = createHash("sha384").update(leaf).digest();
      const chain = createHash("sha384").update(index).update(head.chain).update(leaf384).digest();
      await client.query("insert into bench.entry values ($1, $2, $3, $4, $5, $6, $7, $8)", [
        head.size,
        record.id,
        leaf.subarray(1),
        createHash("sha256").update(leaf).digest(),
        leaf384,
        chain,
        record.kind,
        JSON.stringify(record.sections),
      ]);
      await client.query("update bench.head set size = size + 1, chain = $1 where id = 0", [chain]);
      await client.query("commit");
    } finally {
      client.release();
    }
  }

  /** Closes its connections. */
  close(): Promise<void> {
    return this.#pool.end();
  }
}
