import { describe, expect, test } from "vitest";
import {
  FormatError,
  Frontier,
  checkConsistency,
  checkInclusion,
  consistencyProof,
  fromHex,
  inclusionProof,
  leafHash256,
  leafIndex,
  nodeCrypto,
  readerOf,
  toHex,
  treeRoot,
  treeSize,
  utf8,
} from "../../audit/index.ts";
import { Seeded } from "./seeded.ts";

const LARGEST = 64;
const random = new Seeded(11);
const leaves = Array.from({ length: LARGEST }, (_, i) => leafHash256(nodeCrypto, utf8(`leaf ${i}`)));
const reader = readerOf(nodeCrypto, leaves);
const roots = rootsOf(leaves);

function rootsOf(hashes: readonly Uint8Array[]): Uint8Array[] {
  const frontier = new Frontier(nodeCrypto);
  return [frontier.root(), ...hashes.map((hash) => (frontier.append(hash), frontier.root()))];
}
function rootAt(size: number): Uint8Array {
  const root = roots[size];
  if (root === undefined) throw new Error(`no root at ${size}`);
  return root;
}
describe("RFC 6962 tree", () => {
  test("the empty root is SHA-256 of nothing, and a root of one leaf is its hash", () => {
    expect(toHex(rootAt(0))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(rootAt(1)).toEqual(leaves[0]);
  });
  test("gives the roots of the certificate transparency test tree", () => {
    const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const known = rootsOf(inputs.map((hex) => leafHash256(nodeCrypto, fromHex(hex))));
    expect(known.slice(1).map(toHex)).toEqual([
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]);
  });
  test("the frontier and the recursive definition agree at every size up to 64", async () => {
    for (let size = 0; size <= LARGEST; size += 1) {
      expect(await treeRoot(nodeCrypto, reader, treeSize(size))).toEqual(rootAt(size));
    }
  });
  test("a frontier resumed from its hashes goes on with the same roots", () => {
    for (let size = 0; size < LARGEST; size += 1) {
      const first = new Frontier(nodeCrypto);
      for (const leaf of leaves.slice(0, size)) first.append(leaf);
      const second = new Frontier(nodeCrypto, { size: first.size, hashes: first.hashes });
      second.append(leaves[size] ?? rootAt(0));
      expect(second.root()).toEqual(rootAt(size + 1));
    }
    expect(() => new Frontier(nodeCrypto, { size: treeSize(3), hashes: [] })).toThrow(FormatError);
  });
});

describe("inclusion", () => {
  test("refuses a leaf outside the tree and every leaf of the empty tree", async () => {
    const claim = { leafHash: rootAt(1), index: leafIndex(0), root: rootAt(1), proof: [] };
    expect(checkInclusion(nodeCrypto, { ...claim, size: treeSize(1) })).toBe(true);
    expect(checkInclusion(nodeCrypto, { ...claim, size: treeSize(0) })).toBe(false);
    await expect(inclusionProof(nodeCrypto, reader, leafIndex(3), treeSize(3))).rejects.toMatchObject({
      code: "RANGE",
    });
  });
  test("works beyond 2^32 leaves", () => {
    // The leftmost leaf of a tree of 2^40 leaves: forty siblings, all on the right.
    const proof = Array.from({ length: 40 }, () => random.bytes(32));
    const leaf = random.bytes(32);
    const concat = (l: Uint8Array, r: Uint8Array): Uint8Array => nodeCrypto.sha256(Uint8Array.of(1, ...l, ...r));
    const root = proof.reduce((hash, sibling) => concat(hash, sibling), leaf);
    const claim = { leafHash: leaf, index: leafIndex(0), size: treeSize(2 ** 40), root, proof };
    expect(checkInclusion(nodeCrypto, claim)).toBe(true);
    expect(checkInclusion(nodeCrypto, { ...claim, index: leafIndex(2 ** 39) })).toBe(false);
  });
});

describe("consistency", () => {
  test("refuses size 0, a shrinking tree, and another history", async () => {
    const root = rootAt(5);
    expect(
      checkConsistency(nodeCrypto, {
        size1: treeSize(0),
        root1: rootAt(0),
        size2: treeSize(5),
        root2: root,
        proof: [],
      }),
    ).toBe(false);
    expect(
      checkConsistency(nodeCrypto, { size1: treeSize(6), root1: root, size2: treeSize(5), root2: root, proof: [] }),
    ).toBe(false);
    await expect(consistencyProof(nodeCrypto, reader, treeSize(0), treeSize(5))).rejects.toMatchObject({
      code: "RANGE",
    });
    const forked = readerOf(nodeCrypto, leaves.with(2, random.bytes(32)));
    const proof = await consistencyProof(nodeCrypto, forked, treeSize(4), treeSize(9));
    const root2 = await treeRoot(nodeCrypto, forked, treeSize(9));
    expect(
      checkConsistency(nodeCrypto, { size1: treeSize(4), root1: rootAt(4), size2: treeSize(9), root2, proof }),
    ).toBe(false);
  });
});
