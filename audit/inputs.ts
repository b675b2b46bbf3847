import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fromUtf8 } from "./core/bytes.ts";
import { FormatError } from "./core/errors.ts";
import { parseArchiveLine } from "./core/archive.ts";
import { arrayOf, countOf, isObject, stringOf } from "./core/jcs.ts";
import { parseAnySpelling } from "./core/json-spelling.ts";
import { splitLines } from "./core/lines.ts";
import type { ChainHead } from "./core/log-report.ts";
import { parseVkey } from "./core/note-key.ts";
import type { VerifierKey } from "./core/note.ts";
import { parseTrust } from "./core/trust.ts";
import type { Trust } from "./core/trust.ts";
import { nodeCrypto } from "./node-crypto.ts";

const MAX_KEY_FILE_BYTES = 4 * 1_048_576;

/** The file of an archive: the path itself, or log.ndjson inside it when it is a directory. Throws the file system's errors. */
export async function archiveFile(path: string): Promise<string> {
  return (await stat(path)).isDirectory() ? join(path, "log.ndjson") : path;
}

/** Reads a small text file. Throws the file system's errors, and FormatError when it is too large or not UTF-8. */
export async function readSmallFile(path: string): Promise<string> {
  if ((await stat(path)).size > MAX_KEY_FILE_BYTES) throw new FormatError("RANGE", `${path} is too large`);
  return fromUtf8(await readFile(path));
}

/** Reads a trust file. Throws the file system's errors and TRUST. */
export async function readTrust(path: string): Promise<Trust> {
  await readSmallFile(path);
  return parseTrust(nodeCrypto, await readFile(path));
}

/**
 * The key that `--key` means: a verifier key line, a file that holds one, or the log of the input's origin in a trust file.
 * Throws FormatError (KEY, TRUST) and the file system's errors.
 */
export async function resolveKey(value: string, originOfInput: () => Promise<string | null>): Promise<VerifierKey> {
  if (/^[^+\s]+\+[0-9a-f]+\+\S+$/.test(value)) return parseVkey(nodeCrypto, value);
  const text = await readSmallFile(value);
  if (!text.trimStart().startsWith("{")) return parseVkey(nodeCrypto, text.trim());
  const { logs } = await readTrust(value);
  const origin = await originOfInput();
  // When no log has the origin, any key leads to the verdict that says so.
  const log = logs.find((candidate) => candidate.origin === origin) ?? logs[0];
  if (log === undefined) throw new FormatError("TRUST", `${value} names no log`);
  return log.key;
}

/** What the archive's first line calls its log. Only for choosing a key: verification demands that the two agree. */
export async function originOf(archive: string): Promise<string | null> {
  const stream = createReadStream(archive, { end: 65_535 });
  try {
    for await (const line of splitLines(stream)) {
      const header = parseArchiveLine(line.bytes);
      return header.line === "header" ? header.origin : null;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  } finally {
    stream.destroy();
  }
  return null;
}

/** What a proof's checkpoint calls its log; only for choosing a key. */
export function originOfProof(proof: string): string | null {
  return proof.split("\n\n")[1]?.split("\n")[0] ?? null;
}

/**
 * What an earlier check confirmed: a report that `verify log --json` printed, of the log of this origin. Throws FormatError
 * (ARCHIVE) for another file, or when that check refused, and the file system's errors.
 */
export async function readHead(path: string, origin: string): Promise<ChainHead> {
  const refused = (why: string): FormatError =>
    new FormatError("ARCHIVE", `${path} is no report to go on from: ${why}`);
  const report = parseAnySpelling(await readSmallFile(path));
  if (!isObject(report) || !isObject(report["signed"])) throw refused("it is not that of a log that verified");
  if (report["origin"] !== origin) throw refused("it is of another log");
  const { size, chain, frontier } = report["signed"];
  const hashes = arrayOf(frontier, "the frontier", 53).map((hash) => stringOf(hash, "a hash", /^[0-9a-f]{64}$/));
  return {
    size: countOf(size, "the size"),
    chain: stringOf(chain, "the chain value", /^[0-9a-f]{96}$/),
    frontier: hashes,
  };
}
