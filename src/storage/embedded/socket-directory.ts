import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { EmbeddedError } from "./embedded-error.ts";

const PREFIX = "caveat-pg-";
const RECORD = "socket-directory";
/** The kernel's limit for the path of a Unix socket, without its closing zero. */
const SOCKET_PATH_LIMIT = 107;

/** The port in the socket's name. Nothing listens on TCP. */
export const SOCKET_PORT = 5432;

/**
 * Makes a directory for the socket that only this user may enter (trust authentication rests on that), short enough for
 * the kernel, and writes its path into the data directory, so that the next start removes it after a kill.
 *
 * @throws EmbeddedError SOCKET_PATH
 */
export function makeSocketDirectory(dataDir: string): string {
  removeSocketDirectory(dataDir);
  const parent = [tmpdir(), "/tmp"].find(
    (path) => join(path, `${PREFIX}XXXXXX`, socketName()).length <= SOCKET_PATH_LIMIT,
  );
  if (parent === undefined)
    throw new EmbeddedError("SOCKET_PATH", `the path of the temporary directory ${tmpdir()} is too long for a socket`);
  let path: string;
  try {
    path = mkdtempSync(join(parent, PREFIX));
  } catch (cause) {
    throw new EmbeddedError(
      "SOCKET_PATH",
      `cannot make a directory for the socket in ${parent}: set TMPDIR to one that can be written`,
      { cause },
    );
  }
  writeFileSync(join(dataDir, RECORD), path, { mode: 0o600 });
  return path;
}

/** Removes the directory that the last start recorded, if any. To be called only when no postmaster serves the cluster. */
export function removeSocketDirectory(dataDir: string): void {
  const record = join(dataDir, RECORD);
  let path: string;
  try {
    path = readFileSync(record, "utf8");
  } catch {
    return;
  }
  if (basename(path).startsWith(PREFIX)) rmSync(path, { recursive: true, force: true });
  rmSync(record, { force: true });
}

function socketName(): string {
  return `.s.PGSQL.${SOCKET_PORT}`;
}
