import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/storage/package-root.ts";
import type { CampaignState } from "./campaign.ts";
import { DECLASSIFIED } from "./declassified.ts";

/** A line of the mutant table. */
export interface HuntedMutant {
  readonly name: string;
  readonly channel: string;
  /** Cases until the generator came upon it; null where it did not within `limit`. */
  readonly cases: number | null;
  readonly limit: number;
}

/** What the campaign reports. */
export interface CampaignReport {
  readonly date: string;
  /** How many cases ran on which commit. */
  readonly ran: Readonly<Record<string, number>>;
  readonly campaign: CampaignState;
  /** How many cases were meant. */
  readonly meant: number;
  readonly differences: readonly string[];
}

/** What the hunts for the seeded leaks report. */
export interface HuntReport {
  readonly date: string;
  /** How many leaks were hunted on which commit. */
  readonly ran: Readonly<Record<string, number>>;
  readonly seed: string;
  readonly mutants: readonly HuntedMutant[];
}

/** What the long run reports, each part as it ran last. */
export interface LongReport {
  readonly cases: CampaignReport;
  readonly hunts: HuntReport;
}

const FOLDER = import.meta.dirname;

const share = (count: number, of: number): string => `${((100 * count) / Math.max(1, of)).toFixed(1)} %`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** The commit that stands here, with a plus where what belongs to the product was changed since; "unknown" outside of git. */
export function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: packageRoot(), stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  try {
    const changed = git("status", "--porcelain", "src", "audit", "migrations", "policies", "schema", "web");
    return `${git("rev-parse", "--short=7", "HEAD")}${changed === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}

/** So many more on the commit that stands here. */
export function countedOn(
  at: string,
  more: number,
  before: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  return more === 0 ? before : { ...before, [at]: (before[at] ?? 0) + more };
}

const onCommits = (ran: Readonly<Record<string, number>>): string =>
  Object.entries(ran)
    .map(([at, count]) => `${count} on ${at}`)
    .join(", ");

/** The report as text: every figure in it comes from a run. */
export function reportText({ cases: { date, ran, campaign, meant, differences }, hunts }: LongReport): string {
  const { mutants } = hunts;
  const { seed, cases, pairs, erased, seconds, asks, acts, renamed, counts } = campaign;
  const fields = Object.entries(counts.fields);
  const answered = fields.filter(([, count]) => count.answered > 0);
  const seldom = fields.filter(([, count]) => count.answered < 50).map(([name, count]) => `${name} ${count.answered}`);
  const ungiven = Object.entries(counts.inputs)
    .filter(([, count]) => count < 50)
    .map(([name, count]) => `${name} ${count}`);
  const found = mutants.filter((mutant) => mutant.cases !== null);
  return `# Non-interference: report of the long run

Written by \`npm run test:long\` (test/long/noninterference.test.ts and seeded-leaks.test.ts); the same figures stand in
report.json.

${date}, seed ${seed}: **${cases} cases** (${meant} were meant), ${pairs} pairs of worlds (${erased} erased, ${pairs - erased} varied), ${asks} requests
compared, ${seconds} s (${onCommits(ran)}). **${differences.length} differences.**${differences.map((text) => `\n\n- ${text}`).join("")}

Of ${acts.tried} acts by which the worlds were made to differ ${acts.done} did what they should. ${renamed} of the ${asks} answers were equal
only after cursors and receipts had been renamed by the order in which they appear; all others were the same bytes.

## What happened in how many cases

${table(
  ["what", "cases", "share"],
  Object.entries(counts.cases)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => [what, count, share(count, cases)]),
)}

## Answers

${table(
  ["answer", "times"],
  Object.entries(counts.answers)
    .toSorted(([, a], [, b]) => b - a)
    .map(([what, count]) => [what, count]),
)}

## Acts by which the worlds differ

${table(
  ["act", "tried", "did what it should"],
  Object.entries(counts.acts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, { tried, done }]) => [what, tried, done]),
)}

## Coverage of the schema

${answered.length} of ${fields.length} fields were answered at least once, ${fields.length - seldom.length} at least 50 times; ${Object.keys(counts.inputs).length - ungiven.length} of ${Object.keys(counts.inputs).length} arguments and
members of inputs were given at least 50 times.

Answered less than 50 times: ${seldom.join(", ") || "none"}.

Given less than 50 times: ${ungiven.join(", ") || "none"}.

## What may show

${table(
  ["what", "owner", "why"],
  DECLASSIFIED.map(({ name, owner, reason }) => [name, owner, reason]),
)}

## Seeded leaks

${hunts.date}, seed ${hunts.seed}: of ${mutants.length} mutants (hunts: ${onCommits(hunts.ran)}) the generator found **${found.length}** anew, after a
median of ${median(found.map((mutant) => mutant.cases ?? 0))} cases. Each of those cases was then played again: on fresh worlds with the leak, which it told apart
again, and on worlds without, which it did not. Every mutant also falls to its saved script in \`npm test\`.

${table(
  ["mutant", "channel", "cases until found"],
  mutants.map(({ name, channel, cases: until, limit }) => [name, channel, until ?? `not in ${limit}`]),
)}
`;
}

/** The last report. */
function lastReport(): LongReport {
  return JSON.parse(readFileSync(join(FOLDER, "report.json"), "utf8")) as LongReport;
}

/** Writes what one part of the long run did, beside what the other did last. */
export function writeReport(part: Partial<LongReport>): void {
  const report = { ...lastReport(), ...part };
  writeFileSync(join(FOLDER, "REPORT.md"), reportText(report));
  writeFileSync(join(FOLDER, "report.json"), `${JSON.stringify(report, null, 1)}\n`);
}
