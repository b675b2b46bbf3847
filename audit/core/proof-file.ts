import { fromBase64 } from "./bytes.ts";
import { readUnverifiedCheckpoint } from "./checkpoint.ts";
import { FormatError } from "./errors.ts";
import { leafIndex, parseDecimal, type LeafIndex } from "./numbers.ts";

/** How every file of this form begins. */
export const FIRST_LINE = "c2sp.org/tlog-proof@v1";
/** A tree below 2^53 leaves is at most 53 levels high. */
const MAX_HASHES = 53;

/** A C2SP tlog-proof as read, with nothing checked: index, 32-byte hashes leaf to root, checkpoint note. */
export interface ParsedProof {
  /** Opaque and unauthenticated; this project writes none and acts on none. */
  readonly extra: Uint8Array | null;
  readonly index: LeafIndex;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: string;
}

/** Reads a C2SP tlog-proof@v1. The text comes from whoever made the package. Throws PROOF. */
export function parseProof(text: string): ParsedProof {
  const split = text.indexOf("\n\n");
  const [first, ...lines] = text.slice(0, Math.max(split, 0)).split("\n");
  if (first !== FIRST_LINE) throw new FormatError("PROOF", `the first line is not ${FIRST_LINE}`);
  try {
    const extra = lines[0]?.startsWith("extra ") ? fromBase64((lines.shift() ?? "").slice(6)) : null;
    const index = lines.shift() ?? "";
    if (!index.startsWith("index ")) throw new FormatError("PROOF", "the index line is missing");
    const hashes = lines.map(fromBase64);
    if (hashes.length > MAX_HASHES || hashes.some((hash) => hash.length !== 32))
      throw new FormatError("PROOF", "a hash has other than 32 bytes, or there are too many");
    const checkpoint = text.slice(split + 2);
    readUnverifiedCheckpoint(checkpoint);
    return { extra, index: leafIndex(parseDecimal(index.slice(6))), hashes, checkpoint };
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError("PROOF", error.message);
    throw error;
  }
}
