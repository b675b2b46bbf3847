import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deriveFrom } from "../../src/storage/imagery/deriving.ts";
import { IMAGE_LIMITS } from "../../src/storage/imagery/limits.ts";
import { probeImage } from "../../src/storage/imagery/probe.ts";
import { readHead } from "../../src/storage/imagery/tile-pack.ts";

let folder = "";
let path = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "caveat-deriving-"));
  path = join(folder, "scene.jpg");
  const noise = { type: "gaussian", mean: 120, sigma: 40 } as const;
  await sharp({ create: { width: 900, height: 700, channels: 3, background: "#000000", noise } })
    .jpeg()
    .toFile(path);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function derived(limits: Parameters<typeof deriveFrom>[2]): Promise<Buffer[]> {
  const { display, pack } = await deriveFrom(path, await probeImage(path), limits);
  const pieces = [Buffer.from(display)];
  for await (const piece of pack) pieces.push(Buffer.from(piece));
  return pieces;
}

const APART = { ...IMAGE_LIMITS, decodedHere: 0 };

test("a picture that is decoded apart becomes the same bytes as one that is decoded here", async () => {
  const [here, apart] = [await derived(IMAGE_LIMITS), await derived(APART)];
  expect(Buffer.concat(apart).equals(Buffer.concat(here))).toBe(true);
  expect(readHead(here[1] ?? Buffer.alloc(0))).toEqual({ width: 900, height: 700, tileSide: 256, levels: 11 });
});

test("a process that takes more memory or time than it may is ended, and says which", async () => {
  await expect(derived({ ...APART, memory: 1 })).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
  await expect(derived({ ...APART, seconds: 0.001 })).rejects.toMatchObject({ code: "IMAGE_TIMEOUT" });
});

test("what does not decode is damaged, here and apart, and takes the server down in neither", async () => {
  const whole = path;
  path = join(folder, "altered.png");
  const bytes = await sharp(whole).png().toBuffer();
  bytes.fill(0, bytes.length / 2, bytes.length / 2 + 64);
  writeFileSync(path, bytes);
  for (const limits of [IMAGE_LIMITS, APART])
    await expect(derived(limits)).rejects.toMatchObject({ code: "IMAGE_DAMAGED" });
  path = whole;
});
