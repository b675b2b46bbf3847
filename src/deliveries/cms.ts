import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import forge from "node-forge";
import type { Signer } from "../signing/signer.ts";
import { derOf, descend, sortSetOf, toBinary } from "./der.ts";
import { DeliveryError } from "./errors.ts";

/** What a detached CMS signature over a manifest is made from. */
export interface CmsInput {
  /** The exact bytes that are signed. */
  readonly content: Uint8Array;
  /** The delivery signer's certificate (PEM), which travels inside the signature. */
  readonly certificatePem: string;
  /** The RSA-3072 signer of the key in that certificate. */
  readonly signer: Signer;
  /** Stands in the signingTime attribute, to the second. Must be within the certificate's validity. */
  readonly signingTime: Date;
}

/** node-forge wants a key object before it lays a SignerInfo out. This one signs nothing: the signature is put in later. */
const NO_KEY = { sign: (): string => "" } as unknown as forge.pki.rsa.PrivateKey;

const layOut = (certificatePem: string, signingTime: Date): forge.asn1.Asn1 => {
  const { contentType, data, messageDigest, sha384, signingTime: signingTimeOid } = forge.pki.oids;
  if (!contentType || !data || !messageDigest || !sha384 || !signingTimeOid)
    throw new TypeError("an object identifier is unknown");
  const message = forge.pkcs7.createSignedData();
  message.content = "";
  message.addCertificate(certificatePem);
  message.addSigner({
    key: NO_KEY,
    certificate: certificatePem,
    digestAlgorithm: sha384,
    authenticatedAttributes: [
      { type: contentType, value: data },
      { type: signingTimeOid, value: signingTime.toISOString() },
      { type: messageDigest },
    ],
  });
  message.sign({ detached: true });
  return message.toAsn1();
};

/**
 * A detached CMS SignedData (RFC 5652) in DER: SHA-384, one signer, signed attributes contentType, signingTime and
 * messageDigest, the signer's certificate included. `openssl cms -verify` accepts it with the authority's certificate.
 *
 * node-forge lays the structure out over empty content and with an empty signature, in one synchronous pass. The two values that
 * are cryptography are then put into the tree: the message digest, computed by node:crypto, and the signature, made by the
 * signer over the DER of the signed attributes (section 5.4: with the tag of a SET OF in place of `[0]`). So the signer may be
 * asynchronous and far away, the content is not hashed in JavaScript, and no key comes near node-forge.
 *
 * @throws {DeliveryError} `CERTIFICATE_MISMATCH` when the signer's key is not the certificate's, or not RSA-3072;
 * `CERTIFICATE_EXPIRED` when the signing time is outside its validity.
 */
export const signCms = async (input: CmsInput): Promise<Uint8Array> => {
  const certificate = new X509Certificate(input.certificatePem);
  if (
    input.signer.algorithm !== "rsa-3072-sha384" ||
    !certificate.publicKey.equals(createPublicKey(input.signer.publicKeyPem()))
  ) {
    throw new DeliveryError("CERTIFICATE_MISMATCH", "the signer's key is not the one in its certificate");
  }
  if (input.signingTime < certificate.validFromDate || input.signingTime >= certificate.validToDate) {
    throw new DeliveryError("CERTIFICATE_EXPIRED", "the signing time is outside the certificate's validity");
  }
  const tree = layOut(input.certificatePem, input.signingTime);
  // ContentInfo / [0] / SignedData / signerInfos (last) / first SignerInfo (sections 3, 5.1, 5.3).
  const signerInfo = descend(tree, 1, 0, -1, 0);
  const attributes = descend(signerInfo, 3);
  // Attribute / SET of values / the only value.
  const digest = descend(attributes, 2, 1, 0);
  digest.value = toBinary(createHash("sha384").update(input.content).digest());
  sortSetOf(attributes);
  const signed = forge.asn1.create(forge.asn1.Class.UNIVERSAL, forge.asn1.Type.SET, true, attributes.value);
  descend(signerInfo, -1).value = toBinary(await input.signer.sign(derOf(signed)));
  return derOf(tree);
};
