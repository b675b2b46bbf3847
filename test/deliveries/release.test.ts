import { createPublicKey, verify } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fromUtf8,
  nodeCrypto,
  parseEnvelope,
  parseManifest,
  parseStatement,
  parseTrust,
  preAuthEncoding,
  PROOF_PATHS,
  toHex,
  utf8,
} from "../../audit/index.ts";
import { buildManifest } from "../../src/deliveries/manifest-builder.ts";
import { composeProof, releaseOutcome, type Approvals, type ReleaseRecord } from "../../src/deliveries/release.ts";
import { logVerifierKey } from "../../src/signing/log-key.ts";
import { APPROVALS, makeDelivery, manifestInput, ORIGIN, recordRelease, type Delivery } from "./delivery-fixture.ts";
import { itAsksOpenssl, openssl, opensslCms } from "./openssl.ts";

let directory = "";
let delivery: Delivery;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "caveat-release-"));
  delivery = await makeDelivery(directory);
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const at = (name: string): string => join(directory, name);
const proofFile = (path: string): Uint8Array => delivery.parts.proof.get(path) ?? new Uint8Array(0);

const compose = async (manifest: Uint8Array, approvals: Approvals, record: ReleaseRecord): Promise<unknown> =>
  composeProof(manifest, approvals, record, {
    statementSigner: delivery.keyring.statementSigner,
    cmsSigner: delivery.keyring.cmsSigner,
    cmsCertificatePem: "never reached",
    signingTime: new Date(0),
  });

