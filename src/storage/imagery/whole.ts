import type { FileHandle } from "node:fs/promises";
import type { ImageMediaType } from "./sniff.ts";

/** Chunks of one PNG that are walked before it is called damaged; ordinary files have one per 8 to 64 KiB. */
const MOST_CHUNKS = 200_000;
/** How far from the end a JPEG's EOI marker may stand: cameras pad, and some append a preview. */
const JPEG_TAIL = 65_536;

/**
 * Whether a file reaches its own end, from its structure and without decoding: PNG chunks up to IEND, a JPEG's EOI, a RIFF's
 * stated length. A TIFF has no end of its own; what is missing there shows when it is decoded. `size` is the file's length.
 */
export async function reachesItsEnd(
  file: FileHandle,
  size: number,
  mediaType: Exclude<ImageMediaType, "image/nitf">,
): Promise<boolean> {
  switch (mediaType) {
    case "image/png":
      return pngReachesIend(file, size);
    case "image/jpeg": {
      const length = Math.min(size, JPEG_TAIL);
      return (await readAt(file, size - length, length)).lastIndexOf(Buffer.from([0xff, 0xd9])) >= 0;
    }
    case "image/webp":
      return (await readAt(file, 4, 4)).readUInt32LE(0) + 8 <= size;
    case "image/tiff":
      return true;
  }
}

async function pngReachesIend(file: FileHandle, size: number): Promise<boolean> {
  let offset = 8;
  for (let chunks = 0; chunks < MOST_CHUNKS && offset + 12 <= size; chunks += 1) {
    const header = await readAt(file, offset, 8);
    if (header.length < 8) return false;
    offset += 12 + header.readUInt32BE(0);
    if (header.toString("latin1", 4, 8) === "IEND") return offset <= size;
  }
  return false;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
