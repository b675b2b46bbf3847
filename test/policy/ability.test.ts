import { describe, expect, test } from "vitest";
import { ask, makeAbility, matching } from "../../src/policy/ability.ts";
import type { Asked } from "../../src/policy/ability.ts";
import type { Action } from "../../src/policy/actions.ts";
import { nounOf } from "../../src/policy/actions.ts";
import type { ClosedConditions } from "../../src/policy/closed-conditions.ts";
import { closedConditions } from "../../src/policy/closed-conditions.ts";
import { decidePair } from "../../src/policy/decide.ts";
import { mandatory } from "../../src/policy/mandatory.ts";
import type { Rule } from "../../src/policy/rules.ts";
import { reader } from "./condition-readers.ts";
import { planted, refusalOf } from "./planted-rules.ts";
import { effective } from "./table-world.ts";

function one(id: string, effect: Rule["effect"], conditions: ClosedConditions | null = null) {
  const rule: Rule = {
    id,
    effect,
    sentence: "A rule of a test.",
    authority: "a test",
    actions: ["label.read"],
    when: { row: {} },
    obligations: [],
  };
  return { rule, conditions };
}
const label = (attributes: object = {}): Asked => ({ noun: "label", ...attributes });

describe("an ability", () => {
  test("I1 names the last of the rules that decide, refusals after allows, each in the order given", () => {
    const [a, b] = [one("label.a", "allow"), one("label.b", "allow")];
    const [c, d] = [one("label.c", "deny"), one("label.d", "deny")];
    const says = (...rules: readonly ReturnType<typeof one>[]) => ask(makeAbility(rules), "label.read", label()).rule;
    expect([says(a, b), says(b, a), says(a), says()]).toEqual(["label.b", "label.a", "label.a", null]);
    expect([says(c, d), says(d, c)]).toEqual(["label.d", "label.c"]);
    expect([says(c, a, d, b), says(d, c, a, b), says(a, d, b, c)]).toEqual(["label.d", "label.c", "label.c"]);
  });

  test("I9 says nothing of another noun or another action", () => {
    const ability = makeAbility([one("label.a", "allow")]);
    expect(ask(ability, "label.read", label())).toEqual({ allow: true, rule: "label.a" });
    expect(ask(ability, "label.read", { noun: "asset" })).toEqual({ allow: false, rule: null });
    expect(ask(ability, "label.create", label())).toEqual({ allow: false, rule: null });
    expect(matching(ability, "label.read", label())).toEqual(["label.a"]);
    expect(matching(ability, "label.read", { noun: "asset" })).toEqual([]);
  });

  test.each(["tasks.a", "labels.a", "label", "a.label.b", ""])("I9 is not made of a rule about no noun: %j", (id) => {
    expect(refusalOf(() => makeAbility([one(id, "allow")]))).toEqual(["rules-noun", id]);
  });

  test("I9 finds every rule that matches and asks all of them", () => {
    const rules = [
      one("label.a", "oblige", { x: { $holdsAny: ["A"] } }),
      one("label.b", "oblige", { x: { $holdsAny: ["B"] } }),
      one("label.c", "oblige"),
    ];
    const of = (x: unknown) => matching(makeAbility(rules), "label.read", label({ x })).toSorted();
    expect(of(["A"])).toEqual(["label.a", "label.c"]);
    expect(of(["B", "A"])).toEqual(["label.a", "label.b", "label.c"]);
    expect(of([])).toEqual(["label.c"]);
    expect(refusalOf(() => of(undefined))).toEqual(["condition-attribute", "x"]);
  });
});

describe("a condition", () => {
  test.each<unknown>([undefined, null, true, 1, "is", Symbol("is"), [], [{}], {}, { $is: true, $a: 1 }, { a: true }])(
    "I9 is not made of %o, and says of which attribute",
    (operators) => {
      const conditions = { x: operators } as unknown as ClosedConditions;
      expect(refusalOf(() => closedConditions(conditions))).toEqual(["condition-operator", "x"]);
    },
  );

  test.each<unknown>([undefined, null, "text", 1, true, Symbol("x"), () => true])(
    "I9 answers nothing about what is no object with attributes: %o",
    (value) => {
      for (const conditions of [{ length: { $atMost: 9 } }, { name: { $oneOf: [""] } }]) {
        const matches = closedConditions(conditions) as (object: unknown) => boolean;
        expect(refusalOf(() => matches(value))).toEqual(["condition-attribute", Object.keys(conditions)[0]]);
      }
    },
  );
});

test("an action belongs to the noun that it begins with, and one of no noun to none", () => {
  expect([nounOf("label.read"), nounOf("policy.compare")]).toEqual(["label", "policy"]);
  for (const action of ["labels.read", "read", "", "Label.read"])
    expect(() => nounOf(action as Action)).toThrow(TypeError);
});

describe("I9 a refusal carries no duties", () => {
  const shown = effective("SECRET//DISPLAY ONLY GBR");
  const broken = { ...shown, sci: [1] } as unknown as typeof shown;

  test("I9 of a marking that is not whole", () => {
    const of = { reader: reader({}), object: broken, handling: "view" } as const;
    expect(mandatory(of)).toEqual({ failed: ["mac.malformed"], obligations: [] });
    expect(decidePair(planted(), reader({}), broken, "label.read")).toEqual({
      allow: false,
      reasons: ["mac.malformed"],
      obligations: [],
    });
  });

  test("I9 of what cannot be read at all", () => {
    expect(decidePair(planted(), { ...reader({}), clearance: "X" as "S" }, shown, "label.read")).toEqual({
      allow: false,
      reasons: ["input.profile.clearance"],
      obligations: [],
    });
  });
});
