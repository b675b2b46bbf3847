import { equal } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import type { LeafIndex, TreeSize } from "./numbers.ts";
import { nodeHash } from "./tree.ts";

/**
 * RFC 9162 section 2.1.3.2: whether `proof` leads from the leaf hash at `index` to `root`. The
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

/** The number of the node above one. */
export function half(value: number): number {
  return Math.floor(value / 2);
}
