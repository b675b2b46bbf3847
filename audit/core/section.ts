import { lengthPrefixed, utf8 } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError } from "./errors.ts";

/** What the bytes begin with that a commitment is the hash of. */
export const SECTION_DOMAIN = utf8("caveat/audit/section/v1");

/** Largest plaintext of a section, and (with the 28 bytes of nonce and tag) of its sealed form, in bytes. */
export const MAX_SECTION_BYTES = 1_048_576;

/** An opened section: what its commitment is made of. */
export interface SectionOpening {
  /** Canonical JSON `{"banner":…,"effective":…}`; the marking is inside the commitment, never in the leaf. */
  readonly marking: string;
  /** Slot name: actor, request, outcome or detail. */
  readonly name: string;
  /** 32 random bytes. */
  readonly salt: Uint8Array;
  /** Canonical JSON. */
  readonly plaintext: string;
}

/**
 * SHA-384("caveat/audit/section/v1" ‖ lp(marking) ‖ lp(name) ‖ lp(salt) ‖ lp(plaintext)): 48 bytes that hide the section
 * and bind to it. Throws RANGE when the salt is not 32 bytes.
 */
export function sectionCommitment(crypto: CryptoPort, section: SectionOpening): Uint8Array {
  if (section.salt.length !== 32) throw new FormatError("RANGE", "a section salt has 32 bytes");
  const parts = lengthPrefixed(utf8(section.marking), utf8(section.name), section.salt, utf8(section.plaintext));
  return crypto.sha384(SECTION_DOMAIN, ...parts);
}

/** SHA-384 of a section's sealed bytes (nonce ‖ ciphertext ‖ tag): shows damage to someone who can open nothing. */
export function sealedHash(crypto: CryptoPort, sealed: Uint8Array): Uint8Array {
  return crypto.sha384(sealed);
}
