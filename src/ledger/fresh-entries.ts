import type { AppendRecord, Appended } from "../storage/ledger-store.ts";
import type { PlainSection } from "./sealing.ts";
import { HashedNames } from "./subject-hashes.ts";
import type { SubjectHashes } from "./subject-hashes.ts";
import { namesOf } from "./subjects.ts";
import type { Slot } from "./subjects.ts";

/** Entries that are remembered at most, and hashes in all of them. */
const MOST_ENTRIES = 16_384;
const MOST_HASHES = 262_144;
/** What names more is left to be read: it would be hashed while its reader waits for his answer. */
const MOST_OF_ENTRY = 512;
/** After this an entry is forgotten although the index has not come to it. */
const LIFETIME_MS = 30_000;

/** A section of an entry that this process wrote, with what it is found under. */
export interface FreshSection {
  readonly slot: number;
  readonly keyId: string;
  readonly marking: string;
  /** Hashes as texts, see {@link HashedNames}. */
  readonly subjects: readonly string[];
}

/** An entry that this process wrote: what the index needs to know of it. */
export interface FreshEntry {
  /** The hash of its leaf, as the answer to the appending had it. */
  readonly leaf384: Buffer;
  readonly sections: readonly FreshSection[];
}

/** An entry as it was given to the log. */
export interface WrittenEntry {
  readonly kind: string;
  readonly sections: readonly PlainSection[];
  /** Lists that are too long for it. */
  readonly lists?: readonly unknown[];
}

interface Kept extends FreshEntry {
  readonly hashes: number;
  /** Milliseconds of the monotonic clock. */
  readonly until: number;
}

/**
 * What this process wrote into the activity log and the index has not taken in yet, so that it need not be read and opened
 * again. Kept are the hashes that go into the index, no text of a section. Names that hashes were made of are kept beside
 * them until the index goes on (ids: the rest of a section is not among them), so that what many pages name is hashed once.
 * All of it is bounded, and whatever is not here is read from the log: this decides how long indexing takes and nothing else.
 */
export class FreshEntries {
  readonly #names: HashedNames;
  /** By index. */
  readonly #kept = new Map<number, Kept>();
  #hashes = 0;
  /** Entries below this are in the index. */
  #reached = 0;

  constructor(hashes: SubjectHashes) {
    this.#names = new HashedNames(hashes);
  }

  /** How many entries are remembered. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * Remembers an entry that is durable at this place. One that names much is left to be read: those are rare. So is one of a
   * form that is not understood, which counts as not read.
   */
  note(entry: WrittenEntry, record: AppendRecord, { index, leaf384 }: Pick<Appended, "index" | "leaf384">): void {
    if (index < this.#reached || this.#kept.size >= MOST_ENTRIES || (entry.lists?.length ?? 0) > 0) return;
    const sections = this.#sectionsOf(entry, record);
    if (sections === null) return;
    const hashes = sections.reduce((sum, { subjects }) => sum + subjects.length, 0);
    this.#drop(index);
    this.#kept.set(index, { leaf384, sections, hashes, until: performance.now() + LIFETIME_MS });
    this.#hashes += hashes;
  }

  #sectionsOf(entry: WrittenEntry, record: AppendRecord): FreshSection[] | null {
    const content = (slot: Slot): unknown => {
      const section = entry.sections.find((one) => one.slot === slot);
      return section === undefined ? null : JSON.parse(section.plaintext);
    };
    try {
      const { names, whole } = namesOf(entry.kind, content, []);
      const count = names.reduce((sum, [, of]) => sum + of.length, 0);
      if (!whole || count > MOST_OF_ENTRY || this.#hashes + count > MOST_HASHES) return null;
      const sections: FreshSection[] = [];
      for (const { slot, keyId } of record.sections) {
        const marking = entry.sections.find((one) => one.slot === slot)?.marking;
        if (marking === undefined) return null;
        const of = names.find(([named]) => named === slot)?.[1] ?? [];
        sections.push({ slot, keyId, marking, subjects: this.#names.of(marking, of) });
      }
      return sections;
    } catch {
      return null;
    }
  }

  /** What is remembered of entries from..to-1, by index. Whether the log has them there is for the caller to see. */
  between(from: number, to: number): Map<number, FreshEntry> {
    const found = new Map<number, FreshEntry>();
    if (this.#kept.size === 0) return found;
    for (let index = from; index < to; index += 1) {
      const entry = this.#kept.get(index);
      if (entry) found.set(index, entry);
    }
    return found;
  }

  /**
   * How far from..to-1 goes with no more than so many hashes that are remembered, and whether all of it is remembered.
   */
  extent(from: number, to: number, hashes: number): { readonly to: number; readonly whole: boolean } {
    let whole = true;
    let left = hashes;
    for (let index = from; index < to; index += 1) {
      const entry = this.#kept.get(index);
      whole &&= entry !== undefined;
      left -= entry?.hashes ?? 0;
      if (left <= 0) return { to: index + 1, whole };
    }
    return { to, whole };
  }

  /** Forgets entries below `reached`, which are in the index, and what has waited for it too long. */
  forget(reached = this.#reached): void {
    this.#reached = reached;
    const now = performance.now();
    for (const [index, { until }] of this.#kept) if (index < reached || until < now) this.#drop(index);
    this.#names.forget();
  }

  #drop(index: number): void {
    this.#hashes -= this.#kept.get(index)?.hashes ?? 0;
    this.#kept.delete(index);
  }
}
