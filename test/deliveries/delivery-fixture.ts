import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  encodeCanonical,
  encodeLeaf,
  inclusionProof,
  leafHash256,
  leafIndex,
  nodeCrypto,
  readerOf,
  sectionCommitment,
  sealedHash,
  toHex,
  treeRoot,
  treeSize,
  utf8,
  type LeafKind,
  type SectionOpening,
} from "../../audit/index.ts";
import { loadOrCreateDeliveryCertificates } from "../../src/deliveries/certificate-store.ts";
import { contentOf, digestContent } from "../../src/deliveries/content.ts";
import { versionDigest } from "../../src/deliveries/frozen-version.ts";
import { buildManifest, type ManifestInput } from "../../src/deliveries/manifest-builder.ts";
import { markingJson, type DeliveredMarking } from "../../src/deliveries/marking-json.ts";
import type { PackageFile, PackageParts } from "../../src/deliveries/package.ts";
import { recipientLogOrigin } from "../../src/deliveries/recipient.ts";
import { composeProof, releaseOutcome, type Approvals, type ReleaseRecord } from "../../src/deliveries/release.ts";
import { trustFile } from "../../src/deliveries/trust-file.ts";
import type { AuthorityLines } from "../../src/markings/authority.ts";
import type { Effective } from "../../src/markings/effective.ts";
import { loadOrCreateKeyring, type Keyring } from "../../src/signing/keyring.ts";
import { loadOrCreateLogKey } from "../../src/signing/log-key-file.ts";
import { logVerifierKey, signCheckpoint } from "../../src/signing/log-key.ts";

export const ORIGIN = recipientLogOrigin("caveat.example", "office-7");

/** Bytes that look random and are the same in every run. */
const derived = (name: string, length: number): Uint8Array =>
  new Uint8Array(createHash("shake256", { outputLength: length }).update(name).digest());
