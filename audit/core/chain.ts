import { uintBE, utf8 } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import type { LeafIndex } from "./numbers.ts";

const CHAIN_DOMAIN = utf8("caveat/audit/chain/v1");
const LEAF_PREFIX = Uint8Array.of(0);

/** C_{-1}: the chain value before the first entry, 48 zero bytes. Returns a fresh copy. */
export function zeroChain(): Uint8Array {
  return new Uint8Array(48);
}

/** leaf384 = SHA-384(0x00 ‖ leaf), 48 bytes. This is also the `leafSha384` and `entrySha384` of deliveries. */
export function leafHash384(crypto: CryptoPort, leaf: Uint8Array): Uint8Array {
  return crypto.sha384(LEAF_PREFIX, leaf);
}

/**
 * C_n = SHA-384("caveat/audit/chain/v1" ‖ u16be(len origin) ‖ origin ‖ u64be(n) ‖ C_{n-1} ‖ leaf384_n).
 * The origin and the index are inside, so that no stretch of one log can be moved or passed off as another's.
 */
export function chainStep(
  crypto: CryptoPort,
  origin: string,
  index: LeafIndex,
  previous: Uint8Array,
  leaf384: Uint8Array,
): Uint8Array {
  const name = utf8(origin);
  return crypto.sha384(CHAIN_DOMAIN, uintBE(name.length, 2), name, uintBE(index, 8), previous, leaf384);
}
