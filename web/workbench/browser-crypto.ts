import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256, sha384 } from "@noble/hashes/sha2.js";
import type { CryptoPort } from "../../audit/core/crypto-port.ts";

interface Hashing {
  readonly create: () => { update(bytes: Uint8Array): unknown; digest(): Uint8Array };
}

function digest(hash: Hashing, parts: readonly Uint8Array[]): Uint8Array {
  const state = hash.create();
  for (const part of parts) state.update(part);
  return state.digest();
}

/**
 * The verifier's port in a browser. WebCrypto answers each hash at a later time, which costs more than the hash of a leaf.
 * Ed25519 by RFC 8032 with its own encodings only (section 5.1.7), as OpenSSL reads them.
 */
export const browserCrypto: CryptoPort = {
  sha256: (...parts) => digest(sha256, parts),
  sha384: (...parts) => digest(sha384, parts),
  verifyEd25519(publicKey, message, signature) {
    // Keys and signatures come from whoever made the file: what is malformed does not verify.
    try {
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
};
