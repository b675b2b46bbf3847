import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueAuthorityCertificate, issueDeliverySignerCertificate } from "../../src/deliveries/certificates.ts";
import { signCms } from "../../src/deliveries/cms.ts";
import { loadOrCreateSigner } from "../../src/signing/file-signer.ts";
import type { Signer } from "../../src/signing/signer.ts";
import { itAsksOpenssl, openssl, opensslCms } from "./openssl.ts";

const content = new TextEncoder().encode('{"caveat":"delivery/v1"}\n\r\n\u0000 text and binary');
// openssl judges the chain at the present moment, so the certificates of this test are made for it.
const now = new Date();

let directory = "";
let ca: Signer;
let signer: Signer;
let caPem = "";
let certificatePem = "";
let signature: Uint8Array;
const at = (name: string): string => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "caveat-cms-"));
  ca = await loadOrCreateSigner(at("ca.p8"), "rsa-3072-sha384");
  signer = await loadOrCreateSigner(at("cms.p8"), "rsa-3072-sha384");
  caPem = await issueAuthorityCertificate(ca, { commonName: "Authority", organization: "Test" }, now);
  certificatePem = await issueDeliverySignerCertificate(
    { certificatePem: caPem, signer: ca },
    signer.publicKeyPem(),
    { commonName: "Signer", organization: "Test" },
    now,
  );
  signature = await signCms({ content, certificatePem, signer, signingTime: now });
  await Promise.all([
    writeFile(at("ca.pem"), caPem),
    writeFile(at("content"), content),
    writeFile(at("cms"), signature),
  ]);
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const verifies = (cms = at("cms"), over = at("content"), authority = at("ca.pem")): boolean =>
  opensslCms(cms, over, authority).ok;

const flipped = (bytes: Uint8Array, index: number): Uint8Array => bytes.with(index, (bytes[index] ?? 0) ^ 1);

describe("detached CMS signature over the manifest", () => {
  itAsksOpenssl("is accepted by openssl with the authority alone, without switching any check off", () => {
    expect(verifies()).toBe(true);
  });

  itAsksOpenssl("is refused by openssl when any one of many bytes of the content is flipped", async () => {
    for (const index of [0, 7, content.length - 1]) {
      await writeFile(at("changed"), flipped(content, index));
      expect(verifies(at("cms"), at("changed"))).toBe(false);
    }
  });

  itAsksOpenssl(
    "is refused by openssl when a byte of the signature or of the signed attributes is flipped",
    async () => {
      for (const back of [1, 200, 384, 384 + 40]) {
        await writeFile(at("changed.cms"), flipped(signature, signature.length - back));
        expect(verifies(at("changed.cms"))).toBe(false);
      }
    },
  );

  itAsksOpenssl("is refused by openssl under another authority of the same name", async () => {
    const other = await loadOrCreateSigner(at("other.p8"), "rsa-3072-sha384");
    await writeFile(
      at("other.pem"),
      await issueAuthorityCertificate(other, { commonName: "Authority", organization: "Test" }, now),
    );
    expect(verifies(at("cms"), at("content"), at("other.pem"))).toBe(false);
  });

  itAsksOpenssl("states SHA-384, the signing time and the signer inside the signed attributes", () => {
    const printed = openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", at("cms")).said;
    expect(printed).toContain("sha384");
    expect(printed).not.toContain("sha1");
    expect(printed).toMatch(/signingTime[\s\S]*UTCTIME/);
    expect(printed).toContain("eContent: <ABSENT>");
  });

  it("is the same bytes for the same content, key and time", async () => {
    expect(await signCms({ content, certificatePem, signer, signingTime: now })).toEqual(signature);
  });

  it("refuses a signer that is not the one in the certificate", async () => {
    await expect(signCms({ content, certificatePem, signer: ca, signingTime: now })).rejects.toMatchObject({
      code: "CERTIFICATE_MISMATCH",
    });
  });

  it("refuses a signing time outside the certificate's validity", async () => {
    for (const signingTime of [new Date(now.getTime() - 86_400_000), new Date(now.getTime() + 400 * 86_400_000)]) {
      await expect(signCms({ content, certificatePem, signer, signingTime })).rejects.toMatchObject({
        code: "CERTIFICATE_EXPIRED",
      });
    }
  });
});
