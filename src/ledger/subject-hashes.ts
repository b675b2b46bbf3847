import { createHmac } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { MacKey } from "../signing/mac-key.ts";

const MOST_MARKINGS = 1_000;
/** Bytes of a hash, which is cut to this. */
const HASH = 16;

/**
 * Under what the index finds something that a section names: 16 bytes by HMAC-SHA-384, keyed with a secret of the key folder
 * and the marking of the section. Equal things under two markings have nothing in common, and nobody without the key folder
 * can try one. Data keys of sections are of no use for it: one thing would have another hash for each person and month.
 */
export class SubjectHashes {
  readonly #secret: KeyObject;
  /** By marking. */
  readonly #keys = new Map<string, MacKey>();

  /** @param secret the key folder's secret `audit-subjects` */
  constructor(secret: KeyObject) {
    this.#secret = secret;
  }

  /** A key for each marking, so that no marking and name run into one another. */
  #keyOf(marking: string): MacKey {
    const known = this.#keys.get(marking);
    if (known) return known;
    const extracted = createHmac("sha384", this.#secret).update(marking).digest();
    const key = new MacKey("sha384", extracted);
    extracted.fill(0);
    if (this.#keys.size >= MOST_MARKINGS) this.#keys.clear();
    this.#keys.set(marking, key);
    return key;
  }

  /** The hash of a name under a marking (canonical JSON). */
  of(marking: string, name: string): Buffer {
    return Buffer.from(this.textOf(marking, name), "latin1");
  }

  /** The same as a text of 16 characters, a byte each (latin1). */
  textOf(marking: string, name: string): string {
    return this.#keyOf(marking).bytes(name).toString("latin1", 0, HASH);
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
