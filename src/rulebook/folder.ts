import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyDocuments } from "./documents.ts";

const PARTS = ["markings", "rules", "tables"] as const;

/**
 * Every file of the parts of a policy folder. What does not belong there is handed on too, so that loading refuses it.
 * @throws the file system's error when the folder or a file cannot be read; a part that is missing is empty
 */
export function readPolicyFolder(folder: string): PolicyDocuments {
  const present = new Set(readdirSync(folder));
  return Object.fromEntries(
    PARTS.filter((part) => present.has(part)).flatMap((part) =>
      readdirSync(join(folder, part))
        .toSorted()
        .map((name) => [`${part}/${name}`, readFileSync(join(folder, part, name), "utf8")] as const),
    ),
  );
}
