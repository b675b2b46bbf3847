import { createHash, type KeyObject } from "node:crypto";

/** The only algorithms that sign anything here. The key's record fixes the algorithm; no message ever chooses it. */
export type SignatureAlgorithm = "ed25519" | "ecdsa-p384-sha384" | "rsa-3072-sha384";

/**
 * Something that can sign with one private key that the caller never sees: a key file today, a hardware token later.
 *
 * Signatures have the form that outside tools expect: Ed25519 as in RFC 8032 (64 bytes), ECDSA as DER `SEQUENCE {r, s}`,
 * RSA as PKCS#1 v1.5 (what CMS and X.509 verifiers all know).
 */
export interface Signer {
  /** Sixteen hex digits naming the key, see {@link keyIdOf}. A hint for people and look-ups, not a proof. */
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  /** The public key as PEM `SubjectPublicKeyInfo` (RFC 7468 section 13), ending in a line feed. */
  publicKeyPem(): string;
  /** Signs the whole message; hashing is part of the algorithm, so no caller can hand in a digest of something else. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/**
 * Names a public key: the first 16 hex digits of SHA-256 over its DER `SubjectPublicKeyInfo`.
 *
 * 64 bits are enough to tell an operator's keys apart. They are not collision resistant against somebody who makes keys on
 * purpose, so verifiers take the whole key from the trust file and never a key by its id alone.
 */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
