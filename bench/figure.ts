import { cpus } from "node:os";

/** The machine that figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly postgres: string;
}

/** This machine with the PostgreSQL of the given `version()`; null where none took part. */
export function machineWith(version: string | null): Machine {
  const [cpu] = cpus();
  const postgres = version === null ? "none" : (/^PostgreSQL (\S+)/.exec(version)?.[1] ?? version);
  return { cpu: cpu?.model.trim() ?? "unknown", cores: cpus().length, node: process.versions.node, postgres };
}

/** What a figure should be: at least, or at most, so much. */
export type Target = { readonly least: number } | { readonly most: number };

/** Whether a figure is what it should be. */
export function meets(value: number, target: Target): boolean {
  return "least" in target ? value >= target.least : value <= target.most;
}

/** Prints one figure as one line of JSON on standard output, with its target and whether it is met where it has one. */
export type Report = (figure: string, value: number, unit: string, target?: Target) => void;

/** A reporter of one benchmark. Values keep four significant digits: what is measured is not more exact. */
export function reporter(bench: string, machine: Machine): Report {
  return (figure, value, unit, target) => {
    const rounded = Number(value.toPrecision(4));
    const judged = target === undefined ? {} : { target, met: meets(value, target) };
    process.stdout.write(`${JSON.stringify({ bench, figure, value: rounded, unit, ...judged, machine })}\n`);
  };
}

/** How much data: `--quick`, nothing, `--large`. Most benchmarks have one size only. */
export type Size = "quick" | "usual" | "large";

/** One benchmark. `run` works in a folder of its own, which is removed afterwards, and stops when the signal says so. */
export interface Benchmark {
  readonly summary: string;
  readonly run: (folder: string, signal: AbortSignal, size: Size) => Promise<void>;
}
