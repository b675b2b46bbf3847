import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";

const NONCE = 12;
const TAG = 16;

/** What a text is good for, and whose it is: opened under other words it is nothing. */
export type Bound = readonly [purpose: string, ...words: string[]];

const boundTo = (bound: Bound): Buffer => Buffer.from(JSON.stringify(bound));

/** Seals bytes for whoever carries them (AES-256-GCM, base64url). `key` is a secret of 32 bytes. */
export function sealText(key: KeyObject, bound: Bound, plain: Buffer): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(boundTo(bound));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

/** The `length` bytes in a text that comes from anybody. Throws for all but what {@link sealText} made of so many, bound alike. */
export function openText(key: KeyObject, bound: Bound, length: number, text: string): Buffer {
  const sealed = Buffer.from(text, "base64url");
  if (sealed.length !== NONCE + length + TAG || sealed.toString("base64url") !== text) throw new Error("its form");
  const end = NONCE + length;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(boundTo(bound))
    .setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, end)), decipher.final()]);
}
