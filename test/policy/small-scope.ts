import { runInThisContext } from "node:vm";
import { LEVELS, rankOf } from "../../src/markings/index.ts";
import type { Effective } from "../../src/markings/index.ts";
import { decide } from "../../src/policy/decide.ts";
import type { Obligation } from "../../src/policy/decision.ts";
import { OBLIGATIONS } from "../../src/policy/decision.ts";
import type { Facts, Flag } from "../../src/policy/facts.ts";
import { FLAGS } from "../../src/policy/facts.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { mandatory } from "../../src/policy/mandatory.ts";
import { pairBits } from "../../src/policy/matrix.ts";
import { actionBit } from "../../src/policy/actions.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import { askRow, compileRow } from "../../src/policy/row.ts";
import type { FactSql } from "../../src/policy/row.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { effective, factsOf, listed, profiles, ruleFiles } from "./table-world.ts";

/** A rule of the small grammar: what makes one for label.read. */
export interface SmallRule {
  readonly effect: "allow" | "deny" | "oblige";
  readonly pair?: {
    readonly roles: readonly string[] | "any";
    readonly levelAtMost?: "C" | "S";
    readonly levelAtLeast?: "S" | "TS";
    readonly holdsAny?: { readonly controls?: readonly string[]; readonly sci?: readonly string[] };
  };
  readonly row?: Readonly<Partial<Record<Flag, boolean>>> & { readonly state?: readonly string[] };
  readonly obligations?: readonly Obligation[];
}

const FLAG_ROWS = FLAGS.flatMap((name) => [true, false].map((value) => ({ [name]: value })));

/** The small grammar: each operator of each kind of rule, each fact both ways, and one that joins two facts. */
export const GRAMMAR: readonly SmallRule[] = [
  { effect: "allow", pair: { roles: "any" } },
  { effect: "allow", pair: { roles: ["analyst"] } },
  { effect: "allow", pair: { roles: ["steward"], levelAtMost: "S" } },
  { effect: "allow", pair: { roles: "any", levelAtMost: "C" } },
  { effect: "deny", pair: { roles: ["steward"] } },
  { effect: "deny", pair: { roles: "any", levelAtLeast: "TS" } },
  { effect: "deny", pair: { roles: ["analyst"], levelAtLeast: "S" } },
  { effect: "deny", pair: { roles: "any", holdsAny: { controls: ["OC"] } } },
  { effect: "deny", pair: { roles: "any", holdsAny: { sci: ["SI"], controls: ["OC"] } } },
  { effect: "oblige", pair: { roles: "any", levelAtLeast: "S" }, obligations: ["WATERMARK"] },
  { effect: "oblige", pair: { roles: ["analyst"], holdsAny: { sci: ["SI"] } }, obligations: ["BANNER", "NO_CACHE"] },
  { effect: "allow", row: {} },
  ...FLAG_ROWS.map((row) => ({ effect: "allow" as const, row })),
  ...FLAG_ROWS.map((row) => ({ effect: "deny" as const, row })),
  { effect: "allow", row: { state: ["ACTIVE"] } },
  { effect: "deny", row: { state: ["RETRACTED"] } },
  { effect: "allow", row: { member: true, owner: false } },
];

/** Every set of one to three different rules of the grammar, by their places in it. */
export function* ruleSets(): Generator<readonly SmallRule[]> {
  for (const [first, a] of GRAMMAR.entries()) {
    yield [a];
    for (const [second, b] of GRAMMAR.entries()) {
      if (second <= first) continue;
      yield [a, b];
      for (const c of GRAMMAR.slice(second + 1)) yield [a, b, c];
    }
  }
}

/** The four markings: below and above the levels of the rules, with a control and its list, with a control system. */
const MARKINGS: readonly Effective[] = [
  effective("UNCLASSIFIED"),
  effective("SECRET"),
  listed(effective("SECRET//ORCON/NOFORN"), ["OC:a"]),
  effective("TOP SECRET//SI//NOFORN"),
];
const base = profiles.get("us-s-analyst");
if (!base) throw new Error("no profile");
/** Every clearance, with each role, in and out of the list, able to do every duty or none. */
const READERS: readonly AccessProfile[] = LEVELS.flatMap((clearance) =>
  [["analyst"], ["steward"], []].flatMap((role) =>
    [[], ["OC:a"]].flatMap((lists) =>
      [[], OBLIGATIONS].map((honors) => {
        const environment = { ...base.environment, honors };
        return parseProfile({ ...base, clearance, role, lists, fineAccessControls: ["SI"], environment });
      }),
    ),
  ),
);
const FACTS = factsOf([true, false], [true, false], [true, false], ["ACTIVE", "RETRACTED"]);

