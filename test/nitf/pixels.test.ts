import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { deriveFrom } from "../../src/storage/imagery/deriving.ts";
import type { Stretch } from "../../src/storage/imagery/stretch.ts";
import { stretchOf } from "../../src/storage/imagery/stretch.ts";
import { IMAGE_LIMITS, limitsOf } from "../../src/storage/imagery/limits.ts";
import { probeImage } from "../../src/storage/imagery/probe.ts";
import { readHead } from "../../src/storage/imagery/tile-pack.ts";
import { writeNitf } from "./write-nitf.ts";
import type { NitfFields } from "./write-nitf.ts";

interface Shown {
  readonly pixels: Buffer;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  readonly pack: Buffer;
  readonly stretch: Stretch | null;
}

async function shown(bytes: Buffer, limits = IMAGE_LIMITS): Promise<Shown> {
  const { display, pack, stretch, end } = await deriveFrom({ bytes: bytes.length, read: () => [bytes] }, limits);
  const pieces: Buffer[] = [];
  for await (const piece of pack) pieces.push(Buffer.from(piece));
  end();
  const { data, info } = await sharp(display).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { pixels: data, channels, width, height, pack: Buffer.concat(pieces), stretch };
}

const sampleAt = ({ pixels, channels, width }: Shown, x: number, y: number, band = 0): number =>
  pixels[(y * width + x) * channels + Math.min(band, channels - 1)] ?? -1;

describe("an image in a NITF file", () => {
  test.each(["B", "P", "R", "S"] as const)("of three bands in mode %s is shown in its colours", async (mode) => {
    const sample = (x: number, y: number, band: number): number => [x * 2, y * 3, 90][band] ?? 0;
    const image = await shown(writeNitf({ width: 100, height: 60, bands: 3, mode, sample }));
    expect([image.width, image.height, image.stretch]).toEqual([100, 60, null]);
    for (const [x, y] of [
      [10, 10],
      [90, 50],
    ] as const)
      for (let band = 0; band < 3; band += 1)
        expect(Math.abs(sampleAt(image, x, y, band) - sample(x, y, band))).toBeLessThan(8);
    expect(readHead(image.pack)).toMatchObject({ width: 100, height: 60 });
  });

  test("of one band and 8 bits is shown as it is", async () => {
    const image = await shown(writeNitf({ width: 64, height: 64, sample: (x, y) => x + 2 * y }));
    expect(image.stretch).toBeNull();
    expect(Math.abs(sampleAt(image, 40, 20) - 80)).toBeLessThan(5);
  });

  test.each([
    ["11 bits of 16", "INT", (x: number) => 300 + x * 10, 0],
    ["signed samples", "SI", (x: number) => x * 10 - 1_500, 0],
  ])("of %s is stretched between its darkest and brightest samples, which are told", async (_, pixelType, level) => {
    const fields: NitfFields = { width: 200, height: 50, bits: 16, pixelType, sample: (x) => level(x) };
    const image = await shown(writeNitf(fields));
    const { low, high } = image.stretch ?? { low: 0, high: 0 };
    // The half percent at either end is one column of 200.
    expect(low).toBeGreaterThanOrEqual(level(0));
    expect(low).toBeLessThanOrEqual(level(2));
    expect(high).toBeLessThanOrEqual(level(199));
    expect(high).toBeGreaterThanOrEqual(level(197));
    for (const x of [20, 100, 180])
      expect(Math.abs(sampleAt(image, x, 25) - ((level(x) - low) * 255) / (high - low))).toBeLessThan(6);
  });

  test("that is decoded apart is ended where it takes too long or too much", async () => {
    const file = writeNitf();
    await expect(shown(file, { ...IMAGE_LIMITS, memory: 1 })).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
    await expect(shown(file, { ...IMAGE_LIMITS, seconds: 0.001 })).rejects.toMatchObject({
      code: "IMAGE_TIMEOUT",
    });
  });

  test("whose blocks are not where its subheader says is damaged", async () => {
    const file = writeNitf({ compression: "C3" });
    await expect(shown(file)).rejects.toMatchObject({ code: "IMAGE_DAMAGED" });
  });

  test("that would be larger than memory allows is refused before it is decoded", async () => {
    const large = writeNitf({ width: 8, height: 8 });
    const subheader = Number(large.toString("latin1", 354, 360));
    large.write("00060000", subheader + 333, "latin1");
    large.write("00060000", subheader + 341, "latin1");
    await expect(shown(large)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    // It is pixels that are set, and bytes in memory that follow: this one has 2^29 bytes.
    const [width, height] = [32_768, 16_384];
    large.write(`${height}`.padStart(8, "0"), subheader + 333, "latin1");
    large.write(`${width}`.padStart(8, "0"), subheader + 341, "latin1");
    await expect(probeImage(large)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    expect(await probeImage(large, limitsOf(IMAGE_LIMITS.pixels * 2))).toMatchObject({ width, height });
  });

  test("of 100 megapixels in three bands is let in by its header", async () => {
    const large = writeNitf({ width: 8, height: 8, bands: 3 });
    const subheader = Number(large.toString("latin1", 354, 360));
    for (const at of [333, 341]) large.write("00010000", subheader + at, "latin1");
    expect(await probeImage(large)).toMatchObject({ width: 10_000, height: 10_000, bands: 3 });
  });

  test("that calls itself another format further on is decoded as no other", async () => {
    const title = Buffer.from('<VRTDataset rasterXSize="40" rasterYSize="30">');
    const file = writeNitf();
    title.copy(file, 39);
    const outcome = await shown(file).then(
      ({ width, height }) => `${width}x${height}`,
      (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
    );
    expect(["40x30", "IMAGE_DAMAGED"]).toContain(outcome);
  });
});

/** A TIFF of one band and 16 bits, in one strip, as map tools write them. */
function deepTiff(width: number, height: number, sample: (x: number, y: number) => number): Buffer {
  const tags: readonly (readonly [tag: number, type: 3 | 4, value: number])[] = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 16],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, width * height * 2],
  ];
  const pixels = Buffer.alloc(width * height * 2);
  for (let index = 0; index < width * height; index += 1)
    pixels.writeUInt16LE(sample(index % width, Math.floor(index / width)), index * 2);
  const head = Buffer.alloc(8);
  head.write("II*\0", "latin1");
  head.writeUInt32LE(8 + pixels.length, 4);
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  directory.writeUInt16LE(tags.length);
  for (const [index, [tag, type, value]] of tags.entries()) {
    directory.writeUInt16LE(tag, 2 + index * 12);
    directory.writeUInt16LE(type, 4 + index * 12);
    directory.writeUInt32LE(1, 6 + index * 12);
    directory.writeUInt32LE(value, 10 + index * 12);
  }
  return Buffer.concat([head, pixels, directory]);
}

