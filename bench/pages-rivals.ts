import { spawn } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../src/storage/package-root.ts";

/** A server of the benchmark in a process of its own. */
export interface Rival {
  readonly url: string;
  readonly stop: () => void;
}

/** Starts a program with Node, tells it one line of JSON, and waits for the port that it prints. */
async function startRival(program: string, told: object, signal: AbortSignal): Promise<Rival> {
  const child = spawn(process.execPath, [program], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production", GRAPHILE_ENV: "production" },
    signal,
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code ?? "a signal"}`)));
    child.once("error", reject);
    createInterface({ input: child.stdout }).once("line", (line) =>
      resolve((JSON.parse(line) as { port: number }).port),
    );
    child.stdin.write(`${JSON.stringify(told)}\n`);
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill("SIGTERM") };
}

/** The bare route. */
export function startBare(told: object, signal: AbortSignal): Promise<Rival> {
  return startRival(join(import.meta.dirname, "pages-bare.js"), told, signal);
}

/** Our server without log, sections and gate. */
export function startOff(told: object, signal: AbortSignal): Promise<Rival> {
  return startRival(join(import.meta.dirname, "pages-off.js"), told, signal);
}

/**
 * PostGraphile, which is no package of the product: installed from its own lock file at the first use, beside the build.
 * Says so on standard error, because it needs the registry then.
 */
export async function startPostgraphile(told: object, signal: AbortSignal): Promise<Rival> {
  const from = join(packageRoot(), "bench", "postgraphile");
  const to = join(packageRoot(), ".build", "postgraphile");
  await mkdir(to, { recursive: true });
  const lock = await readFile(join(from, "package-lock.json"), "utf8");
  const installed = await readFile(join(to, "installed.json"), "utf8").catch(() => "");
  for (const name of ["package.json", "package-lock.json", "server.mjs"]) await cp(join(from, name), join(to, name));
  if (installed !== lock) {
    process.stderr.write("bench: installing PostGraphile from its lock file (npm ci; once, some 300 MB)\n");
    await new Promise<void>((resolve, reject) => {
      const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
        cwd: to,
        stdio: ["ignore", process.stderr, "inherit"],
        signal,
      });
      npm.once("error", reject);
      npm.once("exit", (code) =>
        code === 0 ? resolve() : reject(new Error(`npm ci ended with ${code ?? "a signal"}`)),
      );
    });
    await writeFile(join(to, "installed.json"), lock);
  }
  return startRival(join(to, "server.mjs"), told, signal);
}
