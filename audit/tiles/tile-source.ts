import type { CryptoPort } from "../core/crypto-port.ts";
import { FormatError } from "../core/errors.ts";
import type { SubtreeReader } from "../core/tree-prover.ts";
import { nodeHash } from "../core/tree.ts";
import { TILE_WIDTH, tilePath, widthOf } from "./tile-path.ts";

/** Where the files of one log lie: on a disk, or behind a URL. Whoever serves them may have made them. */
export interface TileSource {
  /** The bytes at a path below the log's folder, of at most `most` bytes; null when there is nothing. */
  read(path: string, most: number): Promise<Uint8Array | null>;
}

/** Largest bundle of leaves: 256 times a length of two bytes and as many bytes as that can say. */
const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + 65_535);
const HASH_BYTES = 32;
/** A tile of one level spans eight levels of the tree. */
const LEVELS_OF_A_TILE = 8;
const MAX_KEPT_TILES = 64;

/** Hashes of a tile, or null when it is not there or has another length than it must have. */
export async function readTile(
  source: TileSource,
  level: number,
  number: number,
  size: number,
): Promise<readonly Uint8Array[] | null> {
  const width = widthOf(level, number, size);
  const found = await either(source, level, number, width, TILE_WIDTH * HASH_BYTES);
  if (found?.bytes.length !== (found?.whole === true ? TILE_WIDTH : width) * HASH_BYTES) return null;
  const { bytes } = found;
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** Leaves of a bundle; null when it is not there. Throws FormatError (RANGE) when it is not one of as many leaves as it must have. */
export async function readBundle(
  source: TileSource,
  number: number,
  size: number,
): Promise<readonly Uint8Array[] | null> {
  const width = widthOf(0, number, size);
  const found = await either(source, "entries", number, width, MAX_BUNDLE_BYTES);
  if (found === null) return null;
  const { bytes, whole } = found;
  return parseBundle(bytes, whole ? TILE_WIDTH : width).slice(0, width);
}

/** The leaves of a bundle: each behind its length as u16be, and nothing else. Throws FormatError (RANGE) unless there are `due`. */
export function parseBundle(bytes: Uint8Array, due: number): readonly Uint8Array[] {
  const leaves: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (at + 2 + length > bytes.length) throw new FormatError("RANGE", "the bundle ends inside a leaf");
    leaves.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (leaves.length !== due) throw new FormatError("RANGE", `the bundle has ${leaves.length} leaves and not ${due}`);
  return leaves;
}

/** A partial tile may have gone when the full one came (C2SP tlog-tiles, "Partial Tiles"): that begins with the same hashes. */
async function either(
  source: TileSource,
  level: number | "entries",
  number: number,
  width: number,
  most: number,
): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean } | null> {
  const own = await source.read(tilePath(level, number, width), most);
  if (own) return { bytes: own, whole: width === TILE_WIDTH };
  const whole = width < TILE_WIDTH ? await source.read(tilePath(level, number, TILE_WIDTH), most) : null;
  return whole && { bytes: whole, whole: true };
}

/** Subtrees of the tree of `size` as its tiles give them. Throws FormatError (RANGE) for a tile that is not there. */
export function subtreesOf(crypto: CryptoPort, source: TileSource, size: number): SubtreeReader {
  const kept = new Map<string, readonly Uint8Array[]>();
  const tile = async (level: number, number: number): Promise<readonly Uint8Array[]> => {
    const key = `${level}/${number}`;
    const known = kept.get(key);
    if (known) return known;
    const hashes = await readTile(source, level, number, size);
    if (!hashes) throw new FormatError("RANGE", `the tile ${key} is missing or damaged`);
    for (const oldest of kept.keys()) if (kept.size >= MAX_KEPT_TILES) kept.delete(oldest);
    kept.set(key, hashes);
    return hashes;
  };
  const read = async (level: number, index: number): Promise<Uint8Array> => {
    const above = level % LEVELS_OF_A_TILE;
    if (above > 0) return nodeHash(crypto, await read(level - 1, 2 * index), await read(level - 1, 2 * index + 1));
    const hashes = await tile(level / LEVELS_OF_A_TILE, Math.floor(index / TILE_WIDTH));
    const hash = hashes[index % TILE_WIDTH];
    if (!hash) throw new FormatError("RANGE", `the hash ${index} of level ${level} is not in its tile`);
    return hash;
  };
  return read;
}
