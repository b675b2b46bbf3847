import { CaveatError } from "../errors.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { parseDocuments } from "../rulebook/documents.ts";
import type { PolicyDocuments } from "../rulebook/documents.ts";
import type { KeptPolicy, PolicyStep } from "../storage/ports.ts";
import { installationMarking } from "../policy/installation.ts";

/** A kept policy with what became of it, first step first. */
export interface PolicyVersion extends KeptPolicy {
  readonly steps: readonly PolicyStep[];
}

/** A kept policy with its documents. */
export interface WholePolicy extends PolicyVersion {
  readonly documents: PolicyDocuments;
}

async function withSteps(grant: Grant, kept: KeptPolicy): Promise<PolicyVersion> {
  return { ...kept, steps: await grant.policies.steps(kept.sha384) };
}

/** Every policy that was ever proposed or in force, the last one first. */
export const policyVersions: Command<Record<string, never>, readonly PolicyVersion[]> = command({
  name: "policyVersions",
  action: "policy.read",
  target: () => null,
  async run(grant) {
    await grant.disclose("policy.read", await installationMarking(grant), "policy:versions");
    const kept = await grant.policies.list();
    return Promise.all(kept.map((one) => withSteps(grant, one)));
  },
});

/** One of them with its documents; null when none has this hash. */
export const policyVersion: Command<{ sha384: string }, WholePolicy | null> = command({
  name: "policyVersion",
  action: "policy.read",
  target: () => null,
  async run(grant, { sha384 }) {
    const known = (await grant.policies.list()).find((one) => one.sha384 === sha384);
    const record = known && (await grant.policies.kept(sha384));
    if (!record) return null;
    await grant.disclose("policy.read", await installationMarking(grant), `policy:${sha384.slice(0, 16)}`);
    return { ...(await withSteps(grant, known)), documents: documentsOf(record.content) };
  },
});

/** The documents of a kept text. Throws UNAVAILABLE when it is none: what is kept was checked. */
export function documentsOf(content: string): PolicyDocuments {
  try {
    return parseDocuments(content);
  } catch (cause) {
    throw new CaveatError("UNAVAILABLE", "kept documents cannot be read", { cause });
  }
}
