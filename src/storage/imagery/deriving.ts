import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { decodable } from "./decodable.ts";
import { makeDisplayCopy } from "./display-copy.ts";
import { ImageError } from "./image-error.ts";
import type { ImageCode } from "./image-error.ts";
import { IMAGE_LIMITS } from "./limits.ts";
import type { ImageHeader } from "./probe.ts";
import { makePyramid } from "./pyramid.ts";
import type { Stretch } from "./stretch.ts";

/** What is made of an original for the screen: a JPEG of the whole, and its pack of tiles, which is read once. */
export interface Derived {
  readonly display: Uint8Array;
  readonly pack: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Null where the samples of the original are shown as they are. */
  readonly stretch: Stretch | null;
}

/** Which pictures are decoded in a process of their own, and what such a process may take. */
type Limits = Readonly<Record<"samplesHere" | "memory" | "seconds", number>>;

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

/** Pictures that are decoded at once, whoever sent them: more would take the machine from everybody else. */
const AT_ONCE = 2;
const waiting: (() => void)[] = [];
let decoding = 0;

/** Waits for its turn; resolves to what ends it, which may be called more than once. */
async function turn(): Promise<() => void> {
  if (decoding >= AT_ONCE)
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  else decoding += 1;
  let over = false;
  return () => {
    if (over) return;
    over = true;
    // The turn goes to whoever waits longest.
    const next = waiting.shift();
    if (next) next();
    else decoding -= 1;
  };
}

/** What the program beside this file writes; it is ended when it takes longer, or more memory, than the limits say. */
async function* apart(path: string, limits: Limits): AsyncGenerator<Buffer> {
  // As source in tests and as JavaScript in the build. A query in this module's own URL is not its file's.
  const source = new URL(import.meta.url).pathname.endsWith(".ts");
  const program = fileURLToPath(new URL(source ? "./deriving-main.ts" : "./deriving-main.js", import.meta.url));
  const types = source ? ["--disable-warning=ExperimentalWarning", "--experimental-strip-types"] : [];
  // Its standard input is never written: it ends when this process does, and the program with it.
  const child = spawn(process.execPath, [...types, program, path], { env: {}, stdio: ["pipe", "pipe", "pipe"] });
  let code: ImageCode = "IMAGE_DAMAGED";
  const end = (why: ImageCode): void => {
    code = why;
    child.kill("SIGKILL");
  };
  const said: Buffer[] = [];
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  // Looked at below; where nobody comes to that, it is no rejection that nobody handles.
  ended.catch(() => undefined);
  const timers: NodeJS.Timeout[] = [];
  try {
    if (!child.stdout || !child.stderr) throw new Error("no pipes to a program", { cause: await ended });
    child.stderr.on("data", (piece: Buffer) => said.push(piece));
    const watch = (): void => {
      void memoryOf(child.pid ?? 0).then((bytes) => {
        if (bytes > limits.memory) end("IMAGE_TOO_LARGE");
      });
    };
    timers.push(
      setTimeout(() => end("IMAGE_TIMEOUT"), limits.seconds * 1_000),
      setInterval(watch, WATCHED_EVERY_MS),
    );
    watch();
    for await (const piece of child.stdout) yield piece as Buffer;
    if ((await ended) !== 0)
      throw new ImageError(CODES.find((known) => Buffer.concat(said).toString() === known) ?? code);
  } finally {
    for (const timer of timers) clearTimeout(timer);
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

/** Takes what stands behind its length. */
async function takeOne(pieces: AsyncIterator<Buffer>, left: Buffer): Promise<[taken: Buffer, left: Buffer]> {
  const [length, after] = await take(pieces, 4, left);
  return take(pieces, length.readUInt32BE(0), after);
}

/**
 * Makes of an untrusted original what the screen shows. A small picture is decoded here; a large one, and NITF, in a process of its own.
 * Few are decoded at once: others wait. `header` is what `probeImage` says of it. The pack is to be read to its end, or
 * returned. Throws {@link ImageError}, while the pack is read, too.
 */
export async function deriveFrom(path: string, header: ImageHeader, limits: Limits = IMAGE_LIMITS): Promise<Derived> {
  const done = await turn();
  try {
    if (!header.nitf && header.width * header.height * header.bands <= limits.samplesHere) {
      const { stretch, ahead } = await decodable(path);
      const { bytes } = await makeDisplayCopy(path, ahead);
      const tiles = await makePyramid(path, header, ahead);
      done();
      return { display: bytes, pack: tiles, stretch };
    }
    const pieces = apart(path, limits);
    const [notes, after] = await takeOne(pieces, Buffer.alloc(0));
    const [display, first] = await takeOne(pieces, after);
    const { stretch } = JSON.parse(notes.toString()) as Pick<Derived, "stretch">;
    return { display, pack: pack(first, pieces, done), stretch };
  } catch (error) {
    done();
    throw error;
  }
}

async function* pack(first: Buffer, pieces: AsyncGenerator<Buffer>, done: () => void): AsyncGenerator<Buffer> {
  try {
    yield first;
    yield* pieces;
  } finally {
    done();
  }
}
