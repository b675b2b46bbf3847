import { readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EmbeddedError } from "./embedded-error.ts";

/** What a running postmaster writes into `postmaster.pid`: its process (line 1) and its state (line 8). */
export interface PostmasterFile {
  readonly pid: number;
  readonly state: string;
}

/** Reads `postmaster.pid` of a cluster; null when there is none or it is half written. */
export function readPostmasterFile(cluster: string): PostmasterFile | null {
  try {
    const lines = readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, state: (lines[7] ?? "").trim() } : null;
  } catch {
    return null;
  }
}

/** Whether a process exists, also one of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Makes sure that nobody serves the cluster. After a crash the file names a dead process, or, after a restart of the
 * machine, a stranger with the same number, which PostgreSQL itself would take for a postmaster: such a file is removed. A
 * postmaster whose starter was killed is already stopping: it is given time.
 *
 * @throws EmbeddedError IN_USE while another postmaster serves it
 */
export async function awaitFreeCluster(cluster: string): Promise<void> {
  const begin = performance.now();
  for (;;) {
    const file = readPostmasterFile(cluster);
    if (file === null) return;
    if (!serves(file.pid, cluster)) {
      if (readPostmasterFile(cluster)?.pid === file.pid) rmSync(join(cluster, "postmaster.pid"), { force: true });
      return;
    }
    const patience = file.state === "stopping" ? 30_000 : 500;
    if (performance.now() - begin > patience) {
      throw new EmbeddedError(
        "IN_USE",
        `process ${file.pid} is already serving ${cluster}: stop it, or choose another data directory`,
      );
    }
    await sleep(10);
  }
}

/** A postmaster works in its cluster's directory. Where that cannot be seen, a living process counts as one. */
function serves(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch (error) {
    // A process that ended meanwhile, or a zombie, has no working directory.
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}
