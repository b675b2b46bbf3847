import { equal, toHex } from "./bytes.ts";
import { leafHash384 } from "./chain.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError, formOf } from "./errors.ts";
import { parseLeaf, SLOT_NAMES, type LeafHeader, type SlotName } from "./leaf.ts";
import type { VerifierKey } from "./note.ts";
import { parseProof } from "./proof-file.ts";
import { sectionCommitment, type SectionOpening } from "./section.ts";
import { sayNotVerified } from "./signed-roots.ts";
import { checkInclusion } from "./tree-proofs.ts";
import { leafHash256 } from "./tree.ts";
import { FindingList, type Finding, type LogCode } from "./verdict.ts";

/** What `verifyProof` is given; nothing but the key is trusted. */
export interface VerifyProofInput {
  readonly crypto: CryptoPort;
  readonly key: VerifierKey;
  /** Text of a C2SP tlog-proof. */
  readonly proof: string;
  /** The bytes of the leaf that it is about. */
  readonly leaf: Uint8Array;
  /** Openings of its sections by slot; null where withheld. */
  readonly openings: readonly (SectionOpening | null)[];
}

/** The result of `verifyProof`. */
export interface ProofReport {
  readonly verified: boolean;
  readonly origin: string;
  readonly findings: readonly Finding<LogCode>[];
  /** What is proven; null unless verified. Every value follows from the signed root. */
  readonly entry: {
    readonly index: number;
    readonly size: number;
    readonly root: string;
    readonly leaf384: string;
    readonly header: LeafHeader;
    readonly opened: readonly SlotName[];
  } | null;
}

/** Checks that one leaf stands at its place in the log, under a signed checkpoint, and that its openings are its own. */
export function verifyProof({ crypto, key, proof: text, leaf, openings }: VerifyProofInput): ProofReport {
  const found = new FindingList<LogCode>();
  const bad = (sentence: string): void => found.add("PROOF_BAD", { what: "input" }, sentence);
  const read = <T>(what: string, parse: () => T): T | null => {
    const value = formOf(parse);
    if (!(value instanceof FormatError)) return value;
    bad(`The ${what} is not one (${value.message}): it was damaged or made up.`);
    return null;
  };
  const proof = read("proof", () => parseProof(text));
  const header = read("leaf", () => parseLeaf(leaf));
  const opened = proof && openCheckpoint(crypto, proof.checkpoint, key);
  if (opened && opened.outcome !== "verified")
    sayNotVerified(found, opened, { what: "input" }, "The checkpoint of the proof");
  if (!proof || !header || opened?.outcome !== "verified")
    return { verified: false, origin: key.name, findings: found.all(), entry: null };
  const { size, root } = opened.checkpoint;
  const { index, hashes } = proof;
  const astray = `The proof does not lead from this leaf at position ${index} to the root that was signed at size ${size}: leaf, position or a hash was changed by whoever carried it, or the leaf was never in the log.`;
  if (!checkInclusion(crypto, { leafHash: leafHash256(crypto, leaf), index, size, proof: hashes, root })) bad(astray);
  const shown = SLOT_NAMES.filter((_, at) => openings[at]);
  for (const [at, slot] of header.slots.entries()) {
    const opening = openings[at];
    if (!opening) continue;
    if (opening.name === SLOT_NAMES[at] && equal(sectionCommitment(crypto, opening), slot.commitment)) continue;
    const sentence = `What is shown as section ${opening.name} is not what the leaf commits to: the text, its marking or its salt was changed by whoever opened or carried it.`;
    found.add("SECTION_MISMATCH", { what: "section", index, slot: SLOT_NAMES[at] ?? "" }, sentence);
  }
  const entry = found.empty
    ? { index, size, root: toHex(root), leaf384: toHex(leafHash384(crypto, leaf)), header, opened: shown }
    : null;
  return { verified: entry !== null, origin: key.name, findings: found.all(), entry };
}
