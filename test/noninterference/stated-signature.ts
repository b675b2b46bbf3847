import { createECDH, createHash } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Order of the group of P-384 (NIST SP 800-186, 3.2.1.4). */
const ORDER = BigInt(`0x${"f".repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`);

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const modulo = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER;

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [modulo(value), ORDER, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return modulo(x);
}

/** An integer of ASN.1 in DER. */
function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const body = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(2, body.length), body]);
}

/**
 * An ECDSA signature with P-384 and SHA-384 (FIPS 186-5, 6.4) whose per-message number is stated: OpenSSL draws that number
 * where no clock or generator of ours reaches, and two worlds would differ in it.
 *
 * @param nonce at least 48 bytes that look random
 * @returns the signature in DER, as node:crypto gives it
 */
export function statedSignature(message: Uint8Array, key: KeyObject, nonce: Uint8Array): Buffer {
  const k = modulo(numberOf(nonce)) || 1n;
  const curve = createECDH("secp384r1");
  curve.setPrivateKey(Buffer.from(k.toString(16).padStart(96, "0"), "hex"));
  const r = modulo(numberOf(curve.getPublicKey().subarray(1, 49)));
  const { d = "" } = key.export({ format: "jwk" });
  const digest = numberOf(createHash("sha384").update(message).digest());
  const s = modulo(inverse(k) * (digest + r * numberOf(Buffer.from(d, "base64url"))));
  const body = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}
