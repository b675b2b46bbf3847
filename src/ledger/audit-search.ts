import { ANSWER_KINDS, parseLeaf, toHex, zeroChain } from "../../audit/index.ts";
import { CaveatError } from "../errors.ts";
import type { AuditSearchPort, Between, FoundEntries, MayOpen, OfficerEntry, Stretch } from "../policy/audit-port.ts";
import type { AuditIndexStore } from "../storage/audit-index-store.ts";
import type { LedgerStore } from "../storage/ledger-store.ts";
import { officerEntry, openingsOf, viewSections } from "./entry-view.ts";
import type { AuditIndexer } from "./indexer.ts";
import { openEntry } from "./opened-entry.ts";
import { deliveriesOf } from "./subjects.ts";
import type { SectionSealer } from "./sealing.ts";
import type { SubjectHashes } from "./subject-hashes.ts";

/** Entries that one question takes into the index first; the rest follows behind. */
const CATCH_UP = 4_096;
/** Entries that a stretch between two checkpoints may have. */
const LONGEST_STRETCH = 1_000_000;
/** Deliveries of one label that are followed to whoever fetched them. */
const MOST_DELIVERIES = 1_000;
/** Entries that one selection for disclosure may concern. */
const MOST_CONCERNED = 100_000;
const PAGE = 512;

/** What the search is made of. */
export interface AuditSearchParts {
  readonly store: LedgerStore;
  readonly index: AuditIndexStore;
  readonly indexer: AuditIndexer;
  readonly sealer: SectionSealer;
  readonly hashes: SubjectHashes;
  readonly logId: number;
}

/** Answers what a compliance officer asks of the activity log, through its index, as far as he may open sections. */
export class AuditSearch implements AuditSearchPort {
  readonly #parts: AuditSearchParts;

  constructor(parts: AuditSearchParts) {
    this.#parts = parts;
  }

