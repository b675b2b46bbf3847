import { fromBase64, fromHex, fromUtf8 } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { arrayOf, countOf, exactObject, isObject, parseCanonical, stringOf, type Json } from "./jcs.ts";
import { SLOT_COUNT, timeOf } from "./leaf.ts";
import { leafIndex, type LeafIndex } from "./numbers.ts";
import { parsePolicy, type ArchivePolicy } from "./policy-line.ts";
import type { SectionOpening } from "./section.ts";

/** Largest line of an archive in bytes, without its newline. */
export const MAX_LINE_BYTES = 16 * 1_048_576;

/** What an archive carries of one section slot: its opening, its sealed bytes, or both. */
export interface ArchiveSlot {
  readonly open: SectionOpening | null;
  readonly sealed: Uint8Array | null;
}

export interface ArchiveHeader {
  readonly line: "header";
  /** When the archive was made. Nothing signs it: it is never shown and nothing rests on it. */
  readonly made: string;
  readonly origin: string;
}

export interface ArchiveEntry {
  readonly line: "entry";
  readonly index: LeafIndex;
  /** The chain value that the log recorded with the entry, 48 bytes. */
  readonly chain: Uint8Array;
  /** The stored bytes; not necessarily a well-formed leaf. */
  readonly leaf: Uint8Array;
  /** Four, by slot position; null when the archive carries nothing of the slot. */
  readonly slots: readonly (ArchiveSlot | null)[];
}

export interface ArchiveCheckpoint {
  readonly line: "checkpoint";
  readonly note: string;
}

export interface ArchiveEnd {
  readonly line: "end";
  /** How many entries the archive holds. */
  readonly entries: number;
}

export type ArchiveLine = ArchiveHeader | ArchivePolicy | ArchiveEntry | ArchiveCheckpoint | ArchiveEnd;

/**
 * Reads one line (without its newline) of an archive that anybody may have written. Canonical JSON, exactly the named
 * members; duplicate or unknown members are refused. Throws FormatError.
 */
export function parseArchiveLine(bytes: Uint8Array): ArchiveLine {
  if (bytes.length > MAX_LINE_BYTES) throw new FormatError("ARCHIVE", `a line of more than ${MAX_LINE_BYTES} bytes`);
  const value = parseCanonical(fromUtf8(bytes));
  if (!isObject(value)) throw new FormatError("ARCHIVE", "the line is not an object");
  if (Object.hasOwn(value, "i")) return parseEntry(value);
  if (Object.hasOwn(value, "policy")) return parsePolicy(value);
  if (Object.hasOwn(value, "checkpoint")) {
    const { checkpoint } = exactObject(value, ["checkpoint"], "the checkpoint line");
    return { line: "checkpoint", note: stringOf(checkpoint, "the checkpoint", undefined, 1_000_000) };
  }
  if (Object.hasOwn(value, "end"))
    return { line: "end", entries: countOf(exactObject(value, ["end"], "the end line").end, "the end") };
  const header = exactObject(value, ["caveat", "made", "origin"], "the header line");
  if (header.caveat !== "archive/v1") throw new FormatError("ARCHIVE", "not an archive of version 1");
  return { line: "header", made: timeOf(header.made, "made"), origin: stringOf(header.origin, "the origin") };
}

/** Reads an opening; null means withheld. Throws FormatError. */
export function parseOpening(value: Json | undefined): SectionOpening | null {
  if (value === null) return null;
  const opening = exactObject(value, ["marking", "name", "plaintext", "salt"], "the opening");
  const salt = fromBase64(stringOf(opening.salt, "the section salt"));
  if (salt.length !== 32) throw new FormatError("RANGE", "a section salt has 32 bytes");
  const plaintext = stringOf(opening.plaintext, "the plaintext", undefined, MAX_LINE_BYTES);
  const marking = stringOf(opening.marking, "the marking");
  return { marking, name: stringOf(opening.name, "the section name"), plaintext, salt };
}

function parseEntry(value: Json): ArchiveEntry {
  const entry = exactObject(value, ["chain", "i", "leaf", "s"], "the entry line");
  return {
    line: "entry",
    index: leafIndex(countOf(entry.i, "the index")),
    chain: fromHex(stringOf(entry.chain, "the chain value"), 48),
    leaf: fromBase64(stringOf(entry.leaf, "the leaf")),
    slots: arrayOf(entry.s, "the sections", SLOT_COUNT, SLOT_COUNT).map(parseSlot),
  };
}

function parseSlot(value: Json): ArchiveSlot | null {
  if (value === null) return null;
  const slot = exactObject(value, ["open", "sealed"], "the section");
  if (slot.open === null && slot.sealed === null) throw new FormatError("ARCHIVE", "an empty section is written null");
  const sealed = slot.sealed === null ? null : stringOf(slot.sealed, "the sealed bytes", undefined, MAX_LINE_BYTES);
  return { open: parseOpening(slot.open), sealed: sealed === null ? null : fromBase64(sealed) };
}
