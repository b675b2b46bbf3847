import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";

/** Seconds that each test file took in the whole run that `npm run test:times` wrote down, by its path. */
export type Times = Readonly<Record<string, number>>;

/** What of the test files runs. */
export interface Sample {
  readonly run: readonly string[];
  readonly left: readonly string[];
}

/** A file that takes less always runs, in seconds; so does one of which no time is known. */
export const QUICK = 6;

/**
 * Test files that run where not all do: every quick one, those that always run, and of the others as many as it takes to
 * use up a budget, in an order that is drawn by a seed. The same seed draws the same.
 *
 * @param budget seconds of one processor for all of them
 */
export function sampleOf(
  files: readonly string[],
  times: Times,
  { budget, seed, always }: { readonly budget: number; readonly seed: string; readonly always: ReadonlySet<string> },
): Sample {
  const secondsOf = (file: string): number => times[file] ?? 0;
  const pinned = files.filter((file) => always.has(file) || secondsOf(file) < QUICK);
  const lot = (file: string): string => createHash("sha256").update(`${seed}|${file}`).digest("hex");
  const drawn = files
    .filter((file) => !pinned.includes(file))
    .map((file) => ({ file, lot: lot(file) }))
    .toSorted((a, b) => (a.lot < b.lot ? -1 : 1));
  let left = budget - pinned.reduce((sum, file) => sum + secondsOf(file), 0);
  const run = new Set(pinned);
  for (const { file } of drawn) {
    // The last one may take more than is left: otherwise some would never come.
    if (left <= 0) break;
    left -= secondsOf(file);
    run.add(file);
  }
  return { run: files.filter((file) => run.has(file)), left: files.filter((file) => !run.has(file)) };
}

const TIMES = "test/times.json";
/** Two workers have less than five minutes each for the tests; the static checks take less than one. */
export const BUDGET = 580;
/** The campaign (itself a sample, of two thousand cases), an analyst's work in a browser, and what holds the first promises. */
export const ALWAYS: ReadonlySet<string> = new Set([
  "test/access/cross-product.test.ts",
  "test/browser/workbench.test.ts",
  "test/ledger/request-first.test.ts",
  "test/noninterference/campaign.test.ts",
]);

/** Seconds of the files of the last whole run that was written down. */
export function knownTimes(): Times {
  return JSON.parse(readFileSync(TIMES, "utf8")) as Times;
}

/** Every test file but those of the long run. */
export const ALL = ["test/!(long)/**/*.test.ts", "test/*.test.ts"];

/** The sample that `bin/test` asks for with CAVEAT_SAMPLE, its seed; null where all files run. */
export function sampledFiles(): (Sample & { readonly seed: string }) | null {
  const seed = process.env["CAVEAT_SAMPLE"];
  if (seed === undefined) return null;
  const files = globSync(ALL).toSorted();
  return { seed, ...sampleOf(files, knownTimes(), { budget: BUDGET, seed, always: ALWAYS }) };
}
