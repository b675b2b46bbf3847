import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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

async function derived(limits: Parameters<typeof deriveFrom>[2], from = path): Promise<Buffer[]> {
  const { display, pack } = await deriveFrom(from, await probeImage(from), limits);
  const pieces = [Buffer.from(display)];
  for await (const piece of pack) pieces.push(Buffer.from(piece));
  return pieces;
}

const APART = { ...IMAGE_LIMITS, samplesHere: 0 };

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
  const altered = join(folder, "altered.png");
  const bytes = await sharp(path).png().toBuffer();
  const half = Math.floor(bytes.length / 2);
  bytes.fill(0, half, half + 64);
  writeFileSync(altered, bytes);
  for (const limits of [IMAGE_LIMITS, APART])
    await expect(derived(limits, altered)).rejects.toMatchObject({ code: "IMAGE_DAMAGED" });
});

test("a program that cannot be begun refuses the picture, and its turn goes to the next", async () => {
  const program = process.execPath;
  Object.defineProperty(process, "execPath", { value: join(folder, "no-such-program"), configurable: true });
  try {
    for (let times = 0; times < 3; times += 1) await expect(derived(APART)).rejects.toMatchObject({ code: "ENOENT" });
  } finally {
    Object.defineProperty(process, "execPath", { value: program, configurable: true });
  }
  expect((await derived(APART)).length).toBeGreaterThan(1);
});

test("of many pictures at once all are made, a few at a time", async () => {
  const made = await Promise.all(Array.from({ length: 6 }, () => derived(APART)));
  expect(new Set(made.map((pieces) => Buffer.concat(pieces).length)).size).toBe(1);
});

test("the program ends with whoever began it", async () => {
  const program = fileURLToPath(new URL("../../src/storage/imagery/deriving-main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--experimental-strip-types", program, path], {
    env: {},
    stdio: ["pipe", "pipe", "ignore"],
  });
  // Its output is not read: it waits in the midst of it.
  child.stdin.end();
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
});
