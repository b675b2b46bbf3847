import { constants } from "node:fs";
import { mkdir, open, readdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { toBase64 } from "../../audit/core/base64-writer.ts";
import { fromBase64, fromUtf8, utf8 } from "../../audit/core/bytes.ts";
import { FormatError } from "../../audit/core/errors.ts";
import { countOf, encodeCanonical, exactObject, parseCanonical, stringOf } from "../../audit/core/jcs.ts";
import { treeSize } from "../../audit/core/numbers.ts";
import { SignerError } from "../signing/checkpoint-signer.ts";
import type { SignedHead } from "../signing/checkpoint-signer.ts";
import { createFileOnce, readKeyFile } from "../signing/key-files.ts";
import { logFileName } from "../signing/log-key-file.ts";

const RECORD = /^([0-9]{12})\.json$/;

/** A signed head and which in its log's order it is. */
export interface RecordedHead {
  readonly sequence: number;
  readonly head: SignedHead;
}

/**
 * What was signed last, for each log: a folder of numbered records, of which the highest counts. A record is never written
 * over. The next number can be taken once, so of two signers on one folder that saw the same last record one comes first, and
 * the other has to look again.
 */
export class SignedHeads {
  readonly #folder: string;
  /** By origin, the record that is known to be on the disk: one that a killed process wrote may be in memory only. */
  readonly #durable = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  #folderOf(origin: string): string {
    return join(this.#folder, logFileName(origin));
  }

  /** Origins of all logs with a record. */
  async origins(): Promise<string[]> {
    const names = await readdir(this.#folder);
    return names.toSorted().map((name) => decodeURIComponent(name));
  }

  async #sequences(origin: string): Promise<number[]> {
    const names = await readdir(this.#folderOf(origin)).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    });
    return names.flatMap((name) => RECORD.exec(name)?.[1] ?? []).map(Number);
  }

  #path(origin: string, sequence: number): string {
    return join(this.#folderOf(origin), `${String(sequence).padStart(12, "0")}.json`);
  }

  /** The last record of a log; null where there is none. Throws SignerError STATE_DAMAGED. */
  async last(origin: string): Promise<RecordedHead | null> {
    for (;;) {
      const sequence = Math.max(0, ...(await this.#sequences(origin)));
      if (sequence === 0) return null;
      const path = this.#path(origin, sequence);
      const bytes = await readKeyFile(path);
      // Another signer took the next number and removed this one in between.
      if (bytes === null) continue;
      const head = parseRecord(bytes, origin, path);
      if (this.#durable.get(origin) !== sequence) await syncAll([path, this.#folderOf(origin), this.#folder]);
      this.#durable.set(origin, sequence);
      return { sequence, head };
    }
  }

  /**
   * Writes the record of this number durably; false when it is taken, or a later one is there. Any other failure leaves it
   * unknown whether the disk has it: whoever meets one must not go on.
   */
  async add(origin: string, { sequence, head }: RecordedHead): Promise<boolean> {
    const folder = this.#folderOf(origin);
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncAll([this.#folder, dirname(this.#folder)]);
    const record = { caveat: "signed/v1", note: head.note, origin, root: toBase64(head.root), size: head.size };
    if (!(await createFileOnce(this.#path(origin, sequence), utf8(`${encodeCanonical(record)}\n`)))) return false;
    // A signer that was slower than two others finds the number free again, because they removed it: a later one is there.
    const sequences = await this.#sequences(origin);
    if (Math.max(...sequences) !== sequence) return false;
    this.#durable.set(origin, sequence);
    for (const old of sequences) if (old < sequence - 1) await unlink(this.#path(origin, old)).catch(() => undefined);
    return true;
  }
}

function parseRecord(bytes: Uint8Array, origin: string, path: string): SignedHead {
  try {
    const text = fromUtf8(bytes);
    if (!text.endsWith("\n")) throw new FormatError("JSON", "the record is cut short");
    const record = exactObject(
      parseCanonical(text.slice(0, -1)),
      ["caveat", "note", "origin", "root", "size"],
      "the record",
    );
    if (record.caveat !== "signed/v1" || record.origin !== origin)
      throw new FormatError("MEMBERS", "the record is of another version or log");
    const root = fromBase64(stringOf(record.root, "the root"));
    if (root.length !== 32) throw new FormatError("MEMBERS", "a root has 32 bytes");
    const note = record.note === null ? null : stringOf(record.note, "the note");
    return { size: treeSize(countOf(record.size, "the size")), root, note };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new SignerError("STATE_DAMAGED", `${path}: ${error.message}`, { cause: error });
  }
}

async function syncAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const handle = await open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
