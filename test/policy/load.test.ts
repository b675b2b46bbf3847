import { describe, expect, test } from "vitest";
import { decide } from "../../src/policy/decide.ts";
import { ACTIONS, NOUNS, nounOf } from "../../src/policy/actions.ts";
import type { PolicyFile } from "../../src/policy/load.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import { markings, profiles, ruleFiles } from "./table-world.ts";

function codeOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof PolicyError) return error.code;
    throw error;
  }
  return "loaded";
}

const withText = (noun: string, change: (text: string) => string): PolicyFile[] =>
  ruleFiles.map((file) => (file.name === `${noun}.json` ? { ...file, text: change(file.text) } : file));

/** The code with which the policy is refused when `rule` stands in the label file as well. */
function refusal(rule: object): string {
  return codeOf(() =>
    loadPolicy(
      withText("label", (text) =>
        JSON.stringify({ noun: "label", rules: [...(JSON.parse(text) as { rules: object[] }).rules, rule] }),
      ),
    ),
  );
}

const RULE = {
  id: "label.planted",
  sentence: "A planted rule that says something.",
  authority: "a test",
  effect: "deny",
  actions: ["label.read"],
};

describe("loading a policy", () => {
  test("names it by a hash of all texts, whatever the order of the files", () => {
    const policy = loadPolicy(ruleFiles);
    expect(policy.version).toMatch(/^sha384:[0-9a-f]{96}$/);
    expect(loadPolicy(ruleFiles.toReversed()).version).toBe(policy.version);
    expect(loadPolicy(withText("audit", (text) => `${text} `)).version).not.toBe(policy.version);
  });

  test("takes the shipped rules, frozen, denies after allows", () => {
    const { rules } = loadPolicy(ruleFiles);
    const effects = rules.map((rule) => rule.effect);
    expect(effects.lastIndexOf("allow")).toBeLessThan(effects.indexOf("deny"));
    expect(() => Object.assign(rules[0] ?? {}, { effect: "allow" })).toThrow(TypeError);
    expect(() => (rules as unknown[]).push({})).toThrow(TypeError);
  });

  test("takes a rule with every operator there is", () => {
    expect(
      refusal({
        ...RULE,
        pair: { roles: "any", countries: ["GBR"], entityTypes: ["CTR"], levelAtLeast: "S", holdsAny: { sci: ["SI"] } },
      }),
    ).toBe("loaded");
    expect(
      refusal({
        ...RULE,
        effect: "allow",
        pair: { roles: ["analyst"], countries: ["GBR"], entityTypes: ["CTR"], levelAtMost: "S" },
      }),
    ).toBe("loaded");
    expect(refusal({ ...RULE, row: { member: false, assigned: true, owner: true, state: ["RETRACTED"] } })).toBe(
      "loaded",
    );
  });

  test("takes duties that grow with the marking", () => {
    const duty = { ...RULE, effect: "oblige", obligations: ["WATERMARK", "RE_AUTHENTICATE"] };
    expect(refusal({ ...duty, pair: { roles: "any" } })).toBe("loaded");
    expect(refusal({ ...duty, pair: { roles: ["analyst"], levelAtLeast: "S", holdsAny: { controls: ["OC"] } } })).toBe(
      "loaded",
    );
  });

  test.each([
    ["a missing file", ruleFiles.slice(1)],
    ["a file too many", [...ruleFiles, { name: "tasks.json", text: "{}" }]],
    ["a file twice", [...ruleFiles, ...ruleFiles.slice(0, 1)]],
  ])("refuses %s", (_, files) => {
    expect(codeOf(() => loadPolicy(files))).toBe("rules-file");
  });

  test.each([
    ["text that is no JSON", "rules-json", (text: string) => text.slice(1)],
    [
      "a member named twice",
      "rules-duplicate-member",
      (text: string) => text.replace('"effect": "allow"', '"effect": "deny", "effect": "allow"'),
    ],
    [
      "a member named twice in another spelling",
      "rules-duplicate-member",
      (text: string) => text.replace('"effect": "allow"', '"\\u0065ffect": "deny", "effect": "allow"'),
    ],
    ["a file of another noun", "rules-noun", (text: string) => text.replace('"noun": "label"', '"noun": "asset"')],
    [
      "an unknown member of the file",
      "rules-unknown-member",
      (text: string) => text.replace('"noun": "label"', '"noun": "label", "version": 1'),
    ],
  ])("refuses %s", (_, code, change) => {
    expect(codeOf(() => loadPolicy(withText("label", change)))).toBe(code);
  });

  test.each([
    ["neither pair nor row", "rules-operator", RULE],
    ["both pair and row", "rules-operator", { ...RULE, pair: { roles: "any" }, row: { owner: true } }],
    ["an unknown member", "rules-unknown-member", { ...RULE, row: { owner: true }, priority: 1 }],
    ["no sentence", "rules-missing-member", { ...RULE, sentence: undefined, row: { owner: true } }],
    ["an empty authority", "rules-value", { ...RULE, authority: "", row: { owner: true } }],
    ["an unknown action", "rules-action", { ...RULE, actions: ["label.delete"], row: { owner: true } }],
    ["CASL's word for every action", "rules-action", { ...RULE, actions: ["manage"], row: { owner: true } }],
    ["an action of another noun", "rules-action", { ...RULE, actions: ["asset.read"], row: { owner: true } }],
    ["no action", "rules-value", { ...RULE, actions: [], row: { owner: true } }],
    ["an action twice", "rules-value", { ...RULE, actions: ["label.read", "label.read"], row: { owner: true } }],
    ["an id of another noun", "rules-noun", { ...RULE, id: "asset.planted", row: { owner: true } }],
    ["an id that is taken", "rules-duplicate-id", { ...RULE, id: "label.member", row: { owner: true } }],
    ["an unknown effect", "rules-value", { ...RULE, effect: "permit", row: { owner: true } }],
    ["an unknown fact", "rules-operator", { ...RULE, row: { author: true } }],
    ["a MongoDB operator among facts", "rules-operator", { ...RULE, row: { $or: [{ owner: true }] } }],
    ["an object for a fact", "rules-value", { ...RULE, row: { owner: { $ne: true } } }],
    ["a string for a fact", "rules-value", { ...RULE, row: { owner: "true" } }],
    ["an unknown state", "rules-value", { ...RULE, row: { state: ["RETIRED"] } }],
    ["no state", "rules-value", { ...RULE, row: { state: [] } }],
    ["a refusal of everything", "rules-value", { ...RULE, row: {} }],
    ["an unknown operator", "rules-operator", { ...RULE, pair: { roles: "any", levelBelow: "S" } }],
    ["an unknown role", "rules-value", { ...RULE, pair: { roles: ["admin"] } }],
    ["no role", "rules-value", { ...RULE, pair: { roles: [] } }],
    ["roles left out", "rules-missing-member", { ...RULE, pair: {} }],
    ["an unknown level", "rules-value", { ...RULE, pair: { roles: "any", levelAtLeast: "SECRET" } }],
    ["an unknown set", "rules-operator", { ...RULE, pair: { roles: "any", holdsAny: { relTo: ["GBR"] } } }],
    ["an empty set", "rules-value", { ...RULE, pair: { roles: "any", holdsAny: { controls: [] } } }],
    ["no set", "rules-value", { ...RULE, pair: { roles: "any", holdsAny: {} } }],
    ["a refusal that opens upwards", "rules-operator", { ...RULE, pair: { roles: "any", levelAtMost: "S" } }],
    [
      "an allow that opens upwards",
      "rules-operator",
      { ...RULE, effect: "allow", pair: { roles: "any", levelAtLeast: "S" } },
    ],
    [
      "an allow for what holds a token",
      "rules-operator",
      { ...RULE, effect: "allow", pair: { roles: "any", holdsAny: { sci: ["SI"] } } },
    ],
    ["duties in a refusal", "rules-operator", { ...RULE, row: { owner: true }, obligations: ["BANNER"] }],
    [
      "duties in an allow",
      "rules-operator",
      { ...RULE, effect: "allow", pair: { roles: "any" }, obligations: ["BANNER"] },
    ],
    ["a duty that names none", "rules-operator", { ...RULE, effect: "oblige", pair: { roles: "any" } }],
    ["no duty", "rules-value", { ...RULE, effect: "oblige", pair: { roles: "any" }, obligations: [] }],
    ["an unknown duty", "rules-value", { ...RULE, effect: "oblige", pair: { roles: "any" }, obligations: ["BOW"] }],
    [
      "a duty twice",
      "rules-value",
      { ...RULE, effect: "oblige", pair: { roles: "any" }, obligations: ["BANNER", "BANNER"] },
    ],
    ["duties as a text", "rules-value", { ...RULE, effect: "oblige", pair: { roles: "any" }, obligations: "BANNER" }],
    [
      "a duty that falls away upwards",
      "rules-operator",
      { ...RULE, effect: "oblige", pair: { roles: "any", levelAtMost: "S" }, obligations: ["BANNER"] },
    ],
    [
      "a duty that depends on the row",
      "rules-operator",
      { ...RULE, effect: "oblige", row: { owner: true }, obligations: ["BANNER"] },
    ],
    ["a set of lists", "rules-operator", { ...RULE, pair: { roles: "any", holdsAny: { lists: ["OC:a"] } } }],
    ["the fact that a list names the reader", "rules-operator", { ...RULE, row: { named: true } }],
    ["null for a condition", "rules-value", { ...RULE, row: null }],
    ["a list for a condition", "rules-value", { ...RULE, pair: [] }],
  ])("refuses a rule with %s", (_, code, rule) => {
    expect(refusal(rule)).toBe(code);
  });

  test.each(ACTIONS.flatMap((action) => [[action, "pair"] as const, [action, "row"] as const]))(
    "refuses a policy in which nothing allows %s by a %s rule",
    (action, kind) => {
      const files = withText(nounOf(action), (text) => {
        const file = JSON.parse(text) as { noun: string; rules: { effect: string; actions: string[] }[] };
        const rules = file.rules.flatMap((rule) =>
          rule.effect === "allow" && kind in rule
            ? [{ ...rule, actions: rule.actions.filter((one) => one !== action) }].filter(
                (one) => one.actions.length > 0,
              )
            : [rule],
        );
        return JSON.stringify({ ...file, rules });
      });
      expect(codeOf(() => loadPolicy(files))).toBe("rules-incomplete");
    },
  );

  test("has an action with its noun for every bit", () => {
    expect(new Set(ACTIONS.map(nounOf))).toEqual(new Set(NOUNS));
    expect(new Set(ACTIONS).size).toBe(ACTIONS.length);
    expect(ACTIONS.length).toBeLessThan(63);
  });
});

test("I9 a policy that was put together by hand decides nothing", () => {
  const forged = { ...loadPolicy(ruleFiles) };
  const [profile] = profiles.values();
  const [object] = markings.values();
  if (!profile || !object) throw new Error("no profile");
  const of = { member: true, assigned: true, owner: true, state: "ACTIVE" };
  expect(codeOf(() => decide(forged, "r", profile, object, of, "label.read"))).toBe("policy-not-loaded");
});
