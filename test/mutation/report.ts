// Writes REPORT.md beside this file from what Stryker left in .build/mutation, with the reasons in explained.json.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Mutant {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status: string;
  readonly static?: boolean;
  readonly location: { readonly start: Place; readonly end: Place };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Why a mutant lives: the first that fits is taken. Each part is a pattern; one that is missing fits everything. */
interface Reason {
  readonly file?: string;
  readonly mutator?: string;
  /** Of `before => after` as the report shows them. */
  readonly change?: string;
  readonly why: string;
}

interface Survivor {
  readonly place: string;
  readonly change: string;
  readonly why: string | null;
}

const here = import.meta.dirname;
const run = JSON.parse(readFileSync(".build/mutation/incremental.json", "utf8")) as {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
};
const reasons = JSON.parse(readFileSync(join(here, "explained.json"), "utf8")) as readonly Reason[];
const { dependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as {
  dependencies: Readonly<Record<string, string>>;
};

const { mutate } = JSON.parse(readFileSync(join(here, "stryker.config.json"), "utf8")) as {
  readonly mutate: readonly string[];
};
// Stryker keeps what it once found out about a file that is no longer mutated.
const mutated = new Set(
  globSync(
    mutate.filter((pattern) => !pattern.startsWith("!")),
    { exclude: mutate.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1)) },
  ),
);

/** Source text in one short line. */
function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 70 ? `${line.slice(0, 67)}...` : line;
}

function between(source: string, { start, end }: Mutant["location"]): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined))
    .join("\n");
}

function reasonFor(path: string, mutator: string, change: string): string | null {
  const fits = (pattern: string | undefined, text: string): boolean =>
    pattern === undefined || new RegExp(pattern).test(text);
  const found = reasons.find((one) => fits(one.file, path) && fits(one.mutator, mutator) && fits(one.change, change));
  return found?.why ?? null;
}

function cell(code: string): string {
  return `\`${code.replaceAll("|", "\\|").replaceAll("`", "'")}\``;
}

const STATUSES = ["Killed", "Timeout", "Survived", "NoCoverage", "Ignored"] as const;
type Status = (typeof STATUSES)[number];
type Counts = Readonly<Record<Status, number>>;

function countsOf(mutants: readonly Mutant[]): Counts {
  const counted = STATUSES.map((status) => [status, mutants.filter((mutant) => mutant.status === status).length]);
  return Object.fromEntries(counted) as Counts;
}

/** Detected mutants of a hundred valid ones, as Stryker counts them: without coverage is not detected, ignored is left out. */
function scoreOf({ Killed, Timeout, Survived, NoCoverage }: Counts): number {
  const detected = Killed + Timeout;
  const valid = detected + Survived + NoCoverage;
  return valid === 0 ? 100 : (100 * detected) / valid;
}

function row(name: string, counts: Counts): string {
  const numbers = STATUSES.map((status) => String(counts[status]));
  return `| ${[name, ...numbers, scoreOf(counts).toFixed(1)].join(" | ")} |`;
}

const files = Object.entries(run.files)
  .map(([path, { source, mutants }]) => ({ path, source, mutants, counts: countsOf(mutants) }))
  .filter(({ path, mutants }) => mutated.has(path) && mutants.length > 0)
  .sort((a, b) => (a.path < b.path ? -1 : 1));
const all = countsOf(files.flatMap(({ mutants }) => mutants));
const rooms = ["src/markings", "src/policy"].map((room) => ({
  room,
  counts: countsOf(files.filter(({ path }) => path.startsWith(`${room}/`)).flatMap(({ mutants }) => mutants)),
}));

const survivors = files.flatMap(({ path, source, mutants }) =>
  mutants
    .filter(({ status }) => status === "Survived" || status === "NoCoverage")
    .map((mutant): Survivor => {
      const before = short(between(source, mutant.location));
      const after = short(mutant.replacement);
      return {
        place: `${path}:${mutant.location.start.line}`,
        change: `${cell(before)} | ${cell(after)}`,
        why: reasonFor(path, mutant.mutatorName, `${before} => ${after}`),
      };
    }),
);
const unexplained = survivors.filter(({ why }) => why === null);

const head = readFileSync(join(here, "report-head.md"), "utf8")
  .replace("{date}", new Date().toISOString().slice(0, 10))
  .replace("{stryker}", dependencies["@stryker-mutator/core"] ?? "")
  .replace("{score}", scoreOf(all).toFixed(1));
const TITLES = "| File | Killed | Timed out | Survived | No test | Not run | Score |\n|---|---|---|---|---|---|---|";
const table = [TITLES, ...files.map(({ path, counts }) => row(`\`${path}\``, counts))];
const totals = [...rooms.map(({ room, counts }) => row(`**${room}**`, counts)), row("**all**", all)];
const listed = survivors.map(({ place, change, why }) => `| ${place} | ${change} | ${why ?? "not looked at"} |`);
const survivorTitles = "| Where | Code | Mutant | Why it lives |\n|---|---|---|---|";
const text = [
  head.trimEnd(),
  "",
  "## By file",
  "",
  ...table,
  ...totals,
  "",
  "## What lives",
  "",
  survivorTitles,
  ...listed,
];
writeFileSync(join(here, "REPORT.md"), `${text.join("\n")}\n`);
process.stdout.write(
  `${totals.join("\n")}\n${survivors.length} live, ${unexplained.length} of them without a reason: test/mutation/REPORT.md\n`,
);
process.exitCode = scoreOf(all) >= 90 ? 0 : 1;
