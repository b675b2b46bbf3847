import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TourError } from "./story.ts";

/** How another program ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const MOST_OUTPUT = 16 * 1024 * 1024;
const PATIENCE_MS = 120_000;

/** Variables that a program of the tour is started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a program to its end, without a shell. Throws TourError SERVER only when it cannot be started at all. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: Environment },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: PATIENCE_MS,
      killSignal: "SIGKILL",
    });
    const read = { out: "", err: "" };
    for (const [name, stream] of [
      ["out", child.stdout],
      ["err", child.stderr],
    ] as const) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        if (read[name].length < MOST_OUTPUT) read[name] += text;
      });
    }
    child.once("error", (cause) => reject(new TourError("PROGRAM_MISSING", `${command} cannot be started`, { cause })));
    child.once("close", (code) => resolve({ code, ...read }));
  });
}

/** A program of our own beside this file, as built: `cli/main.js` of the server or `cli.js` of the verifier. */
export function ownProgram(name: "caveat" | "caveat-audit"): string {
  const path = name === "caveat" ? "../cli/main.js" : "../../audit/cli.js";
  return fileURLToPath(new URL(path, import.meta.url));
}

/** Runs the verifier as the separate program that it is, with `--json` where it reports. */
export function runVerifier(args: readonly string[], env: Environment): Promise<Ended> {
  return runProgram(process.execPath, [ownProgram("caveat-audit"), ...args], { env });
}

/** Whether a program can be found on the PATH of an environment. */
export function hasProgram(name: string, env: Environment): boolean {
  return (env["PATH"] ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}
