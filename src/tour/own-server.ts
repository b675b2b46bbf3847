import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ownProgram } from "./outside.ts";
import type { Environment } from "./outside.ts";
import { TourError } from "./story.ts";

const START_MS = 120_000;
const STOP_MS = 30_000;

/** A server that the tour started for itself: another process, with a state folder of its own. */
export interface OwnServer {
  readonly url: string;
  readonly pid: number;
  /** Process of its PostgreSQL; null when that cannot be told. */
  readonly databasePid: number | null;
  /** Sends SIGTERM and waits. Returns the exit code, or the signal that ended it. Harmless when it has ended. */
  readonly stop: () => Promise<number | string>;
  /** Processes and folders of the server that are still there after it ended. */
  readonly leftovers: () => string[];
  /** The last lines that it logged: warnings and errors, free of labeled text. */
  readonly lastLines: () => string;
}

/**
 * Starts `caveat start` in demonstration mode on a free loopback port, with everything that it keeps below `state`.
 * Throws TourError SERVER with the last lines that it said, or the signal's reason.
 */
export async function startOwnServer(state: string, env: Environment, signal: AbortSignal): Promise<OwnServer> {
  // What an earlier server of this folder said is not what this one says.
  await rm(join(state, "server.json"), { force: true });
  const child = spawn(process.execPath, ["--enable-source-maps", ownProgram("caveat"), "start"], {
    cwd: state,
    env: { ...env, CAVEAT_STATE: state, PORT: "0", LOG_LEVEL: "warn" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let lines = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    lines = (lines + text).slice(-2_000);
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once("exit", (code, killedBy) => resolve(code ?? killedBy ?? "unknown"));
    child.once("error", () => resolve("not started"));
  });
  const stop = (): Promise<number | string> => stopChild(child, ended);
  try {
    const { url, pid } = await announced(state, child, signal);
    const database = await findDatabase(state);
    return {
      url,
      pid,
      databasePid: database.pid,
      stop,
      lastLines: () => lines.trim(),
      leftovers: () => [
        ...[pid, database.pid].flatMap((process) =>
          process !== null && isAlive(process) ? [`process ${process}`] : [],
        ),
        ...(database.socketFolder !== null && existsSync(database.socketFolder) ? [database.socketFolder] : []),
      ],
    };
  } catch (cause) {
    await stop();
    signal.throwIfAborted();
    throw new TourError(
      "SERVER",
      `the server did not start: ${lines.trim().split("\n").slice(-3).join(" / ") || "it said nothing"}`,
      { cause },
    );
  }
}

/** Waits for the file in which a server says where it listens; it writes it when it does. */
async function announced(
  state: string,
  child: ChildProcess,
  signal: AbortSignal,
): Promise<{ url: string; pid: number }> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("it ended");
    const text = await readFile(join(state, "server.json"), "utf8").catch(() => "");
    // It is written in one go but not renamed into place: without its line feed it is not whole yet.
    if (text.endsWith("\n")) return JSON.parse(text) as { url: string; pid: number };
    await sleep(20);
  }
  throw new Error("too slow");
}

/** The server's PostgreSQL, so that its end can be checked, too. */
async function findDatabase(state: string): Promise<{ pid: number | null; socketFolder: string | null }> {
  let pid: number | null = null;
  let socketFolder: string | null = null;
  const folder = join(state, "postgres");
  for (const name of await readdir(folder).catch(() => [])) {
    if (name === "socket-directory") socketFolder = readFileSync(join(folder, name), "utf8").trim();
    const file = join(folder, name, "postmaster.pid");
    if (existsSync(file)) pid = Number.parseInt(readFileSync(file, "utf8"), 10) || null;
  }
  return { pid, socketFolder };
}

async function stopChild(child: ChildProcess, ended: Promise<number | string>): Promise<number | string> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  const code = await ended;
  clearTimeout(timer);
  return code;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
