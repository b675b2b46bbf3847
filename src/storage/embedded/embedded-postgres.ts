import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../connection.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { type ChildProgram, programFailed, startProgram } from "./child-program.ts";
import { ensureCluster, SUPERUSER } from "./cluster.ts";
import { commandPrefix } from "./command-prefix.ts";
import { EmbeddedError } from "./embedded-error.ts";
import { awaitFreeCluster, readPostmasterFile } from "./postmaster-file.ts";
import { serverSettings } from "./server-settings.ts";
import { makeSocketDirectory, removeSocketDirectory, SOCKET_PORT } from "./socket-directory.ts";

/** A running PostgreSQL that this process started and that dies with it. */
export interface EmbeddedPostgres {
  /** Directory of the Unix socket; only this user may enter it, and nothing listens on TCP. */
  readonly socketDir: string;
  readonly port: number;
  readonly superuser: string;
  /** Process id of the postmaster. */
  readonly pid: number;
  /** How to log in as `user` to `database`; inside the socket's directory no password is asked. */
  connectionOptions(database: string, user: string): Connection;
  /** Settles when the postmaster has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /**
   * Stops and waits until it has ended. `fast` (the default) ends sessions and writes a checkpoint; `immediate` does not,
   * and the next start recovers from the log.
   */
  stop(mode?: "fast" | "immediate"): Promise<void>;
  /** Kills the postmaster like a crash does. For tests only. */
  kill9(): void;
}

/** How to start the embedded PostgreSQL. */
export interface EmbeddedOptions {
  /** Directory for the cluster, made with mode 0700 when it is missing. */
  readonly dataDir: string;
  /** False only for data that may be lost with the machine (tests). */
  readonly fsync?: boolean;
  /** Gets each line that PostgreSQL logs; the lines hold no statement, parameter or key value. */
  readonly log?: (line: string) => void;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;

/**
 * Starts the PostgreSQL that came as a package on a data directory, making the cluster the first time, and waits until it
 * accepts connections. Works as root and as an ordinary user. Must be called from the main thread: the kernel stops
 * PostgreSQL when the thread that started it ends.
 *
 * @throws EmbeddedError with a code and advice
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const fsync = options.fsync ?? true;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const binaries = findBinaries(`${dataDir}/lib`);
  const cluster = await ensureCluster(dataDir, binaries, fsync);
  const deadline = performance.now() + START_LIMIT_MS;
  for (;;) {
    await awaitFreeCluster(cluster);
    const socketDir = makeSocketDirectory(dataDir);
    const program = startPostmaster(cluster, socketDir, binaries, fsync, options.log);
    const outcome = await awaitReady(program, cluster, deadline).catch((error: unknown) => {
      removeSocketDirectory(dataDir);
      throw error;
    });
    if (outcome === "ready") return running(program, dataDir, socketDir);
    // Processes of a killed postmaster still hold its memory; they notice and end within moments.
    if (outcome === "ended" && /still in use|is being used/.test(program.lastLines()) && performance.now() < deadline) {
      await sleep(50);
      continue;
    }
    removeSocketDirectory(dataDir);
    throw startError(outcome, cluster, program.lastLines());
  }
}

function startPostmaster(
  cluster: string,
  socketDir: string,
  binaries: Binaries,
  fsync: boolean,
  log: ((line: string) => void) | undefined,
): ChildProgram {
  const settings = serverSettings({ socketDir, port: SOCKET_PORT, fsync }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  return startProgram([...commandPrefix("INT"), binaries.postgres, "-D", cluster, ...settings], {
    cwd: cluster,
    libraryPath: binaries.libraryPath,
    log,
  });
}

async function awaitReady(
  program: ChildProgram,
  cluster: string,
  deadline: number,
): Promise<"ready" | "ended" | "timeout"> {
  let ended = false;
  const end = program.ended.then(() => {
    ended = true;
  });
  while (performance.now() < deadline) {
    const file = readPostmasterFile(cluster);
    if (file !== null && file.pid === program.process.pid && file.state === "ready") return "ready";
    await Promise.race([end, sleep(5)]);
    if (ended) return "ended";
  }
  program.process.kill("SIGQUIT");
  await end;
  return "timeout";
}

function startError(outcome: "ended" | "timeout", cluster: string, output: string): EmbeddedError {
  if (outcome === "timeout")
    return new EmbeddedError("START_TIMEOUT", `PostgreSQL was not ready within ${START_LIMIT_MS / 1000} s\n${output}`);
  if (output.includes('lock file "postmaster.pid" already exists')) {
    return new EmbeddedError("IN_USE", `another process is already serving ${cluster}\n${output}`);
  }
  return programFailed("START_FAILED", "PostgreSQL did not start", output);
}

function running(program: ChildProgram, dataDir: string, socketDir: string): EmbeddedPostgres {
  const ended = program.ended.then(() => undefined);
  return {
    socketDir,
    port: SOCKET_PORT,
    superuser: SUPERUSER,
    pid: program.process.pid ?? 0,
    ended,
    connectionOptions: (database, user) => ({ host: socketDir, port: SOCKET_PORT, user, database }),
    stop: async (mode = "fast") => {
      program.process.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
      const limit = new AbortController();
      await Promise.race([
        ended,
        sleep(STOP_LIMIT_MS, undefined, { signal: limit.signal }).then(
          () => program.process.kill("SIGQUIT"),
          () => undefined,
        ),
      ]);
      limit.abort();
      await ended;
      removeSocketDirectory(dataDir);
    },
    kill9: () => {
      program.process.kill("SIGKILL");
    },
  };
}
