import {
  formatCheckpointLine,
  formatEnd,
  formatEntry,
  formatHeader,
  formatPolicy,
  leafIndex,
} from "../../audit/index.ts";
import type { ArchiveSlot, SectionOpening } from "../../audit/index.ts";
import type { ArchiveContent, MayOpen } from "../policy/audit-port.ts";
import type { LedgerStore, StoredEntry } from "../storage/ledger-store.ts";
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

/** A stored log as far as it is written into an archive. */
export interface StoredLog {
  readonly store: LedgerStore;
  readonly id: number;
  readonly origin: string;
  /** Entries, from the first on; signed at this size. */
  readonly size: number;
}

/** How the sections of a stretch of entries open: for each entry openings by slot, null or lacking where withheld. */
export type Opener = (
  entries: readonly StoredEntry[],
) => Promise<(entry: StoredEntry) => readonly (SectionOpening | null)[]>;

/** Opens nothing: what anybody may have who may have the log. */
export const SEALED: Opener = () => Promise.resolve(() => []);

/**
 * A stored log as an archive (audit/FORMAT.md section 6), line by line without line ends: the policies that are to be in it,
 * and every entry with its sealed sections and their openings. Nothing is repaired: a row that is gone is a line that is
 * lacking, which the verifier says.
 */
export async function* archiveLines(
  { store, id, origin, size }: StoredLog,
  made: Date,
  open: Opener,
  policies: ArchiveContent["policies"] = [],
): AsyncGenerator<string> {
  yield formatHeader({ made: `${made.toISOString().slice(0, 23)}000Z`, origin });
  for (const policy of policies) yield formatPolicy(policy);
  for (let from = 0; from < size; from += PAGE) {
    const to = Math.min(size, from + PAGE);
    const entries = await store.entries(id, from, to);
    const notes = new Map((await store.checkpoints(id, from + 1, to)).map((each) => [each.size, each.note]));
    const openings = await open(entries);
    for (const entry of entries) {
      yield entryLine(entry, openings(entry));
      const note = notes.get(entry.index + 1);
      if (note !== undefined) yield formatCheckpointLine(note);
    }
  }
  yield formatEnd(size);
}

/** The line of a stored entry, without line end, with the openings of its sections by slot; those that are lacking are withheld. */
export function entryLine(entry: StoredEntry, openings: readonly (SectionOpening | null)[]): string {
  return formatEntry({
    chain: new Uint8Array(entry.chain),
    index: leafIndex(entry.index),
    leaf: new Uint8Array(entry.leaf),
    slots: SLOTS.map((_, slot): ArchiveSlot | null => {
      const sealed = entry.sections.find((section) => section.slot === slot);
      return sealed ? { open: openings[slot] ?? null, sealed: new Uint8Array(sealed.sealed) } : null;
    }),
  });
}

/**
 * The archive of a log as of a checkpoint taken now: of the entries that `opens` names the sections that may be opened are
 * open, by keys that are looked up stretch by stretch.
 */
export async function* writeArchive(
  { store, sealer, logId, publisher, clock }: ArchiveParts,
  mayOpen: MayOpen,
  { opens = () => true, policies = [] }: Partial<ArchiveContent> = {},
): AsyncGenerator<string> {
  const { size } = await publisher.publish();
  const open: Opener = async (entries) => {
    const keys = await sealer.keysOf(entries);
    return (entry) => (opens(entry.index) ? openingsOf(viewSections(sealer, keys, entry, mayOpen)) : []);
  };
  yield* archiveLines({ store, id: logId, origin: publisher.origin, size }, clock(), open, policies);
}
