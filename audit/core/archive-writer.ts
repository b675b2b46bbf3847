import type { ArchiveEntry, ArchiveHeader, ArchiveSlot } from "./archive.ts";
import { toBase64 } from "./base64-writer.ts";
import { toHex } from "./bytes.ts";
import { encodeCanonical, type Json } from "./jcs.ts";
import type { ArchivePolicy } from "./policy-line.ts";
import type { SectionOpening } from "./section.ts";

/** The archive's first line, without newline. `made` is UTC with microseconds. */
export function formatHeader(header: Omit<ArchiveHeader, "line">): string {
  return encodeCanonical({ caveat: "archive/v1", made: header.made, origin: header.origin });
}

/** The line of a policy, without newline; these stand after the header, in ascending order of their versions. */
export function formatPolicy({ version, files }: Omit<ArchivePolicy, "line">): string {
  return encodeCanonical({ policy: version, rules: Object.fromEntries(files) });
}

/** The line of one entry, without newline. */
export function formatEntry(entry: Omit<ArchiveEntry, "line">): string {
  return encodeCanonical({
    chain: toHex(entry.chain),
    i: entry.index,
    leaf: toBase64(entry.leaf),
    s: entry.slots.map(encodeSlot),
  });
}

/** The line of a checkpoint, without newline; stands directly after the last entry that it covers. */
export function formatCheckpointLine(note: string): string {
  return encodeCanonical({ checkpoint: note });
}

/** The archive's last line, without newline. */
export function formatEnd(entries: number): string {
  return encodeCanonical({ end: entries });
}

/** An opening as the archive and the delivery package carry it. */
export function encodeOpening(opening: SectionOpening): Json {
  return {
    marking: opening.marking,
    name: opening.name,
    plaintext: opening.plaintext,
    salt: toBase64(opening.salt),
  };
}

function encodeSlot(slot: ArchiveSlot | null): Json {
  if (slot === null || (slot.open === null && slot.sealed === null)) return null;
  return {
    open: slot.open === null ? null : encodeOpening(slot.open),
    sealed: slot.sealed === null ? null : toBase64(slot.sealed),
  };
}
