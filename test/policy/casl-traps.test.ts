import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ask, makeAbility } from "../../src/policy/ability.ts";
import type { Asked } from "../../src/policy/ability.ts";
import type { ClosedConditions } from "../../src/policy/closed-conditions.ts";
import { closedConditions } from "../../src/policy/closed-conditions.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import type { Rule } from "../../src/policy/rules.ts";

function rule(id: string, effect: Rule["effect"]): Rule {
  return {
    id,
    effect,
    sentence: "A rule of a test.",
    authority: "a test",
    actions: ["label.read"],
    when: { row: {} },
    obligations: [],
  };
}
const allowAll = { rule: rule("label.all", "allow"), conditions: null };
const denyWhen = (conditions: ClosedConditions) => ({ rule: rule("label.ban", "deny"), conditions });
const label = (attributes: object) => ({ noun: "label" as const, ...attributes }) as Asked;

function codeOf(run: () => unknown): string {
  try {
    return String(run());
  } catch (error) {
    if (error instanceof PolicyError) return error.code;
    throw error;
  }
}

describe("what CASL and its default operators get wrong", () => {
  const BAD = [
    {},
    { x: undefined },
    { x: null },
    { x: "1" },
    { x: Number.NaN },
    { x: {} },
    { x: [3] },
    Object.create({ x: 1 }) as object,
  ];

  test.each(BAD.map((attributes, index) => ({ attributes, index })))(
    "a level that is missing, null or of another type opens nothing ($index)",
    ({ attributes }) => {
      const allow = makeAbility([{ rule: rule("label.low", "allow"), conditions: { x: { $atMost: 2 } } }]);
      expect(codeOf(() => ask(allow, "label.read", label(attributes)).allow)).toBe("condition-attribute");
    },
  );

  test.each(BAD.map((attributes, index) => ({ attributes, index })))(
    "a refusal is not passed over for want of an attribute ($index)",
    ({ attributes }) => {
      const ban = makeAbility([allowAll, denyWhen({ x: { $atLeast: 0 } })]);
      expect(codeOf(() => ask(ban, "label.read", label(attributes)).allow)).toBe("condition-attribute");
    },
  );

  test.each([{}, { x: null }, { x: "OC" }, { x: [1] }, { x: [null] }, { x: { 0: "OC", length: 1 } }])(
    "a refusal by token is not passed over for %j",
    (attributes) => {
      const ban = makeAbility([allowAll, denyWhen({ x: { $holdsAny: ["OC"] } })]);
      expect(codeOf(() => ask(ban, "label.read", label(attributes)).allow)).toBe("condition-attribute");
    },
  );

  test("an attribute that is missing in a later part of a condition is not hidden by an earlier part that says no", () => {
    const ban = makeAbility([allowAll, denyWhen({ a: { $is: true }, b: { $is: true } })]);
    expect(codeOf(() => ask(ban, "label.read", label({ a: false })).allow)).toBe("condition-attribute");
  });

  test("an empty set holds nothing, and is whole", () => {
    const ban = makeAbility([allowAll, denyWhen({ x: { $holdsAny: ["OC"] } })]);
    expect(ask(ban, "label.read", label({ x: [] }))).toEqual({ allow: true, rule: "label.all" });
    expect(ask(ban, "label.read", label({ x: ["RS", "OC"] }))).toEqual({ allow: false, rule: "label.ban" });
  });

  test("a refusal wins over an allow that is named after it", () => {
    const ban = denyWhen({ x: { $is: true } });
    for (const rules of [
      [ban, allowAll],
      [allowAll, ban],
    ]) {
      expect(ask(makeAbility(rules), "label.read", label({ x: true }))).toEqual({ allow: false, rule: "label.ban" });
    }
  });

  test.each([
    { x: { $lte: 2 } },
    { x: { $ne: true } },
    { x: { $in: [true] } },
    { x: { $nin: [true] } },
    { x: { $exists: true } },
    { x: { $unknown: 1 } },
    { x: { $is: true, $unknown: 1 } },
    { x: {} },
    { x: true },
    { x: null },
    { x: [true] },
    { $or: [{ x: { $is: true } }] },
    { $and: [] },
    { $where: () => true },
    { x: { $is: "true" } },
    { x: { $is: null } },
    { x: { $atMost: "2" } },
    { x: { $atMost: null } },
    { x: { $oneOf: [] } },
    { x: { $oneOf: [1] } },
    { x: { $holdsAny: "OC" } },
    { x: { $holdsAny: [{}] } },
  ])("the condition %j is refused when the rule is made", (conditions) => {
    expect(codeOf(() => closedConditions(conditions as unknown as ClosedConditions))).toBe("condition-operator");
    expect(codeOf(() => makeAbility([denyWhen(conditions as unknown as ClosedConditions)]))).toBe("condition-operator");
  });

  test("an object without a known noun of its own is not decided on", () => {
    const ability = makeAbility([allowAll]);
    for (const object of [{}, { noun: "all" }, { noun: "labels" }, Object.create({ noun: "label" }) as object]) {
      expect(codeOf(() => ask(ability, "label.read", object as Asked))).toBe("condition-attribute");
    }
  });

  test("no rule is no permission", () => {
    expect(ask(makeAbility([]), "label.read", label({}))).toEqual({ allow: false, rule: null });
    expect(ask(makeAbility([allowAll]), "label.create", label({}))).toEqual({ allow: false, rule: null });
  });

  test("an ability cannot be changed once it is made", () => {
    const ability = makeAbility([allowAll]);
    expect(() => ability.update([])).toThrow(TypeError);
    expect(ask(ability, "label.read", label({})).allow).toBe(true);
  });

  // CVE-2026-111172: rulesToFields writes to prototypes; by-name questions answer yes to conditional rules.
  test("the policy room calls neither rulesToFields nor can by name", () => {
    const room = new URL("../../src/policy/", import.meta.url);
    for (const name of readdirSync(room).filter((file) => file.endsWith(".ts"))) {
      const code = readFileSync(new URL(name, room), "utf8");
      expect([
        name,
        /rulesToFields|\.can\(|\.cannot\(|mongoQueryMatcher|buildMongoQueryMatcher/.exec(code)?.[0],
      ]).toEqual([name, undefined]);
    }
  });
});
