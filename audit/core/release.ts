import { fromUtf8, utf8 } from "./bytes.ts";
import { encodeOpening } from "./archive-writer.ts";
import { parseOpening } from "./archive.ts";
import { FormatError } from "./errors.ts";
import { arrayOf, countOf, encodeCanonical, exactObject, parseCanonical, stringOf, type Json } from "./jcs.ts";
import { SLOT_COUNT } from "./leaf.ts";
import { MANIFEST_PATH, PROOF_PATHS, parseMarking, type ManifestMarking } from "./manifest.ts";
import { leafIndex, type LeafIndex } from "./numbers.ts";
import type { SectionOpening } from "./section.ts";

export const STATEMENT_PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://caveat.invalid/delivery/v1";

/** Who approved a delivery, and leaf384 (hex) of the log entry that records it. */
export interface Approval {
  readonly approver: string;
  readonly entrySha384: string;
}

/** Both digests of a file's bytes, lower-case hex. */
export interface FileDigest {
  readonly sha256: string;
  readonly sha384: string;
}

/** What the signed statement (in-toto Statement v1) of a delivery says. */
export interface DeliveryStatement {
  readonly manifest: FileDigest;
  /** Of proof/manifest.cms, whose own form leaves some bits unsigned. */
  readonly cms: FileDigest;
  readonly approvals: readonly [Approval, Approval];
  readonly deliveryId: string;
  readonly marking: ManifestMarking;
  /** The recipient's id. */
  readonly recipient: string;
  /** Where the release is logged: position, leaf384 (hex) and the recipient's log. */
  readonly release: { readonly index: LeafIndex; readonly leafSha384: string; readonly origin: string };
}

/** The plaintext of the outcome section of a delivery.release entry. */
export interface ReleaseOutcome {
  readonly approvals: readonly [Approval, Approval];
  readonly deliveryId: string;
  readonly manifest: FileDigest;
  readonly recipient: string;
}

/** The payload that the DSSE envelope of a delivery signs: a canonical in-toto Statement v1. */
export function encodeStatement(statement: DeliveryStatement): Uint8Array {
  const { manifest, cms, approvals, deliveryId, marking, recipient, release } = statement;
  const predicate = {
    approvals: encodeApprovals(approvals),
    deliveryId,
    marking: { banner: marking.banner, effective: marking.effective },
    recipient,
    release: { index: release.index, leafSha384: release.leafSha384, origin: release.origin },
  };
  const subject = [
    { digest: { sha256: manifest.sha256, sha384: manifest.sha384 }, name: MANIFEST_PATH },
    { digest: { sha256: cms.sha256, sha384: cms.sha384 }, name: PROOF_PATHS.cms },
  ];
  return utf8(encodeCanonical({ _type: STATEMENT_TYPE, predicate, predicateType: PREDICATE_TYPE, subject }));
}

/** Reads a statement. Call it only on a payload whose signature was checked. Throws FormatError. */
export function parseStatement(payload: Uint8Array): DeliveryStatement {
  const names = ["_type", "predicate", "predicateType", "subject"] as const;
  const statement = exactObject(parseCanonical(fromUtf8(payload)), names, "the statement");
  if (statement._type !== STATEMENT_TYPE || statement.predicateType !== PREDICATE_TYPE) {
    throw new FormatError("ENVELOPE", "not the statement of a delivery");
  }
  const [first, second] = arrayOf(statement.subject, "the subjects", 2);
  const predicate = exactObject(
    statement.predicate,
    ["approvals", "deliveryId", "marking", "recipient", "release"],
    "the predicate",
  );
  const release = exactObject(predicate.release, ["index", "leafSha384", "origin"], "the release");
  return {
    manifest: parseSubject(first, MANIFEST_PATH),
    cms: parseSubject(second, PROOF_PATHS.cms),
    approvals: parseApprovals(predicate.approvals),
    deliveryId: stringOf(predicate.deliveryId, "the delivery id"),
    marking: parseMarking(predicate.marking),
    recipient: stringOf(predicate.recipient, "the recipient"),
    release: {
      index: leafIndex(countOf(release.index, "the index")),
      leafSha384: hex(release.leafSha384, 96),
      origin: stringOf(release.origin, "the origin"),
    },
  };
}

/** The canonical JSON plaintext of a release entry's outcome section. */
export function encodeReleaseOutcome(outcome: ReleaseOutcome): string {
  return encodeCanonical({
    approvals: encodeApprovals(outcome.approvals),
    deliveryId: outcome.deliveryId,
    manifestSha256: outcome.manifest.sha256,
    manifestSha384: outcome.manifest.sha384,
    recipient: outcome.recipient,
  });
}

/** Reads the outcome section of a release entry. Throws FormatError. */
export function parseReleaseOutcome(plaintext: string): ReleaseOutcome {
  const names = ["approvals", "deliveryId", "manifestSha256", "manifestSha384", "recipient"] as const;
  const outcome = exactObject(parseCanonical(plaintext), names, "the outcome");
  return {
    approvals: parseApprovals(outcome.approvals),
    deliveryId: stringOf(outcome.deliveryId, "the delivery id"),
    manifest: { sha256: hex(outcome.manifestSha256, 64), sha384: hex(outcome.manifestSha384, 96) },
    recipient: stringOf(outcome.recipient, "the recipient"),
  };
}

/** The text of proof/release.open.json: one opening or null (withheld) for each slot. */
export function formatOpenings(openings: readonly (SectionOpening | null)[]): string {
  return encodeCanonical({ s: openings.map((opening) => (opening === null ? null : encodeOpening(opening))) });
}

/** Reads proof/release.open.json. Throws FormatError. */
export function parseOpenings(bytes: Uint8Array): readonly (SectionOpening | null)[] {
  const file = exactObject(parseCanonical(fromUtf8(bytes)), ["s"], "the openings");
  return arrayOf(file.s, "the openings", SLOT_COUNT, SLOT_COUNT).map(parseOpening);
}

function parseSubject(value: Json | undefined, name: string): FileDigest {
  const subject = exactObject(value, ["digest", "name"], "a subject");
  if (subject.name !== name) throw new FormatError("ENVELOPE", `a subject is not ${name}`);
  const digest = exactObject(subject.digest, ["sha256", "sha384"], "a digest");
  return { sha256: hex(digest.sha256, 64), sha384: hex(digest.sha384, 96) };
}

function encodeApprovals(approvals: readonly Approval[]): Json {
  return approvals.map(({ approver, entrySha384 }) => ({ approver, entrySha384 }));
}

function parseApprovals(value: Json): readonly [Approval, Approval] {
  const [first, second] = arrayOf(value, "the approvals", 2).map((item): Approval => {
    const approval = exactObject(item, ["approver", "entrySha384"], "an approval");
    return { approver: stringOf(approval.approver, "an approver"), entrySha384: hex(approval.entrySha384, 96) };
  });
  if (first === undefined || second === undefined) throw new FormatError("MEMBERS", "a delivery needs two approvals");
  return [first, second];
}

function hex(value: Json, digits: number): string {
  return stringOf(value, "a digest", digits === 64 ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{96}$/);
}
