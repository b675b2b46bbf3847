import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRegister } from "../markings/index.ts";
import type { Register } from "../markings/index.ts";
import { readPolicyFiles } from "../policy/generate-row-security.ts";
import { loadPolicy } from "../policy/load.ts";
import type { Policy } from "../policy/rules.ts";
import { packageRoot } from "../storage/package-root.ts";

/** The register and the rules of policies/, loaded, validated and hashed. */
export interface PolicyFiles {
  readonly register: Register;
  readonly policy: Policy;
  /** What is activated and kept: every file by name. */
  readonly documents: Readonly<Record<string, string>>;
}

/** Loads policies/. Throws on anything malformed: the server then refuses to start. */
export function loadPolicyFiles(folder = join(packageRoot(), "policies")): PolicyFiles {
  const texts = Object.fromEntries(
    (["register", "countries", "tetragraphs"] as const).map((name) => [
      name,
      readFileSync(join(folder, "markings", `${name}.json`), "utf8"),
    ]),
  );
  const digest = createHash("sha384");
  for (const [name, text] of Object.entries(texts)) digest.update(`${name}\n${text.length}\n${text}`);
  const json = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text) as unknown]));
  const register = parseRegister(json, `sha384:${digest.digest("hex").slice(0, 32)}`);
  const files = readPolicyFiles(join(folder, "rules"));
  const policy = loadPolicy(files);
  const documents = Object.fromEntries([
    ...Object.entries(texts).map(([name, text]) => [`markings/${name}.json`, text]),
    ...files.map((file) => [`rules/${file.name}`, file.text]),
  ]) as Record<string, string>;
  return { register, policy, documents };
}
