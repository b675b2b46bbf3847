import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { nodeCrypto, verifierKey } from "../../audit/index.ts";
import type { VerifierKey } from "../../audit/index.ts";

/** Deterministic numbers (mulberry32), so that every run tries the same. */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * limit);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  hex(length: number): string {
    return Buffer.from(this.bytes(length)).toString("hex");
  }

  uuid(): string {
    return this.hex(16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
}

/** An Ed25519 note key made from a 32-byte seed. */
export interface NoteSigner {
  readonly key: VerifierKey;
  sign(text: string): Uint8Array;
}

/** The note signer of a name whose private key is 32 times the byte `fill`. */
export function noteSigner(name: string, fill: number): NoteSigner {
  const seed = Buffer.alloc(32, fill);
  const privateKey = ed25519FromSeed(seed);
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return {
    key: verifierKey(nodeCrypto, name, new Uint8Array(spki.subarray(-32))),
    sign: (text) => new Uint8Array(sign(null, Buffer.from(text), privateKey)),
  };
}

/** The private key of an Ed25519 seed (RFC 8410 PKCS#8). */
export function ed25519FromSeed(seed: Buffer): KeyObject {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

/** The bytes with one bit flipped. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  const at = Math.floor(bit / 8);
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}
