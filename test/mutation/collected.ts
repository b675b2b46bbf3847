import { relative } from "node:path";
import { fileURLToPath } from "node:url";

export { expect } from "vitest";

/** A test of a test file, as the runner runs it: as often as there are mutants that it reaches. */
export interface Case {
  readonly id: string;
  readonly file: string;
  readonly run: () => unknown;
}

type Body = (...values: readonly unknown[]) => unknown;
type Naming = (name: string, ...rest: readonly unknown[]) => void;

/** All tests of the files imported so far. */
export const cases: Case[] = [];
const around: string[] = [];

/** Which file is being imported: set by the runner, because a test does not say where it stands. */
export const importing = { file: "" };

function bodyOf(rest: readonly unknown[]): Body {
  const body = rest.find((value) => typeof value === "function");
  if (body === undefined) throw new Error("a test without a body");
  return body as Body;
}

function collect(name: string, run: () => unknown): void {
  const file = relative(process.cwd(), fileURLToPath(importing.file));
  const named = `${file}#${[...around, name].join(" > ")}`;
  const same = cases.filter(({ id }) => id === named || id.startsWith(`${named} (`)).length;
  cases.push({ id: same === 0 ? named : `${named} (${same + 1})`, file, run });
}

function each(rows: readonly unknown[], take: Naming): Naming {
  return (name, ...rest) => {
    const body = bodyOf(rest);
    for (const row of rows) take(name, () => (Array.isArray(row) ? body(...(row as unknown[])) : body(row)));
  };
}

const collectTest: Naming = (name, ...rest) => collect(name, bodyOf(rest));

const collectGroup: Naming = (name, ...rest) => {
  around.push(name);
  bodyOf(rest)();
  around.pop();
};

/** What stands for vitest's own `test` while mutants run. */
export const test = Object.assign(collectTest, {
  each: (rows: readonly unknown[]) => each(rows, collectTest),
  skip: () => undefined,
  skipIf: (skipped: unknown): Naming => (skipped ? () => undefined : collectTest),
});

/** What stands for vitest's own `describe`. */
export const describe = Object.assign(collectGroup, {
  each: (rows: readonly unknown[]) => each(rows, collectGroup),
});

/** None of the test files that are run here has something to take down. */
export function afterAll(): never {
  throw new Error("a test file with afterAll cannot be run again and again");
}
