import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deriveFrom } from "../../src/storage/imagery/deriving.ts";
import type { Derived } from "../../src/storage/imagery/deriving.ts";
import { IMAGE_LIMITS, limitsOf } from "../../src/storage/imagery/limits.ts";
import { probeImage } from "../../src/storage/imagery/probe.ts";
import { Progress, hearing } from "../../src/storage/imagery/progress.ts";
import { readHead } from "../../src/storage/imagery/tile-pack.ts";
import { childProcesses } from "./child-processes.ts";

let folder = "";
let scene: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "caveat-deriving-"));
  const noise = { type: "gaussian", mean: 120, sigma: 40 } as const;
  scene = await sharp({ create: { width: 900, height: 700, channels: 3, background: "#000000", noise } })
    .jpeg()
    .toBuffer();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const begun = (limits: typeof IMAGE_LIMITS, from = scene): Promise<Derived> =>
  deriveFrom({ bytes: from.length, read: () => [from.subarray(0, 1_000), from.subarray(1_000)] }, limits);

async function derived(limits: typeof IMAGE_LIMITS, from = scene): Promise<Buffer[]> {
  const { header, display, pack, end } = await begun(limits, from);
  expect(header).toMatchObject({ width: 900, height: 700, bands: 3 });
  const pieces = [Buffer.from(display)];
  try {
    for await (const piece of pack) pieces.push(Buffer.from(piece));
  } finally {
    end();
  }
  return pieces;
}

/** Programs of this process that make pictures. */
function programs(): string[] {
  return childProcesses().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("deriving-main");
    } catch {
      return false;
    }
  });
}

const APART = { ...IMAGE_LIMITS, samplesHere: 0 };

test("a picture that is decoded apart becomes the same bytes as one that is decoded here", async () => {
  const [here, apart] = [await derived(IMAGE_LIMITS), await derived(APART)];
  expect(Buffer.concat(apart).equals(Buffer.concat(here))).toBe(true);
  expect(readHead(here[1] ?? Buffer.alloc(0))).toEqual({ width: 900, height: 700, tileSide: 256, levels: 11 });
});

test("a large file is decoded apart, however small its picture", async () => {
  const program = process.execPath;
  Object.defineProperty(process, "execPath", { value: join(folder, "no-such-program"), configurable: true });
  try {
    await expect(derived({ ...IMAGE_LIMITS, bytesHere: 1_000 })).rejects.toMatchObject({ code: "ENOENT" });
    expect((await derived(IMAGE_LIMITS)).length).toBeGreaterThan(1);
  } finally {
    Object.defineProperty(process, "execPath", { value: program, configurable: true });
  }
});

test("a picture of more pixels than are set is refused here and apart, and one of just as many is taken", async () => {
  for (const apart of [{}, { samplesHere: 0 }, { bytesHere: 0 }]) {
    const few = { ...limitsOf(900 * 700 - 1), ...apart };
    await expect(derived(few)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    expect((await derived({ ...limitsOf(900 * 700), ...apart })).length).toBeGreaterThan(1);
  }
});

test("whoever lets larger pictures in lets them take as much more memory and time, and nobody less than the usual", () => {
  const { memory, seconds, decodedBytes, interlacedBytes, nitfBytes } = IMAGE_LIMITS;
  expect(limitsOf(IMAGE_LIMITS.pixels)).toEqual(IMAGE_LIMITS);
  expect(limitsOf(1_000)).toEqual({ ...IMAGE_LIMITS, pixels: 1_000 });
  expect(limitsOf(IMAGE_LIMITS.pixels * 2)).toMatchObject({
    memory: memory * 2,
    seconds: seconds * 2,
    decodedBytes: decodedBytes * 2,
    interlacedBytes: interlacedBytes * 2,
    nitfBytes: nitfBytes * 2,
  });
});

/** A small picture that says of itself, in its header, that it is of another size. */
async function saying(width: number, height: number): Promise<Buffer> {
  const bytes = await sharp(scene).jpeg({ progressive: true }).toBuffer();
  // SOF2: length, bits of a sample, height, width.
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc2]));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

