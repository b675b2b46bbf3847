import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { ImageError } from "./image-error.ts";
import type { ImageCode } from "./image-error.ts";
import type { ImageLimits } from "./limits.ts";
import { hearing } from "./progress.ts";
import type { Progress } from "./progress.ts";

/** An original as it is read: how long it is, and its bytes from the first on. */
export interface Original {
  readonly bytes: number;
  readonly read: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const WATCHED_EVERY_MS = 200;
const PAGE = 4_096;
const CODES: readonly ImageCode[] = [
  "IMAGE_TYPE",
  "IMAGE_TOO_LARGE",
  "IMAGE_EXPANDS",
  "IMAGE_DAMAGED",
  "IMAGE_TIMEOUT",
];
const ENVIRONMENT = {
  // A decoder that cannot read on from where it is unpacks into a file from this size on, unsealed. None ever has this one.
  VIPS_DISC_THRESHOLD: "100000g",
  // It tells how far it is on the standard output: there is no other way to hear it.
  VIPS_PROGRESS: "1",
};

/** Memory of a process in bytes; 0 where the system does not tell. */
async function memoryOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
  return Number(text.split(" ")[1] ?? 0) * PAGE;
}

/** Writes an original to a program, for as long as that runs. Throws what kept the original from being read. */
async function feed({ read }: Original, pipe: Writable, ended: AbortSignal): Promise<void> {
  for await (const piece of read()) {
    if (ended.aborted) return;
    if (!pipe.write(piece)) await once(pipe, "drain", { signal: ended }).catch(() => undefined);
  }
}

/**
 * What the program beside this file writes about an original that it is given through a pipe; it is ended when it takes longer,
 * or more memory beside the original, than the limits say. How far it is, is told to `progress`. Throws {@link ImageError}.
 */
export async function* apart(original: Original, limits: ImageLimits, progress: Progress): AsyncGenerator<Buffer> {
  // As source in tests and as JavaScript in the build. A query in this module's own URL is not its file's.
  const source = new URL(import.meta.url).pathname.endsWith(".ts");
  const program = fileURLToPath(new URL(source ? "./deriving-main.ts" : "./deriving-main.js", import.meta.url));
  const types = source ? ["--disable-warning=ExperimentalWarning", "--experimental-strip-types"] : [];
  const given = [String(original.bytes), JSON.stringify(limits)];
  // Its standard input ends when this process does, and the program with it.
  const child = spawn(process.execPath, [...types, program, ...given], {
    env: ENVIRONMENT,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  let why: Error | null = null;
  const end = (reason: unknown): void => {
    why ??= reason instanceof Error ? reason : new ImageError("IMAGE_DAMAGED");
    child.kill("SIGKILL");
  };
  const said: Buffer[] = [];
  const over = new AbortController();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  ended.catch(() => undefined).finally(() => over.abort());
  const timers: NodeJS.Timeout[] = [];
  try {
    const made = child.stdio[3];
    if (!child.stdin || !child.stdout || !child.stderr || !(made instanceof Readable))
      throw new Error("no pipes to a program", { cause: await ended });
    child.stdout.on("data", hearing(progress));
    child.stderr.on("data", (piece: Buffer) => said.push(piece));
    // Whoever ends before all is written has said why.
    for (const pipe of [child.stdin, child.stdout]) pipe.on("error", () => undefined);
    const watch = (): void => {
      void memoryOf(child.pid ?? 0).then((bytes) => {
        if (bytes > limits.memory + original.bytes) end(new ImageError("IMAGE_TOO_LARGE"));
      });
    };
    timers.push(
      setTimeout(() => end(new ImageError("IMAGE_TIMEOUT")), limits.seconds * 1_000),
      setInterval(watch, WATCHED_EVERY_MS),
    );
    watch();
    feed(original, child.stdin, over.signal).catch(end);
    for await (const piece of made) yield piece as Buffer;
    if ((await ended) !== 0) {
      const code = CODES.find((known) => Buffer.concat(said).toString() === known) ?? "IMAGE_DAMAGED";
      const error: Error = why ?? new ImageError(code);
      throw error;
    }
  } finally {
    for (const timer of timers) clearTimeout(timer);
    child.kill("SIGKILL");
  }
}
