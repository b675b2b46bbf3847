import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { makeDisplayCopy } from "./display-copy.ts";
import { ImageError } from "./image-error.ts";
import type { ImageCode } from "./image-error.ts";
import { IMAGE_LIMITS } from "./limits.ts";
import type { ImageHeader } from "./probe.ts";
import { makePyramid } from "./pyramid.ts";

/** What is made of an original for the screen: a JPEG of the whole, and its pack of tiles, which is read once. */
export interface Derived {
  readonly display: Uint8Array;
  readonly pack: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Which pictures are decoded in a process of their own, and what such a process may take. */
type Limits = Readonly<Record<"decodedHere" | "memory" | "seconds", number>>;

const WATCHED_EVERY_MS = 200;
const PAGE = 4_096;
const CODES: readonly ImageCode[] = [
  "IMAGE_TYPE",
  "IMAGE_TOO_LARGE",
  "IMAGE_EXPANDS",
  "IMAGE_DAMAGED",
  "IMAGE_TIMEOUT",
];

/** Memory of a process in bytes; 0 where the system does not tell. */
async function memoryOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
  return Number(text.split(" ")[1] ?? 0) * PAGE;
}

/** What the program beside this file writes; it is ended when it takes longer, or more memory, than the limits say. */
async function* apart(path: string, limits: Limits): AsyncGenerator<Buffer> {
  // As source in tests and as JavaScript in the build. A query in this module's own URL is not its file's.
  const source = new URL(import.meta.url).pathname.endsWith(".ts");
  const program = fileURLToPath(new URL(source ? "./deriving-main.ts" : "./deriving-main.js", import.meta.url));
  const types = source ? ["--disable-warning=ExperimentalWarning", "--experimental-strip-types"] : [];
  const child = spawn(process.execPath, [...types, program, path], { env: {}, stdio: ["ignore", "pipe", "pipe"] });
  let code: ImageCode = "IMAGE_DAMAGED";
  const end = (why: ImageCode): void => {
    code = why;
    child.kill("SIGKILL");
  };
  const limit = setTimeout(() => end("IMAGE_TIMEOUT"), limits.seconds * 1_000);
  const watch = setInterval(() => {
    void memoryOf(child.pid ?? 0).then((bytes) => {
      if (bytes > limits.memory) end("IMAGE_TOO_LARGE");
    });
  }, WATCHED_EVERY_MS);
  const said: Buffer[] = [];
  child.stderr.on("data", (piece: Buffer) => said.push(piece));
  const ended = once(child, "close") as Promise<[number | null]>;
  try {
    for await (const piece of child.stdout) yield piece as Buffer;
    const [status] = await ended;
    if (status !== 0) throw new ImageError(CODES.find((known) => Buffer.concat(said).toString() === known) ?? code);
  } finally {
    clearTimeout(limit);
    clearInterval(watch);
    child.kill("SIGKILL");
  }
}

/** Takes `count` bytes off the front of a stream of pieces; what is left over of the last piece comes with them. */
async function take(
  pieces: AsyncIterator<Buffer>,
  count: number,
  left: Buffer,
): Promise<[taken: Buffer, left: Buffer]> {
  let held = left;
  while (held.length < count) {
    const next = await pieces.next();
    if (next.done) throw new ImageError("IMAGE_DAMAGED");
    held = Buffer.concat([held, next.value]);
  }
  return [held.subarray(0, count), held.subarray(count)];
}

/**
 * Makes of an untrusted original what the screen shows. A small picture is decoded here; a large one in a process of its own.
 * `header` is what `probeImage` says of it. Throws {@link ImageError}, while the pack is read, too.
 */
export async function deriveFrom(path: string, header: ImageHeader, limits: Limits = IMAGE_LIMITS): Promise<Derived> {
  if (header.width * header.height * header.bands <= limits.decodedHere) {
    const { bytes } = await makeDisplayCopy(path);
    return { display: bytes, pack: await makePyramid(path, header) };
  }
  const pieces = apart(path, limits);
  const [length, after] = await take(pieces, 4, Buffer.alloc(0));
  const [display, first] = await take(pieces, length.readUInt32BE(0), after);
  async function* pack(): AsyncGenerator<Buffer> {
    yield first;
    yield* pieces;
  }
  return { display, pack: pack() };
}
