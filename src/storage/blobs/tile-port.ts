import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file of a log's tree: its path below the log (`tile/0/x001/067.p/5`) and its bytes. */
export interface TileFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Where the trees of logs lie: public hashes and leaves, in files whose names say all that there is to know of them. */
export interface TilePort {
  /** The bytes of a file; null where there is none. */
  read(log: string, path: string): Promise<Uint8Array | null>;
  /** Makes files durable, each as a whole or not at all; the same file twice is harmless. */
  keep(log: string, files: readonly TileFile[]): Promise<void>;
  /** Removes files, or all below a path; what is not there is gone already. */
  remove(log: string, paths: readonly string[]): Promise<void>;
}

const PATH = /^(?:[a-z0-9]+(?:\.p)?\/)*[a-z0-9]+(?:\.p)?$/;

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

let temporaries = 0;

/** The trees of logs as files below one folder, each log in a folder of its own, named after its percent-encoded origin. */
export class FileTiles implements TilePort {
  readonly #folder: string;
  readonly #above: string;
  /** Folders whose names are known to be on the disk. */
  readonly #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#above = dirname(folder);
  }

  #folderOf(log: string): string {
    const name = encodeURIComponent(log);
    if (name.length === 0 || name.length > 180 || /^\.+$/.test(name)) throw new Error("malformed log name");
    return join(this.#folder, name);
  }

  #path(log: string, path: string): string {
    if (!PATH.test(path)) throw new Error("malformed tile path");
    return join(this.#folderOf(log), path);
  }

  async read(log: string, path: string): Promise<Uint8Array | null> {
    return readFile(this.#path(log, path)).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
        return null;
      throw error;
    });
  }

  async keep(log: string, files: readonly TileFile[]): Promise<void> {
    const folders = new Set<string>();
    await Promise.all(
      files.map(async ({ path, bytes }) => {
        const target = this.#path(log, path);
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        for (const folder of this.#foldersTo(target)) folders.add(folder);
        const temporary = `${target}.${process.pid}.${(temporaries += 1)}.tmp`;
        try {
          const handle = await open(temporary, "w", 0o600);
          try {
            await handle.writeFile(bytes);
            await handle.sync();
          } finally {
            await handle.close();
          }
          await rename(temporary, target);
        } catch (error) {
          await rm(temporary, { force: true });
          throw error;
        }
      }),
    );
    await Promise.all([...folders].map(sync));
    for (const { path } of files) this.#remember(dirname(this.#path(log, path)));
  }

  /** The folder that the file's name is written into, and above it those whose names this process has not flushed before. */
  #foldersTo(target: string): string[] {
    const own = dirname(target);
    const folders = [own];
    for (let folder = own; folder !== this.#above && !this.#known.has(folder); folder = dirname(folder))
      folders.push(dirname(folder));
    return folders;
  }

  #remember(own: string): void {
    for (let folder = own; folder !== this.#above; folder = dirname(folder)) this.#known.add(folder);
  }

  async remove(log: string, paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#known.delete(this.#path(log, path));
    await Promise.all(paths.map((path) => rm(this.#path(log, path), { force: true, recursive: true })));
  }
}
