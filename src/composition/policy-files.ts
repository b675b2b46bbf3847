import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { parseRegister } from "../markings/index.ts";
import type { Register } from "../markings/index.ts";
import { readPolicyFiles } from "../policy/generate-row-security.ts";
import { loadPolicy } from "../policy/load.ts";
import type { Policy } from "../policy/rules.ts";
import { activateFirstPolicy } from "../storage/activation.ts";
import type { Activation, PolicyRecord } from "../storage/activation.ts";
import type { Connection } from "../storage/connection.ts";
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

/** What the two names of a demonstration's first activation are. */
const DEMONSTRATION: Activation = { requestedBy: "demonstration", approvedBy: "demonstration program" };

/**
 * Makes sure that the active policy is the one in policies/. An empty demonstration database activates its own; an empty
 * production database activates the versions that its configuration names with two people. Throws otherwise.
 */
export async function requireActivePolicy(config: Config, admin: Connection, offered: PolicyRecord): Promise<void> {
  const named = config.firstPolicy;
  if (named && (named.policyVersion !== offered.version || named.registerVersion !== offered.registerVersion)) {
    throw new Error("CAVEAT_FIRST_POLICY names other versions than policies/ holds");
  }
  const active = await activateFirstPolicy(admin, offered, config.mode === "demonstration" ? DEMONSTRATION : named);
  if (!active) {
    throw new Error(
      `no policy is active: CAVEAT_FIRST_POLICY must name policyVersion ${offered.version} and registerVersion ${offered.registerVersion} with two people`,
    );
  }
  if (active.version !== offered.version || active.registerVersion !== offered.registerVersion) {
    throw new Error(`policies/ holds ${offered.version}, but ${active.version} is active: activation needs two people`);
  }
}
