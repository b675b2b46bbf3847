import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The operator's command. */
const CAVEAT = fileURLToPath(new URL("../../bin/caveat", import.meta.url));

/** The auditor's command. */
export const CAVEAT_AUDIT = fileURLToPath(new URL("../../bin/caveat-audit", import.meta.url));

/** One step as the tour tells it to programs. */
export interface ToldStep {
  readonly step: number;
  readonly name: string;
  readonly ok: boolean;
  readonly skipped?: true;
  readonly ms: number;
  readonly figures: Readonly<Record<string, string | number | boolean>>;
  readonly said: readonly string[];
  readonly problem?: string;
}

/** How a run of a command ended. */
export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What it left in its folder for temporary files. */
  readonly left: readonly string[];
}

/**
 * Runs `caveat tour` as a user would, with a folder of its own for temporary files, so that whatever it leaves is seen.
 * `interruptAfter` sends SIGINT once its output holds the text.
 */
export async function runTour(args: readonly string[], interruptAfter?: string): Promise<Run> {
  const temporary = mkdtempSync(join(tmpdir(), "caveat-t-"));
  try {
    const child = spawn("sh", [CAVEAT, "tour", ...args], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const read = { out: "", err: "" };
    let interrupted = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      read.out += text;
      if (interruptAfter === undefined || interrupted || !read.out.includes(interruptAfter)) return;
      interrupted = true;
      child.kill("SIGINT");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      read.err += text;
    });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, ...read, left: readdirSync(temporary) };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The steps of a run with `--json`, by name. */
export function steps(run: Run): ReadonlyMap<string, ToldStep> {
  const lines = run.out.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => JSON.parse(line) as ToldStep).map((step) => [step.name, step]));
}
