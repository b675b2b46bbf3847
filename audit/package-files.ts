import { createReadStream } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { PackageEntry, PackageReader } from "./core/package-reader.ts";
import { readTarEntries } from "./tar.ts";
import type { TarEntry } from "./tar.ts";

/** A delivery package on disk: a directory, or the .tar of it. Throws the file system's errors when it cannot be read. */
export async function openPackage(path: string): Promise<PackageReader> {
  const found = await lstat(path);
  return found.isDirectory() ? new DirectoryPackage(path) : new TarPackage(path);
}

class DirectoryPackage implements PackageReader {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async list(): Promise<readonly PackageEntry[]> {
    const entries: PackageEntry[] = [];
    const walk = async (folder: string): Promise<void> => {
      const items = await readdir(join(this.#root, folder), { withFileTypes: true });
      if (items.length === 0 && folder !== "") entries.push({ path: folder, kind: "other" });
      for (const item of items) {
        const path = folder === "" ? item.name : `${folder}/${item.name}`;
        if (item.isDirectory()) await walk(path);
        else entries.push({ path, kind: item.isFile() ? "file" : "other" });
      }
    };
    await walk("");
    return entries;
  }

  read(path: string): AsyncIterable<Uint8Array> {
    return createReadStream(join(this.#root, path));
  }
}

class TarPackage implements PackageReader {
  readonly #path: string;
  #entries = new Map<string, TarEntry>();

  constructor(path: string) {
    this.#path = path;
  }

  async list(): Promise<readonly PackageEntry[]> {
    const file = await open(this.#path, "r");
    try {
      const entries = await readTarEntries((offset, length) => readAt(file, offset, length), (await file.stat()).size);
      this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
      return entries.map((entry) => ({ path: entry.path, kind: "file" }));
    } finally {
      await file.close();
    }
  }

  async *read(path: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(path);
    if (entry === undefined || entry.bytes === 0) return;
    yield* createReadStream(this.#path, { start: entry.offset, end: entry.offset + entry.bytes - 1 });
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
