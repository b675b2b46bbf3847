import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SEED } from "./arbitrary.ts";
import type { SmallRule } from "./small-scope.ts";
import { GRAMMAR, SCOPE, enumerate, policyWith, ruleSets } from "./small-scope.ts";

const all = [...ruleSets()];

describe("I1 the enforcers in the small scope", () => {
  test("every set of up to three rules of the grammar is enumerated once", () => {
    const n = GRAMMAR.length;
    expect(all).toHaveLength(n + (n * (n - 1)) / 2 + (n * (n - 1) * (n - 2)) / 6);
    expect(new Set(all.map((rules) => rules.map((rule) => GRAMMAR.indexOf(rule)).join())).size).toBe(all.length);
    expect(SCOPE).toEqual({ grammar: 27, profiles: 60, markings: 4, facts: 16 });
  });

  test("decide, the SQL filter, the row rules in memory and a plain reading of the rules agree (a sample; all of them in the long run)", () => {
    const sample = fc.sample(fc.constantFrom(...all), { seed: SEED.seed, numRuns: 60 });
    const { differences, loaded, refused, allowed, decisions } = enumerate(sample);
    expect(differences).toEqual([]);
    expect(loaded + refused).toBe(60);
    expect(Math.min(loaded, refused)).toBeGreaterThan(5);
    expect(allowed).toBeGreaterThan(decisions / 100);
  });

  test("a rule set in which nothing allows is no policy", () => {
    const deny: SmallRule = { effect: "deny", row: { owner: true } };
    const allow: SmallRule = { effect: "allow", pair: { roles: "any" } };
    expect(policyWith([deny])).toBeNull();
    expect(policyWith([allow])).toBeNull();
    expect(policyWith([allow, deny])).toBeNull();
    expect(policyWith([allow, { effect: "allow", row: {} }])).not.toBeNull();
  });
});
