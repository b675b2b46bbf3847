import { setImmediate as nextTurn } from "node:timers/promises";
import type {
  AuditIndexStore,
  IndexBatch,
  IndexState,
  IndexedPlace,
  IndexedSubject,
} from "../storage/audit-index-store.ts";
import type { LedgerStore, StoredEntry } from "../storage/ledger-store.ts";
import type { FreshEntries, FreshEntry } from "./fresh-entries.ts";
import { openEntry } from "./opened-entry.ts";
import type { SectionSealer } from "./sealing.ts";
import { HashedNames } from "./subject-hashes.ts";
import type { SubjectHashes } from "./subject-hashes.ts";

/** Entries that are taken in at once, if they must be read, or if all are remembered: the more, the fewer rows say the same. */
const BATCH = 1_024;
const REMEMBERED_BATCH = 4_096;
/** Hashes of remembered entries that a batch has, and those of one entry more. */
const MOST_HASHES = 32_768;
/** What is done in one turn of the event loop: 16 entries that are opened, or 256 that are remembered and name little. */
const COST_OF_TURN = 256;
const COST_OF_OPENING = 16;
/** So many names cost as much as an entry that is remembered. */
const NAMES = 32;
const LEAF_HASH = 48;
/** What was asked is no part of what an entry is found by. */
const REQUEST = 1;

/** What the indexer is made of. */
export interface AuditIndexerParts {
  readonly store: LedgerStore;
  readonly index: AuditIndexStore;
  readonly sealer: SectionSealer;
  readonly hashes: SubjectHashes;
  readonly logId: number;
  /** What this process wrote lately into this log. */
  readonly fresh?: FreshEntries;
}

