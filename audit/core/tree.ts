import type { CryptoPort } from "./crypto-port.ts";
import { FormatError } from "./errors.ts";
import { treeSize, type TreeSize } from "./numbers.ts";

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** SHA-256(0x00 ‖ leaf) (RFC 6962 section 2.1). */
export function leafHash256(crypto: CryptoPort, leaf: Uint8Array): Uint8Array {
  return crypto.sha256(LEAF_PREFIX, leaf);
}

/** SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1). */
export function nodeHash(crypto: CryptoPort, left: Uint8Array, right: Uint8Array): Uint8Array {
  return crypto.sha256(NODE_PREFIX, left, right);
}

/**
 * The right edge of a growing tree: the hashes of its complete subtrees, largest first. Takes one leaf hash at a time and
 * gives the root at every size, in memory that grows with the logarithm of the size.
 */
export class Frontier {
  readonly #crypto: CryptoPort;
  #size: TreeSize;
  #hashes: Uint8Array[];

  /** An empty frontier, or one resumed from its `size` and `hashes`. Throws RANGE when these do not belong together. */
  constructor(crypto: CryptoPort, resume?: { readonly size: TreeSize; readonly hashes: readonly Uint8Array[] }) {
    this.#crypto = crypto;
    this.#size = resume?.size ?? treeSize(0);
    this.#hashes = [...(resume?.hashes ?? [])];
    if (this.#hashes.length !== onesOf(this.#size) || this.#hashes.some((hash) => hash.length !== 32))
      throw new FormatError("RANGE", "the hashes are not the frontier of a tree of that size");
  }

  get size(): TreeSize {
    return this.#size;
  }

  get hashes(): readonly Uint8Array[] {
    return [...this.#hashes];
  }

  /** Adds one leaf hash on the right. */
  append(leafHash: Uint8Array): void {
    let hash = leafHash;
    // Every trailing one bit of the size is a complete subtree as large as the one just finished.
    for (let rest: number = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      hash = nodeHash(this.#crypto, this.#hashes.pop() ?? hash, hash);
    }
    this.#hashes.push(hash);
    this.#size = treeSize(this.#size + 1);
  }

  /** The root at the present size; of the empty tree SHA-256 of nothing. */
  root(): Uint8Array {
    const last = this.#hashes.at(-1);
    if (last === undefined) return this.#crypto.sha256(new Uint8Array(0));
    return this.#hashes.slice(0, -1).reduceRight((right, left) => nodeHash(this.#crypto, left, right), last);
  }
}

function onesOf(value: number): number {
  let ones = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
