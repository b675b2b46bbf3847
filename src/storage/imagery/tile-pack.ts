import type { Ground } from "../../geodesy/ground.ts";

/*
 * A pack of tiles, as it is sealed: "CVT2", width and height of the picture (4 bytes each), side of a tile (2), number of
 * levels (1); then for each tile, level by level from the smallest, row by row, where it begins (6 bytes) and how long it is
 * (4); the same for what is known of its ground; then the tiles, each a JPEG of its own, and the ground as JSON. Numbers are
 * big-endian. Where the place of a tile stands follows from the head alone, so that one tile is found by reading two short
 * stretches. Packs of before begin with "CVT1" and say nothing of the ground.
 */
const MAGIC = "CVT2";
const WITHOUT_GROUND = "CVT1";
/** Bytes before the places of tiles. */
export const PACK_HEAD = 15;
const PLACE = 10;

/** Side of a tile in pixels. */
export const TILE_SIDE = 256;

/** What a pack's head says. */
export interface PackHead {
  readonly width: number;
  readonly height: number;
  readonly tileSide: number;
  readonly levels: number;
}

/** A tile: its level (0 is the smallest, the last one has the picture's own pixels), column and row. */
export interface TilePlace {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/** How many levels a picture has: each is half of the next, down to one pixel. */
export function levelsOf(width: number, height: number): number {
  return Math.ceil(Math.log2(Math.max(width, height, 1))) + 1;
}

/**
 * The level of a picture's thumbnail: the largest one that is a single tile. It is derived with the others, lies sealed in their
 * pack under their picture's marking, and is looked at as they are.
 */
export function thumbnailLevel({ width, height, tileSide, levels }: PackHead): number {
  return Math.max(0, levels - 1 - Math.max(0, Math.ceil(Math.log2(Math.max(width, height, 1) / tileSide))));
}

/** Columns and rows of tiles of a level. */
export function gridOf(
  { width, height, tileSide, levels }: PackHead,
  level: number,
): { columns: number; rows: number } {
  const scale = 2 ** (levels - 1 - level);
  return {
    columns: Math.ceil(Math.ceil(width / scale) / tileSide),
    rows: Math.ceil(Math.ceil(height / scale) / tileSide),
  };
}

function tilesBelow(head: PackHead, level: number): number {
  let count = 0;
  for (let below = 0; below < level; below += 1) {
    const { columns, rows } = gridOf(head, below);
    count += columns * rows;
  }
  return count;
}

/** Where the place of a tile stands in its pack; null for a tile that the picture does not have. */
export function placeAt(head: PackHead, { level, column, row }: TilePlace): number | null {
  if (![level, column, row].every((n) => Number.isInteger(n) && n >= 0) || level >= head.levels) return null;
  const { columns, rows } = gridOf(head, level);
  if (column >= columns || row >= rows) return null;
  return PACK_HEAD + (tilesBelow(head, level) + row * columns + column) * PLACE;
}

/** Where the place of the ground stands in a pack; null where it has none. */
export function groundPlaceAt(front: Buffer): number | null {
  const head = readHead(front);
  return front.toString("latin1", 0, 4) === MAGIC ? PACK_HEAD + tilesBelow(head, head.levels) * PLACE : null;
}

/** Bytes of a place. */
export const PLACE_BYTES = PLACE;

/** Reads a place. */
export function readPlace(bytes: Buffer): { readonly offset: number; readonly length: number } {
  return { offset: bytes.readUIntBE(0, 6), length: bytes.readUInt32BE(6) };
}

/** Reads a head. Throws for what is none. */
export function readHead(bytes: Buffer): PackHead {
  if (bytes.length < PACK_HEAD || ![MAGIC, WITHOUT_GROUND].includes(bytes.toString("latin1", 0, 4)))
    throw new Error("not a pack of tiles");
  return {
    width: bytes.readUInt32BE(4),
    height: bytes.readUInt32BE(8),
    tileSide: bytes.readUInt16BE(12),
    levels: bytes.readUInt8(14),
  };
}

/**
 * Writes a pack, piece by piece. `tile` gives the bytes of each tile; they are not kept. `told` hears how much has been taken
 * off, in percent.
 */
export function* writePack(
  head: PackHead,
  ground: Ground | null,
  tile: (place: TilePlace) => Buffer,
  told: (percent: number) => void,
): Generator<Buffer> {
  const last = Buffer.from(JSON.stringify(ground));
  const places: TilePlace[] = [];
  for (let level = 0; level < head.levels; level += 1) {
    const { columns, rows } = gridOf(head, level);
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1) places.push({ level, column, row });
  }
  const index = Buffer.alloc(PACK_HEAD + (places.length + 1) * PLACE);
  index.write(MAGIC, 0, "latin1");
  index.writeUInt32BE(head.width, 4);
  index.writeUInt32BE(head.height, 8);
  index.writeUInt16BE(head.tileSide, 12);
  index.writeUInt8(head.levels, 14);
  let offset = index.length;
  for (const [at, place] of places.entries()) {
    const { length } = tile(place);
    index.writeUIntBE(offset, PACK_HEAD + at * PLACE, 6);
    index.writeUInt32BE(length, PACK_HEAD + at * PLACE + 6);
    offset += length;
  }
  index.writeUIntBE(offset, index.length - PLACE, 6);
  index.writeUInt32BE(last.length, index.length - PLACE + 6);
  yield index;
  for (const [at, place] of places.entries()) {
    told((100 * at) / places.length);
    yield tile(place);
  }
  yield last;
  told(100);
}
