import { FormatError } from "./core/errors.ts";

const BLOCK = 512;
const MAX_ENTRIES = 1_000_000;

/** A regular file inside a tar: where its bytes begin, and how many there are. */
export interface TarEntry {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Reads up to `length` bytes at `offset`. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * Lists a POSIX ustar archive (IEEE 1003.1 pax, "ustar Interchange Format") that anybody may have made. Accepts regular
 * files only, exact headers and zero padding; links, directories, pax and GNU extensions, and bytes that belong to no
 * file are refused. Throws TAR.
 */
export async function readTarEntries(readAt: ReadAt, size: number): Promise<readonly TarEntry[]> {
  if (size % BLOCK !== 0) throw new FormatError("TAR", "the tar is not a whole number of blocks");
  const entries: TarEntry[] = [];
  let at = 0;
  for (;;) {
    const header = await readAt(at, BLOCK);
    if (header.length < BLOCK) throw new FormatError("TAR", "the tar ends without its two zero blocks");
    if (header.every((byte) => byte === 0)) break;
    const { path, bytes } = parseHeader(header);
    if (entries.length === MAX_ENTRIES) throw new FormatError("TAR", `more than ${MAX_ENTRIES} files`);
    entries.push({ path, offset: at + BLOCK, bytes });
    const end = at + BLOCK + bytes;
    at = Math.ceil(end / BLOCK) * BLOCK;
    if (at > size) throw new FormatError("TAR", "a file reaches beyond the end of the tar");
    await demandZeros(readAt, end, at - end);
  }
  if (size - at < 2 * BLOCK) throw new FormatError("TAR", "the tar ends without its two zero blocks");
  for (; at < size; at += BLOCK) await demandZeros(readAt, at, BLOCK);
  return entries;
}

function parseHeader(header: Uint8Array): { readonly path: string; readonly bytes: number } {
  const text = (from: number, length: number): string => {
    const field = String.fromCharCode(...header.subarray(from, from + length));
    const end = field.indexOf("\0");
    if (end >= 0 && /[^\0]/.test(field.slice(end)))
      throw new FormatError("TAR", "bytes after the end of a header field");
    return end < 0 ? field : field.slice(0, end);
  };
  const checksum = String.fromCharCode(...header.subarray(148, 156));
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (!/^[0-7]{6}(?:\0 | \0)$/.test(checksum) || Number.parseInt(checksum, 8) !== sum) {
    throw new FormatError("TAR", "a header does not match its checksum");
  }
  if (header[156] !== 0x30) throw new FormatError("TAR", "something other than a regular file");
  if (text(257, 6) !== "ustar" || text(157, 100) !== "")
    throw new FormatError("TAR", "not a ustar header of a plain file");
  const length = /^([0-7]{11})[\0 ]$/.exec(String.fromCharCode(...header.subarray(124, 136)))?.[1];
  if (length === undefined) throw new FormatError("TAR", "a length that is not eleven octal digits");
  // Somebody unpacks this, perhaps as root: no rights, owners or times but those of a fetched package.
  const octal = (from: number, width: number): number => Number.parseInt(text(from, width).trim() || "0", 8);
  if (octal(100, 8) !== 0o644 || octal(108, 8) !== 0 || octal(116, 8) !== 0 || octal(136, 12) !== 0) {
    throw new FormatError("TAR", "a file with other rights, owner or time than a package has");
  }
  if (text(265, 32) !== "" || text(297, 32) !== "" || octal(329, 8) !== 0 || octal(337, 8) !== 0) {
    throw new FormatError("TAR", "a file with an owner's name or a device number");
  }
  const prefix = text(345, 155);
  return { path: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`, bytes: Number.parseInt(length, 8) };
}

async function demandZeros(readAt: ReadAt, offset: number, length: number): Promise<void> {
  const bytes = await readAt(offset, length);
  if (bytes.length !== length || bytes.some((byte) => byte !== 0)) {
    throw new FormatError("TAR", "padding that is not zero");
  }
}
