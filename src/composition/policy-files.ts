import { join } from "node:path";
import type { Config } from "../config.ts";
import { MarkingOffice } from "../policy/marking-office.ts";
import { compileRowSecurity, rowSecurityHash } from "../policy/row-security.ts";
import type { PolicySource } from "../policy/policy-source.ts";
import type { Policy } from "../policy/rules.ts";
import { documentsText, parseDocuments, readRulebook } from "../rulebook/documents.ts";
import type { Rulebook } from "../rulebook/documents.ts";
import { readPolicyFolder } from "../rulebook/folder.ts";
import { activateFirstPolicy, completeActivation, installRowSecurity, readStanding } from "../storage/activation.ts";
import type { Activation, PolicyRecord, RowSecurity, StandingPolicy } from "../storage/activation.ts";
import type { AccessStore } from "../storage/access-store.ts";
import type { Connection } from "../storage/connection.ts";
import type { PolicyStore } from "../storage/policy-store.ts";
import { packageRoot } from "../storage/package-root.ts";
import { archivedPolicies } from "./archived-policies.ts";

/** The policy that runs: what is loaded, and which row of the database it is. */
export interface RunningPolicy extends Rulebook {
  readonly policyId: string;
  /** The proposal that this start brought into force; null where it was in force before. */
  readonly completed: { readonly proposalId: string; readonly documentsSha384: string } | null;
}

/** Loads policies/. Throws on anything malformed: the server then refuses to start. */
export function loadPolicyFiles(folder = join(packageRoot(), "policies")): Rulebook {
  return readRulebook(readPolicyFolder(folder));
}

/** What the two names of a demonstration's first activation are. */
const DEMONSTRATION: Activation = { requestedBy: "demonstration", approvedBy: "demonstration program" };

const recordOf = ({ documents, policy, register }: Rulebook): PolicyRecord => {
  const { text, sha384 } = documentsText(documents);
  return { sha384, content: text, version: policy.version, registerVersion: register.version };
};

const rowSecurityOf = (policy: Policy): RowSecurity => ({
  text: compileRowSecurity(policy),
  sha384: rowSecurityHash(policy),
});

type Versions = Pick<PolicyRecord, "version" | "registerVersion">;
const same = (a: Versions, b: Versions): boolean => a.version === b.version && a.registerVersion === b.registerVersion;

/** Reads kept documents with this release's code, which must find the versions that were approved. */
function reread(kept: StandingPolicy): Rulebook {
  const read = readRulebook(parseDocuments(kept.content));
  if (!same(kept, { version: read.policy.version, registerVersion: read.register.version }))
    throw new Error(`the documents of ${kept.version} are read as another version`);
  return read;
}

/**
 * The policy that the server is to run, with its row security in the database. It is the one that two people activated: an
 * empty demonstration database activates its own first version, an empty production database the one that its configuration
 * names with two people. What two people have put down for this start comes into force now. Throws when the server is told
 * to run another version (policies/, or the folder in CAVEAT_POLICIES, holds it), and when the activated one does not load.
 */
export async function requireActivePolicy(config: Config, admin: Connection): Promise<RunningPolicy> {
  const told = config.policies === "activated" ? null : loadPolicyFiles(config.policies ?? undefined);
  const offered = told && recordOf(told);
  const named = config.firstPolicy;
  if (named && offered && !same({ ...named, version: named.policyVersion }, offered)) {
    throw new Error("CAVEAT_FIRST_POLICY names other versions than policies/ holds");
  }
  const first = config.mode === "demonstration" ? DEMONSTRATION : named;
  if (first && offered) await activateFirstPolicy(admin, offered, first);
  const { active, scheduled } = await readStanding(admin);
  if (!active) {
    throw new Error(
      `no policy is active: CAVEAT_FIRST_POLICY must name policyVersion ${offered?.version ?? "?"} and registerVersion ${offered?.registerVersion ?? "?"} with two people`,
    );
  }
  if (scheduled && (!offered || same(scheduled, offered))) {
    const rulebook = reread(scheduled);
    await completeActivation(admin, scheduled, rowSecurityOf(rulebook.policy));
    return {
      ...rulebook,
      policyId: scheduled.id,
      completed: { proposalId: scheduled.proposalId, documentsSha384: scheduled.sha384 },
    };
  }
  if (offered && !same(active, offered)) {
    throw new Error(
      `policies/ holds ${offered.version} with register ${offered.registerVersion}, but ${active.version} with register ${active.registerVersion} is active: ` +
        "activation needs two people (caveat policy propose); CAVEAT_POLICIES=activated runs what is active",
    );
  }
  const rulebook = reread(active);
  await installRowSecurity(admin, rowSecurityOf(rulebook.policy));
  return { ...rulebook, policyId: active.id, completed: null };
}

/** Kept policies for the door. */
export function policySource(store: AccessStore, policies: PolicyStore): PolicySource {
  return {
    keep: (record, at) => policies.keep(record, at),
    kept: (sha384) => policies.kept(sha384),
    list: () => policies.list(),
    steps: (sha384) => policies.steps(sha384),
    archived: () => archivedPolicies(policies),
    markings: () => policies.markings(),
    profilesAfter: (after, limit) => policies.profilesAfter(after, limit),
    holdings: (keys, after, limit) => policies.holdings(keys, after, limit),
    prepare: async (sha384, policy, register) => {
      await new MarkingOffice(store, register, policy, await policies.prepare(sha384)).fillMatrix();
      return (await policies.active())?.rowSecurity === rowSecurityHash(policy);
    },
  };
}

/**
 * The office of the policy that is in force now, its matrix filled. Throws when this release does not read it, or when the
 * row security of another policy stands in the database: no process runs a mixture.
 */
export async function loadActivePolicy(store: AccessStore, policies: PolicyStore): Promise<MarkingOffice> {
  const active = await policies.active();
  if (!active) throw new Error("no policy is active");
  const { policy, register } = readRulebook(parseDocuments(active.content));
  if (active.rowSecurity !== rowSecurityHash(policy)) throw new Error("row security is that of another policy");
  const office = new MarkingOffice(store, register, policy, active.id);
  await office.fillMatrix();
  return office;
}
