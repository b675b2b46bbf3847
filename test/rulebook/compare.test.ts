import fc from "fast-check";
import { expect, test } from "vitest";
import { ACTIONS } from "../../src/policy/actions.ts";
import { decide, decidePair } from "../../src/policy/decide.ts";
import { STATES } from "../../src/policy/facts.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { compareRowRules, compareRules, comparison, factPatterns } from "../../src/rulebook/compare.ts";
import { ALL_FACTS } from "../../src/rulebook/points.ts";
import { BOTTOM } from "../../src/markings/index.ts";
import { accessProfiles, effectives, facts } from "../policy/arbitrary.ts";
import { ruleFileSets } from "./random-rules.ts";

/** What most readers may see: otherwise nearly every cell is closed before and after. */
const PLAIN = (["U", "S", "TS"] as const).map((level) => ({ ...BOTTOM, level }));
const RUNS = { seed: 20261122, numRuns: process.env["CAVEAT_LONG"] === "1" ? 2000 : 80 };

test("two policies differ in exactly the cells that deciding each of them finds", () => {
  let opened = 0;
  let closed = 0;
  fc.assert(
    fc.property(
      ruleFileSets,
      ruleFileSets,
      fc.array(accessProfiles, { minLength: 3, maxLength: 3 }),
      fc.array(effectives, { minLength: 8, maxLength: 8 }),
      (before, after, profiles, drawn) => {
        const markings = [...drawn, ...PLAIN];
        const [from, to] = [loadPolicy(before), loadPolicy(after)];
        for (const profile of profiles) {
          const said = new Set(
            comparison(from, to, markings)
              .row(profile)
              .flatMap(({ opens, closes, markings: at }) =>
                at.flatMap((index) => [
                  ...opens.map((action) => `${index} ${action} opens`),
                  ...closes.map((action) => `${index} ${action} closes`),
                ]),
              ),
          );
          const found = markings.flatMap((effective, index) =>
            ACTIONS.flatMap((action) => {
              const [old, next] = [from, to].map((of) => decidePair(of, profile, effective, action).allow);
              if (old === next) return [];
              if (next) opened += 1;
              else closed += 1;
              return [`${index} ${action} ${next ? "opens" : "closes"}`];
            }),
          );
          expect([...said].toSorted()).toEqual(found.toSorted());
        }
      },
    ),
    RUNS,
  );
  expect(Math.min(opened, closed)).toBeGreaterThan(100);
});

test("whatever two policies decide differently stands in a cell or in the row rules that are named as changed", () => {
  fc.assert(
    fc.property(
      ruleFileSets,
      ruleFileSets,
      accessProfiles,
      effectives,
      facts,
      (before, after, profile, marking, of) => {
        const [from, to] = [loadPolicy(before), loadPolicy(after)];
        const cells = comparison(from, to, [marking])
          .row(profile)
          .flatMap(({ opens, closes }) => [...opens, ...closes]);
        const rows = compareRowRules(from, to);
        for (const action of ACTIONS) {
          const [old, next] = [from, to].map((p) => decide(p, "r", profile, marking, of, action).decision);
          const flips = rows
            .filter((row) => row.action === action)
            .flatMap(({ opens, closes }) => [...opens, ...closes])
            .some((one) => JSON.stringify(one) === JSON.stringify({ ...ALL_FACTS[0], ...of }));
          if (old !== next) expect([action, cells.includes(action) || flips]).toEqual([action, true]);
        }
      },
    ),
    RUNS,
  );
});

test("a policy differs from itself in nothing, and rules are named as added, removed and changed", () => {
  fc.assert(
    fc.property(ruleFileSets, accessProfiles, effectives, (files, profile, marking) => {
      const [one, same] = [loadPolicy(files), loadPolicy(files)];
      expect(comparison(one, same, [marking]).row(profile)).toEqual([]);
      expect(compareRowRules(one, same)).toEqual([]);
      expect(compareRules(one, same)).toEqual([]);
    }),
    { ...RUNS, numRuns: 20 },
  );
  const [a, b] = fc.sample(ruleFileSets, { numRuns: 2, seed: 5 });
  if (!a || !b) throw new Error("no sample");
  const [from, to] = [loadPolicy(a), loadPolicy(b)];
  const ids = (of: typeof from) => new Set(of.rules.map(({ id }) => id));
  const changes = compareRules(from, to);
  const only = (one: typeof from, other: typeof from) => [...ids(one)].filter((id) => !ids(other).has(id)).toSorted();
  expect(changes.filter(({ change }) => change === "added").map(({ id }) => id)).toEqual(only(to, from));
  expect(changes.filter(({ change }) => change === "removed").map(({ id }) => id)).toEqual(only(from, to));
});

test("patterns of facts stand for exactly the facts that were given", () => {
  fc.assert(
    fc.property(fc.subarray([...ALL_FACTS]), (given) => {
      const patterns = factPatterns(given);
      const meant = ALL_FACTS.filter((one) =>
        patterns.some((pattern) =>
          Object.entries(pattern).every(
            ([name, value]) => value === "*" || value === String(one[name as keyof typeof one]),
          ),
        ),
      );
      expect(meant).toEqual(given);
    }),
    RUNS,
  );
  expect(factPatterns(ALL_FACTS)).toHaveLength(1);
  expect(factPatterns(ALL_FACTS.filter(({ member }) => member))).toEqual([
    { member: "true", assigned: "*", owner: "*", state: "*" },
  ]);
  expect(STATES.length).toBeGreaterThan(1);
});
