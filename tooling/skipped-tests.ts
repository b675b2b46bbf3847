import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What is on a machine. */
interface Machine {
  readonly program: (name: string) => boolean;
  readonly path: (path: string) => boolean;
}

const SUMDB = "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go";
const SHARED = /sharedFolder, "data", "([^"]+)"|shared\("([^"]+)"\)/g;
const HERE: Machine = {
  program: (name) => spawnSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" }).status === 0,
  path: existsSync,
};
/** Reference data lies beside the repository, where tests alone look for it. */
const sharedPath = (path: string): string => join(process.env["CAVEAT_SHARED"] ?? join("..", "shared"), path);

/** The files of tests that a file is made of: itself, and what it imports from there. */
function sourcesOf(file: string, found = new Map<string, string>()): ReadonlyMap<string, string> {
  if (found.has(file) || !existsSync(file)) return found;
  const text = readFileSync(file, "utf8");
  found.set(file, text);
  for (const [, from = ""] of text.matchAll(/from "(\.[^"]+)"/g)) {
    const path = relative(".", join(dirname(file), from));
    if (path.startsWith("test/")) sourcesOf(path, found);
  }
  return found;
}

/** What of all that a text asks for, and no npm package brings, is not there. */
function lacksOf(text: string, { program, path }: Machine): readonly string[] {
  const programs = [...text.matchAll(/outsideProgram\("(\w+)"\)/g)].map(([, name = ""]) => name);
  const shared = [...text.matchAll(SHARED)].map(([, folder, of = ""]) =>
    folder === undefined ? of : `data/${folder}`,
  );
  // Where nothing of it is there, one word says so of all of it.
  const reads = shared.length > 0 || text.includes('"CAVEAT_SHARED"');
  const absent = path(sharedPath(""))
    ? shared.filter((of) => !path(sharedPath(of))).map((of) => `the reference data ${of}`)
    : ["the reference data beside the repository"];
  return [
    ...programs.filter((name) => !program(name)).map((name) => `the program ${name}`),
    ...(/(?<!function )outsideSumdb\(\)/.test(text) && !path(SUMDB) ? ["Go's sumdb packages"] : []),
    ...(reads ? absent : []),
  ];
}

/** The conditions under which a file leaves tests out, as it writes them. */
const conditionsOf = (text: string): readonly string[] =>
  [...text.matchAll(/skipIf\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)/g)].map(([, condition = ""]) => condition);

/**
 * Why tests of a file are skipped on this machine: what is lacking of all that the file, and what it imports from test/, asks
 * for; where nothing is, the conditions that it names. Paths begin at the repository.
 */
export function whySkipped(file: string, machine: Machine = HERE): string {
  const texts = [...sourcesOf(file).values()];
  const lacking = [...new Set(texts.flatMap((text) => lacksOf(text, machine)))];
  if (lacking.length > 0) return `for want of ${lacking.join(", ")}`;
  const conditions = [...new Set(conditionsOf(texts[0] ?? ""))];
  return conditions.length > 0 ? `where ${conditions.join(" or ")}` : "as its file says";
}
