import type { CitedFacts, CitedMarking, CitedProfile } from "./cited.ts";
import { rank } from "./vocabulary.ts";

/** What a rule asks of profile and marking; each member that is given must hold. */
export interface PairTest {
  readonly roles: "any" | readonly string[];
  readonly countries?: readonly string[];
  readonly entityTypes?: readonly string[];
  readonly levelAtMost?: string;
  readonly levelAtLeast?: string;
  readonly holdsAny?: Readonly<Record<string, readonly string[]>>;
}

/** What a rule asks of the facts; each member that is given must hold. */
export interface RowTest {
  readonly member?: boolean;
  readonly assigned?: boolean;
  readonly owner?: boolean;
  readonly state?: readonly string[];
}

/** A rule as it stands in its file, which has been read strictly: exactly one of `pair` and `row` is there. */
export interface Rule {
  readonly id: string;
  readonly effect: "allow" | "deny" | "oblige";
  readonly actions: readonly string[];
  readonly pair?: PairTest;
  readonly row?: RowTest;
  readonly obligations?: readonly string[];
}

/** The rules of a policy, by action, and the version that entries cite them by. */
export interface RuleSet {
  /** "sha384:" and 96 hexadecimal digits. */
  readonly version: string;
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
}

/** What one layer of rules answers, and the rule that does. */
export interface LayerAnswer {
  readonly allow: boolean;
  readonly because: string;
}

/** What the pair rules of an action say of a profile and a marking: any refusal refuses, no allow refuses (standards B.8). */
export function askPairRules(rules: readonly Rule[], profile: CitedProfile, marking: CitedMarking): LayerAnswer {
  return denyOverrides(
    rules.filter(({ pair }) => pair !== undefined && pairHolds(pair, profile, marking)),
    "no rule about person and marking allows it",
  );
}

/** What the row rules of an action say of facts: any refusal refuses, no allow refuses. */
export function askRowRules(rules: readonly Rule[], facts: CitedFacts): LayerAnswer {
  return denyOverrides(
    rules.filter(({ row }) => row !== undefined && rowHolds(row, facts)),
    "no rule about the facts allows it",
  );
}

/** Duties of every obliging rule that holds. */
export function dutiesByRules(rules: readonly Rule[], profile: CitedProfile, marking: CitedMarking): readonly string[] {
  return rules.flatMap(({ effect, pair, obligations }) =>
    effect === "oblige" && pair !== undefined && pairHolds(pair, profile, marking) ? (obligations ?? []) : [],
  );
}

function denyOverrides(holding: readonly Rule[], none: string): LayerAnswer {
  const deny = holding.find(({ effect }) => effect === "deny");
  const allow = holding.find(({ effect }) => effect === "allow");
  return { allow: deny === undefined && allow !== undefined, because: (deny ?? allow)?.id ?? none };
}

function pairHolds(pair: PairTest, profile: CitedProfile, marking: CitedMarking): boolean {
  const { roles, countries, entityTypes, levelAtMost, levelAtLeast, holdsAny = {} } = pair;
  const sets: Readonly<Record<string, readonly string[]>> = {
    aea: marking.aea,
    controls: marking.controls,
    fgi: marking.fgi,
    nato: marking.nato,
    sar: marking.sar,
    sci: marking.sci,
  };
  return (
    (roles === "any" || roles.some((role) => profile.role.includes(role))) &&
    (countries === undefined || countries.includes(profile.countryOfAffiliation)) &&
    (entityTypes === undefined || entityTypes.includes(profile.entityType)) &&
    (levelAtMost === undefined || rank(marking.level) <= rank(levelAtMost)) &&
    (levelAtLeast === undefined || rank(marking.level) >= rank(levelAtLeast)) &&
    Object.entries(holdsAny).every(([set, tokens]) => tokens.some((token) => sets[set]?.includes(token)))
  );
}

function rowHolds({ member, assigned, owner, state }: RowTest, facts: CitedFacts): boolean {
  return (
    (member === undefined || member === facts.member) &&
    (assigned === undefined || assigned === facts.assigned) &&
    (owner === undefined || owner === facts.owner) &&
    (state === undefined || state.includes(facts.state))
  );
}
