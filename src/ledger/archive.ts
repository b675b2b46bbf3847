import { formatCheckpointLine, formatEnd, formatEntry, formatHeader, leafIndex } from "../../audit/index.ts";
import type { ArchiveSlot } from "../../audit/index.ts";
import type { MayOpen } from "../policy/audit-port.ts";
import type { LedgerStore } from "../storage/ledger-store.ts";
import { SLOTS, openingsOf, viewSections } from "./entry-view.ts";
import type { CheckpointPublisher } from "./publisher.ts";
import type { SectionSealer } from "./sealing.ts";

const PAGE = 512;

/** What an archive is written from. */
export interface ArchiveParts {
  readonly store: LedgerStore;
  readonly sealer: SectionSealer;
  readonly logId: number;
  readonly publisher: CheckpointPublisher;
  readonly clock: () => Date;
}

/**
 * The archive of a log as of a checkpoint taken now (audit/FORMAT.md section 6), line by line: every entry with its sealed
 * sections, and of the entries that `opens` names the sections that may be opened.
 */
export async function* writeArchive(
  { store, sealer, logId, publisher, clock }: ArchiveParts,
  mayOpen: MayOpen,
  opens: (index: number) => boolean = () => true,
): AsyncGenerator<string> {
  const { size } = await publisher.publish();
  yield formatHeader({ made: `${clock().toISOString().slice(0, 23)}000Z`, origin: publisher.origin });
  for (let from = 0; from < size; from += PAGE) {
    const to = Math.min(size, from + PAGE);
    const rows = await store.entries(logId, from, to);
    const notes = new Map((await store.checkpoints(logId, from + 1, to)).map((c) => [c.size, c.note]));
    const keys = await sealer.keysOf(rows);
    for (const row of rows) {
      const openings = opens(row.index) ? openingsOf(viewSections(sealer, keys, row, mayOpen)) : [];
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