describe("release", () => {
  itAsksOpenssl("I8 lays a CMS signature beside the manifest that openssl accepts", async () => {
    await Promise.all([
      writeFile(at("ca.pem"), delivery.authorityPem),
      writeFile(at("manifest.json"), delivery.parts.manifest),
      writeFile(at("manifest.cms"), proofFile(PROOF_PATHS.cms)),
    ]);
    const run = opensslCms(at("manifest.cms"), at("manifest.json"), at("ca.pem"));
    expect(run).toMatchObject({ ok: true });
  });

  itAsksOpenssl("I8 signs a statement that openssl verifies over the bytes that DSSE prescribes", async () => {
    const envelope = parseEnvelope(proofFile(PROOF_PATHS.statement));
    await Promise.all([
      writeFile(at("key.pem"), delivery.keyring.statementSigner.publicKeyPem()),
      writeFile(at("sig"), envelope.signature),
      writeFile(at("pae"), preAuthEncoding(envelope.payloadType, envelope.payload)),
      writeFile(at("payload"), envelope.payload),
    ]);
    const check = (over: string): boolean =>
      openssl("dgst", "-sha384", "-verify", at("key.pem"), "-signature", at("sig"), at(over)).ok;
    expect(check("pae")).toBe(true);
    expect(check("payload")).toBe(false);
    expect(fromUtf8(preAuthEncoding("http://example.com/HelloWorld", utf8("hello world")))).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    );
  });

  it("names the manifest, both approvals, the marking and the release entry in the statement", () => {
    const statement = parseStatement(parseEnvelope(proofFile(PROOF_PATHS.statement)).payload);
    expect(statement).toMatchObject({
      manifest: {
        sha256: toHex(nodeCrypto.sha256(delivery.parts.manifest)),
        sha384: toHex(nodeCrypto.sha384(delivery.parts.manifest)),
      },
      cms: { sha384: toHex(nodeCrypto.sha384(proofFile(PROOF_PATHS.cms))) },
      approvals: APPROVALS,
      recipient: "office-7",
      marking: parseManifest(delivery.parts.manifest).marking,
      release: { index: 3, origin: ORIGIN },
    });
  });

  it("I7 refuses two approvals by one person, and an approval by the requester", () => {
    const { manifest } = delivery.parts;
    const [first, second] = APPROVALS;
    for (const approvals of [
      [first, first],
      [first, { ...second, approver: first.approver }],
      [{ ...first, approver: "person-requester" }, second],
      [first, { ...second, approver: "person-requester" }],
    ] satisfies Approvals[]) {
      expect(() => releaseOutcome(manifest, approvals)).toThrow(expect.objectContaining({ code: "APPROVALS_REFUSED" }));
    }
  });

  it("I7 signs nothing when the manifest or an approval is not the one in the release entry", async () => {
    const { record, parts } = delivery;
    const [first, second] = APPROVALS;
    const changed = buildManifest({ ...(await manifestInput()), purpose: "another purpose" });
    await expect(compose(changed, APPROVALS, record)).rejects.toMatchObject({ code: "RELEASE_MISMATCH" });
    for (const approvals of [
      [second, first],
      [first, { ...second, entrySha384: "0".repeat(96) }],
    ] satisfies Approvals[]) {
      await expect(compose(parts.manifest, approvals, record)).rejects.toMatchObject({ code: "RELEASE_MISMATCH" });
    }
  });

  it("signs nothing over a record of the log that does not verify", async () => {
    const { record, parts, keyring } = delivery;
    const opening = record.openings[2] ?? null;
    if (opening === null) throw new Error("the fixture opens the outcome");
    const other = await recordRelease(keyring, opening.plaintext, "other");
    const broken: readonly Partial<ReleaseRecord>[] = [
      { index: 2 },
      { index: 6 },
      { leaf: utf8(fromUtf8(record.leaf).replace("delivery.release", "log.heartbeat")) },
      { leaf: utf8(fromUtf8(record.leaf).replace("12:40:03", "12:40:04")) },
      { openings: [null, null, null, null] },
      { openings: [null, null, opening] },
      { openings: [opening, null, opening, null] },
      { openings: [null, null, { ...opening, salt: opening.salt.with(0, 1) }, null] },
      { openings: [null, null, { ...opening, name: "detail" }, null] },
      { inclusion: record.inclusion.slice(1) },
      { inclusion: [...record.inclusion, new Uint8Array(32)] },
      { checkpoint: other.checkpoint },
      { checkpoint: record.checkpoint.replace("\n6\n", "\n7\n") },
      { checkpoint: "" },
    ];
    for (const change of broken) {
      await expect(
        compose(parts.manifest, APPROVALS, { ...record, ...change }),
        JSON.stringify(Object.keys(change)),
      ).rejects.toMatchObject({ code: "RELEASE_MISMATCH" });
    }
  });

  it("signs the same delivery twice with the same files but for the fresh ECDSA signature", async () => {
    const again = await makeDelivery(directory, {}, delivery.signingTime);
    for (const [path, bytes] of delivery.parts.proof) {
      if (path !== PROOF_PATHS.statement) expect(again.parts.proof.get(path)).toEqual(bytes);
    }
    const payload = (from: Delivery): Uint8Array =>
      parseEnvelope(from.parts.proof.get(PROOF_PATHS.statement) ?? new Uint8Array(0)).payload;
    expect(payload(again)).toEqual(payload(delivery));
  });
});

describe("trust file", () => {
  it("holds the public keys by purpose in a form that verifiers read", () => {
    const trust = parseTrust(nodeCrypto, utf8(delivery.trust));
    expect(trust.logs.map(({ origin, purpose }) => [origin, purpose])).toEqual([[ORIGIN, "recipient"]]);
    expect(trust.keys).toEqual([
      { keyid: delivery.keyring.statementSigner.keyId, publicKey: delivery.keyring.statementSigner.publicKeyPem() },
    ]);
    expect(trust.certificates).toEqual([delivery.authorityPem]);
    expect(delivery.trust).not.toContain("PRIVATE");
    const message = utf8("anything");
    const key = trust.keys[0];
    if (key === undefined) throw new Error("there is a key");
    return delivery.keyring.statementSigner.sign(message).then((signature) => {
      expect(verify("sha384", message, createPublicKey(key.publicKey), signature)).toBe(true);
    });
  });

  it("refuses a log key of another kind than Ed25519", () => {
    expect(() => logVerifierKey(ORIGIN, delivery.keyring.cmsSigner)).toThrow(
      expect.objectContaining({ code: "KEY_WRONG_ALGORITHM" }),
    );
  });
});
