import fc from "fast-check";
import { expect, test } from "vitest";
import { askPair, pairAbility } from "../../src/policy/pair.ts";
import { askRow } from "../../src/policy/row.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { deadRules } from "../../src/rulebook/dead-rules.ts";
import { ALL_FACTS, pairHolds, pairOf, rowHolds, rowOf } from "../../src/rulebook/points.ts";
import { accessProfiles, effectives, facts } from "../policy/arbitrary.ts";
import { ruleFileSets, without } from "./random-rules.ts";

const RUNS = { seed: 20261121, numRuns: 60 };
const REDUNDANT = ["rule-shadowed", "rule-repeats", "rule-without-effect"];

test("a rule that is called dead changes no decision when it is taken away", () => {
  let looked = 0;
  fc.assert(
    fc.property(
      ruleFileSets,
      fc.array(fc.tuple(accessProfiles, effectives), { minLength: 12, maxLength: 12 }),
      (files, pairs) => {
        const policy = loadPolicy(files);
        for (const { code, at, text } of deadRules(policy).filter((one) => REDUNDANT.includes(one.code))) {
          const rule = policy.rules.find(({ id }) => at.endsWith(`: ${id}`));
          if (!rule) throw new Error(at);
          const actions = rule.actions.filter((action) => !text.includes(" for ") || text.includes(action));
          for (const action of actions) {
            let fewer;
            try {
              fewer = loadPolicy(without(files, rule.id, action));
            } catch {
              continue; // a shadowed rule may be the only one that allows: then nothing is left to compare
            }
            looked += 1;
            for (const [profile, effective] of pairs) {
              const asked = (of: typeof policy) => askPair(pairAbility(of, profile), effective, action).allow;
              expect([code, rule.id, action, asked(fewer)]).toEqual([code, rule.id, action, asked(policy)]);
            }
            for (const of of ALL_FACTS)
              expect([code, askRow(fewer, of, action).allow]).toEqual([code, askRow(policy, of, action).allow]);
          }
        }
      },
    ),
    RUNS,
  );
  expect(looked).toBeGreaterThan(300);
});

test("a rule holds in the analysis exactly where the decision lets it match", () => {
  fc.assert(
    fc.property(ruleFileSets, accessProfiles, effectives, facts, (files, profile, effective, of) => {
      const policy = loadPolicy(files);
      const tokens = (["sci", "sar", "controls"] as const).flatMap((set) =>
        effective[set].map((token) => `${set} ${token}`),
      );
      const point = {
        roles: profile.role,
        country: profile.countryOfAffiliation,
        entityType: profile.entityType,
        level: effective.level,
        tokens,
      };
      for (const action of policy.rules.flatMap((rule) => rule.actions)) {
        const here = policy.rules.filter((rule) => rule.actions.includes(action));
        const pairs = here.filter((rule) => {
          const condition = pairOf(rule);
          return condition !== null && pairHolds(condition, point);
        });
        const rows = here.filter((rule) => {
          const condition = rowOf(rule);
          return condition !== null && rowHolds(condition, of);
        });
        for (const [matching, answer] of [
          [pairs, askPair(pairAbility(policy, profile), effective, action)],
          [rows, askRow(policy, of, action)],
        ] as const) {
          const allowed = matching.length > 0 && matching.every((rule) => rule.effect === "allow");
          expect(answer.allow).toBe(allowed);
        }
      }
    }),
    RUNS,
  );
});
