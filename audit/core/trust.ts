import { fromUtf8 } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError } from "./errors.ts";
import { arrayOf, exactObject, stringOf } from "./jcs.ts";
import { parseAnySpelling } from "./json-spelling.ts";
import { parseVkey } from "./note-key.ts";
import type { VerifierKey } from "./note.ts";

const MAX_ENTRIES = 1_000;
const PEM = (label: string): RegExp =>
  new RegExp(`^-----BEGIN ${label}-----\\n(?:[A-Za-z0-9+/=]{1,76}\\n)+-----END ${label}-----\\n?$`);

/** A log that the holder of the trust file believes in. */
export interface TrustedLog {
  readonly origin: string;
  readonly purpose: "activity" | "recipient";
  readonly key: VerifierKey;
}

/** A key that signs delivery statements: ECDSA P-384 with SHA-384. */
export interface TrustedKey {
  readonly keyid: string;
  /** PEM of the SubjectPublicKeyInfo. */
  readonly publicKey: string;
}

/** What a checker believes before he checks anything. He gets it from the operator by a way that he trusts. */
export interface Trust {
  readonly logs: readonly TrustedLog[];
  readonly keys: readonly TrustedKey[];
  /** PEM certificates of the authority whose signers make the CMS signature; used by openssl, not by this verifier. */
  readonly certificates: readonly string[];
}

/** Reads a trust file: JSON in any spelling, but strict in its members. Throws TRUST. */
export function parseTrust(crypto: CryptoPort, bytes: Uint8Array): Trust {
  try {
    const file = exactObject(
      parseAnySpelling(fromUtf8(bytes)),
      ["caveat", "logs", "keys", "certificates"],
      "the trust file",
    );
    if (file.caveat !== "trust/v1") throw new FormatError("TRUST", "not a trust file of version 1");
    const logs = arrayOf(file.logs, "logs", MAX_ENTRIES).map((item): TrustedLog => {
      const log = exactObject(item, ["origin", "purpose", "vkey"], "a log");
      const key = parseVkey(crypto, stringOf(log.vkey, "a vkey"));
      if (log.origin !== key.name) throw new FormatError("TRUST", "a log whose origin is not the name of its key");
      return { origin: key.name, purpose: oneOf(log.purpose, ["activity", "recipient"], "the purpose of a log"), key };
    });
    const keys = arrayOf(file.keys, "keys", MAX_ENTRIES).map((item): TrustedKey => {
      const key = exactObject(item, ["alg", "keyid", "publicKey", "purpose"], "a key");
      oneOf(key.alg, ["ecdsa-p384-sha384"], "the algorithm of a key");
      oneOf(key.purpose, ["delivery-statement"], "the purpose of a key");
      const publicKey = stringOf(key.publicKey, "a public key", PEM("PUBLIC KEY"));
      return { keyid: stringOf(key.keyid, "a keyid", undefined, 256), publicKey };
    });
    const certificates = arrayOf(file.certificates, "certificates", MAX_ENTRIES).map((item): string => {
      const entry = exactObject(item, ["certificate", "purpose"], "a certificate");
      oneOf(entry.purpose, ["delivery-cms-ca"], "the purpose of a certificate");
      return stringOf(entry.certificate, "a certificate", PEM("CERTIFICATE"));
    });
    return { logs, keys, certificates };
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError("TRUST", error.message);
    throw error;
  }
}

function oneOf<Choice extends string>(value: unknown, choices: readonly Choice[], what: string): Choice {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new FormatError("TRUST", `${what} is not ${choices.join(" or ")}`);
  return choice;
}
