import { randomBytes, X509Certificate } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Signer } from "../signing/signer.ts";
import { issueAuthorityCertificate, issueDeliverySignerCertificate } from "./certificates.ts";
import { DeliveryError } from "./errors.ts";

/** The two certificates of an installation, PEM. */
export interface DeliveryCertificates {
  /** Goes into the trust file and, as `ca.pem`, to whoever verifies with openssl. */
  readonly authorityPem: string;
  /** Travels inside each CMS signature. */
  readonly signerPem: string;
}

/** A delivery signer's certificate is replaced when less than this is left of it. */
const RENEW_BEFORE = 90 * 86_400_000;

const readText = async (path: string): Promise<string | null> =>
  readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });

/** Certificates are public; they are replaced by rename so that a crash leaves the old one or the new one. */
const replaceText = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
};

const holdsKeyOf = (certificate: X509Certificate, signer: Signer): boolean =>
  certificate.publicKey.export({ type: "spki", format: "pem" }).toString() === signer.publicKeyPem();

/**
 * Reads the authority's and the delivery signer's certificate from the key directory, issuing what is missing and renewing the
 * signer's when less than 90 days of it are left. Keys stay; earlier packages keep verifying under the same authority.
 *
 * @throws {DeliveryError} `CERTIFICATE_MISMATCH` when a stored certificate is not for our key or not by our authority,
 * `CERTIFICATE_EXPIRED` when the authority's own is over: a new authority is a new trust file, which people must distribute.
 */
export const loadOrCreateDeliveryCertificates = async (
  directory: string,
  signers: { readonly caSigner: Signer; readonly cmsSigner: Signer },
  organization: string,
  now: Date,
): Promise<DeliveryCertificates> => {
  const authorityPath = join(directory, "delivery-cms-ca.crt.pem");
  const signerPath = join(directory, "delivery-cms.crt.pem");
  let authorityPem = await readText(authorityPath);
  if (authorityPem === null) {
    authorityPem = await issueAuthorityCertificate(
      signers.caSigner,
      { commonName: "Caveat delivery authority", organization },
      now,
    );
    await replaceText(authorityPath, authorityPem);
  }
  const authority = new X509Certificate(authorityPem);
  if (!holdsKeyOf(authority, signers.caSigner)) {
    throw new DeliveryError("CERTIFICATE_MISMATCH", `${authorityPath} is not for the authority's key`);
  }
  if (now >= authority.validToDate) throw new DeliveryError("CERTIFICATE_EXPIRED", `${authorityPath} is over`);

  const stored = await readText(signerPath);
  if (stored !== null) {
    const certificate = new X509Certificate(stored);
    if (!holdsKeyOf(certificate, signers.cmsSigner) || !certificate.verify(authority.publicKey)) {
      throw new DeliveryError(
        "CERTIFICATE_MISMATCH",
        `${signerPath} is not for the delivery signer's key or not by our authority`,
      );
    }
    if (now.getTime() < certificate.validToDate.getTime() - RENEW_BEFORE) return { authorityPem, signerPem: stored };
  }
  const signerPem = await issueDeliverySignerCertificate(
    { certificatePem: authorityPem, signer: signers.caSigner },
    signers.cmsSigner.publicKeyPem(),
    { commonName: "Caveat delivery signer", organization },
    now,
  );
  await replaceText(signerPath, signerPem);
  return { authorityPem, signerPem };
};
