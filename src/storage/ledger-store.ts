import type { Pool } from "pg";

/** A record ready to be appended: leaf bytes, search tags and sealed sections. */
export interface AppendRecord {
  readonly id: string;
  readonly leaf: Buffer;
  readonly kind: string;
  readonly personTag: Buffer | null;
  readonly gateHash: Buffer | null;
  readonly sections: readonly StoredSection[];
}

/** Where a record stands after it was appended. */
export interface Appended {
  readonly id: string;
  readonly index: number;
  readonly leaf384: Buffer;
}

/** One log: its head as PostgreSQL sequences it. */
export interface LogHead {
  readonly id: number;
  readonly origin: string;
  readonly size: number;
  readonly chain: Buffer;
}

/** One sealed section of a stored entry. */
export interface StoredSection {
  readonly slot: number;
  readonly keyId: string;
  readonly sealed: Buffer;
}

/** What a data key of sections is for: a marking (canonical JSON), a person by his keyed tag or nobody, and a month. */
export interface KeyScope {
  readonly digest: Buffer;
  readonly marking: string;
  readonly subject: Buffer | null;
  /** `2026-09`. */
  readonly month: string;
}

/** A data key of sections; `wrapped` is null when it was destroyed. */
export interface StoredKey {
  readonly id: string;
  readonly marking: string;
  /** `2026-09`; null for one that was made before keys had months. */
  readonly month: string | null;
  readonly wrapped: Buffer | null;
}

/** One stored entry with its sealed sections by slot. */
export interface StoredEntry {
  readonly index: number;
  readonly id: string;
  readonly leaf: Buffer;
  readonly leaf384: Buffer;
  readonly chain: Buffer;
  readonly kind: string;
  readonly sections: readonly StoredSection[];
}

/** What stands beside a stored leaf for finding it. */
export interface EntryColumns {
  readonly index: number;
  readonly id: string;
  readonly kind: string;
  readonly leaf256: Buffer;
  readonly leaf384: Buffer;
  readonly personTag: Buffer | null;
}

/** A list of object ids that stands beside its entry, sealed. */
export interface StoredList {
  /** Of the decision in the outcome, from 0. */
  readonly place: number;
  readonly keyId: string;
  readonly sealed: Buffer;
}

interface EntryRow {
  idx: number;
  id: string;
  leaf: Buffer;
  leaf384: Buffer;
  chain: Buffer;
  kind: string;
  sections: { slot: number; keyId: string; sealed: string }[];
}

const ENTRY_COLUMNS = `e.idx, e.id, e.leaf, e.leaf384, e.chain, e.kind,
  coalesce((select jsonb_agg(jsonb_build_object('slot', s.slot, 'keyId', s.key_id, 'sealed', encode(s.sealed, 'base64')) order by s.slot)
            from audit.section s where s.log_id = e.log_id and s.idx = e.idx), '[]') as sections`;

function stored(row: EntryRow): StoredEntry {
  return {
    index: row.idx,
    id: row.id,
    leaf: row.leaf,
    leaf384: row.leaf384,
    chain: row.chain,
    kind: row.kind,
    sections: row.sections.map((s) => ({ slot: s.slot, keyId: s.keyId, sealed: Buffer.from(s.sealed, "base64") })),
  };
}

