import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { SigningError } from "./errors.ts";

const OTHERS = 0o077;
const MAX_KEY_FILE_BYTES = 16 * 1024;

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

/**
 * Makes the directory of the key files with mode 0700, or checks one that is there.
 *
 * @throws {SigningError} `KEY_DIRECTORY_UNSAFE` when anybody but the owner has any right to it: somebody who can write the
 * directory can put his own key where ours was.
 */
export const ensureKeyDirectory = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found = await stat(directory);
  if (!found.isDirectory() || (found.mode & OTHERS) !== 0) {
    throw new SigningError(
      "KEY_DIRECTORY_UNSAFE",
      `key directory ${directory} must have mode 0700 (chmod 700 ${directory})`,
    );
  }
};

/**
 * Reads a key file into a buffer that the caller must zero after use, or returns null when there is none.
 *
 * The checks are made on the opened file, not on its name, so that nothing can be put in its place between check and read;
 * a symbolic link is refused for the same reason.
 *
 * @throws {SigningError} `KEY_FILE_UNSAFE` for a link, something that is no plain file, a foreign owner, or any right of group
 * or world; `KEY_FILE_MALFORMED` for a file larger than any key.
 */
export const readKeyFile = async (path: string): Promise<Buffer | null> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    if (codeOf(error) === "ELOOP") throw new SigningError("KEY_FILE_UNSAFE", `key file ${path} is a symbolic link`);
    throw error;
  });
  if (file === null) return null;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new SigningError("KEY_FILE_UNSAFE", `key file ${path} is not a plain file`);
    if ((found.mode & OTHERS) !== 0) {
      throw new SigningError("KEY_FILE_UNSAFE", `key file ${path} must have mode 0600 (chmod 600 ${path})`);
    }
    if (process.getuid !== undefined && found.uid !== process.getuid()) {
      throw new SigningError("KEY_FILE_UNSAFE", `key file ${path} belongs to another user`);
    }
    if (found.size > MAX_KEY_FILE_BYTES) throw new SigningError("KEY_FILE_MALFORMED", `key file ${path} is too large`);
    return await file.readFile();
  } finally {
    await file.close();
  }
};

/**
 * Writes a new file of mode 0600 so that a crash leaves either nothing or the whole of it, and flushes it to the disk.
 *
 * The last step is a hard link rather than a rename: a rename would silently replace a key that another process made in the
 * meantime, and what that key has signed could never be signed again.
 *
 * @returns false when the name was already taken; the file that is there is untouched.
 */
export const createFileOnce = async (path: string, bytes: Uint8Array, mode = 0o600): Promise<boolean> => {
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", mode);
  try {
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
  const directory = await open(dirname(path), constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
  return true;
};
