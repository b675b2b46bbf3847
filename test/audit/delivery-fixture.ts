import { generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import {
  Frontier,
  MANIFEST_PATH,
  PROOF_PATHS,
  SLOT_NAMES,
  STATEMENT_PAYLOAD_TYPE,
  encodeCanonical,
  encodeLeaf,
  encodeManifest,
  encodeReleaseOutcome,
  encodeStatement,
  formatEnvelope,
  formatOpenings,
  formatProof,
  formatVkey,
  inclusionProof,
  leafHash256,
  leafHash384,
  leafIndex,
  nodeCrypto,
  parseTrust,
  preAuthEncoding,
  readerOf,
  sectionCommitment,
  toHex,
  treeSize,
  utf8,
  verifyDelivery,
} from "../../audit/index.ts";
import type {
  Approval,
  DeliveryReport,
  DeliveryStatement,
  FileDigest,
  LeafHeader,
  LeafSlot,
  Manifest,
  PackageReader,
  SectionOpening,
  Trust,
} from "../../audit/index.ts";
import { noteOf } from "./archive-fixture.ts";
import { Seeded, noteSigner } from "./seeded.ts";

export const RECIPIENT_LOG = "caveat.example/recipient/1";
export const LOG_SIGNER = noteSigner(RECIPIENT_LOG, 5);
const { privateKey: STATEMENT_KEY, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
export const OTHER_KEY = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
const marking = { banner: "UNCLASSIFIED", effective: { level: "U" } };

export type Files = Map<string, Uint8Array>;

/** What a test may change before the delivery is signed. */
export interface Variation {
  manifest?: Partial<Manifest>;
  statement?: Partial<DeliveryStatement>;
  header?: Partial<LeafHeader>;
  outcome?: string;
  approvals?: readonly [Approval, Approval];
  key?: KeyObject;
  keyid?: string;
  payloadType?: string;
}

/** The trust file that belongs to the deliveries made here. */
export function trustText(): string {
  return JSON.stringify({
    caveat: "trust/v1",
    logs: [{ origin: RECIPIENT_LOG, purpose: "recipient", vkey: formatVkey(LOG_SIGNER.key) }],
    keys: [
      {
        alg: "ecdsa-p384-sha384",
        keyid: "statement-1",
        publicKey: publicKey.export({ format: "pem", type: "spki" }),
        purpose: "delivery-statement",
      },
    ],
    certificates: [],
  });
}

export function trust(): Trust {
  return parseTrust(nodeCrypto, utf8(trustText()));
}

/** A whole signed delivery of three files, made as the server makes it. */
export async function makeDelivery(change: Variation = {}): Promise<Files> {
  const random = new Seeded(31);
  const data = new Map([
    ["data/images/a1.png", random.bytes(1_000)],
    ["data/labels.coco.json", utf8('{"images":[]}')],
    ["data/labels.geojson", random.bytes(512)],
  ]);
  const manifest: Manifest = {
    deliveryId: "d0000000-0000-4000-8000-000000000001",
    dataset: "d0000000-0000-4000-8000-000000000002",
    versionDigest: random.hex(48),
    counts: { images: 1, labels: 2 },
    files: [...data].map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      marking,
      declassifyOn: null,
      mediaType: "application/octet-stream",
      ...digest(bytes),
    })),
    marking,
    authority: null,
    policyVersion: "policy-1",
    registerVersion: "register-1",
    purpose: "a test",
    recipient: { id: "r-1", name: "Ada", organization: "Office", country: "USA" },
    requestedAt: "2026-09-20T12:00:00.000000Z",
    requester: "p-1",
    ...change.manifest,
  };
  const manifestBytes = encodeManifest(manifest);
  const cms = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);
  const approvals = change.approvals ?? [
    { approver: "p-2", entrySha384: random.hex(48) },
    { approver: "p-3", entrySha384: random.hex(48) },
  ];
  const facts = {
    approvals,
    deliveryId: manifest.deliveryId,
    manifest: digest(manifestBytes),
    recipient: manifest.recipient.id,
  };
  const opening: SectionOpening = {
    marking: encodeCanonical(marking),
    name: "outcome",
    salt: random.bytes(32),
    plaintext: change.outcome ?? encodeReleaseOutcome(facts),
  };
  const leaf = releaseLeaf(random, opening, change.header);
  const log = await logWith(leaf, random);
  const release = { index: log.index, leafSha384: toHex(leafHash384(nodeCrypto, leaf)), origin: RECIPIENT_LOG };
  const payload = encodeStatement({ ...facts, marking, cms: digest(cms), release, ...change.statement });
  const payloadType = change.payloadType ?? STATEMENT_PAYLOAD_TYPE;
  const signature = new Uint8Array(
    sign("sha384", preAuthEncoding(payloadType, payload), { key: change.key ?? STATEMENT_KEY, dsaEncoding: "der" }),
  );
  return new Map([
    [MANIFEST_PATH, manifestBytes],
    ...data,
    [
      PROOF_PATHS.statement,
      utf8(formatEnvelope({ payloadType, payload, keyid: change.keyid ?? "statement-1", signature })),
    ],
    [PROOF_PATHS.leaf, leaf],
    [PROOF_PATHS.openings, utf8(formatOpenings(SLOT_NAMES.map((name) => (name === "outcome" ? opening : null))))],
    [PROOF_PATHS.proof, utf8(log.proof)],
    [PROOF_PATHS.cms, cms],
  ]);
}

