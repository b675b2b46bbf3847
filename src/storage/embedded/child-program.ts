import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { EmbeddedError } from "./embedded-error.ts";

/** A PostgreSQL program that was started. */
export interface ChildProgram {
  readonly process: ChildProcess;
  /** Settles when it has ended, with its exit code (null after a signal). */
  readonly ended: Promise<number | null>;
  /** The last lines that it wrote, for an error message. */
  lastLines(): string;
}

/**
 * Starts a program in a session of its own, so that Ctrl-C in the terminal reaches this process only and the database
 * stops after the server, not before it.
 */
export function startProgram(
  command: readonly string[],
  options: { readonly cwd: string; readonly libraryPath: string; readonly log?: ((line: string) => void) | undefined },
): ChildProgram {
  const [file = "", ...args] = command;
  const child = spawn(file, args, {
    cwd: options.cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // A closed list: no PG* variable of the caller may change where or as whom the database runs.
    env: { PATH: searchPath(), LD_LIBRARY_PATH: options.libraryPath, LC_ALL: "C", TZ: "UTC" },
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > 30) lines.shift();
      options.log?.(line);
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (cause) => {
      reject(
        new EmbeddedError(
          "TOOL_MISSING",
          `cannot run ${file}: install util-linux, which provides setpriv and unshare`,
          {
            cause,
          },
        ),
      );
    });
    child.once("close", (code) => {
      resolve(code);
    });
  });
  // Whoever waits gets the failure; without a waiter it must not end the process.
  ended.catch(() => undefined);
  return { process: child, ended, lastLines: () => lines.join("\n") };
}

/** The system's own folders only: setpriv and unshare live there. */
function searchPath(): string {
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/**
 * Makes an error of a program's end: a prefix that failed gets advice of its own, anything else the given code.
 *
 * @param output what the program wrote last
 */
export function programFailed(code: "INITDB_FAILED" | "START_FAILED", what: string, output: string): EmbeddedError {
  if (/^unshare: /m.test(output)) {
    return new EmbeddedError(
      "USER_NAMESPACES",
      "PostgreSQL refuses to run as root and this system forbids user namespaces: run as an ordinary user, allow user namespaces, or configure a PostgreSQL server of your own\n" +
        output,
    );
  }
  if (/^setpriv: /m.test(output)) {
    return new EmbeddedError("TOOL_MISSING", `setpriv of util-linux with --pdeathsig is needed\n${output}`);
  }
  return new EmbeddedError(code, `${what}\n${output}`);
}
