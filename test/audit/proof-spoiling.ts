import {
  Frontier,
  checkConsistency,
  checkInclusion,
  consistencyProof,
  inclusionProof,
  leafHash256,
  leafIndex,
  nodeCrypto,
  readerOf,
  treeSize,
  utf8,
} from "../../audit/index.ts";
import { Seeded, flipBit } from "./seeded.ts";

/** What a campaign found: proofs that hold, spoiled ones that were tried, and what of all was judged wrongly. */
export interface ProofCampaign {
  readonly proofs: number;
  readonly spoiled: number;
  readonly wrong: readonly string[];
}

/** Whether one seeded bit of each hash is flipped and one hash taken out and put in, or all are. */
export type Bits = "one" | "all";

/** A claim in the words of either checker: a leaf, or an older root, is in the tree of `size` with `root`. */
interface Claim {
  readonly first: number;
  readonly firstHash: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

const random = new Seeded(11);
const ALL_BITS = Array.from({ length: 256 }, (_, bit) => bit);

/** Leaf hashes of the campaigns' log, its roots by size, and its subtrees. */
function grow(largest: number) {
  const leaves = Array.from({ length: largest }, (_, i) => leafHash256(nodeCrypto, utf8(`leaf ${i}`)));
  const frontier = new Frontier(nodeCrypto);
  const roots = [frontier.root(), ...leaves.map((hash) => (frontier.append(hash), frontier.root()))];
  const read = readerOf(nodeCrypto, leaves);
  const kept = new Map<string, Uint8Array>();
  const reader = async (level: number, index: number): Promise<Uint8Array> => {
    const key = `${level}/${index}`;
    const hash = kept.get(key) ?? (await read(level, index));
    kept.set(key, hash);
    return hash;
  };
  return { leaves, roots, reader };
}

/** Proves every leaf of every size from 0 to `largest` and spoils each proof in every way. */
export async function inclusionCampaign(largest: number, bits: Bits): Promise<ProofCampaign> {
  const { leaves, roots, reader } = grow(largest);
  const tally = new Tally(bits, (claim) =>
    checkInclusion(nodeCrypto, {
      leafHash: claim.firstHash,
      index: leafIndex(claim.first),
      size: treeSize(claim.size),
      root: claim.root,
      proof: claim.proof,
    }),
  );
  for (let size = 0; size <= largest; size += 1) {
    for (let first = 0; first < size; first += 1) {
      const proof = await inclusionProof(nodeCrypto, reader, leafIndex(first), treeSize(size));
      const claim = { first, firstHash: at(leaves, first), size, root: at(roots, size), proof };
      tally.expect(claim, true, "whole");
      tally.spoil(claim);
      for (const other of [first - 1, first + 1, first + size]) {
        if (other >= 0) tally.expect({ ...claim, first: other }, false, `index ${other}`);
      }
      for (const other of [size - 1, size + 1]) {
        const alike = other > first && pathTurns(first, other) === pathTurns(first, size);
        tally.expect({ ...claim, size: other }, alike, `size ${other} alone`);
        if (other <= largest)
          tally.expect({ ...claim, size: other, root: at(roots, other) }, false, `checkpoint ${other}`);
      }
      tally.expect({ ...claim, size: 0 }, false, "size 0");
    }
    tally.expect({ first: size, firstHash: at(roots, size), size, root: at(roots, size), proof: [] }, false, "outside");
  }
  return tally;
}

/** Proves every pair of sizes from 1 to `largest` and spoils each proof in every way. Nothing is proven from size 0. */
export async function consistencyCampaign(largest: number, bits: Bits): Promise<ProofCampaign> {
  const { roots, reader } = grow(largest);
  const tally = new Tally(bits, (claim) =>
    checkConsistency(nodeCrypto, {
      size1: treeSize(claim.first),
      root1: claim.firstHash,
      size2: treeSize(claim.size),
      root2: claim.root,
      proof: claim.proof,
    }),
  );
  for (let size = 0; size <= largest; size += 1) {
    for (let first = 1; first <= size; first += 1) {
      const proof = await consistencyProof(nodeCrypto, reader, treeSize(first), treeSize(size));
      const claim = { first, firstHash: at(roots, first), size, root: at(roots, size), proof };
      tally.expect(claim, true, "whole");
      tally.spoil(claim);
      for (const other of [first - 1, first + 1, size + 1]) {
        const alike = proofTurns(other, size, true) === proofTurns(first, size, true);
        tally.expect({ ...claim, first: other }, alike, `first size ${other} alone`);
        if (other <= largest)
          tally.expect({ ...claim, first: other, firstHash: at(roots, other) }, false, `first checkpoint ${other}`);
      }
      for (const other of [size - 1, size + 1]) {
        const alike = proofTurns(first, other, true) === proofTurns(first, size, true);
        tally.expect({ ...claim, size: other }, alike, `size ${other} alone`);
        if (other <= largest)
          tally.expect({ ...claim, size: other, root: at(roots, other) }, false, `checkpoint ${other}`);
      }
    }
    const nothing = { first: 0, firstHash: at(roots, 0), size, root: at(roots, size), proof: [] };
    tally.expect(nothing, false, "from size 0");
    tally.expect({ ...nothing, proof: [at(roots, size)] }, false, "from size 0 with a hash");
  }
  return tally;
}

class Tally implements ProofCampaign {
  proofs = 0;
  spoiled = 0;
  readonly wrong: string[] = [];
  readonly #holds: (claim: Claim) => boolean;
  readonly #bits: Bits;

