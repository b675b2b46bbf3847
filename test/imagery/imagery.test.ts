import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import type { Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDisplayCopy } from "../../src/storage/imagery/display-copy.ts";
import { ImageError } from "../../src/storage/imagery/image-error.ts";
import { IMAGE_LIMITS } from "../../src/storage/imagery/limits.ts";
import { probeImage, probeImagePrefix } from "../../src/storage/imagery/probe.ts";
import { rasterizeSvg } from "../../src/storage/imagery/rasterize.ts";
import { sniffImage } from "../../src/storage/imagery/sniff.ts";
import { NEON, hasShared } from "../interchange/shared-data.ts";
import { pngChunk } from "../png-chunk.ts";

const CANARY = "CANARY-7f3a-SECRET-NAME";
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "caveat-imagery-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});

/** A picture with structure in it, so that nothing compresses to nothing. */
function picture(width: number, height: number, channels: 1 | 2 | 3 | 4 = 3): Sharp {
  const pixels = Buffer.alloc(width * height * channels);
  for (let index = 0; index < pixels.length; index += 1) pixels[index] = (index * 2654435761) >>> 24;
  return sharp(pixels, { raw: { width, height, channels } });
}

/** A PNG of the given header whose pixels are missing or all zero. */
function pngOf(width: number, height: number, pixels: Buffer = Buffer.alloc(100), interlaced = false): Buffer {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  ihdr.set([8, 2, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk("IHDR", ihdr),
    pngChunk("IDAT", deflateSync(pixels, { level: 9 })),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** An uncompressed TIFF in one strip with as many bands as one likes; `pixels` is what the file really holds. */
function tiffOf(width: number, height: number, bands: number, pixels: Buffer): Buffer {
  const lists = 8 + 2 + 10 * 12 + 4;
  const tags: [tag: number, type: 3 | 4, count: number, value: number][] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, bands, lists],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, lists + bands * 4],
    [277, 3, 1, bands],
    [278, 4, 1, height],
    [279, 4, 1, pixels.length],
    [338, 3, bands - 1, lists + bands * 2],
  ];
  const head = Buffer.alloc(lists + bands * 4);
  head.write("II*\0", "latin1");
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  for (const [index, [tag, type, count, value]] of tags.entries()) {
    const at = 10 + index * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    head.writeUInt32LE(value, at + 8);
  }
  for (let band = 0; band < bands; band += 1) head.writeUInt16LE(8, lists + band * 2);
  return Buffer.concat([head, pixels]);
}

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, bytes);
  return path;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => "taken",
    (thrown: unknown) => (thrown instanceof ImageError ? thrown.code : thrown),
  );
  return String(outcome);
}

describe("the header of an image", () => {
  test.each([
    ["png", "image/png"],
    ["jpeg", "image/jpeg"],
    ["tiff", "image/tiff"],
    ["webp", "image/webp"],
  ] as const)("a %s is known by its bytes, whatever it is called", async (format, mediaType) => {
    const path = await file(`really-${format}.txt`, await picture(60, 40).toFormat(format).toBuffer());
    const expected = { mediaType, width: 60, height: 40, bands: 3 };
    expect(await probeImage(path)).toEqual(expected);
    expect(await probeImage(await readFile(path))).toEqual(expected);
    if (format !== "tiff") expect(await probeImagePrefix((await readFile(path)).subarray(0, 2_048))).toEqual(expected);
  });

  test("the size is that of the stored grid when an orientation says otherwise", async () => {
    const turned = await picture(60, 40).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await probeImage(turned)).toMatchObject({ width: 60, height: 40 });
    expect(await makeDisplayCopy(turned)).toMatchObject({ width: 60, height: 40, scaleX: 1, scaleY: 1 });
  });

  test.each([
    ["text named .png", Buffer.from("hello, this is not a picture")],
    ["an empty file", Buffer.alloc(0)],
    ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ["a GIF", Buffer.from("GIF89a\u0001\u0000\u0001\u0000", "latin1")],
    ["a PDF", Buffer.from("%PDF-1.7\n")],
    ["seven bytes of a PNG signature", pngOf(4, 4).subarray(0, 7)],
  ])("refuses %s as IMAGE_TYPE", async (name, bytes) => {
    const path = await file(`${name}.png`, bytes);
    expect(await codeOf(probeImage(path))).toBe("IMAGE_TYPE");
    expect(await codeOf(probeImage(bytes))).toBe("IMAGE_TYPE");
    expect(await codeOf(makeDisplayCopy(path))).toBe("IMAGE_TYPE");
  });

  test("an SVG behind a WebP signature is never drawn", async () => {
    const dressed = Buffer.from('RIFF    WEBP<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    expect(["IMAGE_TYPE", "IMAGE_DAMAGED"]).toContain(
      await codeOf(makeDisplayCopy(await file("dressed.webp", dressed))),
    );
  });

  test("sniffing needs the whole signature", () => {
    expect(sniffImage(Buffer.from("RIFFxxxxWEB"))).toBeNull();
    expect(sniffImage(Buffer.from([0xff, 0xd8]))).toBeNull();
    expect(sniffImage(Buffer.from([0x49, 0x49, 0x2b, 0x00]))).toBe("image/tiff");
  });
});

