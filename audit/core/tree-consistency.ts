import { equal } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import type { TreeSize } from "./numbers.ts";
import { half } from "./tree-proofs.ts";
import { nodeHash } from "./tree.ts";

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
  const path = isPowerOfTwo(claim.size1) ? [claim.root1, ...claim.proof] : [...claim.proof];
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

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest > 1 && rest % 2 === 0) rest /= 2;
  return rest === 1;
}
