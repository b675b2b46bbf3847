import { FormatError, SECTION_DOMAIN } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";

/** Bytes that most sections need with what stands before them; a larger one gets a place of its own. */
const ROOM = 65_536;
/** The domain, four lengths and the salt. */
const FIXED = SECTION_DOMAIN.length + 16 + 32;

/** A section as its commitment hashes it, with the part of it that is sealed. Overwritten by the next one. */
export interface SectionBytes {
  /** What `sectionCommitment` is the SHA-384 of. */
  readonly committed: Buffer;
  /** The plaintext in UTF-8: the end of the same bytes. */
  readonly plaintext: Buffer;
}

const kept = Buffer.alloc(ROOM);
kept.set(SECTION_DOMAIN);

/**
 * The bytes of a section that its writer hashes and seals, each text encoded once and in one place.
 * Throws RANGE when the salt is not 32 bytes, ENCODING for a text that holds a lone surrogate.
 */
export function sectionBytes({ marking, name, salt, plaintext }: SectionOpening): SectionBytes {
  if (salt.length !== 32) throw new FormatError("RANGE", "a section salt has 32 bytes");
  if (!marking.isWellFormed() || !plaintext.isWellFormed())
    throw new FormatError("ENCODING", "the text holds a lone surrogate");
  const most = FIXED + 3 * (marking.length + name.length + plaintext.length);
  const into = most <= ROOM ? kept : Buffer.alloc(most);
  if (into !== kept) into.set(SECTION_DOMAIN);
  let at = writeText(into, SECTION_DOMAIN.length, marking);
  at = writeText(into, at, name);
  at = into.writeUInt32BE(salt.length, at);
  into.set(salt, at);
  const start = at + salt.length;
  const end = writeText(into, start, plaintext);
  return { committed: into.subarray(0, end), plaintext: into.subarray(start + 4, end) };
}

/** lp(text): its length in UTF-8 as u32be, then the text; returns where that ends. */
function writeText(into: Buffer, at: number, text: string): number {
  const length = into.write(text, at + 4, "utf8");
  into.writeUInt32BE(length, at);
  return at + 4 + length;
}
