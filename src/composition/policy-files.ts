import { join } from "node:path";
import type { Config } from "../config.ts";
import { readRulebook } from "../rulebook/documents.ts";
import type { Rulebook } from "../rulebook/documents.ts";
import { readPolicyFolder } from "../rulebook/folder.ts";
import { activateFirstPolicy } from "../storage/activation.ts";
import type { Activation, PolicyRecord } from "../storage/activation.ts";
import type { Connection } from "../storage/connection.ts";
import { packageRoot } from "../storage/package-root.ts";

/** Loads policies/. Throws on anything malformed: the server then refuses to start. */
export function loadPolicyFiles(folder = join(packageRoot(), "policies")): Rulebook {
  return readRulebook(readPolicyFolder(folder));
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
