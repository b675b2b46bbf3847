import type { Ground } from "../../geodesy/ground.ts";
import { decodingError, openPixels, stretchedTo } from "./decoder.ts";
import { DISPLAY_QUALITY } from "./display-copy.ts";
import { ImageError } from "./image-error.ts";
import type { ImageLimits } from "./limits.ts";
import type { ImageHeader } from "./probe.ts";
import type { Stretch } from "./stretch.ts";
import { TILE_SIDE, levelsOf, writePack } from "./tile-pack.ts";
import type { TilePlace } from "./tile-pack.ts";

const END_OF_DIRECTORY = Buffer.from("PK\u0005\u0006", "latin1");
const NAME = /_files\/(\d+)\/(\d+)_(\d+)\.jpe?g$/;

/** The members of an archive that our own encoder wrote, stored and not compressed, by level, column and row. */
function tilesOf(archive: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  const end = archive.lastIndexOf(END_OF_DIRECTORY);
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [bytes, name, extra, comment] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt16LE(at + 28),
      archive.readUInt16LE(at + 30),
      archive.readUInt16LE(at + 32),
    ];
    const local = archive.readUInt32LE(at + 42);
    const [, level, column, row] = NAME.exec(archive.toString("utf8", at + 46, at + 46 + name)) ?? [];
    if (level !== undefined) {
      const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      found.set(`${level}/${column}/${row}`, archive.subarray(begin, begin + bytes));
    }
    at += 46 + name + extra + comment;
  }
  return found;
}

/**
 * Decodes an untrusted original and makes its pack of tiles, each a JPEG as a display copy is (sRGB, 8 bits, the stored pixel
 * grid, nothing but pixels), level by level down to one pixel. `header` is what `probeImage` says of it; `ground`, where it lies, is
 * sealed with them. `told` hears how much of the pack has been taken off, in percent. Throws IMAGE_DAMAGED, IMAGE_TIMEOUT.
 */
export async function makePyramid(
  source: string | Uint8Array,
  header: ImageHeader,
  limits: ImageLimits,
  { stretch, ground }: { readonly stretch: Stretch | null; readonly ground: Ground | null },
  told: (percent: number) => void,
): Promise<Generator<Buffer>> {
  try {
    const picture = openPixels(source, limits);
    if (header.bands > 4) picture.extractChannel(0);
    const archive = await stretchedTo(picture, stretch)
      .flatten({ background: "#000000" })
      .toColourspace("srgb")
      .jpeg({ quality: DISPLAY_QUALITY, chromaSubsampling: "4:4:4" })
      .tile({ size: TILE_SIDE, overlap: 0, layout: "dz", container: "zip", skipBlanks: -1 })
      .toBuffer();
    const tiles = tilesOf(archive);
    const { width, height } = header;
    const head = { width, height, tileSide: TILE_SIDE, levels: levelsOf(width, height) };
    const tileAt = ({ level, column, row }: TilePlace): Buffer => {
      const tile = tiles.get(`${level}/${column}/${row}`);
      if (!tile) throw new ImageError("IMAGE_DAMAGED");
      return tile;
    };
    return writePack(head, ground, tileAt, told);
  } catch (thrown) {
    throw decodingError(thrown);
  }
}
