import { hash } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Bytes of a block of the hash, and of what it makes (FIPS 180-4). */
const SIZES = { sha256: { block: 64, digest: 32 }, sha384: { block: 128, digest: 48 } } as const;

/** Bytes of a text that there is room for behind the inner block; a longer one gets a place of its own. */
const ROOM = 512;

// What Node does for its key objects, whose bytes are overwritten when nobody holds them any more.
const forgotten = new FinalizationRegistry<readonly Buffer[]>((blocks) => blocks.forEach((block) => block.fill(0)));

/**
 * HMAC (RFC 2104) of texts under one key. Its two blocks are worked out once and each MAC is two hashes over them: an HMAC
 * object of Node's costs twice as much and leaves more behind. The blocks are as secret as the key.
 */
export class MacKey {
  readonly #algorithm: keyof typeof SIZES;
  readonly #block: number;
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  /** What was last hashed of the inner block and its text: texts of one kind have one length. */
  #hashed: Buffer;

  /** @param key is copied, and the caller's to overwrite */
  constructor(algorithm: keyof typeof SIZES, key: Buffer) {
    const { block, digest } = SIZES[algorithm];
    this.#algorithm = algorithm;
    this.#block = block;
    // None of the pool that everybody's buffers are cut from.
    this.#inner = Buffer.alloc(block + ROOM);
    this.#outer = Buffer.alloc(block + digest);
    const short = key.length > block ? hash(algorithm, key, "buffer") : key;
    for (let at = 0; at < block; at += 1) {
      const byte = short[at] ?? 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
    if (short !== key) short.fill(0);
    this.#hashed = this.#inner.subarray(0, block);
    forgotten.register(this, [this.#inner, this.#outer]);
  }

  /** The same of a key object. */
  static of(algorithm: keyof typeof SIZES, key: KeyObject): MacKey {
    const bytes = key.export();
    try {
      return new MacKey(algorithm, bytes);
    } finally {
      bytes.fill(0);
    }
  }

  /** The MAC of a text in UTF-8. */
  bytes(text: string): Buffer {
    this.#innerHash(text);
    return hash(this.#algorithm, this.#outer, "buffer");
  }

  /** The same in lower-case hex. */
  hex(text: string): string {
    this.#innerHash(text);
    return hash(this.#algorithm, this.#outer, "hex");
  }

  /** Writes as much of the same as there is room for. */
  write(text: string, into: Buffer): void {
    this.#innerHash(text);
    into.write(hash(this.#algorithm, this.#outer, "binary"), "latin1");
  }

  /** Puts the hash of the inner block and the text behind the outer block. */
  #innerHash(text: string): void {
    // A hash as a text of bytes costs a third of one as a buffer.
    this.#outer.write(text.length * 3 > ROOM ? this.#longHash(text) : this.#shortHash(text), this.#block, "latin1");
  }

  #shortHash(text: string): string {
    const length = this.#block + this.#inner.write(text, this.#block, "utf8");
    if (this.#hashed.length !== length) this.#hashed = this.#inner.subarray(0, length);
    return hash(this.#algorithm, this.#hashed, "binary");
  }

  #longHash(text: string): string {
    const whole = Buffer.concat([this.#inner.subarray(0, this.#block), Buffer.from(text, "utf8")]);
    const hashed = hash(this.#algorithm, whole, "binary");
    whole.fill(0, 0, this.#block);
    return hashed;
  }
}
