import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, readPostmasterFile } from "../../src/storage/embedded/postmaster-file.ts";
import { removeSocketDirectory } from "../../src/storage/embedded/socket-directory.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import type { TestDatabase } from "../database.ts";
import { placeRsaKeys } from "../rsa-keys.ts";
import { call } from "./http.ts";
import type { HttpAnswer } from "./http.ts";

/** How a server is started. */
export interface StartOptions {
  /** Folder of its state; a new temporary one where none is given, with the RSA keys of the run. It outlives the server. */
  readonly state?: string;
  /** A PostgreSQL instead of the embedded one. */
  readonly databaseUrl?: string;
  /** Further environment variables. Nothing of the caller's environment but what finds programs is passed on. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder of the project, for a copy of it. */
  readonly root?: string;
}

/** A server that would not start. */
export class StartRefused extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;
  constructor(exitCode: number | null, stderr: string) {
    super(`the server ended with ${exitCode}: ${stderr.slice(-600)}`);
    this.name = "StartRefused";
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** A server in a process of its own, as an operator runs it. */
export interface RunningServer {
  readonly url: string;
  readonly state: string;
  readonly pid: number;
  /** The postmaster of the embedded PostgreSQL; null where there is none. */
  readonly postmaster: number | null;
  /** What it has written to standard output so far. */
  readonly stdout: () => string;
  /** What it has written to standard error so far: its log. */
  readonly stderr: () => string;
  /** Settles with the exit code when the process has ended; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Sends one GraphQL request. */
  readonly graphql: (token: string | null, query: string, variables?: object) => Promise<HttpAnswer>;
  /** Sends SIGTERM and waits; returns the exit code. */
  readonly stop: () => Promise<number | null>;
  /**
   * Kills the server's process like a crash, and with it the postmaster where that is asked. Waits for the server only: a
   * restart may come while the postmaster or what it started is still ending.
   */
  readonly kill9: (what: "server" | "server and postmaster") => Promise<void>;
}

// The first start after a change of the sources builds.
const START_LIMIT_MS = 110_000;
const started: ChildProcess[] = [];
const folders: string[] = [];

/** A new folder that {@link endEverything} removes. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "caveat-server-"));
  folders.push(folder);
  return folder;
}

function newState(): string {
  const folder = temporaryFolder();
  placeRsaKeys(folder);
  return folder;
}

/** The environment of a command: what finds programs, and what is given. */
export function cleanEnvironment(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = ["PATH", "HOME", "TMPDIR", "LANG"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...given };
}

/** Starts the server through bin/caveat and waits until it listens. Throws StartRefused when it ends instead. */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
  const state = options.state ?? newState();
  const child = spawn(join(options.root ?? packageRoot(), "bin", "caveat"), ["start"], {
    cwd: state,
    stdio: ["ignore", "pipe", "pipe"],
    env: cleanEnvironment({
      CAVEAT_STATE: state,
      PORT: "0",
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl, ...TEST_CLUSTER }),
      ...options.environment,
    }),
  });
  started.push(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (part: Buffer) => (output.stdout += part.toString()));
  child.stderr.on("data", (part: Buffer) => (output.stderr += part.toString()));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const url = await listening(child, state, ended, output);
  const pid = child.pid ?? 0;
  const postmaster = options.databaseUrl === undefined ? postmasterOf(state) : null;
  return {
    url,
    state,
    pid,
    postmaster,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended,
    graphql: (token, query, variables) =>
      call(url, {
        method: "POST",
        path: "/graphql",
        headers: {
          "content-type": "application/json",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, ...(variables === undefined ? {} : { variables }) }),
      }),
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
    kill9: async (what) => {
      if (what === "server and postmaster" && postmaster !== null) process.kill(postmaster, "SIGKILL");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** server.json may be left from a run that was killed: it counts when it names this process. */
async function listening(
  child: ChildProcess,
  state: string,
  ended: Promise<number | null>,
  output: { readonly stderr: string },
): Promise<string> {
  let exitCode: number | null | undefined;
  const end = ended.then((code) => {
    exitCode = code;
  });
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline) {
    const known = readJson(join(state, "server.json")) as { url: string; pid: number } | null;
    if (known?.pid === child.pid && known?.url !== undefined) return known.url;
    await Promise.race([end, sleep(10)]);
    if (exitCode !== undefined) throw new StartRefused(exitCode, output.stderr);
  }
  child.kill("SIGKILL");
  throw new StartRefused(null, `not listening in time\n${output.stderr}`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // Not there, or half written.
    return null;
  }
}

/** What must be said of the tests' cluster: it has no fsync, and lets in whoever enters the folder of its socket. */
export const TEST_CLUSTER = { CAVEAT_DATABASE_MAY_LACK: "durability,host-rules" } as const;

/** The DATABASE_URL of a database of the tests' cluster. */
export function databaseUrl({ admin }: TestDatabase): string {
  return `postgresql://${admin.user}@localhost:${admin.port}/${admin.database}?host=${encodeURIComponent(admin.host)}`;
}

/** The postmaster that serves the embedded database below a state folder; null when none does. */
export function postmasterOf(state: string): number | null {
  const file = readPostmasterFile(join(state, "postgres", "cluster"));
  return file !== null && isAlive(file.pid) ? file.pid : null;
}

/** Whether a condition comes true within a time. */
export async function within(milliseconds: number, holds: () => boolean): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (!holds() && performance.now() < deadline) await sleep(10);
  return holds();
}

/** Ends every process that was started here and removes its folders. For `afterAll`. */
export async function endEverything(): Promise<void> {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await gone;
  }
  for (const folder of folders.splice(0)) {
    const postmaster = existsSync(join(folder, "postgres")) ? postmasterOf(folder) : null;
    // It is ending by itself, because its starter ended; only then may its files go.
    if (postmaster !== null && !(await within(5_000, () => !isAlive(postmaster)))) process.kill(postmaster, "SIGKILL");
    if (existsSync(join(folder, "postgres"))) removeSocketDirectory(join(folder, "postgres"));
    rmSync(folder, { recursive: true, force: true });
  }
}
