import { equal } from "../core/bytes.ts";
import type { VerifiedCheckpoint } from "../core/checkpoint.ts";
import type { CryptoPort } from "../core/crypto-port.ts";
import { FormatError } from "../core/errors.ts";
import type { Range } from "../core/ranges.ts";
import { treeRoot } from "../core/tree-prover.ts";
import { TILE_WIDTH, widthOf } from "./tile-path.ts";
import { readTile, subtreesOf, type TileSource } from "./tile-source.ts";
import { rootOf, type MadeTile } from "./tile-stack.ts";

/** A hash of a stored tile that the leaves do not give; `at` null: the whole tile is missing. */
interface Difference {
  readonly level: number;
  readonly number: number;
  readonly at: number | null;
}

/** So many are looked into; where there are more, most of the log was changed. */
const MAX_DIFFERENCES = 4_096;

/** Gathers where stored tiles differ from what the leaves give, and tells what that means. */
export class Differences {
  readonly #crypto: CryptoPort;
  readonly #source: TileSource;
  readonly #all: Difference[] = [];

  constructor(crypto: CryptoPort, source: TileSource) {
    this.#crypto = crypto;
    this.#source = source;
  }

  /** Compares a tile made from the leaves with the stored one; null: it is not there. */
  compare({ level, number, hashes }: MadeTile, stored: readonly Uint8Array[] | null): void {
    if (!stored) this.#add({ level, number, at: null });
    for (const [at, hash] of hashes.entries()) {
      const other = stored?.[at];
      if (other && !equal(other, hash)) this.#add({ level, number, at });
    }
  }

  #add(difference: Difference): void {
    if (this.#all.length < MAX_DIFFERENCES) this.#all.push(difference);
  }

  /** The tiles in which something differs, each once. */
  tiles(): readonly { readonly level: number; readonly number: number; readonly missing: boolean }[] {
    const each = new Map(
      this.#all.map(({ level, number, at }) => [`${level}/${number}`, { level, number, missing: at === null }]),
    );
    return [...each.values()];
  }

  /**
   * Ranges of leaves that are others than those that were signed: where a hash differs in a tile that itself leads to the
   * signed root. The lowest level at which that is so is the finest answer. Empty when the tiles do not lead there either.
   */
  async changedLeaves({ size, root }: VerifiedCheckpoint): Promise<readonly Range[]> {
    const stored = await treeRoot(this.#crypto, subtreesOf(this.#crypto, this.#source, size), size).catch(
      (error: unknown) => {
        if (error instanceof FormatError) return null;
        throw error;
      },
    );
    if (!stored || !equal(stored, root)) return [];
    const ranges: Range[] = [];
    const leads = new Map<string, Promise<boolean>>();
    for (const { level, number, at } of this.#all.toSorted((a, b) => a.level - b.level)) {
      if (at === null || !(await this.#leads(level, number, size, leads))) continue;
      const span = TILE_WIDTH ** level;
      const first = (number * TILE_WIDTH + at) * span;
      const range = { first, last: Math.min(size, first + span) - 1 };
      if (!ranges.some((finer) => finer.first >= range.first && finer.last <= range.last)) ranges.push(range);
    }
    return ranges.toSorted((a, b) => a.first - b.first);
  }

  /** Whether a tile leads to the root that the right edge leads to: a partial one is part of that edge. */
  #leads(level: number, number: number, size: number, known: Map<string, Promise<boolean>>): Promise<boolean> {
    const key = `${level}/${number}`;
    const answer = known.get(key) ?? this.#look(level, number, size, known);
    known.set(key, answer);
    return answer;
  }

  async #look(level: number, number: number, size: number, known: Map<string, Promise<boolean>>): Promise<boolean> {
    const hashes = await readTile(this.#source, level, number, size);
    if (!hashes) return false;
    if (widthOf(level, number, size) < TILE_WIDTH) return true;
    const above = Math.floor(number / TILE_WIDTH);
    const hash = (await readTile(this.#source, level + 1, above, size))?.[number % TILE_WIDTH];
    if (!hash || !equal(rootOf(this.#crypto, hashes), hash)) return false;
    return this.#leads(level + 1, above, size, known);
  }
}
