import {
  TILE_WIDTH,
  tilePath,
  FormatError,
  checkConsistency,
  checkInclusion,
  consistencyProof,
  equal,
  inclusionProof,
  leafHash256,
  nodeCrypto,
  utf8,
} from "../../audit/index.ts";
import type { LeafIndex, TreeSize } from "../../audit/index.ts";
import type { TilePort } from "../storage/blobs/tile-port.ts";
import { LogError } from "./log-error.ts";
import { TileEdge } from "./tile-edge.ts";
import type { Grown } from "./tile-edge.ts";
import { CHECKPOINT_PATH, readBundle, tileReader, tilesOf } from "./tile-layout.ts";
import type { TileLevel, TileSource } from "./tile-layout.ts";

/** A tree by its size and root. */
export interface TreeHead {
  readonly size: TreeSize;
  readonly root: Uint8Array;
}

/** Leaves from..to-1 in order, as many as there are. */
export type LeafSource = (from: number, to: number) => Promise<readonly Uint8Array[]>;

/** Leaves that are read and made durable at a time: whole bundles. */
const STEP = 16 * TILE_WIDTH;

/**
 * The tree of one log in its tiles. Everything that is made from them is checked against a root that was signed: a tile that
 * somebody changed gives no proof rather than a wrong one.
 */
export class LogTiles {
  readonly #port: TilePort;
  readonly #origin: string;
  readonly #source: TileSource;

  constructor(port: TilePort, origin: string) {
    this.#port = port;
    this.#origin = origin;
    this.#source = (path) => port.read(origin, path);
  }

