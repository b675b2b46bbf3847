import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { programFailed, startProgram } from "./child-program.ts";
import { commandPrefix } from "./command-prefix.ts";
import { EmbeddedError } from "./embedded-error.ts";
import { isAlive } from "./postmaster-file.ts";

/** The login that owns the embedded cluster. */
export const SUPERUSER = "postgres";

/** Major version of the PostgreSQL that comes as a package; a cluster of another one cannot be opened by it. */
const MAJOR = "18";

/**
 * Makes the database cluster once: UTF-8, code point order and the built-in C.UTF-8 character classes (the same on every
 * system), checksums on every page. It is made aside and renamed, so that a kill at any moment leaves either no cluster
 * or a whole one.
 *
 * @returns the cluster's directory
 * @throws EmbeddedError INITDB_FAILED, OWNER, VERSION, USER_NAMESPACES, TOOL_MISSING
 */
export async function ensureCluster(dataDir: string, binaries: Binaries, fsync: boolean): Promise<string> {
  const cluster = join(dataDir, "cluster");
  removeLeftovers(dataDir);
  if (!existsSync(cluster)) await makeCluster(dataDir, cluster, binaries, fsync);
  const owner = statSync(cluster).uid;
  if (owner !== process.getuid?.()) {
    throw new EmbeddedError(
      "OWNER",
      `${cluster} belongs to uid ${owner}: run as that user, or choose another data directory`,
    );
  }
  const version = readFileSync(join(cluster, "PG_VERSION"), "utf8").trim();
  if (version !== MAJOR) {
    throw new EmbeddedError(
      "VERSION",
      `${cluster} was made by PostgreSQL ${version}, this is ${MAJOR}: dump it with the version that made it`,
    );
  }
  return cluster;
}

async function makeCluster(dataDir: string, cluster: string, binaries: Binaries, fsync: boolean): Promise<void> {
  const aside = join(dataDir, `cluster.new-${process.pid}-${randomBytes(4).toString("hex")}`);
  const command = [
    ...commandPrefix("KILL"),
    binaries.initdb,
    `--pgdata=${aside}`,
    `--username=${SUPERUSER}`,
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
    ...(fsync ? [] : ["--no-sync"]),
  ];
  const program = startProgram(command, { cwd: dataDir, libraryPath: binaries.libraryPath });
  if ((await program.ended) !== 0) {
    rmSync(aside, { recursive: true, force: true });
    throw programFailed("INITDB_FAILED", "initdb failed", program.lastLines());
  }
  try {
    renameSync(aside, cluster);
  } catch (cause) {
    rmSync(aside, { recursive: true, force: true });
    // Another start made it first: that one is as good.
    if (!existsSync(cluster)) throw cause;
  }
  if (fsync) syncDirectory(dataDir);
}

/** Removes what a killed initdb left; one that is still at work names a living process. */
function removeLeftovers(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const pid = /^cluster\.new-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    if (Number(pid) !== process.pid) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
