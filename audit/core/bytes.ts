import { FormatError } from "./errors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HEX_DIGITS = "0123456789abcdef";
const HEX_VALUES = new Map(Array.from(HEX_DIGITS, (digit, value) => [digit.charCodeAt(0), value]));
const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** UTF-8 bytes of a string. Throws ENCODING when the string holds a lone surrogate. */
export function utf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new FormatError("ENCODING", "the text holds a lone surrogate");
  return encoder.encode(text);
}

/** The string that the bytes are in UTF-8. Throws ENCODING for anything that is not valid UTF-8; a BOM is kept. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new FormatError("ENCODING", "the bytes are not UTF-8");
  }
}

/** Lower-case hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX_BYTES[byte];
  return text;
}

/** Bytes of lower-case hex; when `length` is given, exactly that many bytes. Throws ENCODING. */
export function fromHex(text: string, length?: number): Uint8Array {
  if (text.length % 2 !== 0) throw new FormatError("ENCODING", "hex with an odd number of digits");
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) {
    const high = HEX_VALUES.get(text.charCodeAt(2 * i));
    const low = HEX_VALUES.get(text.charCodeAt(2 * i + 1));
    if (high === undefined || low === undefined) throw new FormatError("ENCODING", "not lower-case hex");
    bytes[i] = (high << 4) | low;
  }
  if (length !== undefined && bytes.length !== length)
    throw new FormatError("ENCODING", `hex of ${bytes.length} bytes where ${length} are needed`);
  return bytes;
}

/**
 * Bytes of standard base64 (RFC 4648 section 4). Padding is required and unused bits must be zero (section 3.5), so that
 * every byte string has one spelling and no flipped bit goes unseen. Throws ENCODING.
 */
export function fromBase64(text: string): Uint8Array {
  let binary = "";
  try {
    binary = atob(text);
  } catch {
    // Said below: nothing else than what comes out again is taken, and atob alone would take spaces and lacking padding.
  }
  if (btoa(binary) !== text) throw new FormatError("ENCODING", "not base64 with padding and unused bits that are zero");
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** All parts one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether two byte strings are the same. Nothing secret is compared here, so it may stop early. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Unsigned big-endian integer of `width` bytes (at most 8). Throws RANGE when the value does not fit or is not safe. */
export function uintBE(value: number, width: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * width))
    throw new FormatError("RANGE", `${value} is not an unsigned integer of ${width} bytes`);
  const bytes = new Uint8Array(width);
  let rest = value;
  for (let i = width - 1; i >= 0; i -= 1) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** lp(x) of each part: its length as u32be, then x. Makes a concatenation of hash inputs unambiguous. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): readonly Uint8Array[] {
  return parts.flatMap((part) => [uintBE(part.length, 4), part]);
}
