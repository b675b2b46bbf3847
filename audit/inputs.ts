import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fromUtf8 } from "./core/bytes.ts";
import { FormatError } from "./core/errors.ts";
import { parseArchiveLine } from "./core/archive.ts";
import { splitLines } from "./core/lines.ts";
import { parseVkey } from "./core/note.ts";
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
 * The key that `--key` means: a verifier key line, a file that holds one, or the log of the archive's origin in a trust
 * file. Throws FormatError (KEY, TRUST) and the file system's errors.
 */
export async function resolveKey(value: string, archive: string): Promise<VerifierKey> {
  if (/^[^+\s]+\+[0-9a-f]+\+\S+$/.test(value)) return parseVkey(nodeCrypto, value);
  const text = await readSmallFile(value);
  if (!text.trimStart().startsWith("{")) return parseVkey(nodeCrypto, text.trim());
  const { logs } = await readTrust(value);
  const origin = await originOf(archive);
  // When no log has the origin, any key leads to the verdict that says so.
  const log = logs.find((candidate) => candidate.origin === origin) ?? logs[0];
  if (log === undefined) throw new FormatError("TRUST", `${value} names no log`);
  return log.key;
}

/** What the archive's first line calls its log. Only for choosing a key: verification demands that the two agree. */
async function originOf(archive: string): Promise<string | null> {
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
