import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deliveryBench } from "./delivery.ts";
import type { Benchmark, Size } from "./figure.ts";
import { logBench } from "./log.ts";
import { matrixBench } from "./matrix.ts";
import { mutationsBench } from "./mutations.ts";
import { pagesBench } from "./pages.ts";
import { tilesBench } from "./tiles.ts";
import { verifyBench } from "./verify.ts";
import { workbenchBench } from "./workbench.ts";

const BENCHES: Readonly<Record<string, Benchmark>> = {
  pages: pagesBench,
  mutations: mutationsBench,
  log: logBench,
  matrix: matrixBench,
  verify: verifyBench,
  delivery: deliveryBench,
  tiles: tilesBench,
  workbench: workbenchBench,
};

function list(): string {
  return Object.entries(BENCHES)
    .map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}\n`)
    .join("");
}

const HELP = `Usage: npm run -s bench -- NAME ... [--quick | --large]

Measures on a server or a log of its own, with an embedded PostgreSQL (fsync on) in a temporary folder that is removed
afterwards. Each takes at most half a minute, but for workbench, which takes two, log, which takes four, and pages, which
loads 2 million labels first (--quick: 100,000; --large: 10 million) and takes a quarter of an hour. Prints one line of JSON
for each figure:
{"bench","figure","value","unit","machine":{"cpu","cores","node","postgres"}}

Without a name: lists the benchmarks.

${list()}
Exit codes: 0 measured; 1 failed or interrupted; 2 wrong usage.
`;

/** Runs one benchmark in a folder of its own and leaves nothing behind, also when it is interrupted. */
async function measure(name: string, bench: Benchmark, signal: AbortSignal, size: Size): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `caveat-bench-${name}-`));
  try {
    await bench.run(folder, signal, size);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(given: readonly string[]): Promise<number> {
  const size: Size = given.includes("--quick") ? "quick" : given.includes("--large") ? "large" : "usual";
  const words = given.filter((word) => word !== "--quick" && word !== "--large");
  if (words.includes("--help") || words.includes("-h")) {
    process.stdout.write(HELP);
    return 0;
  }
  if (words.length === 0) {
    process.stdout.write(list());
    return 0;
  }
  const unknown = words.find((word) => !Object.hasOwn(BENCHES, word));
  if (unknown !== undefined) {
    process.stderr.write(`bench: unknown benchmark: ${unknown}\n${list()}`);
    return 2;
  }
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => interrupted.abort(new Error(`interrupted by ${name}`)));
  }
  for (const word of words) {
    const bench = BENCHES[word];
    if (bench) await measure(word, bench, interrupted.signal, size);
  }
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : "failed"}\n`);
    process.exitCode = 1;
  },
);
