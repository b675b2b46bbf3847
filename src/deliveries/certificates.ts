import { createHash, createPublicKey, randomBytes, X509Certificate, type KeyObject } from "node:crypto";
import forge from "node-forge";
import type { Signer } from "../signing/signer.ts";
import { contextPrimitive, derOf, descend, octetString, sequence, toBinary } from "./der.ts";
import { DeliveryError } from "./errors.ts";

/** The subject of a certificate. Shown to people; no identity is ever taken from it. */
export interface CertificateName {
  readonly commonName: string;
  readonly organization: string;
}

/** An authority: its certificate and the signer of the key in it. */
export interface Authority {
  readonly certificatePem: string;
  readonly signer: Signer;
}

/** Ten years: how long the authority's certificate is valid. */
export const AUTHORITY_DAYS = 3652;
/** One year: how long a delivery signer's certificate is valid (security.md 7.5). */
export const DELIVERY_SIGNER_DAYS = 365;

const DAY = 86_400_000;
/** A verifier's clock may be behind ours by this much and still accept a certificate that was issued just now. */
const CLOCK_SKEW = 5 * 60_000;

const subjectFields = (name: CertificateName): forge.pki.CertificateField[] =>
  (["organizationName", "commonName"] as const).map((field) => ({
    name: field,
    // RFC 5280 section 4.1.2.4 wants UTF8String for new names; the type declares the wrong enumeration for this member.
    valueTagClass: forge.asn1.Type.UTF8 as unknown as forge.asn1.Class,
    value: field === "commonName" ? name.commonName : name.organization,
  }));

/** RFC 7093 section 2 method 1: the leftmost 160 bits of SHA-256 over the bits of the subject's public key (for RSA: PKCS#1). */
const keyIdentifier = (publicKey: KeyObject): Uint8Array =>
  createHash("sha256")
    .update(publicKey.export({ type: "pkcs1", format: "der" }))
    .digest()
    .subarray(0, 20);

/** A serial number of 127 random bits: positive and never zero in its first byte (RFC 5280 section 4.1.2.2, DER). */
const randomSerial = (): string => {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
};

interface CertificateInput {
  readonly subject: forge.pki.CertificateField[];
  readonly issuer: forge.pki.CertificateField[];
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly usage: readonly object[];
  readonly signer: Signer;
}

/**
 * Lays the certificate out with an empty signature, has the encoded TBSCertificate signed (RFC 5280 section 4.1.1.3) by a signer
 * that may be asynchronous and outside this process, and puts the signature into its place.
 */
const issue = async (input: CertificateInput): Promise<string> => {
  const certificate = forge.pki.createCertificate();
  const algorithm = forge.pki.oids["sha384WithRSAEncryption"];
  if (algorithm === undefined || input.signer.algorithm !== "rsa-3072-sha384") {
    throw new DeliveryError("CERTIFICATE_MISMATCH", "certificates are signed with RSA-3072 and SHA-384");
  }
  certificate.serialNumber = randomSerial();
  certificate.publicKey = forge.pki.publicKeyFromPem(
    input.publicKey.export({ type: "spki", format: "pem" }).toString(),
  );
  certificate.validity.notBefore = input.notBefore;
  certificate.validity.notAfter = input.notAfter;
  certificate.setSubject(input.subject);
  certificate.setIssuer(input.issuer);
  certificate.setExtensions([
    ...input.usage,
    { name: "subjectKeyIdentifier", value: octetString(keyIdentifier(input.publicKey)) },
    { name: "authorityKeyIdentifier", value: sequence([contextPrimitive(0, keyIdentifier(input.issuerKey))]) },
  ]);
  certificate.signatureOid = algorithm;
  certificate.siginfo.algorithmOid = algorithm;
  certificate.signature = "";
  const tree = forge.pki.certificateToAsn1(certificate);
  const signature = await input.signer.sign(derOf(descend(tree, 0)));
  // A BIT STRING begins with the number of unused bits, which is none.
  descend(tree, 2).value = toBinary(Uint8Array.of(0, ...signature));
  return new X509Certificate(derOf(tree)).toString();
};

/**
 * A self-signed certificate (RFC 5280) for the authority that issues delivery signers and nothing else: CA with path length 0,
 * key usage keyCertSign and cRLSign, both critical.
 *
 * @param now the start of validity; five minutes are granted to slow clocks.
 * @returns PEM.
 */
export const issueAuthorityCertificate = async (signer: Signer, name: CertificateName, now: Date): Promise<string> => {
  const publicKey = createPublicKey(signer.publicKeyPem());
  const subject = subjectFields(name);
  return issue({
    subject,
    issuer: subject,
    publicKey,
    issuerKey: publicKey,
    notBefore: new Date(now.getTime() - CLOCK_SKEW),
    notAfter: new Date(now.getTime() + AUTHORITY_DAYS * DAY),
    usage: [
      { name: "basicConstraints", critical: true, cA: true, pathLenConstraint: 0 },
      { name: "keyUsage", critical: true, keyCertSign: true, cRLSign: true },
    ],
    signer,
  });
};

/**
 * A certificate for the key that signs manifests: key usage digitalSignature and nonRepudiation, critical, and no extended key
 * usage, because with one `openssl cms -verify` refuses it unless told to skip the check of purpose, and a recipient should not
 * learn to skip checks.
 *
 * @param publicKeyPem the delivery signer's public key.
 * @param now the start of validity. Validity ends after a year, or with the authority's if that is earlier.
 * @throws {DeliveryError} `CERTIFICATE_MISMATCH` when the authority's key is not the one in its certificate,
 * `CERTIFICATE_EXPIRED` when the authority's certificate is not valid at `now`.
 */
export const issueDeliverySignerCertificate = async (
  authority: Authority,
  publicKeyPem: string,
  name: CertificateName,
  now: Date,
): Promise<string> => {
  const issuer = new X509Certificate(authority.certificatePem);
  const issuerKey = createPublicKey(authority.signer.publicKeyPem());
  if (!issuer.publicKey.equals(issuerKey)) {
    throw new DeliveryError("CERTIFICATE_MISMATCH", "the authority's certificate is for another key than its signer's");
  }
  if (now < issuer.validFromDate || now >= issuer.validToDate) {
    throw new DeliveryError("CERTIFICATE_EXPIRED", "the authority's certificate is not valid now");
  }
  return issue({
    subject: subjectFields(name),
    issuer: forge.pki.certificateFromPem(authority.certificatePem).subject.attributes,
    publicKey: createPublicKey(publicKeyPem),
    issuerKey,
    notBefore: new Date(now.getTime() - CLOCK_SKEW),
    notAfter: new Date(Math.min(now.getTime() + DELIVERY_SIGNER_DAYS * DAY, issuer.validToDate.getTime())),
    usage: [
      { name: "basicConstraints", critical: true, cA: false },
      { name: "keyUsage", critical: true, digitalSignature: true, nonRepudiation: true },
    ],
    signer: authority.signer,
  });
};
