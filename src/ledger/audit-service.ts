import {
  formatCheckpointLine,
  formatEnd,
  formatEntry,
  formatHeader,
  leafIndex,
  nodeCrypto,
  inclusionProof,
  parseLeaf,
  readerOf,
  treeSize,
} from "../../audit/index.ts";
import type { ArchiveSlot, SectionOpening } from "../../audit/index.ts";
import { encodeCanonical } from "../../audit/index.ts";
import type {
  AuditPort,
  ErasableKey,
  MayOpen,
  OfficerEntry,
  OutboxDraft,
  OwnEntry,
  ReleaseProof,
} from "../policy/audit-port.ts";
import type { LedgerStore, StoredEntry, StoredKey } from "../storage/ledger-store.ts";
import type { Transaction } from "../storage/transaction.ts";
import { erasedEntry, ownEntry, viewSections } from "./entry-view.ts";
import type { CheckpointPublisher } from "./publisher.ts";
import type { SectionSealer } from "./sealing.ts";
import type { LedgerWriter } from "./writer.ts";

const PAGE = 512;
const OWN_KINDS = ["operation.outcome", "mutation.outcome"] as const;
const SLOTS = ["actor", "request", "outcome", "detail"] as const;

/** What the audit service is made of. */
export interface AuditServiceParts {
  readonly store: LedgerStore;
  readonly sealer: SectionSealer;
  readonly writer: LedgerWriter;
  readonly publisher: CheckpointPublisher;
  /** Publishers of the recipients' logs, by log id. */
  readonly recipientPublisher: (logId: number) => Promise<CheckpointPublisher>;
  /** Keyed hash under which a person's entries are found. */
  readonly tagOf: (personId: string) => Buffer;
  /** Puts a record into the outbox of a transaction. */
  readonly propose: (tx: Transaction, logId: number, record: { readonly id: string }) => Promise<void>;
  readonly clock: () => Date;
}

/** The log as the door and the commands see it. */
export class AuditService implements AuditPort {
  readonly #parts: AuditServiceParts;

  constructor(parts: AuditServiceParts) {
    this.#parts = parts;
  }

  newId(): string {
    return this.#parts.writer.newId();
  }

  async outbox(tx: Transaction, id: string, draft: OutboxDraft): Promise<void> {
    const { writer } = this.#parts;
    const marking = encodeCanonical({ banner: draft.marking.banner, effective: draft.marking.effective as never });
    const logId = draft.logId ?? writer.logId;
    const section = { slot: 2, name: "outcome", marking, plaintext: encodeCanonical(draft.outcome) } as const;
    const entry = { kind: draft.kind, personTag: null, gateHash: null, sections: [section] };
    await this.#parts.propose(tx, logId, await writer.record(entry, logId, id));
  }

  async drain(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#parts.writer.drain(id)));
  }

  async leafHash(entryId: string): Promise<string | null> {
    const entry = await this.#parts.store.entry(this.#parts.writer.logId, entryId);
    return entry ? entry.leaf384.toString("hex") : null;
  }

  async own(
    personId: string,
    before: number | null,
    limit: number,
    mayShow: MayOpen,
  ): Promise<{ entries: (OwnEntry & { position: number })[]; more: boolean }> {
    const { store, writer, tagOf, sealer } = this.#parts;
    // By whole months: which of his outcomes were erased would tell how those were marked.
    const erased = await store.erasedMonths(tagOf(personId));
    const shown: (OwnEntry & { position: number })[] = [];
    const chunk = 2 * limit + 1;
    let from = before;
    for (;;) {
      const rows = await store.entriesOfPerson(writer.logId, tagOf(personId), OWN_KINDS, from, chunk);
      const keys = await sealer.keysOf(rows);
      for (const row of rows) {
        // The actor's section stands at the level of the session; an outcome's marking would tell of hidden objects.
        const actor = row.sections.find((section) => section.slot === 0);
        const key = actor && keys.get(actor.keyId);
        if (!key || !mayShow(key.marking)) continue;
        const entry = erased.has(key.month ?? "") ? erasedEntry(row) : ownEntry(sealer, keys, row);
        shown.push({ ...entry, position: row.index });
        if (shown.length > limit) break;
      }
      const last = rows.at(-1);
      if (shown.length > limit || rows.length < chunk || !last) break;
      from = last.index;
    }
    return { entries: shown.slice(0, limit), more: shown.length > limit };
  }

