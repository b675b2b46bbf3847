import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A child process that holds an embedded PostgreSQL. */
export interface Holder {
  readonly child: ChildProcess;
  /** Process id of the postmaster. */
  readonly pid: number;
  readonly socketDir: string;
}

/**
 * Starts a process that starts an embedded PostgreSQL and keeps it.
 *
 * @param prefix what stands before node on the command line, for example a change of user
 */
export async function startHolder(dataDir: string, prefix: readonly string[] = []): Promise<Holder> {
  const holder = fileURLToPath(new URL("./holder.ts", import.meta.url));
  const [file = process.execPath, ...between] = prefix;
  const args = prefix.length === 0 ? [holder, dataDir] : [...between, process.execPath, holder, dataDir];
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("close", (code) => {
      reject(new Error(`the holder ended with ${code}`));
    });
  });
  const { pid, socketDir } = JSON.parse(line) as { pid: number; socketDir: string };
  return { child, pid, socketDir };
}

/** Kills a holder like a crash and waits until it is gone. */
export async function crash(holder: Holder): Promise<void> {
  const gone = once(holder.child, "exit");
  holder.child.kill("SIGKILL");
  await gone;
}
