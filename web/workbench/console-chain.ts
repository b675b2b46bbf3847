import { fromHex, toHex } from "../../audit/core/bytes.ts";
import { chainStep } from "../../audit/core/chain.ts";
import type { CryptoPort } from "../../audit/core/crypto-port.ts";
import { leafIndex } from "../../audit/core/numbers.ts";

/** How far a log was followed: so many entries, and the chain value after them (hex). */
export interface Head {
  readonly size: number;
  readonly chain: string;
}

/** What it takes to follow the chain past an entry. */
export interface Linked {
  readonly index: number;
  readonly leafHash: string;
  readonly chain: string;
}

/**
 * Works the chain out from a head over the entries that came, in whatever order. Returns the head that it leads to, or the
 * index of the first entry that is missing or does not follow. What came is the server's word and may be anything.
 */
export function linked(crypto: CryptoPort, origin: string, head: Head, came: readonly Linked[]): Head | number {
  let { size, chain } = head;
  for (const { index, leafHash, chain: said } of came.toSorted((a, b) => a.index - b.index)) {
    if (index !== size) return size;
    try {
      chain = toHex(chainStep(crypto, origin, leafIndex(index), fromHex(chain), fromHex(leafHash)));
    } catch {
      return size;
    }
    if (chain !== said) return size;
    size += 1;
  }
  return { size, chain };
}