test.each([
  ["here", IMAGE_LIMITS],
  ["apart", { ...IMAGE_LIMITS, samplesHere: 0 }],
])("a TIFF of 16 bits that is decoded %s is stretched between its darkest and brightest samples", async (_, limits) => {
  const image = await shown(
    deepTiff(200, 50, (x) => 400 + x * 8),
    limits,
  );
  const { low, high } = image.stretch ?? { low: 0, high: 0 };
  expect(low).toBeGreaterThanOrEqual(400);
  expect(low).toBeLessThanOrEqual(416);
  expect(high).toBeLessThanOrEqual(1_992);
  expect(high).toBeGreaterThanOrEqual(1_976);
  for (const x of [20, 100, 180])
    expect(Math.abs(sampleAt(image, x, 25) - ((400 + x * 8 - low) * 255) / (high - low))).toBeLessThan(6);
});

test("the stretch of samples that are all alike is one", () => {
  expect(stretchOf(new Uint16Array(10).fill(7))).toEqual({ low: 7, high: 8 });
  expect(stretchOf(Int16Array.of(-32_768, 32_767))).toEqual({ low: -32_768, high: 32_767 });
});

const SAMPLES = join(
  process.env["CAVEAT_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "data/nitf-jitc",
);

test.skipIf(!existsSync(SAMPLES)).each([
  ["ns3038a.nsf", 1_024, 1_024],
  ["i_3034c.ntf", 35, 18],
])("%s of the conformance files is shown", async (name, width, height) => {
  const image = await shown(readFileSync(join(SAMPLES, name)));
  expect([image.width, image.height]).toEqual([width, height]);
  // Black and white, or red and green: not one plain surface.
  expect(new Set(image.pixels).size).toBeGreaterThan(1);
});
