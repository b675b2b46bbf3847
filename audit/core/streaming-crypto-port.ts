import type { CryptoPort } from "./crypto-port.ts";

/** A hash that takes its input in pieces, so that large files are never held in memory. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** The port that delivery verification needs: files may be larger than memory. */
export interface StreamingCryptoPort extends CryptoPort {
  hasher(algorithm: "sha256" | "sha384"): Hasher;
}
