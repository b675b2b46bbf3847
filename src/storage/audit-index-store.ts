import type { Pool } from "pg";

/** That the section of this slot of an entry names something: the hash under which it is found. */
export interface IndexedSubject {
  readonly subject: Buffer;
  readonly index: number;
  readonly slot: number;
}

/** What goes into the index for entries from..to-1. */
export interface IndexBatch {
  readonly from: number;
  readonly to: number;
  /** Entries of which something could not be read although its key is there. */
  readonly unread: number;
  readonly subjects: readonly IndexedSubject[];
  readonly sections: readonly { readonly slot: number; readonly keyId: string; readonly entries: number }[];
}

/** How far the index reaches: entries 0 to completeTo-1. */
export interface IndexState {
  readonly completeTo: number;
  readonly unread: number;
}

/**
 * The index from what entries are about to the entries, and what else is asked about the log as a whole, reached as the role
 * caveat_ledger: it adds and reads.
 */
export class AuditIndexStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Where the index of a log stands. */
  async state(logId: number): Promise<IndexState> {
    const { rows } = await this.#pool.query<IndexState>(
      `select complete_to as "completeTo", unread from audit.index_state where log_id = $1`,
      [logId],
    );
    return rows[0] ?? { completeTo: 0, unread: 0 };
  }

  /** Takes a batch in if it is the next one. Returns up to which entry the index is complete afterwards. */
  async add(logId: number, batch: IndexBatch): Promise<number> {
    const { rows } = await this.#pool.query<{ reached: number }>(
      "select audit.index_entries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as reached",
      [
        logId,
        batch.from,
        batch.to,
        batch.unread,
        batch.subjects.map(({ subject }) => subject),
        batch.subjects.map(({ index }) => index),
        batch.subjects.map(({ slot }) => slot),
        batch.sections.map(({ slot }) => slot),
        batch.sections.map(({ keyId }) => keyId),
        batch.sections.map(({ entries }) => entries),
      ],
    );
    const reached = rows[0]?.reached;
    if (reached === undefined) throw new Error("index not extended");
    return reached;
  }

  /**
   * Entries that have any of these hashes, newest first, older than `before`: one index range of at most `limit` for each
   * hash, so that the work does not grow with how much else there is.
   */
  async find(logId: number, subjects: readonly Buffer[], before: number, limit: number): Promise<number[]> {
    const { rows } = await this.#pool.query<{ idx: number }>(
      `select distinct x.idx from unnest($2::bytea[]) as h (subject)
       cross join lateral (select s.idx from audit.subject s where s.log_id = $1 and s.subject = h.subject and s.idx < $3
                           order by s.idx desc limit $4) x
       order by x.idx desc limit $4`,
      [logId, subjects, before, limit],
    );
    return rows.map(({ idx }) => idx);
  }

  /** Hashes of entries from..to-1 as they stand in the index, with the places of entry and section. */
  async subjects(logId: number, from: number, to: number): Promise<IndexedSubject[]> {
    const { rows } = await this.#pool.query<IndexedSubject>(
      "select subject, idx as index, slot from audit.subject where log_id = $1 and idx >= $2 and idx < $3",
      [logId, from, to],
    );
    return rows;
  }

  /** How many indexed entries have a section of this slot, by its marking and whether it was erased. */
  async sections(logId: number, slot: number): Promise<{ marking: string; erased: boolean; entries: number }[]> {
    const { rows } = await this.#pool.query<{ marking: string; erased: boolean; entries: number }>(
      `select k.marking, k.wrapped is null as erased, sum(s.entries)::bigint as entries
       from audit.index_section s join audit.section_key k on k.id = s.key_id
       where s.log_id = $1 and s.slot = $2 group by 1, 2 order by 1, 2`,
      [logId, slot],
    );
    return rows;
  }

  /** Where the entries with these ids stand in a log; ids of no entry are left out. */
  async placesOf(logId: number, ids: readonly string[]): Promise<number[]> {
    const { rows } = await this.#pool.query<{ idx: number }>(
      "select idx from audit.entry where id = any ($2) and log_id = $1",
      [logId, ids],
    );
    return rows.map(({ idx }) => idx);
  }

  /** How many of the entries from..to-1 are of each kind. */
  async kinds(logId: number, from: number, to: number): Promise<{ kind: string; count: number }[]> {
    const { rows } = await this.#pool.query<{ kind: string; count: number }>(
      "select kind, count(*) from audit.entry where log_id = $1 and idx >= $2 and idx < $3 group by kind order by kind",
      [logId, from, to],
    );
    return rows;
  }

  /** Checkpoints below a size, newest first. */
  async checkpointsBefore(logId: number, below: number, limit: number): Promise<{ size: number; note: string }[]> {
    const { rows } = await this.#pool.query<{ size: number; note: string }>(
      "select size, note from audit.checkpoint where log_id = $1 and size < $2 order by size desc limit $3",
      [logId, below, limit],
    );
    return rows;
  }
}
