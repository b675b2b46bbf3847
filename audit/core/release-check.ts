import { equal, fromUtf8, toHex } from "./bytes.ts";
import { leafHash384 } from "./chain.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError } from "./errors.ts";
import { SLOT_NAMES, parseLeaf, type LeafHeader } from "./leaf.ts";
import { PROOF_PATHS } from "./manifest.ts";
import { parseProof, type ParsedProof } from "./proof-file.ts";
import { encodeReleaseOutcome, parseOpenings, type DeliveryStatement } from "./release.ts";
import { sectionCommitment } from "./section.ts";
import { leafHash256 } from "./tree.ts";
import { checkInclusion } from "./tree-proofs.ts";
import type { Trust } from "./trust.ts";
import type { DeliveryCode } from "./delivery-code.ts";
import type { At, FindingList } from "./verdict.ts";

const OUTCOME_SLOT = SLOT_NAMES.indexOf("outcome");

/** The bytes of the three files that prove a release. */
export interface ReleaseFiles {
  readonly leaf: Uint8Array;
  readonly openings: Uint8Array;
  readonly proof: Uint8Array;
}

/** The log and its signed size in which the release was proven to stand. */
export interface ProvenRelease {
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  readonly time: string;
}

/**
 * Proves that the release which a verified statement names stands in the recipient's log, and that it released exactly
 * this delivery. Returns null after adding findings.
 */
export function checkRelease(
  crypto: CryptoPort,
  trust: Trust,
  statement: DeliveryStatement,
  files: ReleaseFiles,
  found: FindingList<DeliveryCode>,
): ProvenRelease | null {
  const header = attempt(found, PROOF_PATHS.leaf, () => parseLeaf(files.leaf));
  const proof = attempt(found, PROOF_PATHS.proof, () => parseProof(fromUtf8(files.proof)));
  if (header === null || proof === null) return null;
  if (toHex(leafHash384(crypto, files.leaf)) !== statement.release.leafSha384) {
    const sentence =
      "The log entry in the package is not the one that the signed statement names: it was exchanged or damaged by whoever carried the package.";
    found.add("RELEASE_NOT_PROVEN", at(PROOF_PATHS.leaf), sentence);
    return null;
  }
  const size = checkProof(crypto, trust, statement, proof, files.leaf, found);
  const matches = checkOutcome(crypto, statement, header, files.openings, found);
  if (size === null || !matches) return null;
  return { origin: statement.release.origin, index: proof.index, size, time: header.time };
}

/** The signed size of the log that the inclusion proof leads to; null after adding a finding. */
function checkProof(
  crypto: CryptoPort,
  trust: Trust,
  statement: DeliveryStatement,
  proof: ParsedProof,
  leaf: Uint8Array,
  found: FindingList<DeliveryCode>,
): number | null {
  const refuse = (code: "UNKNOWN_KEY" | "RELEASE_NOT_PROVEN", sentence: string): null => {
    found.add(code, at(PROOF_PATHS.proof), sentence);
    return null;
  };
  const { origin, index } = statement.release;
  const log = trust.logs.find((candidate) => candidate.origin === origin && candidate.purpose === "recipient");
  if (log === undefined) {
    return refuse(
      "UNKNOWN_KEY",
      `Your trust file names no recipient's log ${JSON.stringify(origin)}, in which the release is said to stand.`,
    );
  }
  // Neither is covered by a signature, so neither may differ from what the statement and the format say.
  if (proof.extra !== null || proof.index !== index) {
    return refuse(
      "RELEASE_NOT_PROVEN",
      "The proof names another position than the signed statement, or carries data that nothing signs: it was changed by whoever carried the package.",
    );
  }
  const opened = openCheckpoint(crypto, proof.checkpoint, log.key);
  switch (opened.outcome) {
    case "verified":
      break;
    case "wrong-key":
    case "unknown-key":
      return refuse(
        "UNKNOWN_KEY",
        `The checkpoint in the proof is not signed by the key that your trust file has for ${JSON.stringify(origin)}.`,
      );
    case "malformed":
    case "invalid-signature":
    case "other-origin":
      return refuse(
        "RELEASE_NOT_PROVEN",
        "The checkpoint in the proof does not bear the log's valid signature: it was changed by whoever carried the package.",
      );
  }
  const { size, root } = opened.checkpoint;
  if (!checkInclusion(crypto, { leafHash: leafHash256(crypto, leaf), index, size, proof: proof.hashes, root })) {
    return refuse(
      "RELEASE_NOT_PROVEN",
      `The proof does not lead from the release entry to the root that the log signed at size ${size}: the entry is not in the log, or the proof was changed.`,
    );
  }
  return size;
}

/** Whether the entry releases exactly what the statement says; adds findings when not. */
function checkOutcome(
  crypto: CryptoPort,
  statement: DeliveryStatement,
  header: LeafHeader,
  openingBytes: Uint8Array,
  found: FindingList<DeliveryCode>,
): boolean {
  const openings = attempt(found, PROOF_PATHS.openings, () => parseOpenings(openingBytes));
  if (openings === null) return false;
  const changed = SLOT_NAMES.find((slot, i) => {
    const opening = openings[i] ?? null;
    const commitment = header.slots[i]?.commitment;
    if (opening === null || commitment === undefined) return false;
    return opening.name !== slot || !equal(sectionCommitment(crypto, opening), commitment);
  });
  if (changed !== undefined) {
    const sentence = `What is shown as section ${changed} of the release entry is not what the entry commits to: it was changed by whoever carried the package.`;
    found.add("RELEASE_MISMATCH", at(PROOF_PATHS.openings), sentence);
    return false;
  }
  const { approvals, deliveryId, manifest, recipient } = statement;
  const expected = encodeReleaseOutcome({ approvals, deliveryId, manifest, recipient });
  if (header.kind === "delivery.release" && openings[OUTCOME_SLOT]?.plaintext === expected) return true;
  const sentence =
    "The log entry releases another manifest, delivery or recipient, or on other approvals, than the signed statement says, or its outcome is withheld: the signer of the statement and the log disagree.";
  found.add("RELEASE_MISMATCH", at(PROOF_PATHS.openings), sentence);
  return false;
}

function attempt<Value>(found: FindingList<DeliveryCode>, path: string, parse: () => Value): Value | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    found.add(
      "RELEASE_NOT_PROVEN",
      at(path),
      `${path} does not have the required form (${error.message}): it was damaged or made up.`,
    );
    return null;
  }
}

function at(path: string): At {
  return { what: "file", path };
}
