import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Json } from "../../audit/core/jcs.ts";
import type { TreeSize } from "../../audit/core/numbers.ts";
import { SignerError } from "../signing/checkpoint-signer.ts";
import type { CheckpointSigner, HeadToSign, OpenedLog } from "../signing/checkpoint-signer.ts";
import { BoundedLines } from "./bounded-lines.ts";
import { MAX_ANSWER_BYTES, formatRequest, parseAnswer, readLogs, readNote, readOpened } from "./messages.ts";
import type { SignerRequest } from "./messages.ts";
import type { DeskFolders } from "./signing-desk.ts";

const ANSWER_LIMIT_MS = 10_000;
const END_LIMIT_MS = 5_000;

type Child = ChildProcessByStdio<Writable, Readable, null>;

interface Waiting {
  readonly resolve: (answer: Json) => void;
  readonly reject: (error: SignerError) => void;
  readonly limit: NodeJS.Timeout;
}

/** A signer in a process of its own. One that ended is started again by the next request, which fails when that one ends, too. */
export class SignerProcess implements CheckpointSigner {
  readonly #folders: DeskFolders;
  readonly #waiting = new Map<number, Waiting>();
  #child: { readonly process: Child; readonly ended: Promise<void> } | null = null;
  #lastId = 0;
  #closed = false;

  /** Starts the process at once; whether it answers shows at the first request. */
  constructor(folders: DeskFolders) {
    this.#folders = folders;
    this.#start();
  }

  /** The process that holds the keys now; null between its end and the next request. */
  get pid(): number | null {
    return this.#child?.process.pid ?? null;
  }

  async open(origin: string): Promise<OpenedLog> {
    return this.#ask({ do: "open", origin }, readOpened);
  }

  async sign(head: HeadToSign): Promise<string> {
    return this.#ask({ do: "sign", head }, readNote);
  }

  async logs(): Promise<readonly { readonly origin: string; readonly size: TreeSize }[]> {
    return this.#ask({ do: "logs" }, readLogs);
  }

  /** Ends the process and waits until it has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#child) return;
    const { process, ended } = this.#child;
    const limit = setTimeout(() => process.kill("SIGKILL"), END_LIMIT_MS);
    process.stdin.end();
    await ended;
    clearTimeout(limit);
  }

  #start(): Child {
    // Beside this file, as source in tests and as JavaScript in the build. A query in this module's own URL is not its file's.
    const source = new URL(import.meta.url).pathname.endsWith(".ts");
    const program = fileURLToPath(new URL(source ? "./main.ts" : "./main.js", import.meta.url));
    const types = source ? ["--disable-warning=ExperimentalWarning", "--experimental-strip-types"] : [];
    const child = spawn(process.execPath, [...types, program, this.#folders.keys, this.#folders.records], {
      // Nothing of the environment, so that none of it can change what runs there.
      env: {},
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = new Promise<void>((resolve) => {
      child.once("close", () => resolve());
      child.once("error", () => resolve());
    }).then(() => this.#gone(child));
    const lines = new BoundedLines(MAX_ANSWER_BYTES);
    child.stdout.on("data", (piece: Buffer) => {
      try {
        for (const line of lines.push(piece)) this.#answered(line);
      } catch {
        // What cannot be read is not the signer's: nothing that it says further is believed.
        child.kill("SIGKILL");
      }
    });
    // The end of the process says what there is to say.
    child.stdin.on("error", () => undefined);
    this.#child = { process: child, ended };
    return child;
  }

  #gone(child: Child): void {
    if (this.#child?.process === child) this.#child = null;
    for (const id of this.#waiting.keys())
      this.#take(id)?.reject(new SignerError("UNAVAILABLE", "the signer ended before it answered"));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.limit);
    return waiting;
  }

  #answered(line: Uint8Array): void {
    const { id, value } = parseAnswer(line);
    const waiting = id === null ? undefined : this.#take(id);
    if (!waiting) throw new SignerError("UNAVAILABLE", "an answer that nobody waits for");
    waiting.resolve(value);
  }

  /** Asks, and once more where the process ended in between: every request may be made twice. */
  async #ask<T>(request: SignerRequest, read: (answer: Json) => T): Promise<T> {
    try {
      return read(await this.#askOnce(request).catch(() => this.#askOnce(request)));
    } catch (error) {
      if (error instanceof SignerError) throw error;
      throw new SignerError("UNAVAILABLE", "the signer gave an answer of another form", { cause: error });
    }
  }

  #askOnce(request: SignerRequest): Promise<Json> {
    if (this.#closed) return Promise.reject(new SignerError("UNAVAILABLE", "the signer is closed"));
    const child = this.#child?.process ?? this.#start();
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      // A process that hangs is no better than none, and may hang with a note that it has not given out: the next one has it.
      const limit = setTimeout(() => child.kill("SIGKILL"), ANSWER_LIMIT_MS);
      this.#waiting.set(id, { resolve, reject, limit });
      child.stdin.write(`${formatRequest(id, request)}\n`);
    });
  }
}
