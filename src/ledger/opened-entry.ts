import { createHash } from "node:crypto";
import type { SectionOpening } from "../../audit/index.ts";
import type { MayOpen } from "../policy/audit-port.ts";
import type { LedgerStore, StoredEntry } from "../storage/ledger-store.ts";
import { openSections } from "./entry-view.ts";
import type { SectionSealer } from "./sealing.ts";
import { subjectsOf } from "./subjects.ts";
import type { NamedSubject, OpenedList } from "./subjects.ts";

/** An entry with its sections by slot, as far as they open, and what these name. */
export interface OpenedEntry {
  readonly row: StoredEntry;
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
  for (const stored of await store.lists(entryId)) {
    const list = await sealer.openList(entryId, stored);
    const objects = decisions[stored.place]?.objects;
    const digest = objects && "sha384" in objects ? objects.sha384 : null;
    if (list && createHash("sha384").update(list.text).digest("hex") === digest)
      lists.push({ place: stored.place, text: list.text });
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

/** Opens an entry as far as its sections' markings may be opened, with the long lists that belong to it. */
export async function openEntry(
  store: LedgerStore,
  sealer: SectionSealer,
  row: StoredEntry,
  mayOpen: MayOpen,
): Promise<OpenedEntry> {
  let unopened = 0;
  const openings = await openSections(sealer, row, (marking) => {
    const may = mayOpen(marking);
    if (may) unopened += 1;
    return may;
  });
  const lists = await listsOf(store, sealer, row.id, openings[2]);
  const { subjects, whole } = understood(row.kind, openings, lists);
  return { row, openings, subjects, whole: whole && openings.filter((one) => one !== null).length === unopened };
}
