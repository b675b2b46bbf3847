import {
  FormatError,
  Frontier,
  TILE_WIDTH,
  concat,
  equal,
  leafHash256,
  nodeCrypto,
  tilePath,
  treeSize,
  widthOf,
} from "../../audit/index.ts";
import type { TreeSize } from "../../audit/index.ts";
import type { TileFile } from "../storage/blobs/tile-port.ts";
import { encodeBundle, nodeOver, readBundle, readTile } from "./tile-layout.ts";
import type { TileSource } from "./tile-layout.ts";

/** What growing a tree writes, in the order in which it has to be durable: entries before the hashes over them. */
export interface Grown {
  readonly bundles: readonly TileFile[];
  readonly tiles: readonly TileFile[];
}

/** The right edge of a tree in tiles: its incomplete tile of each level and its incomplete bundle. */
export class TileEdge {
  #size: TreeSize = treeSize(0);
  #leaves: Uint8Array[] = [];
  readonly #levels: Uint8Array[][] = [[]];
  /** Levels to which something was added: the partial tiles of the others are there already, under a root that was signed. */
  readonly #grown = new Set<number>();
  #bundles: TileFile[] = [];
  #tiles: TileFile[] = [];

  /** The edge of a tree from its tiles. Throws RANGE where one is missing or malformed, or the bundle is not what the tile is over. */
  static async of(source: TileSource, size: TreeSize): Promise<TileEdge> {
    const edge = new TileEdge();
    edge.#size = size;
    const last = Math.floor(size / TILE_WIDTH);
    if (widthOf("entries", last, size) > 0) edge.#leaves = [...(await readBundle(source, size, last))];
    for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
      const index = Math.floor(size / TILE_WIDTH ** (level + 1));
      edge.#levels[level] = widthOf(level, index, size) > 0 ? [...(await readTile(source, size, level, index))] : [];
    }
    const hashes = edge.#levels[0] ?? [];
    if (!edge.#leaves.every((leaf, at) => equal(leafHash256(nodeCrypto, leaf), hashes[at] ?? leaf)))
      throw new FormatError("RANGE", `bundle ${last} is not what its tile is over`);
    return edge;
  }

  get size(): TreeSize {
    return this.#size;
  }

  /** The complete subtrees of the tree, largest first, and with them its root. */
  frontier(): Frontier {
    const hashes = this.#levels.toReversed().flatMap((open) => {
      const nodes: Uint8Array[] = [];
      let from = 0;
      for (let height = 7; height >= 0; height -= 1) {
        if (open.length - from < 2 ** height) continue;
        nodes.push(nodeOver(open, from, height));
        from += 2 ** height;
      }
      return nodes;
    });
    return new Frontier(nodeCrypto, { size: this.#size, hashes });
  }

  /** Adds one leaf on the right; returns its hash. */
  append(leaf: Uint8Array): Uint8Array {
    const index = this.#size;
    this.#size = treeSize(this.#size + 1);
    this.#leaves.push(leaf);
    if (this.#leaves.length === TILE_WIDTH) {
      this.#bundles.push({
        path: tilePath("entries", Math.floor(index / TILE_WIDTH)),
        bytes: encodeBundle(this.#leaves),
      });
      this.#leaves = [];
    }
    const hash = leafHash256(nodeCrypto, leaf);
    this.#push(0, hash);
    return hash;
  }

  #push(level: number, hash: Uint8Array): void {
    const hashes = (this.#levels[level] ??= []);
    hashes.push(hash);
    this.#grown.add(level);
    if (hashes.length < TILE_WIDTH) return;
    const index = this.#size / TILE_WIDTH ** (level + 1) - 1;
    this.#tiles.push({ path: tilePath(level, index), bytes: concat(...hashes) });
    this.#levels[level] = [];
    this.#push(level + 1, nodeOver(hashes));
  }

  /** The full tiles and bundles since the last call. */
  takeFull(): Grown {
    const grown = { bundles: this.#bundles, tiles: this.#tiles };
    this.#bundles = [];
    this.#tiles = [];
    return grown;
  }

  /** The partial tiles and the partial bundle of the tree as it is now; with `grown`, those that are other ones than at the beginning. */
  partial(which: "all" | "grown" = "all"): Grown {
    const wanted = (level: number): boolean => which === "all" || this.#grown.has(level);
    const last = Math.floor(this.#size / TILE_WIDTH);
    const tiles = this.#levels.flatMap((hashes, level) =>
      hashes.length === 0 || !wanted(level)
        ? []
        : [
            {
              path: tilePath(level, Math.floor(this.#size / TILE_WIDTH ** (level + 1)), hashes.length),
              bytes: concat(...hashes),
            },
          ],
    );
    const bundles =
      this.#leaves.length === 0 || !wanted(0)
        ? []
        : [{ path: tilePath("entries", last, this.#leaves.length), bytes: encodeBundle(this.#leaves) }];
    return { bundles, tiles };
  }
}
