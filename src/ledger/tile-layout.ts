import { FormatError, concat, nodeCrypto, nodeHash } from "../../audit/index.ts";
import type { SubtreeReader, TreeSize } from "../../audit/index.ts";

/** Hashes of a full tile, and entries of a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const HASH_BYTES = 32;
/** Levels of the tree that a tile covers. */
const TILE_HEIGHT = 8;

/** A tile of hashes by its level, or a bundle of entries. */
export type TileLevel = number | "entries";

/**
 * Path of a tile (C2SP tlog-tiles): `tile/<L>/<N>` with N in groups of three digits, all but the last after an `x`;
 * behind it `.p/<W>` for one of fewer than 256.
 */
export function tilePath(level: TileLevel, index: number, width = TILE_WIDTH): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/[0-9]{3}/g) ?? [];
  const path = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join("/");
  return `tile/${level}/${path}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** Path of a log's last checkpoint. */
export const CHECKPOINT_PATH = "checkpoint";

/** How many hashes the tile at (level, index) has in a tree of `size`; entries count as level 0. */
export function tileWidth(size: TreeSize, level: TileLevel, index: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === "entries" ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** The tiles of a tree in order: level, index and width, hashes of every level or entries. */
export function* tilesOf(size: TreeSize, level: TileLevel): Generator<{ index: number; width: number }> {
  for (let index = 0; tileWidth(size, level, index) > 0; index += 1)
    yield { index, width: tileWidth(size, level, index) };
}

/** A bundle's bytes: each leaf behind its length as two bytes, big-endian. Leaves have at most 16,384 bytes. */
export function encodeBundle(leaves: readonly Uint8Array[]): Uint8Array {
  return concat(...leaves.flatMap((leaf) => [Uint8Array.of(leaf.length >> 8, leaf.length & 0xff), leaf]));
}

/** The leaves of a bundle. Throws RANGE when the bytes are not `width` of them. */
export function parseBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length && leaves.length < width) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
    if (end > bytes.length) break;
    leaves.push(bytes.subarray(at + 2, end));
    at = end;
  }
  if (leaves.length !== width || at !== bytes.length)
    throw new FormatError("RANGE", `a bundle does not have ${width} entries`);
  return leaves;
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

/** The bytes of the tile at (level, index) of a tree of `size`: the file of its width, or the full one, which may have replaced it. */
async function tileBytes(
  source: TileSource,
  size: TreeSize,
  level: TileLevel,
  index: number,
): Promise<Uint8Array | null> {
  const width = tileWidth(size, level, index);
  const own = await source(tilePath(level, index, width));
  return own ?? (width === TILE_WIDTH ? null : source(tilePath(level, index)));
}

/** The hashes of a tile in a tree of `size`. Throws RANGE where it is not there or has not their length. */
export async function readTile(
  source: TileSource,
  size: TreeSize,
  level: number,
  index: number,
): Promise<readonly Uint8Array[]> {
  const width = tileWidth(size, level, index);
  const bytes = await tileBytes(source, size, level, index);
  if (bytes === null || bytes.length < width * HASH_BYTES || bytes.length % HASH_BYTES !== 0)
    throw new FormatError("RANGE", `tile ${tilePath(level, index, width)} is missing or damaged`);
  return Array.from({ length: width }, (_, at) => bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** The leaves of a bundle in a tree of `size`. Throws RANGE where it is not there or does not hold them. */
export async function readBundle(source: TileSource, size: TreeSize, index: number): Promise<readonly Uint8Array[]> {
  const width = tileWidth(size, "entries", index);
  const own = await source(tilePath("entries", index, width));
  if (own !== null) return parseBundle(own, width);
  const full = width === TILE_WIDTH ? null : await source(tilePath("entries", index));
  if (full === null) throw new FormatError("RANGE", `${tilePath("entries", index, width)} is missing`);
  return parseBundle(full, TILE_WIDTH).slice(0, width);
}

/** Subtrees of the tree of `size`, from its tiles: for proofs, which whoever makes them checks against a signed root. */
export function tileReader(source: TileSource, size: TreeSize): SubtreeReader {
  // A proof asks for several nodes of one tile.
  const read = new Map<string, Promise<readonly Uint8Array[]>>();
  return async (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const height = level % TILE_HEIGHT;
    const first = index * 2 ** height;
    const tile = Math.floor(first / TILE_WIDTH);
    const key = `${tileLevel}/${tile}`;
    const hashes = read.get(key) ?? readTile(source, size, tileLevel, tile);
    read.set(key, hashes);
    return nodeOver(await hashes, first % TILE_WIDTH, height);
  };
}
