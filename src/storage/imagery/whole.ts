import type { ImageMediaType } from "./sniff.ts";

/** Reads a stretch of a file; shorter where the file ends before it. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/** Chunks of one PNG that are walked before it is called damaged; ordinary files have one per 8 to 64 KiB. */
const MOST_CHUNKS = 200_000;
/** How far from the end a JPEG's EOI marker may stand: cameras pad, and some append a preview. */
const JPEG_TAIL = 65_536;

/**
 * Whether a file reaches its own end, from its structure and without decoding: PNG chunks up to IEND, a JPEG's EOI, a RIFF's
 * stated length. A TIFF has no end of its own; what is missing there shows when it is decoded. `size` is the file's length.
 */
export async function reachesItsEnd(
  read: ReadAt,
  size: number,
  mediaType: Exclude<ImageMediaType, "image/nitf">,
): Promise<boolean> {
  switch (mediaType) {
    case "image/png":
      return pngReachesIend(read, size);
    case "image/jpeg": {
      const length = Math.min(size, JPEG_TAIL);
      return (await read(size - length, length)).lastIndexOf(Buffer.from([0xff, 0xd9])) >= 0;
    }
    case "image/webp":
      return size >= 12 && (await read(4, 4)).readUInt32LE(0) + 8 <= size;
    case "image/tiff":
      return true;
  }
}

async function pngReachesIend(read: ReadAt, size: number): Promise<boolean> {
  let offset = 8;
  for (let chunks = 0; chunks < MOST_CHUNKS && offset + 12 <= size; chunks += 1) {
    const header = await read(offset, 8);
    if (header.length < 8) return false;
    offset += 12 + header.readUInt32BE(0);
    if (header.toString("latin1", 4, 8) === "IEND") return offset <= size;
  }
  return false;
}
