import {
  FormatError,
  concat,
  nodeCrypto,
  nodeHash,
  readBundle as bundleOf,
  readTile as hashesOf,
  subtreesOf,
  tilePath,
  widthOf,
} from "../../audit/index.ts";
import type { SubtreeReader, TreeSize } from "../../audit/index.ts";

/** Levels of the tree that a tile covers. */
const TILE_HEIGHT = 8;

/** A tile of hashes by its level, or a bundle of entries. */
export type TileLevel = number | "entries";

/** Path of a log's last checkpoint. */
export const CHECKPOINT_PATH = "checkpoint";

/** The tiles of a tree in order: level, index and width, hashes of every level or entries. */
export function* tilesOf(size: TreeSize, level: TileLevel): Generator<{ index: number; width: number }> {
  for (let index = 0; widthOf(level, index, size) > 0; index += 1) yield { index, width: widthOf(level, index, size) };
}

/** A bundle's bytes: each leaf behind its length as two bytes, big-endian. Leaves have at most 16,384 bytes. */
export function encodeBundle(leaves: readonly Uint8Array[]): Uint8Array {
  return concat(...leaves.flatMap((leaf) => [Uint8Array.of(leaf.length >> 8, leaf.length & 0xff), leaf]));
}

/** The hash over hashes[from] to hashes[from + 2^height - 1]. */
export function nodeOver(hashes: readonly Uint8Array[], from = 0, height = TILE_HEIGHT): Uint8Array {
  let row = hashes.slice(from, from + 2 ** height);
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      nodeHash(nodeCrypto, row[2 * at] ?? new Uint8Array(0), row[2 * at + 1] ?? new Uint8Array(0)),
    );
  const [node] = row;
  if (node === undefined) throw new FormatError("RANGE", "no hashes");
  return node;
}

/** Gives a file's bytes by its path, null where there is none. */
export type TileSource = (path: string) => Promise<Uint8Array | null>;

/** The hashes of a tile in a tree of `size`. Throws RANGE where it is not there or has not their length. */
export async function readTile(
  source: TileSource,
  size: TreeSize,
  level: number,
  index: number,
): Promise<readonly Uint8Array[]> {
  const hashes = await hashesOf({ read: source }, level, index, size);
  if (hashes === null)
    throw new FormatError("RANGE", `tile ${tilePath(level, index, widthOf(level, index, size))} is missing or damaged`);
  return hashes;
}

/** The leaves of a bundle in a tree of `size`. Throws RANGE where it is not there or does not hold them. */
export async function readBundle(source: TileSource, size: TreeSize, index: number): Promise<readonly Uint8Array[]> {
  const leaves = await bundleOf({ read: source }, index, size);
  if (leaves === null)
    throw new FormatError("RANGE", `${tilePath("entries", index, widthOf("entries", index, size))} is missing`);
  return leaves;
}

/** Subtrees of the tree of `size`, from its tiles: for proofs, which whoever makes them checks against a signed root. */
export function tileReader(source: TileSource, size: TreeSize): SubtreeReader {
  return subtreesOf(nodeCrypto, { read: source }, size);
}
