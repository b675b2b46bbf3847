import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformWithOxc } from "vite";
import { packageRoot } from "../../../src/storage/package-root.ts";

/** One place of a source file that is changed. */
export interface Edit {
  /** Path from the project's folder. */
  readonly file: string;
  /** Text that must stand there. */
  readonly find: string;
  /** Which of several such places, from 0; without it there must be one. */
  readonly nth?: number;
  readonly replace: string;
}

/**
 * A leak that is seeded into a copy of the server's modules: a patch of its sources, and where two locks must be broken for
 * it, statements of a superuser. `peek(sql, values)` in a patch reads the database past every lock.
 */
export interface Mutant {
  readonly name: string;
  /** What leaks, in the words of the catalogue of channels. */
  readonly channel: string;
  readonly edits: readonly Edit[];
  /** Run in both worlds' databases once their servers are up: what is checked at the start has been checked. */
  readonly sql?: readonly string[];
  /** It leaks through what a server keeps in memory for all: each world needs a process of its own. */
  readonly acts?: boolean;
}

/** A patch that does not fit the sources any more: somebody has changed the place, and the leak must be seeded anew. */
export class PatchDoesNotApply extends Error {
  constructor(mutant: string, file: string, why: string) {
    super(
      `the mutant ${mutant} no longer applies to ${file}: ${why}; change its patch in test/noninterference/mutants`,
    );
    this.name = "PatchDoesNotApply";
  }
}

function edited(mutant: string, source: string, { file, find, nth, replace }: Edit): string {
  const parts = source.split(find);
  if (parts.length === 1) throw new PatchDoesNotApply(mutant, file, `it does not hold ${JSON.stringify(find)}`);
  if (nth === undefined && parts.length > 2)
    throw new PatchDoesNotApply(mutant, file, `it holds ${JSON.stringify(find)} ${parts.length - 1} times`);
  const at = nth ?? 0;
  if (at >= parts.length - 1) throw new PatchDoesNotApply(mutant, file, `it holds ${JSON.stringify(find)} too seldom`);
  return [parts.slice(0, at + 1).join(find), parts.slice(at + 1).join(find)].join(replace);
}

/** What the compiler imports for decorators, written out: its package is not part of the product. */
const HELPERS: Readonly<Record<string, string>> = {
  decorate: `function NAME(decorators, target, key, descriptor) {
  let made = arguments.length < 3 ? target : descriptor === null ? Object.getOwnPropertyDescriptor(target, key) : descriptor;
  for (const decorator of decorators.toReversed())
    made = (arguments.length < 3 ? decorator(made) : arguments.length > 3 ? decorator(target, key, made) : decorator(target, key)) || made;
  if (arguments.length > 3 && made) Object.defineProperty(target, key, made);
  return made;
}`,
  decorateParam: "function NAME(index, decorator) { return (target, key) => decorator(target, key, index); }",
};

function withHelpers(code: string): string {
  return code.replaceAll(
    /import (\w+) from "@oxc-project\/runtime\/helpers\/(\w+)";/g,
    (_, name: string, helper: string) => {
      const text = HELPERS[helper];
      if (text === undefined) throw new Error(`the compiler wants a helper ${helper}`);
      return text.replaceAll("NAME", name);
    },
  );
}

/** Patches the sources, compiles what was changed and writes it for a host. @throws PatchDoesNotApply */
export async function compileMutant({ name, edits }: Mutant): Promise<string> {
  const sources = new Map<string, string>();
  for (const edit of edits) {
    const source = sources.get(edit.file) ?? readFileSync(join(packageRoot(), edit.file), "utf8");
    sources.set(edit.file, edited(name, source, edit));
  }
  const compiled: Record<string, string> = {};
  for (const [file, source] of sources) {
    const { code } = await transformWithOxc(source, file, {
      lang: "ts",
      decorator: { legacy: true },
      sourcemap: false,
      typescript: { onlyRemoveTypeImports: true },
    });
    compiled[file.replace(/\.ts$/, ".js")] = withHelpers(code).replaceAll(
      /(from\s+|import\s*\(?\s*)"(\.{1,2}\/[^"]+)\.ts"/g,
      '$1"$2.js"',
    );
  }
  const folder = join(packageRoot(), ".build", "mutants");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(compiled));
  return path;
}
