import type { Register } from "../markings/index.ts";
import { UserError } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { rowSecurityHash } from "../policy/row-security.ts";
import type { Policy } from "../policy/rules.ts";
import { checkDocuments } from "../rulebook/check.ts";
import { documentsText, parseDocuments, readRulebook } from "../rulebook/documents.ts";
import type { PolicyDocuments } from "../rulebook/documents.ts";
import { installationMarking } from "../policy/installation.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";
import type { ProposalRules } from "./proposal-kind.ts";

/** What is to come into force: new documents, or kept ones by their hash. All of it comes from the caller. */
export type PolicyActivateInput = { readonly documents: PolicyDocuments } | { readonly documentsSha384: string };

interface Offered {
  readonly sha384: string;
  readonly policy: Policy;
  readonly register: Register;
}

const refusal = (text: string): UserError => new UserError("INVALID_INPUT", text, ["documents"]);

interface Checked {
  readonly policy: Policy;
  readonly register: Register;
}

/**
 * What checking came to, by the hash of the documents: it hangs on them alone, takes a good part of a second in which nobody
 * else is answered, and the same documents come twice at least, when they are proposed and when they are taken back. A few.
 */
const outcomes = new Map<string, Checked | string>();
const KEPT_OUTCOMES = 8;

function outcomeOf(documents: PolicyDocuments): Checked | string {
  const errors = checkDocuments(documents).findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  return first
    ? `${errors.length} errors, the first: ${first.at}: ${first.text}`.slice(0, 300)
    : readRulebook(documents);
}

/** Checks documents whole. Throws INVALID_INPUT with the first error and how many there are. */
function checked(documents: PolicyDocuments, sha384: string): Checked {
  const known = outcomes.get(sha384);
  const outcome = known ?? outcomeOf(documents);
  outcomes.delete(sha384);
  outcomes.set(sha384, outcome);
  for (const oldest of outcomes.keys()) if (outcomes.size > KEPT_OUTCOMES) outcomes.delete(oldest);
  if (typeof outcome === "string") throw refusal(outcome);
  return outcome;
}

async function offered(grant: Grant, input: PolicyActivateInput): Promise<Offered> {
  if ("documents" in input) {
    const { text, sha384 } = documentsText(input.documents);
    const { policy, register } = checked(input.documents, sha384);
    const record = { sha384, content: text, version: policy.version, registerVersion: register.version };
    await grant.policies.keep(record, grant.now());
    return { sha384, policy, register };
  }
  const kept = await grant.policies.kept(input.documentsSha384);
  if (!kept) throw new UserError("NOT_FOUND", "no such documents are kept", ["documentsSha384"]);
  // A later release may refuse what an earlier one took.
  return { sha384: kept.sha384, ...checked(parseDocuments(kept.content), kept.sha384) };
}

/**
 * Puts a policy in force: rules, markings register and expected decisions, exactly the documents whose hash is approved. It
 * takes the place of the policy that was in force when it was proposed and of no other one. Taking an old version back is
 * the same act. A policy whose row rules are others than those in the database comes into force with the next start.
 */
export const policyActivation: ProposalRules<PolicyActivateInput> = {
  kind: "policy.activate",
  async examine(grant, input) {
    const { sha384, policy, register } = await offered(grant, input);
    const known = (await grant.policies.list()).find((one) => one.sha384 === sha384);
    if (known?.active || known?.scheduled) throw new UserError("ALREADY_DONE", "these documents are in force already");
    return {
      act: {
        documents: sha384,
        policyVersion: policy.version,
        registerVersion: register.version,
        rowSecurity: rowSecurityHash(policy),
      },
      subjectId: NO_SUBJECT,
      programId: NO_SUBJECT,
      marking: await installationMarking(grant),
    };
  },
  async approving(grant, act) {
    const { documents } = act;
    const kept = typeof documents === "string" ? await grant.policies.kept(documents) : null;
    if (!kept) throw new UserError("STALE", "these documents are not kept");
    const { policy, register } = readRulebook(parseDocuments(kept.content));
    const versions = { policyVersion: policy.version, registerVersion: register.version };
    if (versions.policyVersion !== act["policyVersion"] || versions.registerVersion !== act["registerVersion"])
      throw new UserError("STALE", "this release reads the documents as another version");
    const atOnce = await grant.policies.prepare(kept.sha384, policy, register);
    const outcome = { documents: kept.sha384, ...versions, step: atOnce ? "in force" : "scheduled" };
    grant.record({ kind: "policy.activation", marking: await installationMarking(grant), outcome });
  },
};
