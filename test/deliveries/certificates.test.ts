import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadOrCreateDeliveryCertificates } from "../../src/deliveries/certificate-store.ts";
import {
  AUTHORITY_DAYS,
  DELIVERY_SIGNER_DAYS,
  issueAuthorityCertificate,
  issueDeliverySignerCertificate,
} from "../../src/deliveries/certificates.ts";
import { loadOrCreateSigner } from "../../src/signing/file-signer.ts";
import { loadOrCreateKeyring } from "../../src/signing/keyring.ts";
import type { Signer } from "../../src/signing/signer.ts";

const NOW = new Date("2026-09-20T12:00:00Z");
const DAY = 86_400_000;
const NAME = { commonName: "Lager für Prüfung", organization: "Caveat Test" };

let directory = "";
let ca: Signer;
let cms: Signer;
let other: Signer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "caveat-certificates-"));
  [ca, cms, other] = (await Promise.all(
    ["ca.p8", "cms.p8", "other.p8"].map(async (name) => loadOrCreateSigner(join(directory, name), "rsa-3072-sha384")),
  )) as [Signer, Signer, Signer];
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const authority = async (): Promise<string> => issueAuthorityCertificate(ca, { ...NAME, commonName: "Authority" }, NOW);

describe("delivery certificates", () => {
  it("makes an authority that signs itself, may issue, and may issue no further authority", async () => {
    const certificate = new X509Certificate(await authority());
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(createPublicKey(ca.publicKeyPem()))).toBe(true);
    expect(certificate.verify(createPublicKey(other.publicKeyPem()))).toBe(false);
    expect(certificate.subject).toBe("O=Caveat Test\nCN=Authority");
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.validFromDate).toEqual(new Date(NOW.getTime() - 5 * 60_000));
    expect(certificate.validToDate).toEqual(new Date(NOW.getTime() + AUTHORITY_DAYS * DAY));
  });

  it("makes a signer certificate that the authority issued, for our key, and that is no authority", async () => {
    const authorityPem = await authority();
    const pem = await issueDeliverySignerCertificate(
      { certificatePem: authorityPem, signer: ca },
      cms.publicKeyPem(),
      NAME,
      NOW,
    );
    const certificate = new X509Certificate(pem);
    const issuer = new X509Certificate(authorityPem);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(issuer)).toBe(true);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.publicKey.equals(createPublicKey(cms.publicKeyPem()))).toBe(true);
    expect(certificate.subject).toBe("O=Caveat Test\nCN=Lager für Prüfung");
    expect(certificate.keyUsage).toBeUndefined();
    expect(certificate.validToDate).toEqual(new Date(NOW.getTime() + DELIVERY_SIGNER_DAYS * DAY));
  });

  it("gives every certificate a random positive serial number of 16 bytes", async () => {
    const serials = await Promise.all(
      Array.from({ length: 4 }, async () => new X509Certificate(await authority()).serialNumber),
    );
    expect(new Set(serials).size).toBe(4);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it("does not let a signer certificate outlive its authority", async () => {
    const authorityPem = await authority();
    const late = new Date(NOW.getTime() + (AUTHORITY_DAYS - 10) * DAY);
    const pem = await issueDeliverySignerCertificate(
      { certificatePem: authorityPem, signer: ca },
      cms.publicKeyPem(),
      NAME,
      late,
    );
    expect(new X509Certificate(pem).validToDate).toEqual(new X509Certificate(authorityPem).validToDate);
  });

  it("refuses to issue under a certificate of another key, and under one that is over", async () => {
    const authorityPem = await authority();
    const issued = issueDeliverySignerCertificate(
      { certificatePem: authorityPem, signer: other },
      cms.publicKeyPem(),
      NAME,
      NOW,
    );
    await expect(issued).rejects.toMatchObject({ code: "CERTIFICATE_MISMATCH" });
    const after = new Date(NOW.getTime() + (AUTHORITY_DAYS + 1) * DAY);
    const late = issueDeliverySignerCertificate(
      { certificatePem: authorityPem, signer: ca },
      cms.publicKeyPem(),
      NAME,
      after,
    );
    await expect(late).rejects.toMatchObject({ code: "CERTIFICATE_EXPIRED" });
  });
});

describe("certificate store", () => {
  it("keeps the certificates over a restart and renews the signer before it is over", async () => {
    const keys = join(directory, "keys");
    const ring = await loadOrCreateKeyring(keys);
    const first = await loadOrCreateDeliveryCertificates(keys, ring, "Caveat Test", NOW);
    expect(await loadOrCreateDeliveryCertificates(keys, ring, "Caveat Test", NOW)).toEqual(first);
    const later = new Date(NOW.getTime() + (DELIVERY_SIGNER_DAYS - 80) * DAY);
    const renewed = await loadOrCreateDeliveryCertificates(keys, ring, "Caveat Test", later);
    expect(renewed.authorityPem).toBe(first.authorityPem);
    expect(renewed.signerPem).not.toBe(first.signerPem);
    expect(await readFile(join(keys, "delivery-cms.crt.pem"), "utf8")).toBe(renewed.signerPem);
  });

  it("refuses a stored certificate of a foreign authority", async () => {
    const keys = join(directory, "foreign");
    const ring = await loadOrCreateKeyring(keys);
    await loadOrCreateDeliveryCertificates(keys, ring, "Caveat Test", NOW);
    await writeFile(join(keys, "delivery-cms-ca.crt.pem"), await issueAuthorityCertificate(other, NAME, NOW));
    await expect(loadOrCreateDeliveryCertificates(keys, ring, "Caveat Test", NOW)).rejects.toMatchObject({
      code: "CERTIFICATE_MISMATCH",
    });
  });
});
