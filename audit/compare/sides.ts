import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArchiveLine } from "../core/archive.ts";
import { FormatError } from "../core/errors.ts";
import { splitLines } from "../core/lines.ts";
import type { VerifierKey } from "../core/note.ts";
import { readUnverifiedCheckpoint } from "../core/checkpoint.ts";
import { fromUtf8 } from "../core/bytes.ts";
import { verifyLog } from "../core/verify-log.ts";
import { archiveFile } from "../inputs.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { fsck } from "../tiles/fsck.ts";
import { TILE_WIDTH } from "../tiles/tile-path.ts";
import { readBundle, type TileSource } from "../tiles/tile-source.ts";
import type { HeldEntry, Side } from "./histories.ts";

type Told = (entries: number, bytes: number) => void;

/** The files of a log's folder. Reads no further than it is asked to. */
export function folderSource(folder: string): TileSource {
  return {
    async read(path, most) {
      const file = await open(join(folder, path), "r").catch((error: unknown) => {
        if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
          return null;
        throw error;
      });
      if (!file) return null;
      try {
        const bytes = new Uint8Array(Math.min(most, (await file.stat()).size));
        await file.read(bytes, 0, bytes.length, 0);
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}

/** Whether a path is a folder of tiles: a folder in which no archive lies. */
export async function isTileFolder(path: string): Promise<boolean> {
  if (!(await stat(path)).isDirectory()) return false;
  return stat(join(path, "log.ndjson")).then(
    () => false,
    () => true,
  );
}

/** Checks one side by itself and opens it for comparing. Throws the file system's errors. */
export async function openSide(path: string, key: VerifierKey, onProgress: Told): Promise<Side> {
  if (await isTileFolder(path)) {
    const source = folderSource(path);
    const report = await fsck({ crypto: nodeCrypto, key, source, onProgress });
    const { verified, findings, signed } = report;
    return { name: path, verified, findings, signedSize: signed?.size ?? 0, entries: tileEntries(source) };
  }
  const file = await archiveFile(path);
  const report = await verifyLog({ crypto: nodeCrypto, key, archive: createReadStream(file), onProgress });
  const { verified, findings, confirmedSize } = report;
  return { name: path, verified, findings, signedSize: confirmedSize, entries: archiveEntries(file) };
}

async function* archiveEntries(file: string): AsyncGenerator<HeldEntry> {
  const stream = createReadStream(file);
  try {
    for await (const line of splitLines(stream)) {
      const parsed = parseArchiveLine(line.bytes);
      if (parsed.line === "entry") yield parsed;
    }
  } catch (error) {
    // What is wrong with it stands among the side's own findings.
    if (!(error instanceof FormatError)) throw error;
  } finally {
    stream.destroy();
  }
}

async function* tileEntries(source: TileSource): AsyncGenerator<HeldEntry> {
  try {
    const note = await source.read("checkpoint", 1_000_000);
    const { size } = note ? readUnverifiedCheckpoint(fromUtf8(note)) : { size: 0 };
    for (let number = 0; number * TILE_WIDTH < size; number += 1) {
      const leaves = await readBundle(source, number, size);
      if (!leaves) return;
      for (const [at, leaf] of leaves.entries()) yield { index: number * TILE_WIDTH + at, leaf, slots: null };
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}
