import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import { SigningError } from "./errors.ts";
import { loadOrCreateSigner } from "./file-signer.ts";
import { ensureKeyDirectory } from "./key-files.ts";
import { loadOrCreateSecret } from "./secret-file.ts";
import type { Signer } from "./signer.ts";

/**
 * Every key of one installation but those of its logs, which the signer alone holds. One key has one purpose, and the purpose stands in the name of its file and again in the
 * trust file that verifiers get: a signature made for one purpose is no signature for another, because no verifier looks for
 * it under that key.
 */
export interface Keyring {
  readonly directory: string;
  /** ECDSA P-384: the in-toto statement of a delivery. */
  readonly statementSigner: Signer;
  /** RSA-3072: the CMS signature over a delivery's manifest; its certificate is issued by {@link Keyring.caSigner}. */
  readonly cmsSigner: Signer;
  /** RSA-3072: the authority that issues the CMS signer's certificate, and nothing else. */
  readonly caSigner: Signer;
  /** AES-256 key that wraps the data keys of the sealed store. */
  readonly kek: KeyObject;
  /** Any further secret of 32 bytes, by purpose (lower-case words joined by hyphens). Made on first use, then kept. */
  secret(purpose: string): Promise<KeyObject>;
}

const secretFile = (purpose: string): string => {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(purpose) || purpose.length > 64) {
    throw new SigningError("KEY_NAME_REFUSED", "the purpose of a secret is lower-case words joined by hyphens");
  }
  return `secret.${purpose}.key`;
};

/** Loads a thing once per name, however many callers ask at the same moment; a failure is not remembered. */
const once = <T>(load: (name: string) => Promise<T>): ((name: string) => Promise<T>) => {
  const loaded = new Map<string, Promise<T>>();
  return (name) => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const loading = load(name);
    loaded.set(name, loading);
    loading.catch(() => loaded.delete(name));
    return loading;
  };
};

/**
 * Opens the key directory, making it and every key that is missing.
 *
 * @throws {SigningError} when the directory or any key file can be read by others or holds something else than its name says.
 */
export const loadOrCreateKeyring = async (directory: string): Promise<Keyring> => {
  await ensureKeyDirectory(directory);
  const at = (name: string): string => join(directory, name);
  const [statementSigner, cmsSigner, caSigner, kek] = await Promise.all([
    loadOrCreateSigner(at("delivery-statement.p384.p8"), "ecdsa-p384-sha384"),
    loadOrCreateSigner(at("delivery-cms.rsa3072.p8"), "rsa-3072-sha384"),
    loadOrCreateSigner(at("delivery-cms-ca.rsa3072.p8"), "rsa-3072-sha384"),
    loadOrCreateSecret(at("kek.aes256.key")),
  ]);
  return {
    directory,
    statementSigner,
    cmsSigner,
    caSigner,
    kek,
    secret: once(async (purpose) => loadOrCreateSecret(at(secretFile(purpose)))),
  };
};
