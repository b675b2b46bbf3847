import { fromBase64, fromHex, toHex, utf8 } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError } from "./errors.ts";
import { ED25519, isKeyName, type VerifierKey } from "./note.ts";

/** The key id of an Ed25519 note key (C2SP signed-note, "Signatures"). */
export function keyId(crypto: CryptoPort, name: string, publicKey: Uint8Array): number {
  const digest = crypto.sha256(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey);
  return Number.parseInt(toHex(digest.slice(0, 4)), 16);
}

/** A verifier key from its name and 32-byte Ed25519 public key. Throws KEY. */
export function verifierKey(crypto: CryptoPort, name: string, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new FormatError("KEY", "the key name is empty or holds a space or a plus sign");
  if (publicKey.length !== 32) throw new FormatError("KEY", "an Ed25519 public key has 32 bytes");
  return { name, id: keyId(crypto, name, publicKey), publicKey };
}

/** Reads a vkey line. Throws KEY for a wrong id, a key of another type than Ed25519, or anything malformed. */
export function parseVkey(crypto: CryptoPort, line: string): VerifierKey {
  const [name = "", id = "", ...rest] = line.split("+");
  let material: Uint8Array;
  try {
    fromHex(id, 4);
    material = fromBase64(rest.join("+")); // base64 may itself hold plus signs
  } catch {
    throw new FormatError("KEY", "not a line of the form name+id+key");
  }
  if (material[0] !== ED25519) throw new FormatError("KEY", "not an Ed25519 key");
  const key = verifierKey(crypto, name, material.slice(1));
  if (key.id !== Number.parseInt(id, 16)) throw new FormatError("KEY", "the key id does not belong to the key");
  return key;
}