  /** The hashes of these names under every marking that may be opened. */
  async #hashes(names: readonly string[], mayOpen: MayOpen): Promise<Buffer[]> {
    const { store, hashes } = this.#parts;
    const markings = (await store.sectionMarkings()).filter(mayOpen);
    return markings.flatMap((marking) => names.map((name) => hashes.of(marking, name)));
  }

  /** The names, and for a label those of the packages that it may have left in. */
  async #followed(names: readonly string[], mayOpen: MayOpen): Promise<readonly string[]> {
    const { store, index, sealer, logId } = this.#parts;
    const labels = names.filter((name) => name.startsWith("label:"));
    if (labels.length === 0) return names;
    const hashes = await this.#hashes(
      labels.map((name) => `frozen:${name}`),
      mayOpen,
    );
    const places = await index.find(logId, hashes, Number.MAX_SAFE_INTEGER, MOST_DELIVERIES);
    const found = new Set(names);
    const rows = await store.entriesAt(logId, places);
    const keys = await sealer.keysOf(rows);
    for (const row of rows) {
      const [, , outcome] = openingsOf(viewSections(sealer, keys, row, mayOpen));
      for (const delivery of deliveriesOf(outcome?.plaintext ?? "{}")) found.add(`package:${delivery}`);
    }
    return [...found];
  }

  /** In how many indexed entries the section of this slot is withheld, and in how many others it was erased. */
  async #closed(slot: number, mayOpen: MayOpen): Promise<{ withheld: number; erased: number }> {
    let [withheld, erased] = [0, 0];
    for (const of of await this.#parts.index.sections(this.#parts.logId, slot)) {
      if (!mayOpen(of.marking)) withheld += of.entries;
      else if (of.erased) erased += of.entries;
    }
    return { withheld, erased };
  }

  async about(
    names: readonly string[],
    { before, limit, slot }: { before: number | null; limit: number; slot: 0 | 2 },
    mayOpen: MayOpen,
  ): Promise<FoundEntries> {
    const { store, index, indexer, sealer, logId } = this.#parts;
    // An index that cannot be extended just now answers as far as it reaches, and says so.
    await indexer.catchUp(CATCH_UP).catch(() => undefined);
    const { completeTo, unread } = await indexer.state();
    const followed = await this.#followed(names, mayOpen);
    const hashes = await this.#hashes(followed, mayOpen);
    const places = await index.find(logId, hashes, before ?? completeTo, limit + 1);
    const wanted = new Set(followed);
    const entries: OfficerEntry[] = [];
    const rows = await store.entriesAt(logId, places.slice(0, limit));
    const keys = await sealer.keysOf(rows);
    for (const row of rows) {
      const entry = await openEntry(this.#parts, keys, row, mayOpen);
      // Shown is what the log itself says: a row that somebody put into the index finds nothing.
      if (entry.subjects.some(({ name }) => wanted.has(name))) entries.push(officerEntry(row, entry.viewed));
    }
    const closed = await this.#closed(slot, mayOpen);
    return { entries, more: places.length > limit, next: places[limit - 1] ?? null, completeTo, unread, ...closed };
  }

  async concerned(names: readonly string[], mayOpen: MayOpen): Promise<{ places: Set<number>; markings: Set<string> }> {
    const { store, index, indexer, sealer, logId } = this.#parts;
    const { size } = await store.head(logId);
    if ((await indexer.catchUp(10 * CATCH_UP)) < size)
      throw new CaveatError("UNAVAILABLE", "the index is behind the log");
    const followed = await this.#followed(names, mayOpen);
    const hashes = await this.#hashes(followed, mayOpen);
    const wanted = new Set(followed);
    const places = new Set<number>();
    const markings = new Set<string>();
    const requests = new Set<string>();
    let before = size;
    for (;;) {
      const found = await index.find(logId, hashes, before, PAGE);
      const rows = await store.entriesAt(logId, found);
      const keys = await sealer.keysOf(rows);
      for (const row of rows) {
        const { subjects, openings } = await openEntry(this.#parts, keys, row, mayOpen);
        if (!subjects.some(({ name }) => wanted.has(name))) continue;
        places.add(row.index);
        for (const opening of openings) if (opening) markings.add(opening.marking);
        const { request } = JSON.parse(openings[2]?.plaintext ?? "{}") as { readonly request?: unknown };
        if (typeof request === "string") requests.add(request);
      }
      if (places.size > MOST_CONCERNED) throw new CaveatError("TOO_LARGE", "too many entries for one disclosure");
      const last = found.at(-1);
      if (found.length < PAGE || last === undefined) break;
      before = last;
    }
    // What was asked belongs to how it was answered.
    const asked = [...requests];
    for (let at = 0; at < asked.length; at += PAGE) {
      const found = await index.placesOf(logId, asked.slice(at, at + PAGE));
      const rows = await store.entriesAt(logId, found);
      const keys = await sealer.keysOf(rows);
      for (const row of rows) {
        places.add(row.index);
        for (const opening of openingsOf(viewSections(sealer, keys, row, mayOpen)))
          if (opening) markings.add(opening.marking);
      }
    }
    return { places, markings };
  }

  async checkpoints(
    before: number | null,
    limit: number,
  ): Promise<{ checkpoints: { size: number; note: string }[]; more: boolean }> {
    const { index, logId } = this.#parts;
    const rows = await index.checkpointsBefore(logId, before ?? Number.MAX_SAFE_INTEGER, limit + 1);
    return { checkpoints: rows.slice(0, limit), more: rows.length > limit };
  }

  async between(from: number, to: number): Promise<Between | null> {
    const { store, index, logId } = this.#parts;
    if (from >= to) return null;
    const [begin] = await store.checkpoints(logId, from, from);
    const [end] = await store.checkpoints(logId, to, to);
    // Before the first entry nothing was signed.
    if ((from !== 0 && !begin) || !end) return null;
    if (to - from > LONGEST_STRETCH) throw new CaveatError("TOO_LARGE", "a stretch of the log");
    const [first] = await store.entries(logId, from, from + 1);
    const [last] = await store.entries(logId, to - 1, to);
    if (!first || !last) throw new CaveatError("UNAVAILABLE", "entries below a checkpoint are missing");
    return {
      from,
      to,
      fromNote: begin?.note ?? null,
      toNote: end.note,
      firstAt: parseLeaf(new Uint8Array(first.leaf)).time,
      lastAt: parseLeaf(new Uint8Array(last.leaf)).time,
      kinds: await index.kinds(logId, from, to),
    };
  }

  async stretch(from: number, limit: number, mayOpen: MayOpen): Promise<Stretch> {
    const { store, sealer, logId } = this.#parts;
    const { size } = await store.head(logId);
    const rows = await store.entries(logId, from, from + limit);
    const keys = await sealer.keysOf(rows);
    const entries: OfficerEntry[] = [];
    for (const row of rows) {
      // Of an answer who was answered and how; profiles stay closed.
      const slots = row.kind === "refused" ? [3] : ANSWER_KINDS.has(row.kind) ? [0, 2] : [];
      if (slots.length === 0) continue;
      const asked = { ...row, sections: row.sections.filter(({ slot }) => slots.includes(slot)) };
      entries.push(officerEntry(asked, viewSections(sealer, keys, asked, mayOpen)));
    }
    return { entries, to: from + rows.length, size };
  }

  async chainAt(size: number): Promise<{ origin: string; chain: string | null }> {
    const { store, logId } = this.#parts;
    const { origin } = await store.head(logId);
    if (size === 0) return { origin, chain: toHex(zeroChain()) };
    const [entry] = await store.entriesAt(logId, [size - 1]);
    return { origin, chain: entry ? entry.chain.toString("hex") : null };
  }

  /** Whether an entry from this place on is more than what a look of some long reading disclosed: those never end by themselves. */
  news(from: number): Promise<boolean> {
    return this.#parts.store.anyBut(this.#parts.logId, from, "operation.part");
  }

  async compare(from: number, limit: number): Promise<{ from: number; to: number; differing: readonly number[] }> {
    const { completeTo } = await this.#parts.indexer.state();
    const to = Math.max(from, Math.min(completeTo, from + limit));
    return { from, to, differing: to > from ? await this.#parts.indexer.compare(from, to) : [] };
  }
}
