import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { byText, isFileName, UnreadableError } from "./reading.ts";
import type { RefusalCount } from "./reading.ts";

/** Limits on what one folder may hold. */
export const FOLDER_LIMITS = {
  /** Files of all kinds. */
  files: 50_000,
  /** Folders inside folders, the given one counting as 1. */
  depth: 4,
  /** Bytes of one annotation file. */
  annotationBytes: 33_554_432,
} as const;

/** A regular file of the folder. */
export interface FolderFile {
  /** Path inside the folder, with forward slashes. */
  readonly file: string;
  readonly name: string;
  readonly path: string;
}

/** The files of a folder by what their names say they are; what they are is found out when they are read. */
export interface FolderFiles {
  readonly images: readonly FolderFile[];
  readonly annotations: readonly FolderFile[];
  readonly others: readonly string[];
}

const IMAGES = new Set([".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"]);
const ANNOTATIONS = new Set([".csv", ".xml", ".json"]);

/**
 * Lists a folder and the folders in it, sorted by path. Symbolic links are never followed (FILE_LINK): a link would read
 * what lies outside. Names that cannot be shown on one line, devices and sockets, folders that lie too deep and files beyond
 * the limit are counted in `refused`. Throws the system's error when the folder itself cannot be read.
 */
export async function listFolder(dir: string, refused: RefusalCount): Promise<FolderFiles> {
  const images: FolderFile[] = [];
  const annotations: FolderFile[] = [];
  const others: string[] = [];
  let left: number = FOLDER_LIMITS.files;
  const walk = async (path: string, inside: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => byText(a.name, b.name))) {
      const file = inside + entry.name;
      const found = { file, name: entry.name, path: join(path, entry.name) };
      if (!isFileName(entry.name)) refused.add(inside === "" ? "." : inside.slice(0, -1), "FILE_NAME");
      else if (entry.isSymbolicLink()) refused.add(file, "FILE_LINK");
      else if (entry.isDirectory()) {
        if (depth < FOLDER_LIMITS.depth) await walk(found.path, `${file}/`, depth + 1);
        else refused.add(file, "FILE_DEPTH");
      } else if (!entry.isFile()) refused.add(file, "FILE_KIND");
      else if (left === 0) refused.add(inside === "" ? "." : inside.slice(0, -1), "TOO_MANY_FILES");
      else {
        left -= 1;
        const extension = extname(entry.name).toLowerCase();
        if (IMAGES.has(extension)) images.push(found);
        else if (ANNOTATIONS.has(extension)) annotations.push(found);
        else others.push(file);
      }
    }
  };
  await walk(dir, "", 1);
  return { images, annotations, others };
}

/**
 * Reads an annotation file whole. Throws {@link UnreadableError}: FILE_KIND when it became a link or a device since it was
 * listed, FILE_TOO_LARGE, FILE_ENCODING when it is not UTF-8 (a byte order mark is skipped).
 */
export async function readText(file: FolderFile): Promise<string> {
  const handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => null,
  );
  if (handle === null) throw new UnreadableError("FILE_KIND");
  try {
    const before = await handle.stat();
    if (!before.isFile()) throw new UnreadableError("FILE_KIND");
    if (before.size > FOLDER_LIMITS.annotationBytes) throw new UnreadableError("FILE_TOO_LARGE");
    // Read by the size that was judged: a file that grows meanwhile is not followed.
    const bytes = Buffer.alloc(before.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return decode(bytes.subarray(0, length));
  } finally {
    await handle.close();
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableError("FILE_ENCODING");
  }
}
