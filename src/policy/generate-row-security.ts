import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyFile } from "./load.ts";
import { loadPolicy } from "./load.ts";
import { compileRowSecurity } from "./row-security.ts";

/** Reads every file of a folder of rules; what is no rule file is handed on too, so that loading refuses it. */
export function readPolicyFiles(folder: string): readonly PolicyFile[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}

/** The text of migrations/generated/row-security.sql for the rules below `policiesFolder` (the project's `policies`). */
export function generateRowSecurity(policiesFolder: string): string {
  return compileRowSecurity(loadPolicy(readPolicyFiles(join(policiesFolder, "rules"))));
}
