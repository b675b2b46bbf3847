import { describe, expect, test } from "vitest";
import { decidePair } from "../../src/policy/decide.ts";
import { OBLIGATIONS } from "../../src/policy/decision.ts";
import {
  ENVIRONMENT_MEMBERS,
  LIST_LIMIT,
  parseProfile,
  PROFILE_MEMBERS,
  ROLES,
  TOKEN_LIMIT,
  wholeProfile,
} from "../../src/policy/profile.ts";
import { reader } from "./condition-readers.ts";
import { planted, refusalOf } from "./planted-rules.ts";
import { effective } from "./table-world.ts";

const WHOLE = reader({ role: ["analyst"], "environment.honors": ["BANNER"] });
const place = (change: object) => ({ ...WHOLE, environment: { ...WHOLE.environment, ...change } });

/** What is wrong for every member: of no member's type. */
const WRONG = 1;

describe("a profile from outside", () => {
  test.each(PROFILE_MEMBERS)("I9 is refused with the place of what cannot be read: %s", (name) => {
    const at = `profile.${name}`;
    expect(refusalOf(() => parseProfile({ ...WHOLE, [name]: WRONG }))).toEqual(["input-value", at]);
    const { [name]: _left, ...rest } = WHOLE;
    expect(refusalOf(() => parseProfile(rest))).toEqual(["input-missing", at]);
    const decided = decidePair(planted(), { ...WHOLE, [name]: WRONG }, effective("SECRET"), "label.read");
    expect(decided).toEqual({ allow: false, reasons: [`input.${at}`], obligations: [] });
  });

  test.each(ENVIRONMENT_MEMBERS)("I9 is refused with the place of what cannot be read: environment.%s", (name) => {
    const at = `profile.environment.${name}`;
    expect(refusalOf(() => parseProfile(place({ [name]: WRONG })))).toEqual(["input-value", at]);
    const { [name]: _left, ...environment } = WHOLE.environment;
    expect(refusalOf(() => parseProfile({ ...WHOLE, environment }))).toEqual(["input-missing", at]);
  });

  test("I9 is refused with an item that is none, one item twice, or too many", () => {
    const many = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    for (const [name, values] of [
      ["fineAccessControls", ["si"]],
      ["fineAccessControls", many(TOKEN_LIMIT + 1, "T")],
      ["role", ["admin"]],
      ["role", ["analyst", "analyst"]],
      ["lists", ["OC:A"]],
      ["lists", many(LIST_LIMIT + 1, "OC:")],
    ] as const)
      expect(refusalOf(() => parseProfile({ ...WHOLE, [name]: values }))).toEqual(["input-value", `profile.${name}`]);
    expect(refusalOf(() => parseProfile(place({ honors: ["BOW"] })))).toEqual([
      "input-value",
      "profile.environment.honors",
    ]);
    const all = { role: [...ROLES], fineAccessControls: many(TOKEN_LIMIT, "T"), lists: many(LIST_LIMIT, "OC:") };
    expect(parseProfile({ ...WHOLE, ...all }).lists).toHaveLength(LIST_LIMIT);
    expect(parseProfile(place({ honors: [...OBLIGATIONS] })).environment.honors).toEqual(OBLIGATIONS.toSorted());
  });

  test("is frozen through, and is not read again once it was", () => {
    for (const part of [WHOLE, WHOLE.role, WHOLE.lists, WHOLE.environment, WHOLE.environment.honors])
      expect(Object.isFrozen(part)).toBe(true);
    const profile = parseProfile({ ...WHOLE });
    expect(wholeProfile(profile)).toBe(profile);
    const given = { ...WHOLE };
    expect(wholeProfile(given)).not.toBe(given);
    expect(wholeProfile(given)).toEqual(given);
    expect(refusalOf(() => wholeProfile({ ...WHOLE, clearance: "X" as "S" }))).toEqual([
      "input-value",
      "profile.clearance",
    ]);
  });
});
