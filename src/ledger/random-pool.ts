import { randomFillSync } from "node:crypto";

/** As much as is drawn at once: a draw costs as much as what an entry takes of it. */
const DRAWN = 16_384;

/** Random bytes of the operating system's generator by way of OpenSSL, drawn in advance; each is given out once. */
export class RandomPool {
  #drawn: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #at = 0;

  /** So many bytes. What is returned is nobody else's. */
  take(length: number): Buffer<ArrayBuffer> {
    if (this.#at + length > this.#drawn.length) {
      this.#drawn = randomFillSync(Buffer.allocUnsafeSlow(Math.max(DRAWN, length)));
      this.#at = 0;
    }
    this.#at += length;
    return this.#drawn.subarray(this.#at - length, this.#at);
  }
}
