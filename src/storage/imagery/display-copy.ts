import { decodingError, openPixels, stretchedTo } from "./decoder.ts";
import { IMAGE_LIMITS } from "./limits.ts";
import type { ImageLimits } from "./limits.ts";
import { probeImage } from "./probe.ts";
import type { Stretch } from "./stretch.ts";

/** A picture for the screen, made from an original. */
export interface DisplayCopy {
  readonly bytes: Uint8Array;
  readonly mediaType: "image/jpeg";
  readonly width: number;
  readonly height: number;
  /** Pixels of the original to one pixel of the copy, along x and along y: multiply to come back to source pixels. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/** The longest side of a display copy in pixels. */
export const DISPLAY_SIDE = 4_096;
/** JPEG quality of a display copy: no visible loss on overhead imagery, a third of the bytes of 95. */
export const DISPLAY_QUALITY = 88;

/**
 * Decodes an untrusted original (its path, or all of its bytes) and makes the picture that the screen shows: a baseline JPEG
 * (4:4:4, quality 88), sRGB, 8 bits, longest side at most 4,096, same pixel grid (an EXIF orientation is NOT applied:
 * coordinates refer to the stored grid), transparency on black. More than four bands: the first, in grey. Samples of 16 bits
 * are shown between the ends of `stretch`.
 *
 * Nothing but pixels comes across: EXIF, XMP, IPTC, ICC profiles, comments, text chunks and GeoTIFF tags stay behind, for
 * they may carry positions, names or text at any marking. Checks the header with `probeImage` first; throws its codes, and
 * IMAGE_DAMAGED or IMAGE_TIMEOUT from the decoding itself, so a copy that was made means that the original decodes whole.
 */
export async function makeDisplayCopy(
  source: string | Uint8Array,
  limits: ImageLimits = IMAGE_LIMITS,
  stretch: Stretch | null = null,
): Promise<DisplayCopy> {
  const original = await probeImage(source, limits);
  try {
    const picture = openPixels(source, limits);
    if (original.bands > 4) picture.extractChannel(0);
    const { data, info } = await stretchedTo(picture, stretch)
      .resize({ width: DISPLAY_SIDE, height: DISPLAY_SIDE, fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#000000" })
      .toColourspace("srgb")
      .jpeg({ quality: DISPLAY_QUALITY, chromaSubsampling: "4:4:4" })
      .toBuffer({ resolveWithObject: true });
    return {
      bytes: data,
      mediaType: "image/jpeg",
      width: info.width,
      height: info.height,
      scaleX: original.width / info.width,
      scaleY: original.height / info.height,
    };
  } catch (thrown) {
    throw decodingError(thrown);
  }
}
