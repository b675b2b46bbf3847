import { parseLeaf } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";
import type { MayOpen, OfficerEntry, OwnEntry } from "../policy/audit-port.ts";
import type { StoredEntry } from "../storage/ledger-store.ts";
import type { SectionSealer } from "./sealing.ts";

/** The slots of an entry by position. */
export const SLOTS = ["actor", "request", "outcome", "detail"] as const;

/** One section; null when its sealed bytes were changed: the leaf carries their hash, and the verifier names the damage. */
function opened(
  sealer: SectionSealer,
  entryId: string,
  section: StoredEntry["sections"][number],
): Promise<SectionOpening | null> {
  return sealer.open(entryId, section.slot, section.keyId, section.sealed).catch(() => null);
}

/** The sections of an entry by slot, opened where the marking may be opened; null where unused, withheld or erased. */
export async function openSections(
  sealer: SectionSealer,
  row: StoredEntry,
  mayOpen: MayOpen,
): Promise<(SectionOpening | null)[]> {
  const openings: (SectionOpening | null)[] = [null, null, null, null];
  for (const section of row.sections) {
    const marking = await sealer.markingOf(section.keyId);
    if (marking === null || !mayOpen(marking)) continue;
    openings[section.slot] = await opened(sealer, row.id, section);
  }
  return openings;
}

/** What a person sees of his own outcome: the act and how it was answered, never markings, reasons or objects. */
export async function ownEntry(sealer: SectionSealer, row: StoredEntry): Promise<OwnEntry> {
  const leaf = parseLeaf(new Uint8Array(row.leaf));
  const outcome = row.sections.find((section) => section.slot === 2);
  const opening = outcome ? await opened(sealer, row.id, outcome) : null;
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

/** An entry as a compliance officer sees it, of whose sections these were opened to him. */
export function officerEntry(row: StoredEntry, openings: readonly (SectionOpening | null)[]): OfficerEntry {
  const leaf = parseLeaf(new Uint8Array(row.leaf));
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
        marking: opening?.marking ?? null,
      };
    }),
  };
}
