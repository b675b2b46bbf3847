import { leafIndex } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";
import { encodeCanonical } from "../../audit/index.ts";
import type {
  ArchiveContent,
  AuditPort,
  AuditSearchPort,
  ErasableKey,
  MayOpen,
  OfficerEntry,
  OutboxDraft,
  OwnEntry,
  ReleaseProof,
} from "../policy/audit-port.ts";
import type { LedgerStore } from "../storage/ledger-store.ts";
import type { Transaction } from "../storage/transaction.ts";
import { writeArchive } from "./archive.ts";
import { erasedEntry, officerEntry, openingsOf, ownEntry, viewSections } from "./entry-view.ts";
import type { CheckpointPublisher } from "./publisher.ts";
import type { SectionSealer } from "./sealing.ts";
import type { LedgerWriter, ProposedRecord } from "./writer.ts";

const OWN_KINDS = ["operation.outcome", "mutation.outcome"] as const;

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
  readonly propose: (tx: Transaction, logId: number, record: ProposedRecord) => Promise<void>;
  readonly search: AuditSearchPort;
  readonly clock: () => Date;
}

/** The log as the door and the commands see it. */
export class AuditService implements AuditPort {
  readonly #parts: AuditServiceParts;

  constructor(parts: AuditServiceParts) {
    this.#parts = parts;
  }

  get search(): AuditSearchPort {
    return this.#parts.search;
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
    await this.#parts.propose(tx, logId, await writer.proposed(entry, logId, id));
  }

  async drain(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#parts.writer.drain(id)));
  }

  async drainRest(): Promise<void> {
    await this.#parts.store.drain(null);
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
    const { sealer } = this.#parts;
    const keys = await sealer.keysOf(rows);
    const entries = rows.slice(0, limit).map((row) => officerEntry(row, viewSections(sealer, keys, row, mayOpen)));
    return { entries, more: rows.length > limit };
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

  archive(mayOpen: MayOpen, content: Partial<ArchiveContent>): AsyncIterable<string> {
    return writeArchive({ ...this.#parts, logId: this.#parts.writer.logId }, mayOpen, content);
  }

  tile(path: string): Promise<Uint8Array | null> {
    return this.#parts.publisher.file(path);
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
    const { sealer } = this.#parts;
    const openings = openingsOf(viewSections(sealer, await sealer.keysOf([entry]), entry, () => true));
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