  #damaged(size: number, cause?: unknown): LogError {
    return new LogError("TILE_DAMAGED", `the tiles of ${this.#origin} do not lead to the root signed at size ${size}`, {
      cause,
    });
  }

  /** A format error of a tile as damage: the file is not what was written. */
  async #reading<T>(size: number, act: () => Promise<T>): Promise<T> {
    return act().catch((error: unknown) => {
      throw error instanceof FormatError ? this.#damaged(size, error) : error;
    });
  }

  /** The right edge of a signed tree. Throws TILE_DAMAGED unless it leads to the root. */
  edge({ size, root }: TreeHead): Promise<TileEdge> {
    return this.#reading(size, async () => {
      const edge = await TileEdge.of(this.#source, size);
      if (!equal(edge.frontier().root(), root)) throw this.#damaged(size);
      return edge;
    });
  }

  /** Whether every bundle and every tile of a signed tree is what follows from the entries in the bundles, and these lead to the root. */
  async sound({ size, root }: TreeHead): Promise<boolean> {
    try {
      const edge = new TileEdge();
      for (const { index } of tilesOf(size, "entries")) {
        for (const leaf of await readBundle(this.#source, size, index)) edge.append(leaf);
        for (const { path, bytes } of edge.takeFull().tiles) {
          const kept = await this.#source(path);
          if (kept === null || !equal(kept, bytes)) return false;
        }
      }
      const kept = (await TileEdge.of(this.#source, size)).partial().tiles;
      const same = edge.partial().tiles.every(({ bytes }, at) => equal(bytes, kept[at]?.bytes ?? new Uint8Array(0)));
      return same && equal(edge.frontier().root(), root);
    } catch (error) {
      if (error instanceof FormatError) return false;
      throw error;
    }
  }

  /** Writes all tiles of a signed tree anew from its entries. Throws TILE_DAMAGED, with nothing written, unless these lead to the root. */
  async derive({ size, root }: TreeHead, leaves: LeafSource): Promise<void> {
    const trial = new TileEdge();
    await this.#append(trial, size, leaves, () => Promise.resolve());
    if (!equal(trial.frontier().root(), root)) throw this.#damaged(size);
    await this.grow(new TileEdge(), size, leaves);
  }

  /** Grows a tree to `size` and makes durable what that adds: entries first. Throws ENTRIES_MISSING. */
  async grow(edge: TileEdge, size: TreeSize, leaves: LeafSource): Promise<void> {
    await this.#append(edge, size, leaves, (grown) => this.#keep(grown));
    await this.#keep(edge.partial("grown"));
  }

  async #append(
    edge: TileEdge,
    size: TreeSize,
    leaves: LeafSource,
    keep: (grown: Grown) => Promise<void>,
  ): Promise<void> {
    while (edge.size < size) {
      const from: number = edge.size;
      const to = Math.min(size, from - (from % TILE_WIDTH) + STEP);
      const read = await leaves(from, to);
      // Nothing is signed over a hole.
      if (read.length !== to - from)
        throw new LogError(
          "ENTRIES_MISSING",
          `entries are missing below the head of ${this.#origin}, between ${from} and ${to}`,
        );
      for (const leaf of read) edge.append(leaf);
      await keep(edge.takeFull());
    }
  }

  async #keep({ bundles, tiles }: Grown): Promise<void> {
    await this.#port.keep(this.#origin, bundles);
    await this.#port.keep(this.#origin, tiles);
  }

  /** The leaf at an index of a tree, as its bundle has it. Throws TILE_DAMAGED. */
  leaf(index: LeafIndex, size: TreeSize): Promise<Uint8Array> {
    return this.#reading(size, async () => {
      const leaves = await readBundle(this.#source, size, Math.floor(index / TILE_WIDTH));
      const leaf = leaves[index % TILE_WIDTH];
      if (!leaf) throw this.#damaged(size);
      return leaf;
    });
  }

  /** Inclusion proof of a leaf in a signed tree. Throws TILE_DAMAGED unless it leads from the leaf to the root. */
  inclusion(leaf: Uint8Array, index: LeafIndex, { size, root }: TreeHead): Promise<readonly Uint8Array[]> {
    return this.#reading(size, async () => {
      const proof = await inclusionProof(nodeCrypto, tileReader(this.#source, size), index, size);
      const leafHash = leafHash256(nodeCrypto, leaf);
      if (!checkInclusion(nodeCrypto, { leafHash, index, size, proof, root })) throw this.#damaged(size);
      return proof;
    });
  }

  /** Proof that one tree begins with another; empty from the empty tree. Throws TILE_DAMAGED unless it leads from root to root. */
  consistency(from: TreeHead, to: TreeHead): Promise<readonly Uint8Array[]> {
    if (from.size === 0) return Promise.resolve([]);
    return this.#reading(from.size, async () => {
      const proof = await consistencyProof(nodeCrypto, tileReader(this.#source, to.size), from.size, to.size);
      const claim = { size1: from.size, root1: from.root, size2: to.size, root2: to.root, proof };
      if (!checkConsistency(nodeCrypto, claim)) throw this.#damaged(from.size);
      return proof;
    });
  }

  /** The last checkpoint that was laid beside the tiles. */
  async checkpoint(): Promise<string | null> {
    const bytes = await this.#source(CHECKPOINT_PATH);
    return bytes && Buffer.from(bytes).toString("utf8");
  }

  /** Lays the signed note of `size` beside the tiles, and removes partial tiles that full ones have replaced since `before`. */
  async publish(note: string, before: TreeSize, size: TreeSize): Promise<void> {
    await this.#port.keep(this.#origin, [{ path: CHECKPOINT_PATH, bytes: utf8(note) }]);
    const paths: string[] = [];
    const levels: TileLevel[] = ["entries"];
    for (let level = 0; TILE_WIDTH ** (level + 1) <= size; level += 1) levels.push(level);
    for (const level of levels) {
      const span = TILE_WIDTH ** (level === "entries" ? 1 : level + 1);
      for (let index = Math.floor(before / span); index < Math.floor(size / span); index += 1)
        paths.push(`${tilePath(level, index)}.p`);
    }
    await this.#port.remove(this.#origin, paths);
  }
}