  async page(from: number, limit: number, mayOpen: MayOpen): Promise<{ entries: OfficerEntry[]; more: boolean }> {
    const rows = await this.#parts.store.entries(this.#parts.writer.logId, from, from + limit + 1);
    const keys = await this.#parts.sealer.keysOf(rows);
    const entries = rows.slice(0, limit).map((row) => this.#officerEntry(row, keys, mayOpen));
    return { entries, more: rows.length > limit };
  }

  #officerEntry(row: StoredEntry, keys: ReadonlyMap<string, StoredKey>, mayOpen: MayOpen): OfficerEntry {
    const leaf = parseLeaf(new Uint8Array(row.leaf));
    const viewed = viewSections(this.#parts.sealer, keys, row, mayOpen);
    return {
      index: row.index,
      id: row.id,
      kind: row.kind,
      at: leaf.time,
      leafHash: row.leaf384.toString("hex"),
      chain: row.chain.toString("hex"),
      sections: SLOTS.map((slot, index) => ({
        slot,
        state: viewed[index]?.state ?? "unused",
        content: viewed[index]?.opening?.plaintext ?? null,
      })),
    };
  }

  async erasableKeys(personId: string, months: readonly string[]): Promise<ErasableKey[]> {
    return this.#parts.store.sectionKeysOf(this.#parts.tagOf(personId), months);
  }

  async sectionsUnder(personId: string, keyIds: readonly string[]): Promise<number> {
    const { store, writer, tagOf } = this.#parts;
    return store.sectionsUnder(writer.logId, tagOf(personId), keyIds);
  }

  async openable(mayOpen: MayOpen): Promise<string[]> {
    return (await this.#parts.store.sectionMarkings()).filter(mayOpen);
  }

  async *archive(mayOpen: MayOpen): AsyncIterable<string> {
    const { store, writer, publisher, clock } = this.#parts;
    const { size } = await publisher.publish();
    yield formatHeader({ made: `${clock().toISOString().slice(0, 23)}000Z`, origin: publisher.origin });
    for (let from = 0; from < size; from += PAGE) {
      const to = Math.min(size, from + PAGE);
      const rows = await store.entries(writer.logId, from, to);
      const notes = new Map((await store.checkpoints(writer.logId, from + 1, to)).map((c) => [c.size, c.note]));
      const keys = await this.#parts.sealer.keysOf(rows);
      for (const row of rows) {
        const viewed = viewSections(this.#parts.sealer, keys, row, mayOpen);
        yield formatEntry({
          chain: new Uint8Array(row.chain),
          index: leafIndex(row.index),
          leaf: new Uint8Array(row.leaf),
          slots: SLOTS.map((_, slot): ArchiveSlot | null => {
            const sealed = row.sections.find((section) => section.slot === slot);
            return sealed ? { open: viewed[slot]?.opening ?? null, sealed: new Uint8Array(sealed.sealed) } : null;
          }),
        });
        const note = notes.get(row.index + 1);
        if (note !== undefined) yield formatCheckpointLine(note);
      }
    }
    yield formatEnd(size);
  }

  /** The activity log commits to a recipient's checkpoint (salted, in a section), and is signed over that entry. */
  async #commit(origin: string, note: string, marking: string | null): Promise<void> {
    if (marking === null) throw new Error("release entry without an outcome");
    await this.#parts.writer.append({
      kind: "log.commitment",
      personTag: null,
      gateHash: null,
      sections: [{ slot: 3, name: "detail", marking, plaintext: encodeCanonical({ checkpoint: note, origin }) }],
    });
    await this.#parts.publisher.publish();
  }

  async recipientOrigin(logId: number): Promise<string> {
    return (await this.#parts.recipientPublisher(logId)).origin;
  }

  async proveRelease(logId: number, entryId: string): Promise<ReleaseProof> {
    const { store } = this.#parts;
    const publisher = await this.#parts.recipientPublisher(logId);
    const { size, note } = await publisher.publish();
    const entry = await store.entry(logId, entryId);
    if (!entry || entry.index >= size) throw new Error("release entry is not covered by the checkpoint");
    // A recipient's log holds its own deliveries only, so its leaf hashes fit in memory.
    const hashes = (await store.leafHashes(logId, 0, size)).map((hash) => new Uint8Array(hash));
    const proof = await inclusionProof(
      nodeCrypto,
      readerOf(nodeCrypto, hashes),
      leafIndex(entry.index),
      treeSize(size),
    );
    const { sealer } = this.#parts;
    const viewed = viewSections(sealer, await sealer.keysOf([entry]), entry, () => true);
    const openings = viewed.map((section) => section?.opening ?? null);
    await this.#commit(publisher.origin, note, openings[2]?.marking ?? null);
    return {
      vkey: publisher.vkey,
      origin: publisher.origin,
      index: entry.index,
      leaf: entry.leaf,
      leaf384: entry.leaf384,
      hashes: proof.map((hash) => Buffer.from(hash)),
      checkpoint: note,
      openings: openings.map((o: SectionOpening | null) =>
        o
          ? { marking: o.marking, name: o.name, plaintext: o.plaintext, salt: Buffer.from(o.salt).toString("base64") }
          : null,
      ),
    };
  }
}