describe("what is too large", () => {
  test.each([
    ["60,000 x 60,000", 60_000, 60_000],
    ["one side over the limit", IMAGE_LIMITS.side + 1, 1],
    ["both sides within, their product over", 40_000, 30_000],
    ["2^31 - 1 on each side", 0x7fffffff, 0x7fffffff],
  ])("a PNG header of %s is refused before anything is decoded", async (_name, width, height) => {
    const bytes = pngOf(width, height);
    const before = process.memoryUsage().rss;
    const code = await codeOf(probeImage(await file("large.png", bytes)));
    expect(["IMAGE_TOO_LARGE", "IMAGE_DAMAGED"]).toContain(code);
    if (width <= 60_000) expect(code).toBe("IMAGE_TOO_LARGE");
    expect(await codeOf(probeImagePrefix(bytes.subarray(0, 60)))).toBe(code);
    expect(await codeOf(makeDisplayCopy(bytes))).toBe(code);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  test("a small file that would become a large picture is refused as IMAGE_EXPANDS", async () => {
    const bomb = pngOf(8_000, 8_000, Buffer.alloc((8_000 * 3 + 1) * 8_000));
    expect(bomb.length).toBeLessThan(300_000);
    expect(await codeOf(probeImage(await file("bomb.png", bomb)))).toBe("IMAGE_EXPANDS");
    expect(await codeOf(makeDisplayCopy(bomb))).toBe("IMAGE_EXPANDS");
  });

  test("a blank page of ordinary size is no bomb", async () => {
    expect(await codeOf(probeImage(pngOf(1_000, 1_000, Buffer.alloc(3_001 * 1_000))))).toBe("taken");
  });

  test("a TIFF directory that claims 60,000 x 60,000 is refused before anything is decoded", async () => {
    expect(await codeOf(probeImage(tiffOf(60_000, 60_000, 5, Buffer.alloc(100))))).toBe("IMAGE_TOO_LARGE");
  });

  test("a picture of more bands than the limit is refused", async () => {
    expect(await codeOf(probeImage(tiffOf(10, 10, 17, Buffer.alloc(1_700))))).toBe("IMAGE_TOO_LARGE");
  });

  test("an interlaced file has a lower limit, for it is held whole", async () => {
    expect(await codeOf(probeImage(pngOf(14_000, 14_000, Buffer.alloc(100), true)))).toBe("IMAGE_TOO_LARGE");
  });
});

describe("what is damaged", () => {
  test.each(["png", "jpeg", "webp", "tiff"] as const)("a %s cut short anywhere is IMAGE_DAMAGED", async (format) => {
    const whole = await picture(300, 200).toFormat(format).toBuffer();
    for (const kept of [0.1, 0.5, 0.9, 0.99]) {
      const path = await file(`cut-${format}`, whole);
      await truncate(path, Math.floor(whole.length * kept));
      if (format !== "tiff") expect(await codeOf(probeImage(path)), `${kept}`).toBe("IMAGE_DAMAGED");
      expect(await codeOf(makeDisplayCopy(path)), `${kept}`).toBe("IMAGE_DAMAGED");
    }
  });

  test("a PNG whose pixels were altered does not become a display copy", async () => {
    const bytes = await picture(300, 200).png().toBuffer();
    const middle = Math.floor(bytes.length / 2);
    bytes.fill(0xee, middle, middle + 40);
    expect(await codeOf(makeDisplayCopy(bytes))).toBe("IMAGE_DAMAGED");
  });

  test("the message of a refusal is its code and nothing that the file says", async () => {
    await expect(makeDisplayCopy(pngOf(50, 50))).rejects.toThrow(/^IMAGE_DAMAGED$/);
  });
});

describe("the display copy", () => {
  const canaries = {
    exif: { IFD0: { Copyright: CANARY, ImageDescription: CANARY, Artist: CANARY } },
    xmp: `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="${CANARY}"/></rdf:RDF></x:xmpmeta>`,
  };

  test.each(["png", "jpeg", "webp", "tiff"] as const)(
    "of a %s holds no EXIF, XMP, ICC or text of the original",
    async (format) => {
      let original = await picture(200, 100)
        .toFormat(format)
        .withExif(canaries.exif)
        .withXmp(canaries.xmp)
        .withIccProfile("p3")
        .toBuffer();
      if (format === "png") {
        const text = pngChunk("tEXt", Buffer.from(`Comment\0${CANARY}`, "latin1"));
        original = Buffer.concat([original.subarray(0, 33), text, original.subarray(33)]);
      }
      if (format === "jpeg") {
        const comment = Buffer.from(`\u00ff\u00fe\u0000${String.fromCharCode(CANARY.length + 2)}${CANARY}`, "latin1");
        original = Buffer.concat([original.subarray(0, 2), comment, original.subarray(2)]);
      }
      expect(original.includes(CANARY)).toBe(true);
      const copy = await makeDisplayCopy(original);
      const bytes = Buffer.from(copy.bytes);
      expect(bytes.includes(CANARY)).toBe(false);
      expect(bytes.includes("CANARY")).toBe(false);
      expect(bytes.includes("Exif")).toBe(false);
      expect(bytes.includes("ICC_PROFILE")).toBe(false);
      expect(bytes.includes("adobe")).toBe(false);
      const metadata = await sharp(bytes).metadata();
      expect(metadata).toMatchObject({ format: "jpeg", width: 200, height: 100, space: "srgb", channels: 3 });
      for (const kind of ["exif", "xmp", "iptc", "icc", "comments"] as const) expect(metadata[kind]).toBeUndefined();
    },
  );

  test("is at most 4,096 pixels on its longest side and says how to come back to source pixels", async () => {
    const copy = await makeDisplayCopy(await picture(5_000, 300).jpeg().toBuffer());
    expect(copy).toMatchObject({ width: 4_096, height: 246 });
    expect(copy.scaleX).toBeCloseTo(5_000 / 4_096, 12);
    expect(copy.scaleY).toBeCloseTo(300 / 246, 12);
  });

  test("is never larger than the original, and the same original gives the same bytes", async () => {
    const original = await picture(30, 20).png().toBuffer();
    const [once, again] = [await makeDisplayCopy(original), await makeDisplayCopy(original)];
    expect(once).toMatchObject({ width: 30, height: 20 });
    expect(Buffer.from(once.bytes).equals(again.bytes)).toBe(true);
  });

  test("is made of grey, transparent, 16 bit and many-band originals", async () => {
    const grey = await picture(40, 30, 1).png().toBuffer();
    const clear = await picture(40, 30, 4).png().toBuffer();
    const deep = await picture(40, 30).toColourspace("rgb16").png().toBuffer();
    const bands = tiffOf(40, 30, 8, Buffer.alloc(40 * 30 * 8, 7));
    expect((await probeImage(bands)).bands).toBe(8);
    for (const original of [grey, clear, deep, bands]) {
      const copy = await makeDisplayCopy(original);
      expect(await sharp(copy.bytes).metadata()).toMatchObject({
        width: 40,
        height: 30,
        depth: "uchar",
        hasAlpha: false,
      });
    }
  });

  test.skipIf(!hasShared)("of a real GeoTIFF carries no position", async () => {
    const path = join(NEON, "OSBS_029.tif");
    expect(await probeImage(path)).toEqual({ mediaType: "image/tiff", width: 400, height: 400, bands: 3 });
    expect((await readFile(path)).includes("UTM")).toBe(true);
    const bytes = Buffer.from((await makeDisplayCopy(path)).bytes);
    expect(bytes.includes("UTM")).toBe(false);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  });
});

test("a drawing becomes the same PNG every time, of the size asked for", async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="#246"/></svg>';
  const once = await rasterizeSvg(svg, { width: 20, height: 10 });
  expect(Buffer.from(once).equals(await rasterizeSvg(svg, { width: 20, height: 10 }))).toBe(true);
  expect(await probeImage(once)).toEqual({ mediaType: "image/png", width: 20, height: 10, bands: 3 });
  await expect(rasterizeSvg(svg, { width: 21, height: 10 })).rejects.toThrow(RangeError);
});
