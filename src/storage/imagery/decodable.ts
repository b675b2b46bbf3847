import sharp from "sharp";
import { decodingError, openPixels } from "./decoder.ts";
import type { ImageLimits } from "./limits.ts";
import { decodeNitf } from "./nitf/pixels.ts";
import { probeImage } from "./probe.ts";
import type { ImageHeader } from "./probe.ts";
import { stretchOf } from "./stretch.ts";
import type { Stretch } from "./stretch.ts";

/** An original as what it is displayed from is decoded. */
export interface Decodable {
  readonly source: string | Uint8Array;
  readonly header: ImageHeader;
  /** What is shown black and white, in samples of the original; null where they are shown as they are. */
  readonly stretch: Stretch | null;
  /** The same where it is still to be done. */
  readonly ahead: Stretch | null;
}

/** The longest side of what a stretch is taken from: single pixels of the original, evenly spread. */
const SAMPLED_SIDE = 2_048;

async function sampledStretch(
  source: string | Uint8Array,
  { bands }: ImageHeader,
  limits: ImageLimits,
): Promise<Stretch> {
  try {
    const picture = openPixels(source, limits);
    if (bands > 4) picture.extractChannel(0);
    const { data } = await picture
      .resize({ width: SAMPLED_SIDE, height: SAMPLED_SIDE, fit: "inside", kernel: "nearest", withoutEnlargement: true })
      .removeAlpha()
      .toColourspace(bands === 3 || bands === 4 ? "rgb16" : "grey16")
      .raw({ depth: "ushort" })
      .toBuffer({ resolveWithObject: true });
    return stretchOf(new Uint16Array(Uint8Array.from(data).buffer));
  } catch (thrown) {
    throw decodingError(thrown);
  }
}

/** An original, or in place of a NITF file its first image as it is shown, in memory. Throws what `decodeNitf` throws. */
export async function decodable(source: string | Uint8Array, limits: ImageLimits): Promise<Decodable> {
  const header = await probeImage(source, limits);
  if (!header.nitf) {
    const stretch = header.deep ? await sampledStretch(source, header, limits) : null;
    return { source, header, stretch, ahead: stretch };
  }
  const { pixels, width, height, channels, stretch } = await decodeNitf(source, header.nitf.image);
  const raw = { width, height, channels };
  const bytes = await sharp(pixels, { raw, limitInputPixels: limits.pixels }).tiff({ compression: "none" }).toBuffer();
  return { source: bytes, header: await probeImage(bytes, limits), stretch, ahead: null };
}
