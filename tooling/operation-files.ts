import { buildSchema } from "graphql";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FROM, TO, generateOperations } from "./operations.ts";

/** The generated files of a project as they should be. Throws OperationsRefused. */
function wanted(root: string): ReadonlyMap<string, string> {
  const schema = buildSchema(readFileSync(join(root, "schema/schema.graphql"), "utf8"));
  const paths = readdirSync(join(root, FROM)).map((name) => `${FROM}/${name}`);
  return generateOperations(
    schema,
    paths.toSorted().map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  );
}

function present(root: string): readonly string[] {
  return existsSync(join(root, TO)) ? readdirSync(join(root, TO)).map((name) => `${TO}/${name}`) : [];
}

/** Generated files of a project that are not what its operations and its schema give, be they too many. Throws OperationsRefused. */
export function staleFiles(root: string): readonly string[] {
  const made = wanted(root);
  const there = present(root);
  const is = (path: string): string | null => (there.includes(path) ? readFileSync(join(root, path), "utf8") : null);
  return [...new Set([...made.keys(), ...there])].filter((path) => is(path) !== (made.get(path) ?? null)).toSorted();
}

/** Writes the generated files of a project, and removes what nothing makes any more; their paths. Throws OperationsRefused. */
export function writeFiles(root: string): readonly string[] {
  const made = wanted(root);
  for (const path of present(root)) if (!made.has(path)) rmSync(join(root, path));
  mkdirSync(join(root, TO), { recursive: true });
  for (const [path, text] of made) writeFileSync(join(root, path), text);
  return [...made.keys()];
}
