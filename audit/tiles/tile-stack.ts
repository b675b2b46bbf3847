import type { CryptoPort } from "../core/crypto-port.ts";
import { treeSize } from "../core/numbers.ts";
import { Frontier } from "../core/tree.ts";
import { TILE_WIDTH } from "./tile-path.ts";

/** Hashes of one tile as the leaves give them. */
export interface MadeTile {
  readonly level: number;
  readonly number: number;
  readonly hashes: readonly Uint8Array[];
}

/** Makes every tile of a growing tree from its leaf hashes, in memory that grows with the logarithm of the size. */
export class TileStack {
  readonly #crypto: CryptoPort;
  readonly #levels: { number: number; hashes: Uint8Array[] }[] = [];

  constructor(crypto: CryptoPort) {
    this.#crypto = crypto;
  }

  /** Adds one leaf hash; returns the tiles that it fills, the lowest level first. */
  append(leafHash: Uint8Array): readonly MadeTile[] {
    const full: MadeTile[] = [];
    let hash = leafHash;
    for (let level = 0; ; level += 1) {
      const held = (this.#levels[level] ??= { number: 0, hashes: [] });
      held.hashes.push(hash);
      if (held.hashes.length < TILE_WIDTH) return full;
      full.push({ level, number: held.number, hashes: held.hashes });
      hash = rootOf(this.#crypto, held.hashes);
      this.#levels[level] = { number: held.number + 1, hashes: [] };
    }
  }

  /** The partial tiles at the right edge. */
  partial(): readonly MadeTile[] {
    return this.#levels.flatMap(({ number, hashes }, level) => (hashes.length > 0 ? [{ level, number, hashes }] : []));
  }
}

/** The hash of the tree over the hashes of a full tile: what stands for it one level up. */
export function rootOf(crypto: CryptoPort, hashes: readonly Uint8Array[]): Uint8Array {
  const frontier = new Frontier(crypto, { size: treeSize(0), hashes: [] });
  for (const hash of hashes) frontier.append(hash);
  return frontier.root();
}
