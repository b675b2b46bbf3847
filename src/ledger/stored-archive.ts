import { formatCheckpointLine, formatEnd, formatEntry, formatHeader, leafIndex } from "../../audit/index.ts";
import type { ArchiveSlot } from "../../audit/index.ts";
import type { LedgerStore, StoredEntry } from "../storage/ledger-store.ts";

const PAGE = 512;
const SLOTS = [0, 1, 2, 3] as const;

/** The line of a stored entry, nothing of it opened. */
function sealedLine(entry: StoredEntry): string {
  return formatEntry({
    chain: new Uint8Array(entry.chain),
    index: leafIndex(entry.index),
    leaf: new Uint8Array(entry.leaf),
    slots: SLOTS.map((slot): ArchiveSlot | null => {
      const sealed = entry.sections.find((section) => section.slot === slot);
      return sealed ? { open: null, sealed: new Uint8Array(sealed.sealed) } : null;
    }),
  });
}

/**
 * The stored log as an archive with every section sealed, as of its last checkpoint: what a verifier is fed to check the
 * database itself. Nothing is signed for it and nothing repaired: a row that is gone is a line that is lacking.
 */
export async function* storedArchive(
  store: LedgerStore,
  log: { readonly id: number; readonly origin: string },
  size: number,
  made: Date,
): AsyncGenerator<Uint8Array> {
  const line = (text: string): Uint8Array => Buffer.from(`${text}\n`, "utf8");
  yield line(formatHeader({ made: `${made.toISOString().slice(0, 23)}000Z`, origin: log.origin }));
  for (let from = 0; from < size; from += PAGE) {
    const to = Math.min(size, from + PAGE);
    const notes = new Map((await store.checkpoints(log.id, from + 1, to)).map((each) => [each.size, each.note]));
    for (const entry of await store.entries(log.id, from, to)) {
      yield line(sealedLine(entry));
      const note = notes.get(entry.index + 1);
      if (note !== undefined) yield line(formatCheckpointLine(note));
    }
  }
  yield line(formatEnd(size));
}
