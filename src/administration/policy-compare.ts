import { CaveatError } from "../errors.ts";
import { RegisterError } from "../markings/index.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { parseProfile } from "../policy/profile.ts";
import type { AccessProfile } from "../policy/profile.ts";
import { compareRowRules, compareRules, comparison, factPatterns } from "../rulebook/compare.ts";
import type { FactPattern, RuleChange } from "../rulebook/compare.ts";
import { readRulebook } from "../rulebook/documents.ts";
import type { PolicyDocuments, Rulebook } from "../rulebook/documents.ts";
import { rereadings } from "../rulebook/reread.ts";
import type { Rereading } from "../rulebook/reread.ts";
import type { InternedMarking, StoredProfile } from "../storage/ports.ts";
import { discloseToOfficer } from "./explain.ts";
import { documentsOf } from "./policy-versions.ts";

/** One side of a comparison: documents, kept ones by their hash, or what is in force. */
export type PolicySide =
  | { readonly documents: PolicyDocuments }
  | { readonly documentsSha384: string }
  | { readonly active: true };

/** What is compared. All of it comes from the caller. */
export interface CompareQuestion {
  readonly from: PolicySide;
  readonly to: PolicySide;
}

/** Row rules of one action that change: for which facts of an object it opens, and for which it closes. */
export interface RowRuleChange {
  readonly action: string;
  readonly opens: readonly FactPattern[];
  readonly closes: readonly FactPattern[];
}

/** In what two policies differ but for the cells of the matrix. */
export interface RulesDifference {
  readonly fromVersion: string;
  readonly toVersion: string;
  /**
   * Versions of the two registers: another one reads new markings otherwise, and leaves those that are kept as they are.
   * `markings` are those of the kept ones that it would read otherwise or refuse.
   */
  readonly fromRegister: string;
  readonly toRegister: string;
  readonly rules: readonly RuleChange[];
  readonly rows: readonly RowRuleChange[];
  readonly markings: readonly Rereading<InternedMarking>[];
}

/** A profile of the database whose cells change. */
export interface ChangedProfile {
  readonly id: string;
  readonly digest: string;
  readonly profile: AccessProfile;
  readonly changes: readonly {
    readonly opens: readonly string[];
    readonly closes: readonly string[];
    readonly markings: readonly InternedMarking[];
  }[];
}

async function loaded(grant: Grant, side: PolicySide): Promise<Rulebook> {
  if ("active" in side) return { policy: grant.office.policy, register: grant.office.register, documents: {} };
  const kept = "documentsSha384" in side ? await grant.policies.kept(side.documentsSha384) : null;
  if ("documentsSha384" in side && !kept) throw new CaveatError("NOT_FOUND", "no such documents are kept");
  const documents = "documents" in side ? side.documents : documentsOf(kept?.content ?? "");
  try {
    return readRulebook(documents);
  } catch (error) {
    if (!(error instanceof PolicyError || error instanceof RegisterError || error instanceof SyntaxError)) throw error;
    throw new CaveatError("INVALID_REQUEST", "documents do not load", { cause: error });
  }
}

/** Every kept marking that the officer may see; of the rest nothing is told, not even how many there are. */
async function visibleMarkings(grant: Grant): Promise<InternedMarking[]> {
  return (await grant.policies.markings()).filter(({ effective }) =>
    grant.office.allows(grant.principal.profile, effective, grant.facts("", null), "policy.compare"),
  );
}

/** The kept markings that another register reads otherwise, by banner: of those that the officer may see. */
async function reread(grant: Grant, old: Rulebook, next: Rulebook): Promise<readonly Rereading<InternedMarking>[]> {
  if (old.register.version === next.register.version) return [];
  const order = ({ marking: { banner, id } }: Rereading<InternedMarking>): string => `${banner}\n${id}`;
  return rereadings(old.register, next.register, await visibleMarkings(grant)).toSorted((a, b) =>
    order(a) < order(b) ? -1 : 1,
  );
}

/** The rules in which two policies differ, what their row rules open and close, and which markings their registers read otherwise. */
export const compareRulesOf: Command<CompareQuestion, RulesDifference> = command({
  name: "policyRulesDifference",
  action: "policy.compare",
  target: () => null,
  async run(grant, { from, to }) {
    const [old, next] = [await loaded(grant, from), await loaded(grant, to)];
    const markings = await reread(grant, old, next);
    await discloseToOfficer(grant, "policy.compare");
    return {
      fromVersion: old.policy.version,
      toVersion: next.policy.version,
      fromRegister: old.register.version,
      toRegister: next.register.version,
      rules: compareRules(old.policy, next.policy),
      rows: compareRowRules(old.policy, next.policy).map(({ action, opens, closes }) => ({
        action,
        opens: factPatterns(opens),
        closes: factPatterns(closes),
      })),
      markings,
    };
  },
});

/** A stored profile that this release still reads and whose person's standing the officer dominates; null otherwise. */
function visibleProfile(grant: Grant, stored: StoredProfile): AccessProfile | null {
  try {
    const profile = parseProfile(stored.profile);
    return grant.overStanding("policy.compare", profile) ? profile : null;
  } catch {
    return null;
  }
}

/**
 * Which cells of the matrix open and close, for a page of the profiles that there are in the database. Only profiles and
 * markings that the officer may see are compared; of the rest nothing is told, not even how many there are. A profile
 * without a change comes too, so that whoever reads knows how far he is.
 */
export const compareCells: Command<
  CompareQuestion & { first: number; after: string | null },
  { rows: ChangedProfile[]; hasNextPage: boolean }
> = command({
  name: "policyComparison",
  action: "policy.compare",
  target: () => null,
  async run(grant, { from, to, first, after }) {
    const [old, next] = [await loaded(grant, from), await loaded(grant, to)];
    const markings = await visibleMarkings(grant);
    const { row } = comparison(
      old.policy,
      next.policy,
      markings.map(({ effective }) => effective),
    );
    const rows: ChangedProfile[] = [];
    let last = after;
    for (;;) {
      const batch = await grant.policies.profilesAfter(last, first + 1);
      for (const stored of batch) {
        const profile = rows.length > first ? null : visibleProfile(grant, stored);
        if (!profile) continue;
        const changes = row(profile).map((change) => ({
          ...change,
          markings: change.markings.flatMap((at) => markings[at] ?? []),
        }));
        rows.push({ id: stored.id, digest: stored.digest, profile, changes });
      }
      last = batch.at(-1)?.digest ?? null;
      if (rows.length > first || batch.length <= first) break;
    }
    await discloseToOfficer(grant, "policy.compare");
    return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
  },
});
