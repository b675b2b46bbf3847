import { concat, equal } from './bytes.ts';
import type { CryptoPort } from './crypto-port.ts';
import { FormatError } from './errors.ts';
import { treeSize } from './numbers.ts';
import type { LeafIndex, TreeSize } from './numbers.ts';

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** SHA-256(0x00 ‖ leaf) (RFC 6962 section 2.1). */
export function leafHash256(crypto: CryptoPort, leaf: Uint8Array): Uint8Array {
  return crypto.sha256(concat(LEAF_PREFIX, leaf));
}

/** SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1). */
export function nodeHash(crypto: CryptoPort, left: Uint8Array, right: Uint8Array): Uint8Array {
  return crypto.sha256(concat(NODE_PREFIX, left, right));
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
    if (this.#hashes.length !== onesOf(this.#size) || this.#hashes.some((hash) => hash.length !== 32)) {
      throw new FormatError('RANGE', 'the hashes are not the frontier of a tree of that size');
    }
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

/**
 * The verifier's half of RFC 9162 section 2.1.3.2: whether `proof` leads from the leaf hash at `index` to `root`. The
 * proof, the index and the size come from whoever made the proof; a missing and a surplus hash both give false.
 */
export function checkInclusion(
  crypto: CryptoPort,
  claim: {
    readonly leafHash: Uint8Array;
    readonly index: LeafIndex;
    readonly size: TreeSize;
    readonly proof: readonly Uint8Array[];
    readonly root: Uint8Array;
  },
): boolean {
  let node: number = claim.index;
  let last: number = claim.size - 1;
  if (node > last) return false;
  let hash = claim.leafHash;
  for (const sibling of claim.proof) {
    if (last === 0 || sibling.length !== 32) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(crypto, sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(crypto, hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(hash, claim.root);
}

/**
 * RFC 9162 section 2.1.4.2: whether the tree of `size2` begins with the tree of `size1`. `size1` 0 is refused, because
 * such a proof says nothing; equal sizes need equal roots and an empty proof.
 */
export function checkConsistency(
  crypto: CryptoPort,
  claim: {
    readonly size1: TreeSize;
    readonly root1: Uint8Array;
    readonly size2: TreeSize;
    readonly root2: Uint8Array;
    readonly proof: readonly Uint8Array[];
  },
): boolean {
  if (claim.size1 === 0 || claim.size1 > claim.size2 || claim.proof.some((hash) => hash.length !== 32)) return false;
  if (claim.size1 === claim.size2) return claim.proof.length === 0 && equal(claim.root1, claim.root2);
  let node: number = claim.size1 - 1;
  let last: number = claim.size2 - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // When size1 is a power of two its root is a node of the larger tree, and the proof leaves it out.
  const path = onesOf(claim.size1) === 1 ? [claim.root1, ...claim.proof] : [...claim.proof];
  const start = path.shift();
  if (start === undefined) return false;
  let hash1 = start;
  let hash2 = start;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash1 = nodeHash(crypto, sibling, hash1);
      hash2 = nodeHash(crypto, sibling, hash2);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash2 = nodeHash(crypto, hash2, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(hash1, claim.root1) && equal(hash2, claim.root2);
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function onesOf(value: number): number {
  let ones = 0;
  for (let rest = value; rest > 0; rest = half(rest)) ones += rest % 2;
  return ones;
}
