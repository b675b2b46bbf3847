import { createHash, createPublicKey, hash, verify } from "node:crypto";
import type { StreamingCryptoPort } from "./core/streaming-crypto-port.ts";

/** DER of SubjectPublicKeyInfo for Ed25519 (RFC 8410), up to the 32 key bytes. */
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex");

// Parts are put together here: a buffer of its own for each of a million hashes costs as much as the hashing.
const scratch = Buffer.allocUnsafe(65_536);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > scratch.length) return Buffer.concat(parts);
  let at = 0;
  for (const part of parts) {
    scratch.set(part, at);
    at += part.length;
  }
  return scratch.subarray(0, length);
}

/** The crypto port over node:crypto (OpenSSL). Runs on Node 20.12 and later. */
export const nodeCrypto: StreamingCryptoPort = {
  sha256: (...parts) => new Uint8Array(hash("sha256", joined(parts), "buffer")),
  sha384: (...parts) => new Uint8Array(hash("sha384", joined(parts), "buffer")),
  verifyEd25519: (publicKey, message, signature) =>
    attempt(() => {
      const der = Buffer.concat([ED25519_SPKI, publicKey]);
      return verify(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
    }),
  verifyEcdsaP384: (spkiPem, message, derSignature) =>
    attempt(() => {
      const key = createPublicKey(spkiPem);
      if (key.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "secp384r1") return false;
      return verify("sha384", message, { key, dsaEncoding: "der" }, derSignature);
    }),
  hasher: (algorithm) => {
    const state = createHash(algorithm);
    return {
      update: (bytes) => void state.update(bytes),
      digest: () => new Uint8Array(state.digest()),
    };
  },
};

// Keys and signatures come from whoever made the file: whatever OpenSSL cannot read does not verify.
function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
