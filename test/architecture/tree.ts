import { globSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A file of the repository. */
export interface TreeFile {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Reads a file of the repository. */
export function readTree(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Reads the files that match any of the patterns, in the order of their paths, without what is installed or built. */
export function listTree(...patterns: readonly string[]): readonly TreeFile[] {
  return globSync([...patterns], {
    cwd: ROOT,
    exclude: ["node_modules/**", "dist/**", ".build/**", ".git/**", ".caveat/**"],
  })
    .filter((path) => statSync(join(ROOT, path)).isFile())
    .sort()
    .map((path) => ({ path, text: readTree(path) }));
}

/** All code written by hand: TypeScript, SQL and shell. */
export function listCode(): readonly TreeFile[] {
  return listTree("{src,audit,migrations,test,bench,tooling}/**/*.{ts,sql}", "*.ts", "bin/*", ".ci/run").filter(
    ({ path }) => !path.includes("/generated/"),
  );
}
