import { describe, expect, test } from "vitest";
import { ask, makeAbility, matching } from "../../src/policy/ability.ts";
import type { Asked } from "../../src/policy/ability.ts";
import type { ClosedConditions } from "../../src/policy/closed-conditions.ts";
import { closedConditions } from "../../src/policy/closed-conditions.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import type { Rule } from "../../src/policy/rules.ts";

/** An operator with what it is true of and false of, with an operand that is right. */
interface Operator {
  readonly condition: object;
  readonly holds: readonly unknown[];
  readonly fails: readonly unknown[];
  /** Values of no type that the operator is asked about. */
  readonly refused: readonly unknown[];
  readonly operands: readonly unknown[];
}

const SHARED: readonly unknown[] = [undefined, null, Symbol("x"), () => true, new Date(0), Object.create(null)];
const OPERATORS: Readonly<Record<string, Operator>> = {
  $is: {
    condition: { $is: true },
    holds: [true],
    fails: [false],
    refused: [...SHARED, "", "true", 0, 1, Number.NaN, [], [true], {}, Object(true)],
    operands: [undefined, null, "", "true", 0, 1, [], [true], {}],
  },
  $oneOf: {
    condition: { $oneOf: ["A", "B"] },
    holds: ["A", "B"],
    fails: ["", "C", "a", "A,B", "toString"],
    refused: [...SHARED, 0, true, Number.NaN, [], ["A"], {}, Object("A")],
    operands: [undefined, null, "", "A", 0, true, [], [1], ["A", null], {}, new Set(["A"])],
  },
  $atMost: {
    condition: { $atMost: 2 },
    holds: [2, 1, 0, -1],
    fails: [3, Number.MAX_SAFE_INTEGER],
    refused: [...SHARED, "", "1", true, Number.NaN, Infinity, -Infinity, 1.5, 1n, [], [1], {}, Object(1)],
    operands: [undefined, null, "", "2", true, Number.NaN, Infinity, 1.5, 2n, [], [2], {}],
  },
  $atLeast: {
    condition: { $atLeast: 2 },
    holds: [2, 3],
    fails: [1, 0, -1],
    refused: [...SHARED, "", "3", true, Number.NaN, Infinity, -Infinity, 2.5, 3n, [], [3], {}, Object(3)],
    operands: [undefined, null, "", "2", true, Number.NaN, Infinity, 1.5, 2n, [], [2], {}],
  },
  $holdsAny: {
    condition: { $holdsAny: ["A", "B"] },
    holds: [["A"], ["C", "B"]],
    fails: [[], ["C"], ["a"], ["A,B"]],
    refused: [...SHARED, "", "A", 0, true, Number.NaN, {}, { 0: "A", length: 1 }, [null], ["A", 1], new Set(["A"])],
    operands: [undefined, null, "", "A", 0, true, [], [1], ["A", null], {}, new Set(["A"])],
  },
};

const rule = (effect: Rule["effect"]): Rule => ({
  id: "label.tried",
  sentence: "A rule of a test.",
  authority: "a test",
  effect,
  actions: ["label.read"],
  when: { row: {} },
  obligations: [],
});
const all = { rule: { ...rule("allow"), id: "label.all" }, conditions: null };
const asked = (attributes: object): Asked => ({ noun: "label", ...attributes });

function codeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof PolicyError) return error.code;
    throw error;
  }
}

describe.each(Object.entries(OPERATORS))("the operator %s", (name, { condition, holds, fails, refused, operands }) => {
  const conditions = { x: condition };
  const allow = makeAbility([{ rule: rule("allow"), conditions }]);
  const deny = makeAbility([all, { rule: rule("deny"), conditions }]);

  test("says of each value of its type exactly what it should, in an allow, a refusal and a duty", () => {
    for (const [values, wanted] of [
      [holds, true],
      [fails, false],
    ] as const)
      for (const x of values) {
        expect([x, ask(allow, "label.read", asked({ x })).allow]).toEqual([x, wanted]);
        expect([x, ask(deny, "label.read", asked({ x })).allow]).toEqual([x, !wanted]);
        expect([x, matching(allow, "label.read", asked({ x }))]).toEqual([x, wanted ? ["label.tried"] : []]);
      }
  });

  test("answers nothing about a value that is missing, null or of another type: whoever asks turns that into deny", () => {
    const objects = [{}, { y: holds[0] }, Object.create({ x: holds[0] }) as object, ...refused.map((x) => ({ x }))];
    for (const object of objects)
      for (const ability of [allow, deny]) {
        expect(codeOf(() => ask(ability, "label.read", Object.assign(object, { noun: "label" }) as Asked))).toBe(
          "condition-attribute",
        );
        expect(codeOf(() => matching(ability, "label.read", Object.assign(object, { noun: "label" }) as Asked))).toBe(
          "condition-attribute",
        );
      }
  });

  test("is refused with an operand that is missing, empty or of another type when the rule is made", () => {
    for (const operand of operands) {
      const bad = { x: { [name]: operand } } as unknown as ClosedConditions;
      expect([operand, codeOf(() => closedConditions(bad))]).toEqual([operand, "condition-operator"]);
      expect([operand, codeOf(() => makeAbility([{ rule: rule("deny"), conditions: bad }]))]).toEqual([
        operand,
        "condition-operator",
      ]);
    }
  });

  test("asks every part of a condition, wherever the missing attribute stands", () => {
    for (const parts of [
      { x: condition, z: condition },
      { z: condition, x: condition },
    ] as ClosedConditions[])
      for (const x of [holds[0], fails[0]])
        expect(
          codeOf(() => ask(makeAbility([all, { rule: rule("deny"), conditions: parts }]), "label.read", asked({ x }))),
        ).toBe("condition-attribute");
  });
});
