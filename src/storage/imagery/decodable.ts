import sharp from "sharp";
import { IMAGE_LIMITS } from "./limits.ts";
import { decodeNitf } from "./nitf/pixels.ts";
import { probeImage } from "./probe.ts";
import type { ImageHeader } from "./probe.ts";
import type { Stretch } from "./stretch.ts";

/** An original as what it is displayed from is decoded. */
export interface Decodable {
  readonly source: string | Uint8Array;
  readonly header: ImageHeader;
  readonly stretch: Stretch | null;
}

/** An original, or in place of a NITF file its first image as it is shown, in memory. Throws what `decodeNitf` throws. */
export async function decodable(source: string | Uint8Array): Promise<Decodable> {
  const header = await probeImage(source);
  if (!header.nitf) return { source, header, stretch: null };
  const { pixels, width, height, channels, stretch } = await decodeNitf(source, header.nitf.image);
  const raw = { width, height, channels };
  const bytes = await sharp(pixels, { raw, limitInputPixels: IMAGE_LIMITS.pixels })
    .tiff({ compression: "none" })
    .toBuffer();
  return { source: bytes, header: await probeImage(bytes), stretch };
}
