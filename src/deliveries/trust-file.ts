import { formatVkey, nodeCrypto, parseTrust, utf8 } from "../../audit/index.ts";
import type { VerifierKey } from "../../audit/index.ts";
import type { Signer } from "../signing/signer.ts";

/** What a verifier is to believe. He gets it from the operator by another way than the packages. */
export interface TrustFileInput {
  readonly logs: readonly {
    /** Its name is the log's origin. */
    readonly key: VerifierKey;
    readonly purpose: "activity" | "recipient";
  }[];
  /** ECDSA P-384 keys that sign statements; more than one while a key is being replaced. */
  readonly statementSigners: readonly Pick<Signer, "keyId" | "publicKeyPem">[];
  /** PEM certificates of the authorities that issue the signers of manifests. */
  readonly authorities: readonly string[];
}

/** OpenSSL's PEM has lines of 64 and ends in one line feed, which is what the format asks for. */
const pem = (text: string): string => `${text.trim()}\n`;

/**
 * The text of a trust file (audit/FORMAT.md): public keys by purpose, indented for people to compare, ending in a line feed.
 *
 * @throws {FormatError} `TRUST` or `KEY` when a verifier would refuse the result.
 */
export const trustFile = (input: TrustFileInput): string => {
  const file = {
    caveat: "trust/v1",
    logs: input.logs.map(({ key, purpose }) => ({ origin: key.name, purpose, vkey: formatVkey(key) })),
    keys: input.statementSigners.map((signer) => ({
      alg: "ecdsa-p384-sha384",
      keyid: signer.keyId,
      publicKey: pem(signer.publicKeyPem()),
      purpose: "delivery-statement",
    })),
    certificates: input.authorities.map((certificate) => ({
      certificate: pem(certificate),
      purpose: "delivery-cms-ca",
    })),
  };
  const text = `${JSON.stringify(file, null, 2)}\n`;
  parseTrust(nodeCrypto, utf8(text));
  return text;
};
