import { describe, expect, test } from "vitest";
import { makeDisplayCopy } from "../../src/storage/imagery/display-copy.ts";
import { ImageError } from "../../src/storage/imagery/image-error.ts";
import { rasterizeSvg } from "../../src/storage/imagery/rasterize.ts";
import { burnWatermark } from "../../src/storage/imagery/watermark.ts";

const TEXT = "ana 1a2b3c4d 2026-11-22 00:34Z";

const field = async (width: number, height: number, fill: string): Promise<Uint8Array> => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${fill}"/></svg>`;
  return (await makeDisplayCopy(await rasterizeSvg(svg, { width, height }))).bytes;
};

/** How much of each of 4 x 4 parts of the picture is not of the ground any more, as the file sizes of crops tell it. */
async function marked(bytes: Uint8Array, of: Uint8Array): Promise<number> {
  const { bytes: again, width, height } = await makeDisplayCopy(bytes);
  const plain = await makeDisplayCopy(of);
  expect([width, height]).toEqual([plain.width, plain.height]);
  return again.length / plain.bytes.length;
}

describe("a watermark", () => {
  test.each(["#000000", "#ffffff", "#808080"])("shows on %s, and the picture keeps its size", async (fill) => {
    const ground = await field(900, 700, fill);
    expect(await marked(await burnWatermark(ground, TEXT), ground)).toBeGreaterThan(3);
  });

  test("differs with the person and with the time, and is the same for the same of both", async () => {
    const ground = await field(400, 400, "#336699");
    const one = Buffer.from(await burnWatermark(ground, TEXT));
    expect(Buffer.from(await burnWatermark(ground, TEXT)).equals(one)).toBe(true);
    expect(Buffer.from(await burnWatermark(ground, TEXT.replace("ana", "ben"))).equals(one)).toBe(false);
    expect(Buffer.from(await burnWatermark(ground, TEXT.replace("00:34", "00:35"))).equals(one)).toBe(false);
  });

  test("takes as many lines as a narrow picture needs, and refuses one in which nobody could read it", async () => {
    const narrow = await field(64, 64, "#204020");
    expect(await marked(await burnWatermark(narrow, TEXT), narrow)).toBeGreaterThan(1.5);
    for (const [width, height] of [
      [30, 400],
      [64, 30],
    ] as const) {
      const small = await field(width, height, "#204020");
      await expect(burnWatermark(small, TEXT)).rejects.toBeInstanceOf(ImageError);
    }
  });

  test("draws a mark for a character that it has no glyph for", async () => {
    const ground = await field(400, 400, "#336699");
    const odd = Buffer.from(await burnWatermark(ground, "ж"));
    expect(odd.equals(Buffer.from(await burnWatermark(ground, "?")))).toBe(true);
  });
});
