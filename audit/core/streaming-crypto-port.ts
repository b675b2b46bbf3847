import type { CryptoPort } from "./crypto-port.ts";

/** A hash that takes its input in pieces, so that large files are never held in memory. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** The port that delivery verification needs: statements are signed by another kind of key, files may be larger than memory. */
export interface StreamingCryptoPort extends CryptoPort {
  /** ECDSA on P-384 with SHA-384, DER signature, PEM SPKI key; false for anything malformed, never throws. */
  verifyEcdsaP384(spkiPem: string, message: Uint8Array, derSignature: Uint8Array): boolean;
  hasher(algorithm: "sha256" | "sha384"): Hasher;
}
