import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../src/policy/load.ts";
import { checkDocuments } from "../../src/rulebook/check.ts";
import { deadRules } from "../../src/rulebook/dead-rules.ts";
import type { PolicyDocuments } from "../../src/rulebook/documents.ts";
import { ruleFiles } from "../../src/rulebook/documents.ts";
import { shipped } from "./edited-policy.ts";

interface RuleText {
  readonly id: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly pair?: object;
  readonly row?: object;
  readonly obligations?: readonly string[];
}

/** The shipped policy with more rules about assets; `change` edits those that it has. */
function withRules(rules: readonly RuleText[], change = (rule: RuleText): RuleText => rule): PolicyDocuments {
  const path = "rules/asset.json";
  const file = JSON.parse(shipped[path] ?? "") as { noun: string; rules: RuleText[] };
  const text = { sentence: "Made for a test only.", authority: "none at all" };
  const made = [...file.rules.map(change), ...rules.map((rule) => ({ ...text, ...rule }))];
  return { ...shipped, [path]: JSON.stringify({ ...file, rules: made }) };
}

const found = (rules: readonly RuleText[], change?: (rule: RuleText) => RuleText): unknown =>
  deadRules(loadPolicy(ruleFiles(withRules(rules, change)))).map(({ code, severity }) => [code, severity]);

const secret = { roles: "any", levelAtLeast: "S" };
const deny = { id: "asset.x.deny", effect: "deny", actions: ["asset.read"] };
const duty = { id: "asset.x.duty", effect: "oblige", actions: ["asset.read"], pair: secret, obligations: ["BANNER"] };

describe("a rule that does nothing", () => {
  test.each(["allow", "deny"])("is an error where no row has the facts that it asks for: %s", (effect) => {
    expect(found([{ ...deny, effect, row: { state: ["REVOKED"] } }])).toContainEqual(["rule-never-matches", "error"]);
  });
  test("is an error where it refuses what nothing allows", () => {
    expect(found([{ ...deny, row: { member: false } }])).toEqual([["rule-without-effect", "error"]]);
  });
  test("is an error where it adds a duty to what nothing allows", () => {
    const low = (rule: RuleText): RuleText =>
      rule.effect === "allow" && rule.pair ? { ...rule, pair: { ...rule.pair, levelAtMost: "C" } } : rule;
    expect(found([duty], low)).toEqual([["rule-without-effect", "error"]]);
    expect(found([{ ...duty, pair: { ...secret, levelAtLeast: "C" } }], low)).toEqual([]);
  });
  test("is an error where it adds a duty to what is refused", () => {
    expect(found([duty, { ...deny, pair: secret }])).toEqual([["duty-shadowed", "error"]]);
    expect(found([duty, { ...deny, pair: { ...secret, levelAtLeast: "U" } }])).toContainEqual([
      "duty-shadowed",
      "error",
    ]);
  });
  test("is none where the duty binds in one case, and two duties on one case are two", () => {
    expect(found([duty])).toEqual([]);
    expect(found([duty, { ...deny, pair: { ...secret, levelAtLeast: "TS" } }])).toEqual([]);
    expect(found([duty, { ...deny, pair: { ...secret, roles: ["steward"] } }])).toEqual([]);
    expect(found([duty, { ...duty, id: "asset.x.more", obligations: ["NO_CACHE"] }])).toEqual([]);
  });
  test("is a warning where it allows what is refused everywhere, because that opens nothing", () => {
    expect(found([{ ...deny, actions: ["asset.create"], pair: { roles: "any" } }])).toContainEqual([
      "rule-shadowed",
      "warning",
    ]);
  });
  test("keeps a policy from being proposed", () => {
    const report = checkDocuments(withRules([{ ...deny, row: { member: false } }]));
    expect(report).toMatchObject({ ok: false, findings: [{ code: "rule-without-effect", severity: "error" }] });
  });
});
