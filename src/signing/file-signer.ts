import { createPrivateKey, createPublicKey, generateKeyPair, sign, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { SigningError } from "./errors.ts";
import { createFileOnce, readKeyFile } from "./key-files.ts";
import { keyIdOf, type SignatureAlgorithm, type Signer } from "./signer.ts";

const generate = promisify(generateKeyPair);

const RSA_MODULUS_BITS = 3072;
const RSA_PUBLIC_EXPONENT = 65537n;

const generatePrivateKey = async (algorithm: SignatureAlgorithm): Promise<KeyObject> => {
  switch (algorithm) {
    case "ed25519":
      return (await generate("ed25519", {})).privateKey;
    case "ecdsa-p384-sha384":
      return (await generate("ec", { namedCurve: "P-384" })).privateKey;
    case "rsa-3072-sha384":
      return (await generate("rsa", { modulusLength: RSA_MODULUS_BITS, publicExponent: Number(RSA_PUBLIC_EXPONENT) }))
        .privateKey;
  }
};

/** True when the key is of exactly the kind that the algorithm names: curve, modulus length and exponent included. */
const isKeyFor = (key: KeyObject, algorithm: SignatureAlgorithm): boolean => {
  const details = key.asymmetricKeyDetails ?? {};
  switch (algorithm) {
    case "ed25519":
      return key.asymmetricKeyType === "ed25519";
    case "ecdsa-p384-sha384":
      return key.asymmetricKeyType === "ec" && details.namedCurve === "secp384r1";
    case "rsa-3072-sha384":
      return (
        key.asymmetricKeyType === "rsa" &&
        details.modulusLength === RSA_MODULUS_BITS &&
        details.publicExponent === RSA_PUBLIC_EXPONENT
      );
  }
};

/** Ed25519 hashes by itself; the others take SHA-384, the CNSA hash (D.6). */
const digestOf = (algorithm: SignatureAlgorithm): string | null => (algorithm === "ed25519" ? null : "sha384");

const signerOf = (privateKey: KeyObject, algorithm: SignatureAlgorithm): Signer => {
  const publicKey = createPublicKey(privateKey);
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    algorithm,
    publicKeyPem: () => pem,
    // The callback form signs in the thread pool: an RSA signature must not hold up the event loop.
    sign: (message) =>
      new Promise((resolve, reject) => {
        sign(digestOf(algorithm), message, privateKey, (error, signature) => {
          if (error === null) resolve(new Uint8Array(signature));
          else reject(error);
        });
      }),
  };
};

const parsePrivateKey = (path: string, der: Buffer): KeyObject => {
  try {
    return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  } catch {
    // The library's own message may quote what it read, so it is not passed on.
    throw new SigningError("KEY_FILE_MALFORMED", `key file ${path} is not a PKCS#8 key`);
  } finally {
    der.fill(0);
  }
};

/**
 * A signer over the PKCS#8 (RFC 5958) DER file at `path`.
 *
 * The key lives in a `KeyObject`, outside the JavaScript heap. Its bytes pass through one buffer when the file is read or
 * written, which is zeroed; they never become a string.
 *
 * @throws {SigningError} `KEY_FILE_MISSING`, `KEY_FILE_UNSAFE`, `KEY_FILE_MALFORMED`, `KEY_WRONG_ALGORITHM`.
 */
export const loadSigner = async (path: string, algorithm: SignatureAlgorithm): Promise<Signer> => {
  const der = await readKeyFile(path);
  if (der === null) throw new SigningError("KEY_FILE_MISSING", `there is no key file ${path}`);
  const privateKey = parsePrivateKey(path, der);
  if (!isKeyFor(privateKey, algorithm))
    throw new SigningError("KEY_WRONG_ALGORITHM", `key file ${path} is not an ${algorithm} key`);
  return signerOf(privateKey, algorithm);
};

/**
 * As {@link loadSigner}, but makes the key when there is none yet. Two processes that start together end with one key: the
 * one whose file came second throws its own away and loads the other.
 */
export const loadOrCreateSigner = async (path: string, algorithm: SignatureAlgorithm): Promise<Signer> => {
  const existing = await readKeyFile(path);
  if (existing === null) {
    const fresh = await generatePrivateKey(algorithm);
    const der = fresh.export({ type: "pkcs8", format: "der" });
    try {
      await createFileOnce(path, der);
    } finally {
      der.fill(0);
    }
  } else {
    existing.fill(0);
  }
  return loadSigner(path, algorithm);
};
