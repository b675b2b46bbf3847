import { open } from "node:fs/promises";
import type { Metadata } from "sharp";
import { decodingError, DECODER_FORMATS, openHeader } from "./decoder.ts";
import { ImageError } from "./image-error.ts";
import { IMAGE_LIMITS } from "./limits.ts";
import type { ImageLimits } from "./limits.ts";
import { readNitfFrom } from "./nitf/read-file.ts";
import type { Nitf } from "./nitf/read.ts";
import { sniffImage, SNIFF_BYTES } from "./sniff.ts";
import type { ImageMediaType } from "./sniff.ts";
import { reachesItsEnd } from "./whole.ts";
import type { ReadAt } from "./whole.ts";

/** What the header of an image says. Width and height are those of the stored pixel grid: an orientation is not applied. */
export interface ImageHeader {
  readonly mediaType: ImageMediaType;
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  /** Set where samples have more than 8 bits and are no NITF file's. */
  readonly deep?: true;
  /** What a NITF file says of itself; absent in any other. */
  readonly nitf?: Nitf;
}

type Decoded = Exclude<ImageMediaType, "image/nitf">;

/** Bytes of one sample, by the decoder's name for it. */
const SAMPLE_BYTES: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
};

/**
 * Reads the header of an untrusted file (its path, or all of its bytes) without decoding a pixel. The first bytes say what it
 * is; its name does not count. Throws {@link ImageError}: IMAGE_TYPE (not one of the five types, also a text named .png),
 * IMAGE_TOO_LARGE and IMAGE_EXPANDS (judged on the header against `limits`), IMAGE_DAMAGED (no readable header, or it
 * ends before its own end), and the codes of `readNitf`. Damage inside the picture shows only in `makeDisplayCopy`. A file that
 * cannot be opened at all throws the system's error.
 */
export async function probeImage(
  source: string | Uint8Array,
  limits: ImageLimits = IMAGE_LIMITS,
): Promise<ImageHeader> {
  if (typeof source !== "string") {
    const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    const read: ReadAt = (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length));
    return probe(source, bytes.length, read, limits);
  }
  const file = await open(source, "r");
  try {
    const read: ReadAt = async (offset, length) => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return await probe(source, (await file.stat()).size, read, limits);
  } finally {
    await file.close();
  }
}

async function probe(
  source: string | Uint8Array,
  size: number,
  read: ReadAt,
  limits: ImageLimits,
): Promise<ImageHeader> {
  const mediaType = sniffed(await read(0, SNIFF_BYTES));
  if (mediaType === "image/nitf") return judgeNitf(await readNitfFrom(source), limits);
  const judged = judge(mediaType, size, await header(source), limits);
  if (!(await reachesItsEnd(read, size, mediaType))) throw new ImageError("IMAGE_DAMAGED");
  return judged;
}

/**
 * The same from the first bytes of an upload, before the rest has arrived (64 KiB reach for nearly every PNG, JPEG and WebP;
 * a TIFF may keep its directory at the end and is then IMAGE_DAMAGED here). Expansion is not judged: the size is not known.
 */
export async function probeImagePrefix(prefix: Uint8Array): Promise<ImageHeader> {
  const mediaType = sniffed(prefix);
  // What it says of its marking stands in every segment: its beginning alone says too little.
  if (mediaType === "image/nitf") throw new ImageError("NITF_DAMAGED");
  return judge(mediaType, null, await header(prefix), IMAGE_LIMITS);
}

function sniffed(prefix: Uint8Array): ImageMediaType {
  const mediaType = sniffImage(prefix);
  if (mediaType === null) throw new ImageError("IMAGE_TYPE");
  return mediaType;
}

async function header(source: string | Uint8Array): Promise<Metadata> {
  try {
    return await openHeader(source).metadata();
  } catch (thrown) {
    throw decodingError(thrown);
  }
}

/** The limits, in the order type, size, expansion. `fileBytes` is null when only the beginning of the file is there. */
function judge(mediaType: Decoded, fileBytes: number | null, metadata: Metadata, limits: ImageLimits): ImageHeader {
  const { width, height, channels: bands } = metadata;
  const sample = SAMPLE_BYTES[metadata.depth];
  if (metadata.format !== DECODER_FORMATS[mediaType] || sample === undefined) throw new ImageError("IMAGE_TYPE");
  const decoded = width * height * bands * sample;
  const most = metadata.isProgressive ? limits.interlacedBytes : limits.decodedBytes;
  if (width > limits.side || height > limits.side || width * height > limits.pixels)
    throw new ImageError("IMAGE_TOO_LARGE");
  if (bands > limits.bands || decoded > most) throw new ImageError("IMAGE_TOO_LARGE");
  if (fileBytes !== null && decoded > limits.expansionFloor && decoded > fileBytes * limits.expansion) {
    throw new ImageError("IMAGE_EXPANDS");
  }
  return { mediaType, width, height, bands, ...(sample === 2 ? { deep: true } : {}) };
}

/** NITF is decoded in memory as a whole. */
function judgeNitf(nitf: Nitf, limits: ImageLimits): ImageHeader {
  const { width, height, bands, bits } = nitf.image;
  if (width > limits.side || height > limits.side || width * height > limits.pixels)
    throw new ImageError("IMAGE_TOO_LARGE");
  if (bands > limits.bands || width * height * bands * (bits > 8 ? 2 : 1) > limits.nitfBytes)
    throw new ImageError("IMAGE_TOO_LARGE");
  return { mediaType: "image/nitf", width, height, bands, nitf };
}
