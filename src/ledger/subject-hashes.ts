import { createHmac } from "node:crypto";
import type { KeyObject } from "node:crypto";

/**
 * Under what the index finds something that a section names: 16 bytes by HMAC-SHA-384, keyed with a secret of the key folder
 * and the marking of the section. Equal things under two markings have nothing in common, and nobody without the key folder
 * can try one. Data keys of sections are of no use for it: one thing would have another hash for each person and month.
 */
export class SubjectHashes {
  readonly #secret: KeyObject;

  /** @param secret the key folder's secret `audit-subjects` */
  constructor(secret: KeyObject) {
    this.#secret = secret;
  }

  /** The hash of a name under a marking (canonical JSON). */
  of(marking: string, name: string): Buffer {
    // A key for each marking, so that no marking and name run into one another.
    const key = createHmac("sha384", this.#secret).update(marking).digest();
    return createHmac("sha384", key).update(name).digest().subarray(0, 16);
  }
}
