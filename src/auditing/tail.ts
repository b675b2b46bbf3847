import type { OfficerEntry } from "../policy/audit-port.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import { discloseEntries, mayOpen, requireOfficer } from "./officer.ts";

/** Entries of one look, and characters of what is open in them, with which it ends. */
const MOST = 500;
const MOST_CHARACTERS = 4_000_000;

/** How far somebody has followed the log: its first `size` entries, after which its chain value was `chain` (hex). */
export interface TailHead {
  readonly size: number;
  readonly chain: string;
}

/** An entry that the tail wrote itself: only what it takes to follow the chain past it. */
export interface PassedEntry {
  readonly index: number;
  readonly leafHash: string;
  readonly chain: string;
}

/** What a look at the end of the log showed; `size` and `chain` are where to go on from. */
export interface TailLook extends TailHead {
  /** Where it went on from. */
  readonly from: TailHead;
  /** Name of the log: chain values are made with it. */
  readonly origin: string;
  /** False where the log's chain value at the size that was given is another one, or the log is shorter: nothing is shown then. */
  readonly agrees: boolean;
  readonly entries: readonly OfficerEntry[];
  readonly passed: readonly PassedEntry[];
  /** Whether there were more entries than one look shows. */
  readonly behind: boolean;
}

/** What a look is given. Size and chain come from the caller; without a chain value the log's own is taken. */
export interface TailInput {
  readonly from: { readonly size: number; readonly chain: string | null };
  /** Whether the tail wrote this entry itself. */
  readonly caused: (entryId: string) => boolean;
}

/** The entries of the log after a chain head; those that the tail caused are passed over. */
export const auditTail: Command<TailInput, TailLook> = command({
  name: "auditTail",
  action: "audit.read",
  target: () => null,
  async run(grant, { from: given, caused }) {
    requireOfficer(grant, "audit.read");
    const { size } = given;
    const { origin, chain } = await grant.audit.search.chainAt(size);
    const from = { size, chain: given.chain ?? chain ?? "" };
    if (chain !== from.chain)
      return { agrees: false, from, origin, entries: [], passed: [], behind: false, size, chain: chain ?? "" };
    const page = await grant.audit.page(size, MOST, mayOpen(grant));
    const entries: OfficerEntry[] = [];
    const passed: PassedEntry[] = [];
    let [last, characters]: [OfficerEntry | null, number] = [null, 0];
    for (const entry of page.entries) {
      if (characters > MOST_CHARACTERS) break;
      last = entry;
      characters += entry.sections.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
      if (caused(entry.id)) passed.push({ index: entry.index, leafHash: entry.leafHash, chain: entry.chain });
      else entries.push(entry);
    }
    await discloseEntries(grant, entries);
    return {
      agrees: true,
      from,
      origin,
      entries,
      passed,
      behind: page.more || last !== (page.entries.at(-1) ?? null),
      size: last ? last.index + 1 : size,
      chain: last ? last.chain : chain,
    };
  },
});
