import type { CryptoPort } from "./crypto-port.ts";
import { FormatError } from "./errors.ts";
import type { LeafIndex, TreeSize } from "./numbers.ts";
import { nodeHash } from "./tree.ts";

/**
 * Gives the hash of a complete subtree: `level` 0 is a leaf hash, and the subtree at (level, index) covers the leaves
 * index * 2^level to (index + 1) * 2^level - 1. Only complete subtrees inside the asked size are ever asked for.
 */
export type SubtreeReader = (level: number, index: number) => Uint8Array | Promise<Uint8Array>;

/** A reader over leaf hashes held in memory, for tests and small logs. Throws RANGE for a leaf that it has not. */
export function readerOf(crypto: CryptoPort, leafHashes: readonly Uint8Array[]): SubtreeReader {
  const read = (level: number, index: number): Uint8Array => {
    if (level > 0) return nodeHash(crypto, read(level - 1, 2 * index), read(level - 1, 2 * index + 1));
    const hash = leafHashes[index];
    if (hash === undefined) throw new FormatError("RANGE", `leaf ${index} is not there`);
    return hash;
  };
  return read;
}

/** The root of the tree of `size` leaves (RFC 6962 section 2.1, MTH). The empty tree's is SHA-256 of nothing. */
export async function treeRoot(crypto: CryptoPort, reader: SubtreeReader, size: TreeSize): Promise<Uint8Array> {
  return size === 0 ? crypto.sha256(new Uint8Array(0)) : rangeHash(crypto, reader, 0, size);
}

/**
 * Inclusion proof of a leaf in the tree of `size` (RFC 6962 section 2.1.1, PATH), from the leaf's sibling up to the
 * root's child. Throws RANGE when the index is not below the size.
 */
export async function inclusionProof(
  crypto: CryptoPort,
  reader: SubtreeReader,
  index: LeafIndex,
  size: TreeSize,
): Promise<readonly Uint8Array[]> {
  if (index >= size) throw new FormatError("RANGE", `leaf ${index} is not in a tree of ${size}`);
  let low = 0;
  let high: number = size;
  const siblings: Uint8Array[] = [];
  while (high - low > 1) {
    const middle = low + splitOf(high - low);
    if (index < middle) {
      siblings.push(await rangeHash(crypto, reader, middle, high));
      high = middle;
    } else {
      siblings.push(await rangeHash(crypto, reader, low, middle));
      low = middle;
    }
  }
  return siblings.reverse();
}

/**
 * Proof that the tree of `size2` begins with the tree of `size1` (RFC 6962 section 2.1.2, PROOF).
 * Throws RANGE unless 0 < size1 <= size2.
 */
export async function consistencyProof(
  crypto: CryptoPort,
  reader: SubtreeReader,
  size1: TreeSize,
  size2: TreeSize,
): Promise<readonly Uint8Array[]> {
  if (size1 === 0 || size1 > size2) throw new FormatError("RANGE", `no consistency proof from ${size1} to ${size2}`);
  let low = 0;
  let high: number = size2;
  const hashes: Uint8Array[] = [];
  while (high !== size1) {
    const middle = low + splitOf(high - low);
    if (size1 <= middle) {
      hashes.push(await rangeHash(crypto, reader, middle, high));
      high = middle;
    } else {
      hashes.push(await rangeHash(crypto, reader, low, middle));
      low = middle;
    }
  }
  // The old tree is itself a node of the new one exactly when the walk never went right: its holder knows its root.
  if (low > 0) hashes.push(await rangeHash(crypto, reader, low, high));
  return hashes.reverse();
}

async function rangeHash(crypto: CryptoPort, reader: SubtreeReader, low: number, high: number): Promise<Uint8Array> {
  const width = high - low;
  const level = Math.round(Math.log2(width));
  if (2 ** level === width && low % width === 0) return reader(level, low / width);
  const middle = low + splitOf(width);
  const left = await rangeHash(crypto, reader, low, middle);
  return nodeHash(crypto, left, await rangeHash(crypto, reader, middle, high));
}

/** The largest power of two smaller than n (n > 1). */
function splitOf(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}
