import type { Pool } from "pg";

/** A section: its entry and its slot. */
export interface IndexedPlace {
  readonly index: number;
  readonly slot: number;
}

/** Something that sections of a batch name: the hash under which they are found. */
export interface Posting {
  readonly subject: Buffer;
  /** At least one, ascending. */
  readonly places: readonly IndexedPlace[];
}

/** That a section names something. */
export interface IndexedSubject extends IndexedPlace {
  readonly subject: Buffer;
}

/** What goes into the index for entries from..to-1. */
export interface IndexBatch {
  readonly from: number;
  readonly to: number;
  /** Entries of which something could not be read although its key is there. */
  readonly unread: number;
  readonly postings: readonly Posting[];
  readonly sections: readonly { readonly slot: number; readonly keyId: string; readonly entries: number }[];
}

/** Bytes of a place in a row: two for the distance from the first entry of the batch, one for the slot. */
const PLACE = 3;

function packed(first: number, postings: readonly Posting[]): Buffer {
  const bytes = Buffer.allocUnsafe(postings.reduce((sum, { places }) => sum + PLACE * places.length, 0));
  let at = 0;
  for (const { places } of postings)
    for (const { index, slot } of places) {
      at = bytes.writeUInt16BE(index - first, at);
      at = bytes.writeUInt8(slot, at);
    }
  return bytes;
}

/** So many postings can be told apart by the low bits of a number whose high bits are four bytes of their hashes. */
const MOST_ORDERED = 2 ** 21;

/** Postings about in the order of their hashes: rows that lie together in the table's index are then put there together. */
function ordered(postings: readonly Posting[]): readonly Posting[] {
  if (postings.length > MOST_ORDERED) return postings;
  const keys = Float64Array.from(postings, ({ subject }, at) => subject.readUInt32BE(0) * MOST_ORDERED + at).toSorted();
  return Array.from(keys, (key) => postings[key % MOST_ORDERED]).filter((posting) => posting !== undefined);
}

function* unpacked(first: number, places: Buffer): Generator<IndexedPlace> {
  for (let at = 0; at < places.length; at += PLACE)
    yield { index: first + places.readUInt16BE(at), slot: places.readUInt8(at + 2) };
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
    const postings = ordered(batch.postings);
    const { rows } = await this.#pool.query<{ reached: number }>(
      "select audit.index_entries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as reached",
      [
        logId,
        batch.from,
        batch.to,
        batch.unread,
        Buffer.concat(postings.map(({ subject }) => subject)),
        postings.map(({ places }) => PLACE * places.length),
        packed(batch.from, postings),
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
   * At most `limit` entries that have any of these hashes, newest first, older than `before`: one index range of at most so
   * many batches for each hash, so that the work does not grow with how much else there is.
   */
  async find(logId: number, subjects: readonly Buffer[], before: number, limit: number): Promise<number[]> {
    const { rows } = await this.#pool.query<{ first: number; places: Buffer }>(
      // One more than entries that are wanted: of the batch that `before` falls into nothing may be older.
      `select x.first, x.places from unnest($2::bytea[]) as h (subject)
       cross join lateral (select p.first, p.places from audit.posting p
                           where p.log_id = $1 and p.subject = h.subject and p.first < $3
                           order by p.first desc limit $4 + 1) x`,
      [logId, subjects, before, limit],
    );
    const found = rows.flatMap(({ first, places }) => [...unpacked(first, places)].map(({ index }) => index));
    return [...new Set(found.filter((index) => index < before))].toSorted((a, b) => b - a).slice(0, limit);
  }

  /** Hashes of entries from..to-1 as they stand in the index, with the places of entry and section. */
  async subjects(logId: number, from: number, to: number): Promise<IndexedSubject[]> {
    const { rows } = await this.#pool.query<{ subject: Buffer; first: number; places: Buffer }>(
      `select p.subject, p.first, p.places from audit.index_batch b
       join audit.posting p on p.log_id = b.log_id and p.first = b.first
       where b.log_id = $1 and b.next > $2 and b.first < $3`,
      [logId, from, to],
    );
    const subjects = rows.flatMap(({ subject, first, places }) =>
      [...unpacked(first, places)].map((place): IndexedSubject => ({ subject, ...place })),
    );
    return subjects.filter(({ index }) => index >= from && index < to);
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
