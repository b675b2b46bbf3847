import { leafHash256, leafHash384, nodeCrypto, parseLeaf } from "../../audit/index.ts";
import type { EntryColumns, LedgerStore, StoredEntry, StoredKey } from "../storage/ledger-store.ts";
import { viewSections } from "./entry-view.ts";
import type { SectionSealer } from "./sealing.ts";

const PAGE = 512;

/** A search column that does not say what the leaf says: whoever searches by it is led astray. */
export interface ColumnLie {
  readonly code: "INDEX_LIE";
  readonly index: number;
  readonly column: "id" | "kind" | "leaf256" | "leaf384" | "person_tag";
  readonly sentence: string;
}

/** What checking the columns of a log came to. */
export interface ColumnReport {
  readonly checked: number;
  /** Entries whose person could not be looked at: the actor was erased, or does not open. */
  readonly notChecked: number;
  readonly lies: readonly ColumnLie[];
  /** How many there are, of which the first hundred are listed. */
  readonly found: number;
}

const MOST_LISTED = 100;

/** Holds every search column of a log against the leaf, and the tag of a person against the actor that it was made from. */
export async function checkColumns(
  store: LedgerStore,
  log: { readonly id: number; readonly size: number },
  sealer: SectionSealer,
  tagOf: (personId: string) => Buffer,
  onProgress: (entries: number) => void = () => undefined,
): Promise<ColumnReport> {
  const lies: ColumnLie[] = [];
  let [checked, notChecked, found] = [0, 0, 0];
  for (let from = 0; from < log.size; from += PAGE) {
    const to = Math.min(log.size, from + PAGE);
    const columns = new Map((await store.columns(log.id, from, to)).map((row) => [row.index, row]));
    const entries = await store.entries(log.id, from, to);
    const keys = await sealer.keysOf(entries);
    for (const entry of entries) {
      const row = columns.get(entry.index);
      if (!row) continue;
      checked += 1;
      const actor = personOf(sealer, keys, entry);
      if (actor === "sealed") notChecked += 1;
      for (const column of liesOf(
        row,
        entry,
        actor === "sealed" ? null : { tag: actor === null ? null : tagOf(actor) },
      )) {
        found += 1;
        if (lies.length < MOST_LISTED) lies.push(told(entry.index, column));
      }
    }
    onProgress(to);
  }
  return { checked, notChecked, lies, found };
}

/** Whose entry it is by its actor; null where it has none, "sealed" where that was erased or cannot be read. */
function personOf(sealer: SectionSealer, keys: ReadonlyMap<string, StoredKey>, entry: StoredEntry): string | null {
  if (!entry.sections.some(({ slot }) => slot === 0)) return null;
  const [actor] = viewSections(sealer, keys, entry, () => true);
  const opened = actor?.opening ?? null;
  return opened ? ((JSON.parse(opened.plaintext) as { person?: string }).person ?? "sealed") : "sealed";
}

function liesOf(
  row: EntryColumns,
  entry: StoredEntry,
  person: { readonly tag: Buffer | null } | null,
): ColumnLie["column"][] {
  const leaf = new Uint8Array(entry.leaf);
  const says = ((): { id: string; kind: string } => {
    try {
      return parseLeaf(leaf);
    } catch {
      // That the leaf is none is for the verifier to say.
      return row;
    }
  })();
  const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
  const tagged = person === null || same(row.personTag ?? Buffer.alloc(0), person.tag ?? Buffer.alloc(0));
  return [
    ...(says.id === row.id ? [] : (["id"] as const)),
    ...(says.kind === row.kind ? [] : (["kind"] as const)),
    ...(same(row.leaf256, leafHash256(nodeCrypto, leaf)) ? [] : (["leaf256"] as const)),
    ...(same(row.leaf384, leafHash384(nodeCrypto, leaf)) ? [] : (["leaf384"] as const)),
    ...(tagged ? [] : (["person_tag"] as const)),
  ];
}

function told(index: number, column: ColumnLie["column"]): ColumnLie {
  const sentence = `The column ${column} of entry ${index} does not say what its leaf says: it was changed by whoever can write the database, and searches by it miss the entry or find a wrong one.`;
  return { code: "INDEX_LIE", index, column, sentence };
}