/** The log tables, reached as the role caveat_ledger: it appends through functions and reads; it can change nothing. */
export class LedgerStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The id of the log with this origin, made when it does not exist. */
  async openLog(origin: string, purpose: "activity" | "recipient", recipientId: string | null): Promise<number> {
    const { rows } = await this.#pool.query<{ id: number }>("select audit.open_log($1, $2, $3) as id", [
      origin,
      purpose,
      recipientId,
    ]);
    const id = rows[0]?.id;
    if (id === undefined) throw new Error("log not opened");
    return id;
  }

  /** The head of a log. */
  async head(logId: number): Promise<LogHead> {
    const { rows } = await this.#pool.query<LogHead>("select id, origin, size, chain from audit.log where id = $1", [
      logId,
    ]);
    const row = rows[0];
    if (!row) throw new Error("no such log");
    return row;
  }

  /** Every log. */
  async logs(): Promise<LogHead[]> {
    return (await this.#pool.query<LogHead>("select id, origin, size, chain from audit.log order by id")).rows;
  }

  /** Appends a batch; returns after it is durable. */
  async append(logId: number, records: readonly AppendRecord[]): Promise<Appended[]> {
    const sections = records.flatMap((record) => record.sections);
    const { rows } = await this.#pool.query<{ id: string; idx: number; leaf384: Buffer }>({
      name: "append",
      text: "select id, idx, leaf384 from audit.append_packed($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      values: [
        logId,
        records.map((record) => record.id),
        records.map((record) => record.kind),
        records.map((record) => record.personTag),
        records.map((record) => record.gateHash),
        records.map((record) => record.leaf.length),
        Buffer.concat(records.map((record) => record.leaf)),
        records.flatMap((record, at) => record.sections.map(() => at + 1)),
        sections.map((section) => section.slot),
        sections.map((section) => section.keyId),
        sections.map((section) => section.sealed.length),
        Buffer.concat(sections.map((section) => section.sealed)),
      ],
    });
    return rows.map((row) => ({ id: row.id, index: row.idx, leaf384: row.leaf384 }));
  }

  /** Keeps the long lists of an entry that is about to be written. */
  async keepLists(entryId: string, lists: readonly StoredList[]): Promise<void> {
    await this.#pool.query(
      `insert into audit.object_list (entry_id, place, key_id, sealed)
       select $1, l.place, l.key, l.sealed from unnest($2::smallint[], $3::uuid[], $4::bytea[]) as l (place, key, sealed)`,
      [entryId, lists.map(({ place }) => place), lists.map(({ keyId }) => keyId), lists.map(({ sealed }) => sealed)],
    );
  }

  /** The long lists of an entry, without those that were erased. */
  async lists(entryId: string): Promise<StoredList[]> {
    const { rows } = await this.#pool.query<StoredList>(
      `select place, key_id as "keyId", sealed from audit.object_list
       where entry_id = $1 and sealed is not null order by place`,
      [entryId],
    );
    return rows;
  }

  /** Moves outbox rows (all that are committed, or these) into their logs; returns where the named ones stand. */
  async drain(ids: readonly string[] | null): Promise<Appended[]> {
    const { rows } = await this.#pool.query<{ id: string; idx: number; leaf384: Buffer }>(
      "select id, idx, leaf384 from audit.drain($1)",
      [ids],
    );
    return rows.map((row) => ({ id: row.id, index: row.idx, leaf384: row.leaf384 }));
  }

  /** Entries from..to-1 in order. */
  async entries(logId: number, from: number, to: number): Promise<StoredEntry[]> {
    const { rows } = await this.#pool.query<EntryRow>(
      `select ${ENTRY_COLUMNS} from audit.entry e where e.log_id = $1 and e.idx >= $2 and e.idx < $3 order by e.idx`,
      [logId, from, to],
    );
    return rows.map(stored);
  }

  /** SHA-384 of the leaves of entries from..to-1, one after another, 48 bytes each: what the log has there is committed. */
  async leafHashes(logId: number, from: number, to: number): Promise<Buffer> {
    const { rows } = await this.#pool.query<{ hashes: Buffer }>(
      `select coalesce(string_agg(leaf384, '' order by idx), '') as hashes
       from audit.entry where log_id = $1 and idx >= $2 and idx < $3`,
      [logId, from, to],
    );
    return rows[0]?.hashes ?? Buffer.alloc(0);
  }

  /** The entries at these places that are there, newest first. */
  async entriesAt(logId: number, places: readonly number[]): Promise<StoredEntry[]> {
    const { rows } = await this.#pool.query<EntryRow>(
      `select ${ENTRY_COLUMNS} from audit.entry e where e.log_id = $1 and e.idx = any ($2) order by e.idx desc`,
      [logId, places],
    );
    return rows.map(stored);
  }

  /** Whether there is an entry from this place on that is not of this kind. */
  async anyBut(logId: number, from: number, kind: string): Promise<boolean> {
    const { rows } = await this.#pool.query<{ any: boolean }>(
      "select exists (select 1 from audit.entry where log_id = $1 and idx >= $2 and kind <> $3) as any",
      [logId, from, kind],
    );
    return rows[0]?.any === true;
  }

  /** Leaves from..to-1 in order: the bytes that are hashed. */
  async leaves(logId: number, from: number, to: number): Promise<Buffer[]> {
    const { rows } = await this.#pool.query<{ leaf: Buffer }>(
      "select leaf from audit.entry where log_id = $1 and idx >= $2 and idx < $3 order by idx",
      [logId, from, to],
    );
    return rows.map((row) => row.leaf);
  }

  /** Search columns of entries from..to-1 in order: what is derived from a leaf, and can be held against it. */
  async columns(logId: number, from: number, to: number): Promise<EntryColumns[]> {
    const { rows } = await this.#pool.query<EntryColumns>(
      `select idx as index, id, kind, leaf256, leaf384, person_tag as "personTag"
       from audit.entry where log_id = $1 and idx >= $2 and idx < $3 order by idx`,
      [logId, from, to],
    );
    return rows;
  }

  /** Entries of one person (by keyed tag) of these kinds, newest first, older than `before`. */
  async entriesOfPerson(
    logId: number,
    tag: Buffer,
    kinds: readonly string[],
    before: number | null,
    limit: number,
  ): Promise<StoredEntry[]> {
    const { rows } = await this.#pool.query<EntryRow>(
      `select ${ENTRY_COLUMNS} from audit.entry e
       where e.log_id = $1 and e.person_tag = $2 and e.kind = any ($3) and ($4::bigint is null or e.idx < $4)
       order by e.idx desc limit $5`,
      [logId, tag, kinds, before, limit],
    );
    return rows.map(stored);
  }

  /** The entry with this id. */
  async entry(logId: number, id: string): Promise<StoredEntry | null> {
    const { rows } = await this.#pool.query<EntryRow>(
      `select ${ENTRY_COLUMNS} from audit.entry e where e.log_id = $1 and e.id = $2`,
      [logId, id],
    );
    const row = rows[0];
    return row ? stored(row) : null;
  }

  /** The last signed checkpoint of a log that is kept here. */
  async lastCheckpoint(logId: number): Promise<{ size: number; note: string } | null> {
    const { rows } = await this.#pool.query<{ size: number; note: string }>(
      "select size, note from audit.checkpoint where log_id = $1 order by size desc limit 1",
      [logId],
    );
    return rows[0] ?? null;
  }

  /** Checkpoints whose size is in from..to (inclusive), ascending. */
  async checkpoints(logId: number, from: number, to: number): Promise<{ size: number; note: string }[]> {
    const { rows } = await this.#pool.query<{ size: number; note: string }>(
      "select size, note from audit.checkpoint where log_id = $1 and size >= $2 and size <= $3 order by size",
      [logId, from, to],
    );
    return rows;
  }

  /** Keeps a signed checkpoint with the frontier of its tree; the first one of a size stays. */
  async keepCheckpoint(logId: number, size: number, note: string, frontier: Buffer): Promise<void> {
    await this.#pool.query(
      "insert into audit.checkpoint (log_id, size, note, frontier) values ($1, $2, $3, $4) on conflict do nothing",
      [logId, size, note, frontier],
    );
  }

  /** The key of a scope; where there is none yet, what is offered is stored. Null for its bytes when it was destroyed. */
  async sectionKey(scope: KeyScope, offer: () => Buffer): Promise<Pick<StoredKey, "id" | "wrapped">> {
    const find = async (): Promise<Pick<StoredKey, "id" | "wrapped"> | undefined> =>
      (
        await this.#pool.query<Pick<StoredKey, "id" | "wrapped">>(
          "select id, wrapped from audit.section_key where scope_digest = $1",
          [scope.digest],
        )
      ).rows[0];
    const known = await find();
    if (known) return known;
    await this.#pool.query(
      `insert into audit.section_key (scope_digest, marking, subject, month, wrapped) values ($1, $2, $3, ($4 || '-01')::date, $5)
       on conflict do nothing`,
      [scope.digest, scope.marking, scope.subject, scope.month, offer()],
    );
    const made = await find();
    if (!made) throw new Error("section key missing");
    return made;
  }

  /** Every marking that a section was sealed under which can still be opened. */
  async sectionMarkings(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ marking: string }>(
      "select distinct marking from audit.section_key where wrapped is not null order by marking",
    );
    return rows.map((row) => row.marking);
  }

  /** Keys by their ids, those that were destroyed too. */
  async sectionKeysById(ids: readonly string[]): Promise<StoredKey[]> {
    if (ids.length === 0) return [];
    const { rows } = await this.#pool.query<StoredKey>(
      "select id, marking, to_char(month, 'YYYY-MM') as month, wrapped from audit.section_key where id = any ($1)",
      [ids],
    );
    return rows;
  }

  /** The keys of a person's entries of these months, ascending by month. */
  async sectionKeysOf(
    subject: Buffer,
    months: readonly string[],
  ): Promise<{ id: string; marking: string; month: string; erased: boolean }[]> {
    const { rows } = await this.#pool.query<{ id: string; marking: string; month: string; erased: boolean }>(
      `select id, marking, to_char(month, 'YYYY-MM') as month, wrapped is null as erased from audit.section_key
       where subject = $1 and month = any (select (m || '-01')::date from unnest($2::text[]) m) order by section_key.month, id`,
      [subject, months],
    );
    return rows;
  }

  /** The months of which a key of a person's entries was destroyed. */
  async erasedMonths(subject: Buffer): Promise<ReadonlySet<string>> {
    const { rows } = await this.#pool.query<{ month: string }>(
      "select distinct to_char(month, 'YYYY-MM') as month from audit.section_key where subject = $1 and wrapped is null",
      [subject],
    );
    return new Set(rows.map(({ month }) => month));
  }

  /** How many sections of a person's entries are sealed under these keys. */
  async sectionsUnder(logId: number, tag: Buffer, keyIds: readonly string[]): Promise<number> {
    const { rows } = await this.#pool.query<{ sections: number }>(
      `select count(*)::int as sections from audit.entry e join audit.section s on s.log_id = e.log_id and s.idx = e.idx
       where e.log_id = $1 and e.person_tag = $2 and s.key_id = any ($3)`,
      [logId, tag, keyIds],
    );
    return rows[0]?.sections ?? 0;
  }
}
