import sharp from "sharp";
import type { Sharp } from "sharp";
import { ImageError } from "./image-error.ts";
import { IMAGE_LIMITS } from "./limits.ts";
import type { ImageLimits } from "./limits.ts";
import type { ImageMediaType } from "./sniff.ts";
import type { Stretch } from "./stretch.ts";

// One thread per picture and no cache of opened files: memory stays bounded by the limits, and a file that is replaced is
// never answered from memory.
sharp.concurrency(1);
sharp.cache(false);
// A list of what may be opened, not of what may not: a decoder that a later version adds stays shut. SVG is open for
// `rasterizeSvg`, which draws only what Caveat itself wrote; files from outside are sniffed first and never reach it.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadPng",
    "VipsForeignLoadJpeg",
    "VipsForeignLoadTiff",
    "VipsForeignLoadWebp",
    "VipsForeignLoadSvg",
  ],
});

/** What the decoder calls each media type. */
export const DECODER_FORMATS: Readonly<Record<Exclude<ImageMediaType, "image/nitf">, string>> = {
  "image/png": "png",
  "image/jpeg": "jpeg",
  "image/tiff": "tiff",
  "image/webp": "webp",
};

/** Opens a picture for its header only: no pixel limit here, because the caller judges width and height itself. */
export function openHeader(source: string | Uint8Array): Sharp {
  return sharp(source, { limitInputPixels: false, limitInputChannels: false, failOn: "none", sequentialRead: true });
}

/**
 * Opens a picture for decoding, under the pixel limit and the time limit, top to bottom. Cut short or wrong is an error;
 * what a decoder only remarks on (cameras and map tools write odd tags) is not.
 */
export function openPixels(source: string | Uint8Array, limits: ImageLimits = IMAGE_LIMITS): Sharp {
  return sharp(source, {
    limitInputPixels: limits.pixels,
    limitInputChannels: limits.bands,
    failOn: "error",
    sequentialRead: true,
    autoOrient: false,
  }).timeout({ seconds: limits.seconds });
}

/** The picture with the samples of a stretch black and white. They are 16 bits before and after; transparency stays. */
export function stretchedTo(picture: Sharp, stretch: Stretch | null): Sharp {
  if (stretch === null) return picture;
  const scale = 65_535 / (stretch.high - stretch.low);
  return picture.linear(scale, -stretch.low * scale);
}

/** Opens an SVG that Caveat wrote itself. */
export function openDrawing(svg: string): Sharp {
  return sharp(Buffer.from(svg, "utf8"), { limitInputPixels: IMAGE_LIMITS.pixels, density: 72 });
}

/** Turns whatever the decoder threw into a closed code. */
export function decodingError(thrown: unknown): ImageError {
  if (thrown instanceof ImageError) return thrown;
  const text = thrown instanceof Error ? thrown.message : "";
  if (/timeout/iu.test(text)) return new ImageError("IMAGE_TIMEOUT", { cause: thrown });
  if (/exceeds (pixel|channel) limit/u.test(text)) return new ImageError("IMAGE_TOO_LARGE", { cause: thrown });
  return new ImageError("IMAGE_DAMAGED", { cause: thrown });
}
