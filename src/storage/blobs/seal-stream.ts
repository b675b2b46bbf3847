import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";

const MAGIC = Buffer.from("CVB1", "latin1");
const FRAME = 65_536;
const TAG = 16;
const SALT = 16;

/*
 * A sealed blob: "CVB1", 16 bytes of salt, then frames of at most 64 KiB of plaintext, each AES-256-GCM with its tag
 * behind it. Key and nonce prefix come from the data key and the salt; a nonce is prefix (7 bytes), frame number (4),
 * last flag (1), so that frames cannot be dropped, repeated, reordered or cut off at the end.
 */
function schedule(dataKey: KeyObject, salt: Buffer): { key: Buffer; nonce: (frame: number, last: boolean) => Buffer } {
  const material = Buffer.from(hkdfSync("sha384", dataKey, salt, "caveat/blob/v1", 39));
  return {
    key: material.subarray(0, 32),
    nonce: (frame, last) => {
      const nonce = Buffer.alloc(12);
      material.copy(nonce, 0, 32, 39);
      nonce.writeUInt32BE(frame, 7);
      nonce[11] = last ? 1 : 0;
      return nonce;
    },
  };
}

/** Cuts a stream into frames of exactly `size` bytes, the last one shorter (or empty); says which one is the last. */
async function* frames(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ frame: Buffer; last: boolean }> {
  let held = Buffer.alloc(0);
  for await (const chunk of source) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    while (held.length > size) {
      yield { frame: held.subarray(0, size), last: false };
      held = held.subarray(size);
    }
  }
  yield { frame: held, last: true };
}

/** Seals a stream under a data key. */
export async function* sealStream(dataKey: KeyObject, source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT);
  const { key, nonce } = schedule(dataKey, salt);
  yield Buffer.concat([MAGIC, salt]);
  let number = 0;
  for await (const { frame, last } of frames(source, FRAME)) {
    const cipher = createCipheriv("aes-256-gcm", key, nonce(number++, last));
    yield Buffer.concat([cipher.update(frame), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Opens a sealed stream. Throws as soon as a frame is not what was sealed. */
export async function* openStream(dataKey: KeyObject, source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < MAGIC.length + SALT) {
    const next = await iterator.next();
    if (next.done) throw new Error("sealed blob is cut short");
    head = Buffer.concat([head, next.value]);
  }
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error("not a sealed blob");
  const { key, nonce } = schedule(dataKey, head.subarray(MAGIC.length, MAGIC.length + SALT));
  const rest = head.subarray(MAGIC.length + SALT);
  async function* remaining(): AsyncGenerator<Uint8Array> {
    yield rest;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  let number = 0;
  for await (const { frame, last } of frames(remaining(), FRAME + TAG)) {
    if (frame.length < TAG) throw new Error("sealed blob is cut short");
    const decipher = createDecipheriv("aes-256-gcm", key, nonce(number++, last));
    decipher.setAuthTag(frame.subarray(-TAG));
    yield Buffer.concat([decipher.update(frame.subarray(0, -TAG)), decipher.final()]);
  }
}

/** Reads a stretch of sealed bytes from its beginning on; shorter where they end. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/**
 * Opens a stretch of a sealed blob of `bytes` bytes of plaintext: only the frames in which it lies are read and checked. Throws
 * when one of them is not what was sealed, or when the stretch goes beyond the end.
 */
export async function openStretch(
  dataKey: KeyObject,
  read: ReadAt,
  bytes: number,
  offset: number,
  length: number,
): Promise<Buffer> {
  if (offset < 0 || length <= 0 || offset + length > bytes) throw new Error("a stretch beyond the end");
  const head = await read(0, MAGIC.length + SALT);
  if (head.length !== MAGIC.length + SALT || !head.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error("not a sealed blob");
  const { key, nonce } = schedule(dataKey, head.subarray(MAGIC.length));
  const [first, last] = [Math.floor(offset / FRAME), Math.floor((offset + length - 1) / FRAME)];
  // A whole number of frames ends with a full one: none that is empty follows it.
  const end = Math.max(0, Math.ceil(bytes / FRAME) - 1);
  const sealed = await read(MAGIC.length + SALT + first * (FRAME + TAG), (last - first + 1) * (FRAME + TAG));
  const opened: Buffer[] = [];
  for (let number = first; number <= last; number += 1) {
    const size = number === end ? bytes - end * FRAME : FRAME;
    const at = (number - first) * (FRAME + TAG);
    const frame = sealed.subarray(at, at + size + TAG);
    if (frame.length !== size + TAG) throw new Error("sealed blob is cut short");
    const decipher = createDecipheriv("aes-256-gcm", key, nonce(number, number === end));
    decipher.setAuthTag(frame.subarray(-TAG));
    opened.push(decipher.update(frame.subarray(0, -TAG)), decipher.final());
  }
  return Buffer.concat(opened).subarray(offset - first * FRAME, offset - first * FRAME + length);
}
