// Writes the typed operations of the page; with --check tells which files are not current: `node generate-operations.ts`.
import { join } from "node:path";
import { staleFiles, writeFiles } from "./operation-files.ts";
import { OperationsRefused } from "./operation-rules.ts";

const root = join(import.meta.dirname, "..");
try {
  if (process.argv.includes("--check")) {
    for (const path of staleFiles(root)) {
      console.error(`${path} is not current: npm run generate`);
      process.exitCode = 1;
    }
  } else for (const path of writeFiles(root)) console.log(path);
} catch (error) {
  if (!(error instanceof OperationsRefused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
