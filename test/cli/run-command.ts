import { vi } from "vitest";
import { UsageError } from "../../src/cli/usage.ts";
import type { Subcommand } from "../../src/cli/usage.ts";

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a subcommand in this process, as `caveat` does with the words after its name: starting a process for each step takes
 * longer than the steps.
 */
export async function runCommand(command: Subcommand, words: readonly string[]): Promise<Ended> {
  const text = { out: "", err: "" };
  const catching = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((part) => {
      text[name === "stdout" ? "out" : "err"] += String(part);
      return true;
    }),
  );
  try {
    const code = await command.run(words);
    return { code, ...text };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 2, out: text.out, err: error.message };
  } finally {
    for (const one of catching) one.mockRestore();
  }
}

/** The JSON objects that a command wrote, one a line. */
export function linesOf<T>({ out }: Ended): T[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