test("a progressive JPEG of 100 megapixels is let in, and a larger one where larger pictures are", async () => {
  const large = await saying(10_000, 10_000);
  const usual = { ...IMAGE_LIMITS, expansion: 1_000_000 };
  expect(await probeImage(large, usual)).toMatchObject({ width: 10_000, height: 10_000, bands: 3 });
  const larger = await saying(15_000, 15_000);
  await expect(probeImage(larger, usual)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
  const set = { ...limitsOf(IMAGE_LIMITS.pixels * 2), expansion: 1_000_000 };
  expect(await probeImage(larger, set)).toMatchObject({ width: 15_000, height: 15_000 });
});

test("an original that cannot be read to its end is no damaged picture: what kept it from that is thrown", async () => {
  const read = async function* (): AsyncGenerator<Buffer> {
    yield scene.subarray(0, 1_000);
    await sleep(1);
    throw new Error("the seal is broken");
  };
  for (const limits of [IMAGE_LIMITS, { ...IMAGE_LIMITS, bytesHere: 0 }])
    await expect(deriveFrom({ bytes: scene.length, read }, limits)).rejects.toThrow("the seal is broken");
});

test("a program that is ended while it is still written to takes nobody with it", async () => {
  const large = Buffer.concat([scene, Buffer.alloc(64_000_000)]);
  await expect(begun({ ...APART, memory: -large.length }, large)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
});

test("tiles that nobody reads give their turn, and their program, back", async () => {
  for (let times = 0; times < 3; times += 1) {
    const { end } = await begun(APART);
    expect(programs()).toHaveLength(1);
    end();
    await expect.poll(programs).toEqual([]);
  }
});

test("a process that takes more memory or time than it may is ended, and says which", async () => {
  await expect(derived({ ...APART, memory: 1 })).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
  await expect(derived({ ...APART, seconds: 0.001 })).rejects.toMatchObject({ code: "IMAGE_TIMEOUT" });
});

test("what does not decode is damaged, here and apart, and takes the server down in neither", async () => {
  const bytes = await sharp(scene).png().toBuffer();
  const half = Math.floor(bytes.length / 2);
  bytes.fill(0, half, half + 64);
  for (const limits of [IMAGE_LIMITS, APART])
    await expect(derived(limits, bytes)).rejects.toMatchObject({ code: "IMAGE_DAMAGED" });
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

const EVERY_PERCENT = Array.from({ length: 100 }, (_, at) => at + 1);

/** What is told while a picture is made, and all that is told at once as one step. */
async function toldOf(bytes: Buffer, limits: typeof IMAGE_LIMITS): Promise<{ told: number[]; steps: number[] }> {
  const told: number[] = [];
  const steps: number[] = [];
  let open = false;
  const hear = (percent: number): void => {
    told.push(percent);
    if (open) return;
    open = true;
    setImmediate(() => {
      open = false;
      steps.push(told.at(-1) ?? 0);
    });
  };
  const { pack, end } = await deriveFrom({ bytes: bytes.length, read: () => [bytes] }, limits, hear);
  try {
    let made = 0;
    for await (const piece of pack) made += piece.length;
    expect(made).toBeGreaterThan(0);
  } finally {
    end();
  }
  await sleep(1);
  return { told, steps };
}

describe("how far a deriving is", () => {
  const wide = (depth: 8 | 16, width = 3_000, height = 2_600): Promise<Buffer> =>
    sharp(Buffer.from(Array.from({ length: 256 * 256 * 3 }, (_, at) => (at * 2_654_435_761) >>> 24)), {
      raw: { width: 256, height: 256, channels: 3 },
    })
      .resize(width, height, { fit: "fill" })
      .toColourspace(depth === 16 ? "rgb16" : "srgb")
      .png({ compressionLevel: 1 })
      .toBuffer();

  test.each([
    ["8 bits", 8],
    ["16 bits, after a pass for their stretch", 16],
  ] as const)("is told percent by percent while a large picture is made, to the whole: %s", async (_name, depth) => {
    const picture = await wide(depth);
    const { told, steps } = await toldOf(picture, APART);
    // What is told follows from nothing of the picture, of the machine or of who else is there.
    expect(told).toEqual(EVERY_PERCENT);
    expect(steps.at(-1)).toBe(100);
    // Passes through the pixels are told as they go, not when they are over.
    for (const [from, to] of [
      [0, 50],
      [50, 95],
    ] as const)
      expect(steps.filter((percent) => percent > from && percent < to).length).toBeGreaterThan(5);
  });

  test("is told of one that is decoded here, too, and of a damaged one not to the whole", async () => {
    const here = await toldOf(await wide(8, 1_100, 900), IMAGE_LIMITS);
    expect(here.told).toEqual(EVERY_PERCENT);
    expect(here.steps.length).toBeGreaterThan(1);
    const bytes = await wide(8);
    bytes.fill(0, Math.floor(bytes.length * 0.7), Math.floor(bytes.length * 0.7) + 64);
    const until: number[] = [];
    const limits = { ...APART, expansion: 100_000 };
    await expect(
      deriveFrom({ bytes: bytes.length, read: () => [bytes] }, limits, (percent) => until.push(percent)),
    ).rejects.toMatchObject({ code: "IMAGE_DAMAGED" });
    expect(until.length).toBeGreaterThan(5);
    expect(until).toEqual(EVERY_PERCENT.slice(0, until.length));
    expect(until.at(-1)).toBeLessThan(50);
  });

  test("never falls and never passes the whole, whatever a program tells that an attacker has taken", () => {
    const told: number[] = [];
    const hear = hearing(new Progress((percent) => told.push(percent)));
    const says = (text: string): void => {
      for (const letter of text) hear(Buffer.from(letter));
    };
    says("99% complete\n");
    says("nothing begins\nconstructor begins\n__proto__ begins\n50% complete\n");
    expect(told).toEqual([]);
    says("copy begins\nsharp temp-3: 8000 x 6000 pixels, 1 threads\nsharp temp-3: 10% complete\r");
    says("sharp temp-3: 4% complete\r-7% complete\n1e3% complete\nNaN% complete\n40% completely\n");
    expect(told).toEqual(EVERY_PERCENT.slice(0, 5));
    says("tiles begins\n999% complete\ncopy begins\n100% complete\n100% complete\n");
    expect(told).toEqual(EVERY_PERCENT.slice(0, 95));
    hear(Buffer.alloc(1_000_000, "9"));
    says("% complete\n pack begins\npack begins\n100% complete\npack begins\n100% complete\n");
    expect(told).toEqual(EVERY_PERCENT);
  });
});

test("the program ends with whoever began it", async () => {
  const program = fileURLToPath(new URL("../../src/storage/imagery/deriving-main.ts", import.meta.url));
  const given = ["--experimental-strip-types", program, String(scene.length), JSON.stringify(IMAGE_LIMITS)];
  const child = spawn(process.execPath, given, {
    env: {},
    stdio: ["pipe", "ignore", "ignore", "pipe"],
  });
  // Its output is not read: it waits in the midst of it.
  child.stdin?.end(scene);
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
});
