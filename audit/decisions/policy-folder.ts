import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fromUtf8 } from "../core/bytes.ts";
import { FormatError } from "../core/errors.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { readRuleFiles } from "./rule-files.ts";
import type { RuleFile } from "./rule-files.ts";
import type { RuleSet } from "./rule-set.ts";

const MAX_FILE_BYTES = 4 * 1_048_576;

/**
 * The policy in a folder: a policies/ folder, whose rules/ is read, or that one itself. Everything in it has to be a rule
 * file, because the version covers them all. Throws FormatError as readRuleFiles does, and the file system's errors.
 */
export async function readPolicyFolder(folder: string): Promise<RuleSet> {
  const inside = (await readdir(folder, { withFileTypes: true })).some(
    (item) => item.name === "rules" && item.isDirectory(),
  );
  const rules = inside ? join(folder, "rules") : folder;
  const files: RuleFile[] = [];
  for (const name of await readdir(rules)) {
    const path = join(rules, name);
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new FormatError("RANGE", `${path} is too large`);
    files.push({ name, text: fromUtf8(await readFile(path)) });
  }
  try {
    return readRuleFiles(nodeCrypto, files);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(error.code, `${rules}: ${error.message}`) : error;
  }
}
