import { createHash } from "node:crypto";
import {
  checkInclusion,
  encodeReleaseOutcome,
  equal,
  formatOpenings,
  formatProof,
  leafHash256,
  leafHash384,
  leafIndex,
  nodeCrypto,
  openCheckpoint,
  parseLeaf,
  parseManifest,
  PROOF_PATHS,
  sectionCommitment,
  SLOT_NAMES,
  toHex,
  utf8,
  type Approval,
  type FileDigest,
  type Manifest,
  type SectionOpening,
  type VerifierKey,
} from "../../audit/index.ts";
import type { Signer } from "../signing/signer.ts";
import { signCms } from "./cms.ts";
import { DeliveryError } from "./errors.ts";
import { signStatement } from "./statement.ts";

/** The two approvals of a delivery, in the order in which they were given. */
export type Approvals = readonly [Approval, Approval];

/** What the recipient's log says of the release, as the log's keeper hands it over. */
export interface ReleaseRecord {
  /** The log's key; its name is the log's origin. */
  readonly log: VerifierKey;
  readonly index: number;
  /** The stored bytes of the entry. */
  readonly leaf: Uint8Array;
  /** One for each section slot; null stays withheld from the recipient. The outcome (slot 2) must be open. */
  readonly openings: readonly (SectionOpening | null)[];
  /** Inclusion proof of the entry in the tree of the checkpoint, leaf to root. */
  readonly inclusion: readonly Uint8Array[];
  /** A signed checkpoint of the log that covers the entry. */
  readonly checkpoint: string;
}

/** The keys that sign beside the log's, and the moment that stands in the CMS signature. */
export interface ReleaseSigning {
  readonly statementSigner: Signer;
  readonly cmsSigner: Signer;
  readonly cmsCertificatePem: string;
  readonly signingTime: Date;
}

const OUTCOME_SLOT = SLOT_NAMES.indexOf("outcome");

const digestOf = (bytes: Uint8Array): FileDigest => ({
  sha256: createHash("sha256").update(bytes).digest("hex"),
  sha384: createHash("sha384").update(bytes).digest("hex"),
});

/** @throws {DeliveryError} `APPROVALS_REFUSED` unless two different people approved, neither of them the requester (I7). */
const checkApprovals = (manifest: Manifest, [first, second]: Approvals): void => {
  const people = new Set([manifest.requester, first.approver, second.approver]);
  if (people.size !== 3)
    throw new DeliveryError("APPROVALS_REFUSED", "a delivery needs two approvers, neither the requester");
};

/**
 * The plaintext (canonical JSON) of the outcome section of a release entry. It is appended to the recipient's log before
 * anything is signed; the entry names the manifest's hash and the entries that hold the approvals.
 *
 * @param manifest the exact bytes that were approved.
 * @throws {DeliveryError} `APPROVALS_REFUSED`; {FormatError} for bytes that are no manifest.
 */
export const releaseOutcome = (manifest: Uint8Array, approvals: Approvals): string => {
  const parsed = parseManifest(manifest);
  checkApprovals(parsed, approvals);
  return encodeReleaseOutcome({
    approvals,
    deliveryId: parsed.deliveryId,
    manifest: digestOf(manifest),
    recipient: parsed.recipient.id,
  });
};

const refuse = (why: string): never => {
  throw new DeliveryError("RELEASE_MISMATCH", why);
};

/** Everything that a recipient will check of the record is checked here first, so that nothing is signed that would not verify. */
const checkRecord = (outcome: string, record: ReleaseRecord): void => {
  const leaf = parseLeaf(record.leaf);
  if (leaf.kind !== "delivery.release") refuse("the entry is not a release");
  if (record.openings.length !== leaf.slots.length) refuse("there is one opening, or null, for each slot");
  for (const [slot, opening] of record.openings.entries()) {
    if (opening === null) continue;
    const commitment = leaf.slots[slot]?.commitment;
    if (
      opening.name !== SLOT_NAMES[slot] ||
      commitment === undefined ||
      !equal(sectionCommitment(nodeCrypto, opening), commitment)
    ) {
      refuse(`the opening of slot ${slot} is not what the entry commits to`);
    }
  }
  if (record.openings[OUTCOME_SLOT]?.plaintext !== outcome)
    refuse("the entry is about another manifest or other approvals");
  const opened = openCheckpoint(nodeCrypto, record.checkpoint, record.log);
  if (opened.outcome !== "verified") return refuse(`the checkpoint does not open: ${opened.outcome}`);
  const { size, root } = opened.checkpoint;
  const leafHash = leafHash256(nodeCrypto, record.leaf);
  if (!checkInclusion(nodeCrypto, { leafHash, index: leafIndex(record.index), size, proof: record.inclusion, root })) {
    refuse("the inclusion proof does not lead from the entry to the checkpoint");
  }
};

/**
 * The files that stand in proof/ beside the manifest: the signed statement, the release entry with its openings and its proof of
 * inclusion, and the CMS signature over the manifest (audit/FORMAT.md; DSSE v1.0.2,
 * in-toto Statement v1, C2SP tlog-proof@v1, RFC 5652).
 *
 * Pure but for the signers: same input, same files, except that ECDSA signatures differ from one signing to the next.
 *
 * @param manifest the exact bytes that were approved.
 * @returns bytes by path, for `packageTar` and `writePackageDirectory`.
 * @throws {DeliveryError} `APPROVALS_REFUSED`; `RELEASE_MISMATCH` when the log's record is not about these bytes and these
 * approvals or does not verify; those of {@link signCms} and {@link signStatement}. {FormatError} for malformed input.
 */
export const composeProof = async (
  manifest: Uint8Array,
  approvals: Approvals,
  record: ReleaseRecord,
  signing: ReleaseSigning,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const parsed = parseManifest(manifest);
  checkRecord(releaseOutcome(manifest, approvals), record);
  const index = leafIndex(record.index);
  // CMS first: parts of its structure are covered by no signature of its own (openssl accepts some flipped bits there), so the
  // statement names its bytes as well.
  const cms = await signCms({
    content: manifest,
    certificatePem: signing.cmsCertificatePem,
    signer: signing.cmsSigner,
    signingTime: signing.signingTime,
  });
  const statement = await signStatement(
    {
      manifest: digestOf(manifest),
      cms: digestOf(cms),
      approvals,
      deliveryId: parsed.deliveryId,
      marking: parsed.marking,
      recipient: parsed.recipient.id,
      release: { index, leafSha384: toHex(leafHash384(nodeCrypto, record.leaf)), origin: record.log.name },
    },
    signing.statementSigner,
  );
  return new Map<string, Uint8Array>([
    [PROOF_PATHS.statement, utf8(statement)],
    [PROOF_PATHS.leaf, record.leaf],
    [PROOF_PATHS.openings, utf8(formatOpenings(record.openings))],
    [
      PROOF_PATHS.proof,
      utf8(formatProof({ extra: null, index, hashes: record.inclusion, checkpoint: record.checkpoint })),
    ],
    [PROOF_PATHS.cms, cms],
  ]);
};