/** What the index is to hold about entries from..to-1, gathered in the order of the entries. */
class GatheredBatch {
  readonly #from: number;
  readonly #to: number;
  readonly #places = new Map<string, IndexedPlace[]>();
  readonly #sections = new Map<string, { slot: number; keyId: string; entries: number }>();
  unread = 0;

  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
  }

  section(slot: number, keyId: string): void {
    const key = `${slot} ${keyId}`;
    const known = this.#sections.get(key);
    if (known) known.entries += 1;
    else this.#sections.set(key, { slot, keyId, entries: 1 });
  }

  /** All that a section names. @param hashes as {@link HashedNames} makes them; what comes twice counts once */
  named(place: IndexedPlace, hashes: readonly string[]): void {
    for (const hash of hashes) {
      const places = this.#places.get(hash);
      if (places === undefined) this.#places.set(hash, [place]);
      else if (places.at(-1) !== place) places.push(place);
    }
  }

  whole(): IndexBatch {
    const postings = Array.from(this.#places, ([hash, places]) => ({ subject: Buffer.from(hash, "latin1"), places }));
    const sections = [...this.#sections.values()];
    return { from: this.#from, to: this.#to, unread: this.unread, postings, sections };
  }
}

/**
 * Builds the index of the activity log behind it, with the server's keys. Any number of processes may do so at once: each
 * batch follows the last one or is thrown away, and what was built is the same whoever built it.
 */
export class AuditIndexer {
  readonly #parts: AuditIndexerParts;
  #running: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(parts: AuditIndexerParts) {
    this.#parts = parts;
  }

  /** Where the index stands. */
  state(): Promise<IndexState> {
    return this.#parts.index.state(this.#parts.logId);
  }

  /** Takes in at most `most` entries, one call of this process after another. Returns up to which entry it is complete. */
  catchUp(most: number): Promise<number> {
    const turn = this.#running.then(() => this.#catchUp(most));
    this.#running = turn.catch(() => undefined);
    return turn;
  }

  /** Forgets what this process wrote and has waited too long for the index, also while the database does not answer. */
  expire(): void {
    this.#parts.fresh?.forget();
  }

  /** Ends what is under way after its batch; nothing is taken in any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    // Nobody comes for it any more.
    this.#parts.fresh?.forget(Number.MAX_SAFE_INTEGER);
  }

  async #catchUp(most: number): Promise<number> {
    const { store, index, fresh, logId } = this.#parts;
    const { size } = await store.head(logId);
    let { completeTo } = await this.state();
    // Also what another process took in.
    fresh?.forget(completeTo);
    const end = Math.min(size, completeTo + most);
    while (completeTo < end && !this.#stopped) {
      completeTo = await index.add(logId, await this.#next(completeTo, end));
      fresh?.forget(completeTo);
    }
    return completeTo;
  }

  /** The next batch of entries from..end-1. */
  async #next(from: number, end: number): Promise<IndexBatch> {
    const short = Math.min(end, from + BATCH);
    const extent = this.#parts.fresh?.extent(from, Math.min(end, from + REMEMBERED_BATCH), MOST_HASHES);
    const to = extent?.whole === true ? extent.to : Math.min(short, extent?.to ?? short);
    const remembered = await this.#remembered(from, to);
    // What the log has otherwise than it is remembered must be read, and of that a batch has less.
    return this.#batch(from, remembered.size === to - from ? to : Math.min(to, short), remembered);
  }

  /** What is remembered of entries from..to-1, as far as the log has at these places what is remembered. */
  async #remembered(from: number, to: number): Promise<ReadonlyMap<number, FreshEntry>> {
    const { store, fresh, logId } = this.#parts;
    const found = fresh?.between(from, to) ?? new Map<number, FreshEntry>();
    if (found.size === 0) return found;
    const hashes = await store.leafHashes(logId, from, to);
    const allThere = hashes.length === LEAF_HASH * (to - from);
    for (const [index, { leaf384 }] of found) {
      const at = LEAF_HASH * (index - from);
      if (!allThere || hashes.compare(leaf384, 0, LEAF_HASH, at, at + LEAF_HASH) !== 0) found.delete(index);
    }
    return found;
  }

  /** Entries from..to-1 that are not remembered, by index. */
  async #read(
    from: number,
    to: number,
    remembered: ReadonlyMap<number, FreshEntry>,
  ): Promise<Map<number, StoredEntry>> {
    const { store, logId } = this.#parts;
    const missing: number[] = [];
    for (let index = from; index < to; index += 1) if (!remembered.has(index)) missing.push(index);
    const all = missing.length === to - from;
    const rows = all
      ? await store.entries(logId, from, to)
      : missing.length === 0
        ? []
        : await store.entriesAt(logId, missing);
    return new Map(rows.map((row) => [row.index, row]));
  }

  /**
   * What the index holds about entries from..to-1. `remembered` are those that need not be read. Both ways come to the same,
   * and both look at the keys as they stand now: what is erased opens no more and names nothing, so that an index that is
   * made again is the one whose rows were taken away.
   */
  async #batch(from: number, to: number, remembered: ReadonlyMap<number, FreshEntry>): Promise<IndexBatch> {
    const { sealer, hashes } = this.#parts;
    const read = await this.#read(from, to, remembered);
    const keys = await sealer.keysOf([...read.values(), ...remembered.values()]);
    // What many entries name is hashed once.
    const names = new HashedNames(hashes);
    const batch = new GatheredBatch(from, to);
    let turn = 0;
    for (let index = from; index < to; index += 1) {
      const fresh = remembered.get(index);
      const row = read.get(index);
      if (turn >= COST_OF_TURN) turn = 0;
      if (turn === 0) await nextTurn();
      if (fresh) {
        turn += 1;
        for (const { slot, keyId, subjects } of fresh.sections) {
          turn += Math.floor(subjects.length / NAMES);
          batch.section(slot, keyId);
          if (keys.get(keyId)?.wrapped) batch.named({ index, slot }, subjects);
        }
      } else if (row) {
        turn += COST_OF_OPENING;
        const entry = await openEntry(
          this.#parts,
          keys,
          { ...row, sections: row.sections.filter(({ slot }) => slot !== REQUEST) },
          () => true,
        );
        if (!entry.whole) batch.unread += 1;
        for (const { slot, keyId } of row.sections) batch.section(slot, keyId);
        for (const [slot, opening] of entry.openings.entries()) {
          const of = entry.subjects.filter((subject) => subject.slot === slot).map(({ name }) => name);
          if (opening) batch.named({ index, slot }, names.of(opening.marking, of));
        }
      }
    }
    return batch.whole();
  }

  /** Works out again what the index must hold about entries from..to-1, and names those about which it holds something else. */
  async compare(from: number, to: number): Promise<number[]> {
    const differing = await this.#differing(from, to);
    // What was erased between the two looks at log and index is no difference, and does not differ any more.
    return differing.length === 0 ? differing : this.#differing(from, to);
  }

  async #differing(from: number, to: number): Promise<number[]> {
    const { index, logId } = this.#parts;
    const key = ({ subject, index: at, slot }: IndexedSubject): string => `${at} ${slot} ${subject.toString("hex")}`;
    // From the log itself, and not from what is remembered: that may be what is wrong.
    const { postings } = await this.#batch(from, to, new Map());
    const must = new Set(postings.flatMap(({ subject, places }) => places.map((place) => key({ subject, ...place }))));
    const found = new Set((await index.subjects(logId, from, to)).map(key));
    const differing = [
      ...[...must].filter((one) => !found.has(one)),
      ...[...found].filter((one) => !must.has(one)),
    ].map((text) => Number(text.split(" ")[0]));
    return [...new Set(differing)].toSorted((a, b) => a - b);
  }
}