/** What a rule set says, told by the simplest means there are: the fourth opinion, which shares no code with the others. */
function simply(rules: readonly SmallRule[], reader: AccessProfile, object: Effective, facts: Facts): boolean {
  const meets = ({ pair }: SmallRule): boolean =>
    pair !== undefined &&
    (pair.roles === "any" || pair.roles.some((role) => reader.role.includes(role))) &&
    (pair.levelAtMost === undefined || rankOf(object.level) <= rankOf(pair.levelAtMost)) &&
    (pair.levelAtLeast === undefined || rankOf(object.level) >= rankOf(pair.levelAtLeast)) &&
    (["controls", "sci"] as const).every((set) => {
      const wanted = pair.holdsAny?.[set];
      return wanted === undefined || object[set].some((token) => wanted.includes(token));
    });
  const says = ({ row }: SmallRule): boolean =>
    row !== undefined &&
    FLAGS.every((name) => row[name] === undefined || row[name] === facts[name]) &&
    (row.state === undefined || row.state.includes(facts.state));
  const of = (effect: SmallRule["effect"]) => rules.filter((rule) => rule.effect === effect);
  return (
    mandatory({ reader, object, handling: "view" }).failed.length === 0 &&
    of("allow").some(meets) &&
    !of("deny").some(meets) &&
    of("oblige").every(
      (rule) => !meets(rule) || (rule.obligations ?? []).every((d) => reader.environment.honors.includes(d)),
    ) &&
    of("allow").some(says) &&
    !of("deny").some(says)
  );
}

/** The shipped policy with these rules, and no others, for label.read; null when it does not load. */
export function policyWith(rules: readonly SmallRule[]): Policy | null {
  const planted = rules.map((rule, index) => ({
    id: `label.small.${"abc"[index] ?? ""}`,
    sentence: "A rule of the small scope.",
    authority: "a test",
    actions: ["label.read"],
    ...rule,
  }));
  try {
    return loadPolicy(
      ruleFiles.map((file) => {
        if (file.name !== "label.json") return file;
        const { rules: shipped } = JSON.parse(file.text) as { rules: { actions: string[] }[] };
        const rest = shipped
          .map((rule) => ({ ...rule, actions: rule.actions.filter((action) => action !== "label.read") }))
          .filter((rule) => rule.actions.length > 0);
        return { name: file.name, text: JSON.stringify({ noun: "label", rules: [...rest, ...planted] }) };
      }),
    );
  } catch (error) {
    if (error instanceof PolicyError && error.code === "rules-incomplete") return null;
    throw error;
  }
}

const TOLD: FactSql = {
  member: () => "f_member",
  assigned: () => "f_assigned",
  owner: () => "f_owner",
  state: { column: "state" },
};

/** The row rules of label.read as SQL over the columns f_member, f_assigned, f_owner and state. */
export const filterOf = (policy: Policy): string => compileRow(policy, "label.read", TOLD);

/** Evaluates the SQL of a filter on facts. It holds and, or, not, in, parentheses and truth values only. */
function evaluate(sql: string, facts: Facts): boolean {
  const script = sql
    .replaceAll(/state (not in|in) \(([^)]*)\)/g, (_, operator, list) =>
      String(String(list).includes(`'${facts.state}'`) === (operator === "in")),
    )
    .replaceAll(/f_(\w+)/g, (_, name) => String(facts[name as Flag]))
    .replaceAll(/\band\b/g, "&&")
    .replaceAll(/\bor\b/g, "||")
    .replaceAll(/\bnot\b/g, "!");
  if (!/^(?:true|false|&&|\|\||!|[() ])*$/.test(script)) throw new Error(script);
  return runInThisContext(script) as boolean;
}

/** What the enumeration of some rule sets came to. */
export interface SmallScope {
  ruleSets: number;
  refused: number;
  loaded: number;
  decisions: number;
  allowed: number;
  /** The first few disagreements, in words. */
  readonly differences: string[];
}

const BIT = 1n << BigInt(actionBit("label.read"));

/** Compares the enforcers on every profile, marking and combination of facts for each rule set. */
export function enumerate(sets: Iterable<readonly SmallRule[]>): SmallScope {
  const scope: SmallScope = { ruleSets: 0, refused: 0, loaded: 0, decisions: 0, allowed: 0, differences: [] };
  for (const rules of sets) {
    scope.ruleSets += 1;
    const policy = policyWith(rules);
    if (!policy) {
      scope.refused += 1;
      continue;
    }
    scope.loaded += 1;
    const sql = filterOf(policy);
    const rows = FACTS.map((facts) => ({
      facts,
      filter: evaluate(sql, facts),
      memory: askRow(policy, facts, "label.read").allow,
    }));
    for (const reader of READERS)
      for (const object of MARKINGS) {
        const cell = (pairBits(policy, reader, object) & BIT) !== 0n;
        for (const { facts, filter, memory } of rows) {
          const said = decide(policy, "r", reader, object, facts, "label.read").decision === "allow";
          scope.decisions += 1;
          scope.allowed += Number(said);
          const opinions = [said, cell && filter, cell && memory, simply(rules, reader, object, facts)];
          if (new Set(opinions).size > 1 && scope.differences.length < 5)
            scope.differences.push(JSON.stringify({ rules, reader, object, facts, opinions }));
        }
      }
  }
  return scope;
}

/** How large the scope is: what stands beside the rule sets. */
export const SCOPE = {
  grammar: GRAMMAR.length,
  profiles: READERS.length,
  markings: MARKINGS.length,
  facts: FACTS.length,
};
