import { parseLeaf } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";
import type { MayOpen, OfficerEntry, OwnEntry } from "../policy/audit-port.ts";
import type { StoredEntry, StoredKey, StoredSection } from "../storage/ledger-store.ts";
import type { SectionSealer } from "./sealing.ts";

/** The slots of an entry by position. */
export const SLOTS = ["actor", "request", "outcome", "detail"] as const;

/** One section as a reader gets it. What was changed opens to nobody: the leaf has its hash, and the verifier names the damage. */
export interface ViewedSection {
  readonly state: "opened" | "withheld" | "erased";
  readonly opening: SectionOpening | null;
}

function opened(
  sealer: SectionSealer,
  entryId: string,
  section: StoredSection,
  key: StoredKey | undefined,
): SectionOpening | null {
  try {
    return key ? sealer.open(entryId, section, key) : null;
  } catch {
    return null;
  }
}

/** Sections of an entry by slot; undefined where unused. That one was erased shows to those who could have opened it. */
export function viewSections(
  sealer: SectionSealer,
  keys: ReadonlyMap<string, StoredKey>,
  row: StoredEntry,
  mayOpen: MayOpen,
): (ViewedSection | undefined)[] {
  const viewed: (ViewedSection | undefined)[] = [undefined, undefined, undefined, undefined];
  for (const section of row.sections) {
    const key = keys.get(section.keyId);
    const may = key !== undefined && mayOpen(key.marking);
    const opening = may ? opened(sealer, row.id, section, key) : null;
    const erased = may && key.wrapped === null;
    viewed[section.slot] = { state: opening ? "opened" : erased ? "erased" : "withheld", opening };
  }
  return viewed;
}

/** What a person sees of his own outcome: the act and how it was answered, never markings, reasons or objects. */
export function ownEntry(sealer: SectionSealer, keys: ReadonlyMap<string, StoredKey>, row: StoredEntry): OwnEntry {
  const leaf = parseLeaf(new Uint8Array(row.leaf));
  const outcome = row.sections.find((section) => section.slot === 2);
  const opening = outcome ? opened(sealer, row.id, outcome, keys.get(outcome.keyId)) : null;
  const content = opening
    ? (JSON.parse(opening.plaintext) as { command?: string | null; result?: string; error?: string | null })
    : {};
  return {
    id: row.id,
    at: leaf.time,
    operation: content.command ?? "query",
    answer: content.result === "answered" ? "answered" : content.result === "refused" ? "refused" : "failed",
  };
}

/** An entry as a compliance officer sees it, of whose sections this is what he gets. */
export function officerEntry(row: StoredEntry, viewed: readonly (ViewedSection | undefined)[]): OfficerEntry {
  const leaf = parseLeaf(new Uint8Array(row.leaf));
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
      marking: viewed[index]?.opening?.marking ?? null,
    })),
  };
}

/** What opened of these sections, by slot. */
export function openingsOf(viewed: readonly (ViewedSection | undefined)[]): (SectionOpening | null)[] {
  return viewed.map((section) => section?.opening ?? null);
}

/** What a person sees of an outcome of a month of which something was erased: that there was one, and when. */
export function erasedEntry(row: StoredEntry): OwnEntry {
  return { id: row.id, at: parseLeaf(new Uint8Array(row.leaf)).time, operation: "erased", answer: "erased" };
}
