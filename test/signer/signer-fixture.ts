import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { consistencyProof, leafHash256, nodeCrypto, readerOf, treeRoot, treeSize, utf8 } from "../../audit/index.ts";
import type { HeadToSign } from "../../src/signing/checkpoint-signer.ts";
import { packageRoot } from "../../src/storage/package-root.ts";

export const ORIGIN = "test.example/activity";

/** Folders of a signer; removed by {@link removeFolders}. */
export function newFolders(): { readonly root: string; readonly keys: string; readonly records: string } {
  const root = mkdtempSync(join(tmpdir(), "caveat-signer-"));
  folders.push(root);
  return { root, keys: join(root, "keys"), records: join(root, "records") };
}
const folders: string[] = [];

/** For `afterAll`. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A history of entries that a name tells from others. */
export class History {
  readonly #hashes: readonly Uint8Array[];

  /** `shared` entries of the history "first", then others. */
  constructor(name = "first", shared = 0, length = 700) {
    this.#hashes = Array.from({ length }, (_, at) =>
      leafHash256(nodeCrypto, utf8(`${at < shared ? "first" : name} ${at}`)),
    );
  }

  /** What an honest server asks for. */
  async head(from: number, size: number): Promise<HeadToSign> {
    const reader = readerOf(nodeCrypto, this.#hashes);
    return {
      origin: ORIGIN,
      from: treeSize(from),
      size: treeSize(size),
      root: await treeRoot(nodeCrypto, reader, treeSize(size)),
      proof: from === 0 ? [] : [...(await consistencyProof(nodeCrypto, reader, treeSize(from), treeSize(size)))],
    };
  }
}

/** The signer's program as a person at a keyboard meets it: lines in, lines out. */
export class RawSigner {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(paths: { readonly keys: string; readonly records: string }) {
    const program = join(packageRoot(), "src", "signer", "main.ts");
    const types = ["--disable-warning=ExperimentalWarning", "--experimental-strip-types"];
    this.child = spawn(process.execPath, [...types, program, paths.keys, paths.records], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {},
    });
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code) => {
        for (const wait of this.#waiting.splice(0)) wait("(ended)");
        resolve(code);
      });
    });
    this.child.stdin?.on("error", () => undefined);
    if (this.child.stdout)
      createInterface({ input: this.child.stdout }).on("line", (line) => {
        const wait = this.#waiting.shift();
        if (wait) wait(line);
        else this.#lines.push(line);
      });
  }

  write(bytes: string | Uint8Array): void {
    this.child.stdin?.write(bytes);
  }

  next(): Promise<string> {
    const line = this.#lines.shift();
    return line === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(line);
  }

  async say(line: string): Promise<{ readonly id: unknown; readonly code: string | null; readonly line: string }> {
    this.write(`${line}\n`);
    const answer = await this.next();
    const { id, refused } = JSON.parse(answer) as { id: unknown; refused?: { code: string } };
    return { id, code: refused?.code ?? null, line: answer };
  }

  /** Closes its input and waits. */
  end(): Promise<number | null> {
    this.child.stdin?.end();
    return this.ended;
  }
}
