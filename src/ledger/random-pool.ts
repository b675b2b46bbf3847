import { randomFillSync } from "node:crypto";

const POOL_BYTES = 8_192;

/**
 * Random bytes for one entry after another, drawn from the operating system's generator in one go for many: a call for each
 * nonce was a sixth of what sealing an entry costs. What is handed out is wiped from the pool and never handed out again.
 */
export class RandomPool {
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  /** So many random bytes, at most 8,192. */
  take(length: number): Buffer {
    if (this.#used + length > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const taken = Buffer.from(this.#pool.subarray(this.#used, this.#used + length));
    this.#pool.fill(0, this.#used, this.#used + length);
    this.#used += length;
    return taken;
  }
}
