import { deflateSync } from "node:zlib";
import { pngChunk } from "../png-chunk.ts";

/** A square RGB PNG of `side` pixels (ISO 15948); `comment` stands in a tEXt chunk, as cameras and tools leave notes. */
export function tinyPng(side = 64, comment = ""): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = side * 3 + 1;
  const pixels = Buffer.alloc(row * side);
  for (let index = 0; index < pixels.length; index += 1)
    pixels[index] = index % row === 0 ? 0 : (index * 2654435761) >>> 24;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk("IHDR", header),
    ...(comment === "" ? [] : [pngChunk("tEXt", Buffer.from(`Comment\0${comment}`, "latin1"))]),
    pngChunk("IDAT", deflateSync(pixels)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}