export const uuid = (name: string): string =>
  toHex(derived(name, 16)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

export const effective = (level: Effective["level"], more: Partial<Effective> = {}): Effective => ({
  level,
  sci: [],
  sar: [],
  aea: [],
  nato: [],
  fgi: [],
  controls: [],
  noforn: false,
  relTo: [],
  displayTo: [],
  jointOwners: null,
  lists: [],
  ...more,
});

export const SECRET: DeliveredMarking = {
  banner: "SECRET//REL TO USA, GBR",
  effective: effective("S", { relTo: ["GBR"], displayTo: ["GBR"] }),
};
export const PLAIN: DeliveredMarking = {
  banner: "UNCLASSIFIED",
  effective: effective("U", { relTo: ["AUS", "GBR"], displayTo: ["AUS", "GBR"] }),
};

/** The block of a delivery that is derived from the program's guide. */
export const AUTHORITY: AuthorityLines = {
  classifiedBy: "person-requester",
  reasons: [],
  derivedFrom: "Guide of the program, dated 20260920",
  sources: [],
  declassifyOn: "20510920",
  downgradeTo: null,
  downgradeOn: null,
};

const image = derived("image", 2_000);
const labels = utf8('{"annotations":[],"images":[]}');

/** Two files: an image and the labels on it. */
export const packageFiles = async (): Promise<readonly PackageFile[]> =>
  Promise.all(
    [
      { path: `data/images/${uuid("asset")}.png`, bytes: image },
      { path: "data/labels.coco.json", bytes: labels },
    ].map(async ({ path, bytes }) => ({ path, content: contentOf(bytes), ...(await digestContent(contentOf(bytes))) })),
  );

export const manifestInput = async (): Promise<ManifestInput> => ({
  deliveryId: uuid("delivery"),
  dataset: uuid("dataset"),
  versionDigest: versionDigest([
    { noun: "asset", id: uuid("asset"), revision: null, sha384: toHex(nodeCrypto.sha384(image)) },
  ]),
  counts: { images: 1, labels: 0 },
  files: (await packageFiles()).map((file) => ({
    ...file,
    mediaType: file.path.endsWith(".png") ? "image/png" : "application/json",
    marking: file.path.endsWith(".png") ? PLAIN : SECRET,
    declassifyOn: file.path.endsWith(".png") ? null : "20510920",
  })),
  banner: SECRET.banner,
  atLeast: [],
  authority: AUTHORITY,
  policyVersion: "policy-1",
  registerVersion: "register-1",
  purpose: "evaluation of models",
  recipient: { id: "office-7", name: "Office Seven", organization: "Example Agency", country: "USA" },
  requestedAt: "2026-09-20T12:34:56.789012Z",
  requester: "person-requester",
});

export const APPROVALS: Approvals = [
  { approver: "person-a", entrySha384: toHex(derived("approval a", 48)) },
  { approver: "person-b", entrySha384: toHex(derived("approval b", 48)) },
];

const entry = (number: number, kind: LeafKind, opening: SectionOpening | null): Uint8Array => {
  const slot = (position: number): { commitment: Uint8Array; sealedHash: Uint8Array } => ({
    commitment:
      opening !== null && position === 2
        ? sectionCommitment(nodeCrypto, opening)
        : derived(`c ${number} ${position}`, 48),
    sealedHash: sealedHash(nodeCrypto, derived(`sealed ${number} ${position}`, 100)),
  });
  return encodeLeaf({
    id: uuid(`entry ${number}`),
    kind,
    producer: { boot: toHex(derived("boot", 16)), counter: number, replica: "replica-1" },
    slots: [slot(0), slot(1), slot(2), slot(3)],
    time: `2026-09-20T12:40:0${number}.000000Z`,
    salt: toHex(derived(`salt ${number}`, 16)),
  });
};

/**
 * A recipient's log of seven entries held in memory; the release is entry 3, under a checkpoint of size 6. `keyOf` is the log
 * whose key signs it.
 */
export const recordRelease = async (keyring: Keyring, outcome: string, keyOf = ORIGIN): Promise<ReleaseRecord> => {
  const opening: SectionOpening = {
    marking: encodeCanonical({ ...markingJson(SECRET) }),
    name: "outcome",
    salt: derived("opening salt", 32),
    plaintext: outcome,
  };
  const leaves = Array.from({ length: 7 }, (_, number) =>
    number === 3 ? entry(number, "delivery.release", opening) : entry(number, "log.heartbeat", null),
  );
  const reader = readerOf(
    nodeCrypto,
    leaves.map((leaf) => leafHash256(nodeCrypto, leaf)),
  );
  const size = treeSize(6);
  const signer = await loadOrCreateLogKey(keyring.directory, keyOf);
  return {
    log: logVerifierKey(ORIGIN, signer),
    index: 3,
    leaf: leaves[3] ?? new Uint8Array(0),
    openings: [null, null, opening, null],
    inclusion: await inclusionProof(nodeCrypto, reader, leafIndex(3), size),
    checkpoint: await signCheckpoint({ origin: ORIGIN, size, root: await treeRoot(nodeCrypto, reader, size) }, signer),
  };
};

export interface Delivery {
  readonly keyring: Keyring;
  readonly parts: PackageParts;
  readonly record: ReleaseRecord;
  readonly trust: string;
  readonly authorityPem: string;
  readonly signingTime: Date;
}

/** A whole delivery, signed at the present moment because openssl judges certificates by it. */
export const makeDelivery = async (
  directory: string,
  change: Partial<ManifestInput> = {},
  now = new Date(),
): Promise<Delivery> => {
  const keys = join(directory, "keys");
  const keyring = await loadOrCreateKeyring(keys);
  const certificates = await loadOrCreateDeliveryCertificates(keys, keyring, "Caveat Test", now);
  const manifest = buildManifest({ ...(await manifestInput()), ...change });
  const record = await recordRelease(keyring, releaseOutcome(manifest, APPROVALS));
  const proof = await composeProof(manifest, APPROVALS, record, {
    statementSigner: keyring.statementSigner,
    cmsSigner: keyring.cmsSigner,
    cmsCertificatePem: certificates.signerPem,
    signingTime: now,
  });
  return {
    keyring,
    record,
    parts: { manifest, files: await packageFiles(), proof },
    trust: trustFile({
      logs: [{ key: record.log, purpose: "recipient" }],
      statementSigners: [keyring.statementSigner],
      authorities: [certificates.authorityPem],
    }),
    authorityPem: certificates.authorityPem,
    signingTime: now,
  };
};
