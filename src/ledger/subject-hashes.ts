import { createHmac, createSecretKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

const MOST_MARKINGS = 1_000;

/**
 * Under what the index finds something that a section names: 16 bytes by HMAC-SHA-384, keyed with a secret of the key folder
 * and the marking of the section. Equal things under two markings have nothing in common, and nobody without the key folder
 * can try one. Data keys of sections are of no use for it: one thing would have another hash for each person and month.
 */
export class SubjectHashes {
  readonly #secret: KeyObject;
  /** By marking; as key objects, which an HMAC takes many times faster than bytes. */
  readonly #keys = new Map<string, KeyObject>();

  /** @param secret the key folder's secret `audit-subjects` */
  constructor(secret: KeyObject) {
    this.#secret = secret;
  }

  /** A key for each marking, so that no marking and name run into one another. */
  #keyOf(marking: string): KeyObject {
    const known = this.#keys.get(marking);
    if (known) return known;
    const key = createSecretKey(createHmac("sha384", this.#secret).update(marking).digest());
    if (this.#keys.size >= MOST_MARKINGS) this.#keys.clear();
    this.#keys.set(marking, key);
    return key;
  }

  /** The hash of a name under a marking (canonical JSON). */
  of(marking: string, name: string): Buffer {
    return createHmac("sha384", this.#keyOf(marking)).update(name).digest().subarray(0, 16);
  }
}