/** Verifies files held in memory. */
export function checkDelivery(files: Files, believed: Trust = trust()): Promise<DeliveryReport> {
  return verifyDelivery({ crypto: nodeCrypto, trust: believed, package: memoryPackage(files) });
}

/** The findings as short texts, `CODE where`. */
export function deliveryCodes(report: DeliveryReport): string[] {
  return report.findings.map(({ code, at }) => `${code} ${Object.values(at).slice(1).join(":")}`);
}

/** A package reader over files held in memory. */
export function memoryPackage(files: Files): PackageReader {
  return {
    list: async () => [...files.keys()].map((path) => ({ path, kind: "file" })),
    read: async function* (path) {
      const bytes = files.get(path) ?? new Uint8Array(0);
      yield bytes.subarray(0, 100);
      yield bytes.subarray(100);
    },
  };
}

function digest(bytes: Uint8Array): FileDigest {
  return { sha256: toHex(nodeCrypto.sha256(bytes)), sha384: toHex(nodeCrypto.sha384(bytes)) };
}

function releaseLeaf(random: Seeded, opening: SectionOpening, change: Partial<LeafHeader> = {}): Uint8Array {
  const unused = (): LeafSlot => ({ commitment: random.bytes(48), sealedHash: random.bytes(48) });
  const outcome = { commitment: sectionCommitment(nodeCrypto, opening), sealedHash: random.bytes(48) };
  return encodeLeaf({
    id: random.uuid(),
    kind: "delivery.release",
    producer: { boot: random.hex(16), counter: 3, replica: "api-1" },
    slots: [unused(), unused(), outcome, unused()],
    time: "2026-09-20T12:30:00.000000Z",
    salt: random.hex(16),
    ...change,
  });
}

async function logWith(
  leaf: Uint8Array,
  random: Seeded,
): Promise<{ index: ReturnType<typeof leafIndex>; proof: string }> {
  const hashes = [
    ...Array.from({ length: 6 }, () => random.bytes(32)),
    leafHash256(nodeCrypto, leaf),
    random.bytes(32),
    random.bytes(32),
  ];
  const frontier = new Frontier(nodeCrypto);
  for (const hash of hashes) frontier.append(hash);
  const index = leafIndex(6);
  const proof = await inclusionProof(nodeCrypto, readerOf(nodeCrypto, hashes), index, treeSize(hashes.length));
  return {
    index,
    proof: formatProof({
      extra: null,
      index,
      hashes: proof,
      checkpoint: noteOf(hashes.length, frontier.root(), LOG_SIGNER),
    }),
  };
}
