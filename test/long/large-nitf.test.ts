import { expect, test } from "vitest";
import { deriveFrom } from "../../src/storage/imagery/deriving.ts";
import { readHead } from "../../src/storage/imagery/tile-pack.ts";
import { writeNitf } from "../nitf/write-nitf.ts";

const SIDE = 10_000;

test("a NITF image of 100 megapixels in three bands is decoded in the memory and the time that such a process may take", async () => {
  const file = writeNitf({ width: SIDE, height: SIDE, bands: 3, mode: "P", sample: null });
  // A white line across the middle, on black.
  const middle = file.length - (SIDE / 2) * SIDE * 3;
  file.fill(255, middle, middle + 8 * SIDE * 3);
  const { header, display, pack, end } = await deriveFrom({ bytes: file.length, read: () => [file] });
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of pack) pieces.push(piece);
  } finally {
    end();
  }
  expect(header).toMatchObject({ mediaType: "image/nitf", width: SIDE, height: SIDE, bands: 3 });
  expect(readHead(Buffer.concat(pieces))).toMatchObject({ width: SIDE, height: SIDE });
  expect(display.length).toBeGreaterThan(1_000);
}, 600_000);
