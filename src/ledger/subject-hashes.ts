import { createHmac, hash } from "node:crypto";
import type { KeyObject } from "node:crypto";

const MOST_MARKINGS = 1_000;
/** Of SHA-384, in bytes: a block, and what comes out. */
const BLOCK = 128;
const DIGEST = 48;
const LONGEST = 256;
/** Of a hash, which is cut to this. */
const HASH = 16;

/**
 * HMAC-SHA-384 (RFC 2104) of short texts under one key, which is as long as a digest, by two calls of the hash over blocks that
 * are kept: the object that Node makes for each HMAC costs more than the hashing, and many pages name fifty things each.
 */
class ShortTexts {
  readonly #inner = Buffer.alloc(BLOCK + LONGEST, 0x36);
  readonly #outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);

  /** @param key 48 bytes, which are overwritten */
  constructor(key: Buffer) {
    for (const [at, byte] of key.entries()) {
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
    key.fill(0);
  }

  /** The first 16 bytes for a text, as latin1. */
  of(text: string): string {
    // A character has at most three bytes for each of its code units.
    const fits = 3 * text.length <= LONGEST;
    const inner = fits ? this.#inner : Buffer.concat([this.#inner.subarray(0, BLOCK), Buffer.from(text)]);
    const end = fits ? BLOCK + inner.write(text, BLOCK) : inner.length;
    this.#outer.write(hash("sha384", inner.subarray(0, end), "binary"), BLOCK, "latin1");
    if (!fits) inner.fill(0);
    return hash("sha384", this.#outer, "buffer").toString("latin1", 0, HASH);
  }

  /** Overwrites the key. */
  forget(): void {
    this.#inner.fill(0);
    this.#outer.fill(0);
  }
}

/**
 * Under what the index finds something that a section names: 16 bytes by HMAC-SHA-384, keyed with a secret of the key folder
 * and the marking of the section. Equal things under two markings have nothing in common, and nobody without the key folder
 * can try one. Data keys of sections are of no use for it: one thing would have another hash for each person and month.
 */
export class SubjectHashes {
  readonly #secret: KeyObject;
  /** By marking. */
  readonly #keys = new Map<string, ShortTexts>();

  /** @param secret the key folder's secret `audit-subjects` */
  constructor(secret: KeyObject) {
    this.#secret = secret;
  }

  /** A key for each marking, so that no marking and name run into one another. */
  #keyOf(marking: string): ShortTexts {
    const known = this.#keys.get(marking);
    if (known) return known;
    const key = new ShortTexts(createHmac("sha384", this.#secret).update(marking).digest());
    if (this.#keys.size >= MOST_MARKINGS) {
      for (const one of this.#keys.values()) one.forget();
      this.#keys.clear();
    }
    this.#keys.set(marking, key);
    return key;
  }

  /** The hash of a name under a marking (canonical JSON). */
  of(marking: string, name: string): Buffer {
    return Buffer.from(this.textOf(marking, name), "latin1");
  }

  /** The same as a text of 16 characters, a byte each (latin1). */
  textOf(marking: string, name: string): string {
    return this.#keyOf(marking).of(name);
  }
}

/** Names of which the hashes are remembered at most, but for those of one entry. */
const MOST_NAMES = 65_536;

/** Hashes of names as texts of 16 characters, a byte each (latin1): equal texts are equal hashes. Each is worked out once. */
export class HashedNames {
  readonly #hashes: SubjectHashes;
  /** By marking, then by name. */
  readonly #known = new Map<string, Map<string, string>>();
  #size = 0;

  constructor(hashes: SubjectHashes) {
    this.#hashes = hashes;
  }

  /** The hashes of names under a marking (canonical JSON), in their order. */
  of(marking: string, names: readonly string[]): string[] {
    if (this.#size >= MOST_NAMES) this.forget();
    const known = this.#known.get(marking) ?? new Map<string, string>();
    this.#known.set(marking, known);
    const before = known.size;
    const hashes = names.map((name) => {
      const found = known.get(name);
      if (found !== undefined) return found;
      const made = this.#hashes.textOf(marking, name);
      known.set(name, made);
      return made;
    });
    this.#size += known.size - before;
    return hashes;
  }

  /** Forgets the names. */
  forget(): void {
    this.#known.clear();
    this.#size = 0;
  }
}
