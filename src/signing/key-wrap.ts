import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Wraps a key under the key file: nonce (12 bytes), AES-256-GCM ciphertext, tag (16 bytes). */
export function wrapKey(kek: KeyObject, key: Uint8Array): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", kek, nonce);
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

/** Opens a wrapped key. Throws when it was changed or belongs to another key file. */
export function unwrapKey(kek: KeyObject, wrapped: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", kek, wrapped.subarray(0, 12));
  decipher.setAuthTag(wrapped.subarray(-16));
  return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
}
