import {
  checkConsistency,
  checkInclusion,
  consistencyProof,
  fromBase64,
  inclusionProof,
  leafIndex,
  nodeCrypto,
  toBase64,
  treeRoot,
  treeSize,
} from "../../audit/index.ts";
import type { SubtreeReader } from "../../audit/index.ts";
import { flipBit } from "../audit/seeded.ts";
import type { Seeded } from "../audit/seeded.ts";
import type { Claim } from "./sumdb.ts";

/** The inclusion proof of a leaf, made by our prover from a reader of subtrees. */
export async function included(reader: SubtreeReader, index: number, size: number): Promise<Claim> {
  const [first, root] = [await reader(0, index), await treeRoot(nodeCrypto, reader, treeSize(size))];
  const proof = await inclusionProof(nodeCrypto, reader, leafIndex(index), treeSize(size));
  const hashes = { firstHash: toBase64(first), root: toBase64(root), proof: proof.map(toBase64) };
  return { kind: "inclusion", first: index, size, ...hashes };
}

/** The consistency proof of two sizes, made by our prover. */
export async function consistent(reader: SubtreeReader, size1: number, size2: number): Promise<Claim> {
  const [first, root] = [
    await treeRoot(nodeCrypto, reader, treeSize(size1)),
    await treeRoot(nodeCrypto, reader, treeSize(size2)),
  ];
  const proof = await consistencyProof(nodeCrypto, reader, treeSize(size1), treeSize(size2));
  const hashes = { firstHash: toBase64(first), root: toBase64(root), proof: proof.map(toBase64) };
  return { kind: "consistency", first: size1, size: size2, ...hashes };
}

/** Our own judgement of a proof. */
export function holds({ kind, first, firstHash, size, root, proof: texts }: Claim): boolean {
  const proof = texts.map((text) => fromBase64(text));
  const [from, to] = [fromBase64(firstHash), fromBase64(root)];
  return kind === "inclusion"
    ? checkInclusion(nodeCrypto, { leafHash: from, index: leafIndex(first), size: treeSize(size), root: to, proof })
    : checkConsistency(nodeCrypto, {
        size1: treeSize(first),
        root1: from,
        size2: treeSize(size),
        root2: to,
        proof,
      });
}

/** The same claim spoiled in one way: a bit of a hash, a hash too many or too few, another place. */
export function spoiled(claim: Claim, random: Seeded): Claim {
  const flipped = (text: string): string => toBase64(flipBit(fromBase64(text), random.below(256)));
  const at = random.below(claim.proof.length);
  const ways: readonly (() => Claim)[] = [
    () => ({ ...claim, firstHash: flipped(claim.firstHash) }),
    () => ({ ...claim, root: flipped(claim.root) }),
    () => ({ ...claim, proof: [...claim.proof, toBase64(random.bytes(32))] }),
    () => ({ ...claim, first: claim.first + claim.size }),
    () => ({ ...claim, proof: claim.proof.with(at, flipped(claim.proof[at] ?? "")) }),
    () => ({ ...claim, proof: claim.proof.toSpliced(at, 1) }),
  ];
  const way = ways[random.below(claim.proof.length === 0 ? 4 : ways.length)];
  return way === undefined ? claim : way();
}
