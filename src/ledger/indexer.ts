import { setImmediate as nextTurn } from "node:timers/promises";
import type {
  AuditIndexStore,
  IndexBatch,
  IndexState,
  IndexedPlace,
  IndexedSubject,
} from "../storage/audit-index-store.ts";
import type { LedgerStore } from "../storage/ledger-store.ts";
import { openEntry } from "./opened-entry.ts";
import type { SectionSealer } from "./sealing.ts";
import type { SubjectHashes } from "./subject-hashes.ts";

/** Entries that are taken in at once: the more, the fewer rows say the same. */
const BATCH = 1_024;
/** Entries that are opened in one turn of the event loop. */
const OPENED_IN_TURN = 16;
/** What was asked is no part of what an entry is found by. */
const REQUEST = 1;

/** What the indexer is made of. */
export interface AuditIndexerParts {
  readonly store: LedgerStore;
  readonly index: AuditIndexStore;
  readonly sealer: SectionSealer;
  readonly hashes: SubjectHashes;
  readonly logId: number;
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

  /** Ends what is under way after its batch; nothing is taken in any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #catchUp(most: number): Promise<number> {
    const { store, index, logId } = this.#parts;
    const { size } = await store.head(logId);
    let { completeTo } = await this.state();
    const end = Math.min(size, completeTo + most);
    while (completeTo < end && !this.#stopped) {
      completeTo = await index.add(logId, await this.#batch(completeTo, Math.min(end, completeTo + BATCH)));
    }
    return completeTo;
  }

  async #batch(from: number, to: number): Promise<IndexBatch> {
    const { store, sealer, hashes, logId } = this.#parts;
    // By marking, then by name: what many entries name is hashed once.
    const named = new Map<string, Map<string, IndexedPlace[]>>();
    const sections = new Map<string, { slot: number; keyId: string; entries: number }>();
    let unread = 0;
    const rows = await store.entries(logId, from, to);
    const keys = await sealer.keysOf(rows);
    for (const [at, row] of rows.entries()) {
      if (at % OPENED_IN_TURN === 0) await nextTurn();
      const read = { ...row, sections: row.sections.filter(({ slot }) => slot !== REQUEST) };
      const entry = await openEntry(this.#parts, keys, read, () => true);
      if (!entry.whole) unread += 1;
      for (const { slot, keyId } of row.sections) {
        const key = `${slot} ${keyId}`;
        const known = sections.get(key);
        if (known) known.entries += 1;
        else sections.set(key, { slot, keyId, entries: 1 });
      }
      // What is erased opens no more and names nothing: an index that is made again is the one whose rows were taken away.
      for (const { slot, name } of entry.subjects) {
        const marking = entry.openings[slot]?.marking;
        if (marking === undefined) continue;
        const names = named.get(marking) ?? new Map<string, IndexedPlace[]>();
        named.set(marking, names);
        const place = { index: row.index, slot };
        const places = names.get(name);
        if (places) places.push(place);
        else names.set(name, [place]);
      }
    }
    const postings = [...named].flatMap(([marking, names]) =>
      [...names].map(([name, places]) => ({ subject: hashes.of(marking, name), places })),
    );
    return { from, to, unread, postings, sections: [...sections.values()] };
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
    const { postings } = await this.#batch(from, to);
    const must = new Set(postings.flatMap(({ subject, places }) => places.map((place) => key({ subject, ...place }))));
    const found = new Set((await index.subjects(logId, from, to)).map(key));
    const differing = [
      ...[...must].filter((one) => !found.has(one)),
      ...[...found].filter((one) => !must.has(one)),
    ].map((text) => Number(text.split(" ")[0]));
    return [...new Set(differing)].toSorted((a, b) => a - b);
  }
}
