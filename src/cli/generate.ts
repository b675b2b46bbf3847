import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateRowSecurity } from "../policy/generate-row-security.ts";
import { packageRoot } from "../storage/package-root.ts";
import { printedSchema } from "../transport/graphql/schema.ts";

/** Files that are made from the code or the rules, by path from the project's root. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["migrations/generated/row-security.sql", generateRowSecurity(join(packageRoot(), "policies"))],
    ["schema/schema.graphql", printedSchema()],
  ]);
}

/** Writes the generated files, or with --check tells which ones are not current (exit 1). */
function main(): void {
  const check = process.argv.includes("--check");
  for (const [path, text] of generatedFiles()) {
    const full = join(packageRoot(), path);
    if (!check) {
      writeFileSync(full, text);
      process.stdout.write(`${path}\n`);
    } else if (readFileSync(full, "utf8") !== text) {
      process.stderr.write(`${path} is not current: npm run generate\n`);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1]?.endsWith("generate.js") === true) main();
