import { randomBytes } from "node:crypto";

/** Random bytes that an id takes. */
export const ID_BYTES = 16;

/** A version 7 UUID (RFC 9562 section 5.7): 48 bits of Unix milliseconds, the rest random. @param bytes are written over */
export function v7(now: Date, bytes = randomBytes(ID_BYTES)): string {
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
