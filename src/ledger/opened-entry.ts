import { createHash } from "node:crypto";
import type { SectionOpening } from "../../audit/index.ts";
import type { MayOpen } from "../policy/audit-port.ts";
import type { LedgerStore, StoredEntry, StoredKey } from "../storage/ledger-store.ts";
import { openingsOf, viewSections } from "./entry-view.ts";
import type { ViewedSection } from "./entry-view.ts";
import type { SectionSealer } from "./sealing.ts";
import { subjectsOf } from "./subjects.ts";
import type { NamedSubject, OpenedList } from "./subjects.ts";

/** An entry with its sections by slot, as far as they open, and what these name. */
export interface OpenedEntry {
  readonly row: StoredEntry;
  readonly viewed: readonly (ViewedSection | undefined)[];
  readonly openings: readonly (SectionOpening | null)[];
  readonly subjects: readonly NamedSubject[];
  /** False where something could not be read that is neither withheld nor erased. */
  readonly whole: boolean;
}

/** Lists of an outcome that carries their digests. A list that is not the one of its digest is not there. */
async function listsOf(
  store: LedgerStore,
  sealer: SectionSealer,
  entryId: string,
  opening: SectionOpening | null | undefined,
): Promise<OpenedList[]> {
  if (!opening?.plaintext.includes('"objects":{"count":')) return [];
  const { decisions } = JSON.parse(opening.plaintext) as {
    readonly decisions: readonly { readonly objects: readonly string[] | { readonly sha384: string } }[];
  };
  const lists: OpenedList[] = [];
  const kept = await store.lists(entryId);
  const keys = await sealer.keysOf([{ sections: kept }]);
  for (const stored of kept) {
    const key = keys.get(stored.keyId);
    const text = key ? sealer.openList(entryId, stored, key) : null;
    const objects = decisions[stored.place]?.objects;
    const digest = objects && "sha384" in objects ? objects.sha384 : null;
    if (text !== null && createHash("sha384").update(text).digest("hex") === digest)
      lists.push({ place: stored.place, text });
  }
  return lists;
}

/** What an entry names. One of a form that this release does not know counts as not read: it must not stop the index. */
function understood(...about: Parameters<typeof subjectsOf>): ReturnType<typeof subjectsOf> {
  try {
    return subjectsOf(...about);
  } catch {
    return { subjects: [], whole: false };
  }
}

/**
 * Opens an entry as far as its sections' markings may be opened, with the long lists that belong to it. `keys` are those of
 * its sections, as they stand now.
 */
export async function openEntry(
  { store, sealer }: { readonly store: LedgerStore; readonly sealer: SectionSealer },
  keys: ReadonlyMap<string, StoredKey>,
  row: StoredEntry,
  mayOpen: MayOpen,
): Promise<OpenedEntry> {
  let readable = 0;
  const viewed = viewSections(sealer, keys, row, (marking) => {
    const may = mayOpen(marking);
    if (may) readable += 1;
    return may;
  });
  const openings = openingsOf(viewed);
  const lists = await listsOf(store, sealer, row.id, openings[2]);
  const { subjects, whole } = understood(row.kind, openings, lists);
  const read = viewed.filter((section) => section?.state === "opened" || section?.state === "erased").length;
  return { row, viewed, openings, subjects, whole: whole && read === readable };
}
