import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json, from source and from dist alike: migrations/ and policies/ lie beside it. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, "package.json")) && existsSync(join(folder, "policies")))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("package root not found");
    folder = parent;
  }
  return folder;
}
