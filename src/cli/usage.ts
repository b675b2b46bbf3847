/** Exit codes of the command. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** A subcommand with its help. `run` gets the words after its name and returns an exit code. */
export interface Subcommand {
  readonly summary: string;
  readonly help: string;
  /** What it can be asked to do, in its own words ("grant clearance"); none for a command that does one thing. */
  readonly verbs: readonly string[];
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** Words that the command does not understand. */
export class UsageError extends Error {}

/** Reads `--name value` and `--flag` options and positional words. Throws UsageError for anything unknown. */
export function parseArguments<V extends string, F extends string>(
  args: readonly string[],
  valued: readonly V[],
  flags: readonly F[],
): { values: Partial<Record<V, string>>; flags: ReadonlySet<F>; words: string[] } {
  const values: Partial<Record<V, string>> = {};
  const found = new Set<F>();
  const words: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] ?? "";
    const flag = flags.find((known) => word === `--${known}`);
    const value = valued.find((known) => word === `--${known}`);
    if (flag !== undefined) found.add(flag);
    else if (value !== undefined) {
      const next = args[i + 1];
      if (next === undefined || next.startsWith("--")) throw new UsageError(`${word} needs a value`);
      values[value] = next;
      i += 1;
    } else if (word.startsWith("-") && word !== "-") throw new UsageError(`unknown option: ${word}`);
    else words.push(word);
  }
  return { values, flags: found, words };
}
