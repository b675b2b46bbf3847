import { constants, createReadStream } from "node:fs";
import { copyFile, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Where sealed bytes lie. Names are keyed addresses: they say nothing about content, owner or marking. */
export interface BlobPort {
  /** A folder for what is written before its address is known. */
  incoming(): Promise<string>;
  /** Makes a finished temporary file durable under its address; the same address twice is harmless. */
  keep(temporary: string, address: string): Promise<void>;
  /** The sealed bytes. Throws when there are none. */
  read(address: string): AsyncIterable<Uint8Array>;
  /** A stretch of them; shorter where they end before it. */
  readAt(address: string, offset: number, length: number): Promise<Buffer>;
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Blobs as files below one folder. */
export class FileBlobs implements BlobPort {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #path(address: string): string {
    if (!/^[0-9a-f]{64}$/.test(address)) throw new Error("malformed blob address");
    return join(this.#folder, address.slice(0, 2), address.slice(2));
  }

  async incoming(): Promise<string> {
    const folder = join(this.#folder, "incoming");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async keep(temporary: string, address: string): Promise<void> {
    const path = this.#path(address);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await sync(temporary);
    await rename(temporary, path).catch(async (error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
      // What was sealed on another file system comes over as a copy.
      await copyFile(temporary, path, constants.COPYFILE_EXCL);
      await sync(path);
    });
    await sync(dirname(path));
    await sync(this.#folder);
    await stat(path);
  }

  read(address: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#path(address), { highWaterMark: 1 << 18 });
  }

  async readAt(address: string, offset: number, length: number): Promise<Buffer> {
    const handle = await open(this.#path(address), "r");
    try {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}