  constructor(bits: Bits, holds: (claim: Claim) => boolean) {
    this.#bits = bits;
    this.#holds = holds;
  }

  expect(claim: Claim, due: boolean, what: string): void {
    if (what === "whole") this.proofs += 1;
    else this.spoiled += 1;
    if (this.#holds(claim) !== due) this.wrong.push(`${claim.first} of ${claim.size}: ${what}`);
  }

  /** Bits of each hash, a hash left out, one too many, one of another length. */
  spoil(claim: Claim): void {
    const { proof } = claim;
    for (const bit of this.#flips()) {
      this.expect({ ...claim, firstHash: flipBit(claim.firstHash, bit) }, false, `bit ${bit} of the first hash`);
      this.expect({ ...claim, root: flipBit(claim.root, bit) }, false, `bit ${bit} of the root`);
    }
    const surplus = random.bytes(32);
    const place = random.below(proof.length);
    for (const [i, hash] of proof.entries()) {
      for (const bit of this.#flips())
        this.expect({ ...claim, proof: proof.with(i, flipBit(hash, bit)) }, false, `bit ${bit} of hash ${i}`);
      if (this.#bits === "one" && i !== place) continue;
      this.expect({ ...claim, proof: proof.toSpliced(i, 1) }, false, `without hash ${i}`);
      this.expect({ ...claim, proof: proof.toSpliced(i, 0, surplus) }, false, `a hash before ${i}`);
      this.expect({ ...claim, proof: proof.with(i, hash.subarray(1)) }, false, `hash ${i} cut`);
    }
    this.expect({ ...claim, proof: [...proof, surplus] }, false, "a hash at the end");
    this.expect({ ...claim, proof: [...proof, new Uint8Array(0)] }, false, "an empty hash at the end");
  }

  #flips(): readonly number[] {
    return this.#bits === "all" ? ALL_BITS : [random.below(256)];
  }
}

function at(hashes: readonly Uint8Array[], index: number): Uint8Array {
  const hash = hashes[index];
  if (hash === undefined) throw new Error(`no hash ${index}`);
  return hash;
}

// A root does not say the size of its tree (only the checkpoint signs both): where the path takes the same turns in a tree of
// another size, the proof holds there too, and nowhere else. The turns are those of RFC 6962 sections 2.1.1 and 2.1.2.

function pathTurns(index: number, size: number): string {
  if (size === 1) return "";
  const split = splitOf(size);
  return index < split ? `${pathTurns(index, split)}R` : `${pathTurns(index - split, size - split)}L`;
}

function proofTurns(first: number, size: number, whole: boolean): string {
  if (first === 0 || first > size) return "none";
  if (first === size) return whole ? "root" : "hash";
  const split = splitOf(size);
  return first <= split ? `${proofTurns(first, split, whole)}R` : `${proofTurns(first - split, size - split, false)}L`;
}

function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
