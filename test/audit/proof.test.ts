import { describe, expect, test } from "vitest";
import {
  formatProof,
  inclusionProof,
  leafHash256,
  leafIndex,
  nodeCrypto,
  readerOf,
  treeSize,
  verifyProof,
} from "../../audit/index.ts";
import type { ProofReport, SectionOpening } from "../../audit/index.ts";
import { SIGNER, makeArchive, signedNote } from "./archive-fixture.ts";
import { flipBit, noteSigner } from "./seeded.ts";

const SIZE = 21;
const LOG = makeArchive(SIZE, []);
const HASHES = LOG.entries.map(({ leaf }) => leafHash256(nodeCrypto, leaf));
const NOTE = signedNote(LOG, SIZE);

async function proofOf(
  index: number,
): Promise<{ proof: string; leaf: Uint8Array; openings: (SectionOpening | null)[] }> {
  const reader = readerOf(nodeCrypto, HASHES);
  const hashes = await inclusionProof(nodeCrypto, reader, leafIndex(index), treeSize(SIZE));
  const proof = formatProof({ extra: null, index: leafIndex(index), hashes, checkpoint: NOTE });
  const entry = LOG.entries[index];
  return {
    proof,
    leaf: entry?.leaf ?? new Uint8Array(0),
    openings: (entry?.slots ?? []).map((slot) => slot?.open ?? null),
  };
}
const check = (given: Awaited<ReturnType<typeof proofOf>>, key = SIGNER.key): ProofReport =>
  verifyProof({ crypto: nodeCrypto, key, ...given });
const codes = ({ findings }: ProofReport): string[] => findings.map(({ code }) => code);

describe("I5 the proof of one entry", () => {
  test("verifies for every entry, and shows what the leaf says and which sections were opened", async () => {
    for (let index = 0; index < SIZE; index += 1) {
      const given = await proofOf(index);
      const { verified, entry } = check(given);
      expect([index, verified, entry?.index, entry?.size]).toEqual([index, true, index, SIZE]);
      expect(entry?.opened.length).toBe(given.openings.filter((opening) => opening !== null).length);
    }
  });
  test("refuses every flipped bit of the leaf's text, of a hash and of the checkpoint", async () => {
    const given = await proofOf(6);
    for (let bit = 0; bit < given.leaf.length * 8; bit += 7)
      expect(check({ ...given, leaf: flipBit(given.leaf, bit) }).entry).toBeNull();
    const bytes = new TextEncoder().encode(given.proof);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const proof = new TextDecoder("utf-8", { ignoreBOM: true }).decode(flipBit(bytes, bit));
      expect([bit, check({ ...given, proof }).entry]).toEqual([bit, null]);
    }
  });
  test("refuses the leaf or the proof of another place, and a proof with a hash too many or too few", async () => {
    const [six, seven] = [await proofOf(6), await proofOf(7)];
    expect(codes(check({ ...six, leaf: seven.leaf }))[0]).toBe("PROOF_BAD");
    expect(codes(check({ ...six, proof: seven.proof }))[0]).toBe("PROOF_BAD");
    const lines = six.proof.split("\n");
    expect(codes(check({ ...six, proof: lines.toSpliced(3, 1).join("\n") }))[0]).toBe("PROOF_BAD");
    expect(codes(check({ ...six, proof: lines.toSpliced(3, 0, lines[3] ?? "").join("\n") }))[0]).toBe("PROOF_BAD");
  });
  test("refuses an opening that is not the leaf's own, and names the section", async () => {
    const index = LOG.entries.findIndex(({ slots }) => slots.some((slot) => slot?.open));
    const given = await proofOf(index);
    const at = given.openings.findIndex((opening) => opening !== null);
    const opening = given.openings[at];
    if (!opening) throw new Error("nothing is open");
    for (const other of [
      { ...opening, plaintext: `${opening.plaintext} ` },
      { ...opening, marking: opening.marking.replace("U", "S") },
      { ...opening, name: "other" },
      { ...opening, salt: flipBit(opening.salt, 3) },
    ]) {
      const report = check({ ...given, openings: given.openings.with(at, other) });
      expect([codes(report), report.entry]).toEqual([["SECTION_MISMATCH"], null]);
    }
  });
  test("accuses the right one when the key is another or signed nothing", async () => {
    const given = await proofOf(3);
    expect(codes(check(given, noteSigner(LOG.origin, 8).key))).toEqual(["WRONG_KEY"]);
    expect(codes(check(given, noteSigner("other.example/log", 8).key))).toEqual(["UNKNOWN_KEY"]);
  });
});
