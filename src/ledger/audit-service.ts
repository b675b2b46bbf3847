import { formatCheckpointLine, formatEnd, formatEntry, formatHeader, leafIndex, parseLeaf } from "../../audit/index.ts";
import type { ArchiveSlot, SectionOpening } from "../../audit/index.ts";
import { encodeCanonical } from "../../audit/index.ts";
import type { AuditPort, MayOpen, OfficerEntry, OutboxDraft, OwnEntry, ReleaseProof } from "../policy/audit-port.ts";
import type { LedgerStore, StoredEntry } from "../storage/ledger-store.ts";
import type { Transaction } from "../storage/transaction.ts";
import { openSections, ownEntry } from "./entry-view.ts";
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
    const shown: StoredEntry[] = [];
    const chunk = 2 * limit + 1;
    let from = before;
    for (;;) {
      const rows = await store.entriesOfPerson(writer.logId, tagOf(personId), OWN_KINDS, from, chunk);
      for (const row of rows) {
        // The actor's section stands at the level of the session; an outcome's marking would tell of hidden objects.
        const actor = row.sections.find((section) => section.slot === 0);
        const marking = actor ? await sealer.markingOf(actor.keyId) : null;
        if (marking !== null && mayShow(marking)) shown.push(row);
        if (shown.length > limit) break;
      }
      const last = rows.at(-1);
      if (shown.length > limit || rows.length < chunk || !last) break;
      from = last.index;
    }
    const entries = await Promise.all(
      shown.slice(0, limit).map(async (row) => ({ ...(await ownEntry(sealer, row)), position: row.index })),
    );
    return { entries, more: shown.length > limit };
  }

  async page(from: number, limit: number, mayOpen: MayOpen): Promise<{ entries: OfficerEntry[]; more: boolean }> {
    const rows = await this.#parts.store.entries(this.#parts.writer.logId, from, from + limit + 1);
    const entries = await Promise.all(rows.slice(0, limit).map((row) => this.#officerEntry(row, mayOpen)));
    return { entries, more: rows.length > limit };
  }

  async #officerEntry(row: StoredEntry, mayOpen: MayOpen): Promise<OfficerEntry> {
    const leaf = parseLeaf(new Uint8Array(row.leaf));
    const openings = await openSections(this.#parts.sealer, row, mayOpen);
    return {
      index: row.index,
      id: row.id,
      kind: row.kind,
      at: leaf.time,
      leafHash: row.leaf384.toString("hex"),
      chain: row.chain.toString("hex"),
      sections: SLOTS.map((slot, index) => {
        const sealed = row.sections.some((section) => section.slot === index);
        const opening = openings[index] ?? null;
        return {
          slot,
          state: opening ? "opened" : sealed ? "withheld" : "unused",
          content: opening?.plaintext ?? null,
        };
      }),
    };
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
      for (const row of rows) {
        const openings = await openSections(this.#parts.sealer, row, mayOpen);
        yield formatEntry({
          chain: new Uint8Array(row.chain),
          index: leafIndex(row.index),
          leaf: new Uint8Array(row.leaf),
          slots: SLOTS.map((_, slot): ArchiveSlot | null => {
            const sealed = row.sections.find((section) => section.slot === slot);
            return sealed ? { open: openings[slot] ?? null, sealed: new Uint8Array(sealed.sealed) } : null;
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
    const publisher = await this.#parts.recipientPublisher(logId);
    const tree = await publisher.publish();
    const entry = await this.#parts.store.entry(logId, entryId);
    if (!entry || entry.index >= tree.size) throw new Error("release entry is not covered by the checkpoint");
    const proof = await publisher.prove(new Uint8Array(entry.leaf), leafIndex(entry.index), tree);
    const openings = await openSections(this.#parts.sealer, entry, () => true);
    await this.#commit(publisher.origin, tree.note, openings[2]?.marking ?? null);
    return {
      vkey: publisher.vkey,
      origin: publisher.origin,
      index: entry.index,
      leaf: entry.leaf,
      leaf384: entry.leaf384,
      hashes: proof.map((hash) => Buffer.from(hash)),
      checkpoint: tree.note,
      openings: openings.map((o: SectionOpening | null) =>
        o
          ? { marking: o.marking, name: o.name, plaintext: o.plaintext, salt: Buffer.from(o.salt).toString("base64") }
          : null,
      ),
    };
  }
}
