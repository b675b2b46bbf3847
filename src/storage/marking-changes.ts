import type { Pool } from "pg";
import type { RaisedNoun } from "./ports.ts";

/** A blob below an object, with its keys as they are wrapped. */
export interface BlobKeys {
  readonly blobId: string;
  readonly markingId: string;
  /** Content key under the data key; null where the blob is sealed under the data key itself. */
  readonly wrappedKey: Buffer | null;
  /** Data key of its marking under the key file. */
  readonly dataKey: Buffer;
}

/**
 * What a change of a marking needs of rows that whoever makes it may not see: identifiers, markings and wrapped keys, as the
 * role caveat_policy (migrations/0028). None of it goes into an answer.
 */
export class MarkingChangeStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Distinct markings of what stands below an object, and of deliveries that may hold it. */
  async markingsBelow(noun: RaisedNoun, id: string): Promise<string[]> {
    const { rows } = await this.#pool.query<{ marking_id: string }>(
      "select marking_id from access.markings_below($1, $2)",
      [noun, id],
    );
    return rows.map((row) => row.marking_id);
  }

  /** Datasets that are made of an ontology, with their markings. */
  async datasetsOf(ontologyId: string): Promise<{ readonly id: string; readonly markingId: string }[]> {
    const { rows } = await this.#pool.query<{ dataset_id: string; marking_id: string }>(
      "select dataset_id, marking_id from access.datasets_of_ontology($1) order by dataset_id",
      [ontologyId],
    );
    return rows.map((row) => ({ id: row.dataset_id, markingId: row.marking_id }));
  }

  /** Notes what the join of two markings is. */
  async noteJoin(a: string, b: string, joined: string): Promise<void> {
    await this.#pool.query(
      "insert into access.marking_join (a, b, joined) values ($1, $2, $3) on conflict do nothing",
      [a, b, joined],
    );
  }

  /** Keys of the blobs of an object and of what stands below it; of a delivery those of its own files. */
  async blobKeys(noun: "dataset" | "asset" | "delivery", id: string): Promise<BlobKeys[]> {
    const { rows } = await this.#pool.query<{
      blob_id: string;
      marking_id: string;
      wrapped_key: Buffer | null;
      data_key: Buffer;
    }>("select * from access.blob_keys($1, $2)", [noun, id]);
    return rows.map((row) => ({
      blobId: row.blob_id,
      markingId: row.marking_id,
      wrappedKey: row.wrapped_key,
      dataKey: row.data_key,
    }));
  }

  /** The wrapped data key of a marking: the one that is there, or the one given. */
  async ensureDataKey(markingId: string, wrapped: Buffer): Promise<Buffer> {
    const { rows } = await this.#pool.query<{ key: Buffer }>("select access.ensure_data_key($1, $2) as key", [
      markingId,
      wrapped,
    ]);
    const key = rows[0]?.key;
    if (!key) throw new Error("no data key");
    return key;
  }

  /** Lays down a blob's content key under the data key of another marking. */
  async noteRekey(blobId: string, markingId: string, wrapped: Buffer): Promise<void> {
    await this.#pool.query(
      "insert into access.blob_rekey (blob_id, marking_id, wrapped_key) values ($1, $2, $3) on conflict do nothing",
      [blobId, markingId, wrapped],
    );
  }
}
