/** Hashes in a full tile, and leaves in a full entry bundle (C2SP tlog-tiles, "Merkle Tree"). */
export const TILE_WIDTH = 256;

/**
 * The path of a tile below a log's folder (C2SP tlog-tiles): `tile/L/N`, with `.p/W` behind it for a partial one of W hashes.
 * `entries` names a bundle of leaves. N is written in groups of three digits, all but the last with an `x` before them.
 */
export function tilePath(level: number | "entries", number: number, width = TILE_WIDTH): string {
  const digits = String(number).padStart(Math.ceil(String(number).length / 3) * 3, "0");
  const groups = digits.match(/.{3}/g) ?? [];
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${name}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** How many hashes stand in the tile `number` of a level in the tree of `size`, or leaves in a bundle; 0 where there is none. */
export function widthOf(level: number | "entries", number: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === "entries" ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - number * TILE_WIDTH));
}
