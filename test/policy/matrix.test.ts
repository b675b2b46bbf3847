import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Effective } from "../../src/markings/index.ts";
import { ACTIONS, actionBit } from "../../src/policy/actions.ts";
import { OBLIGATIONS } from "../../src/policy/decision.ts";
import { decidePair } from "../../src/policy/decide.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { Matrix, pairBits } from "../../src/policy/matrix.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { accessProfiles, effectives, SEED, TOKENS } from "./arbitrary.ts";
import { ruleFiles } from "./table-world.ts";

const ROLES = ["analyst", "reviewer", "steward", "program-officer", "approver"];
const labelActions = ACTIONS.filter((action) => action.startsWith("label."));

/** Conditions on a marking as a refusing rule may state them, over tokens that markings of the tests hold. */
const holdsAny = fc
  .dictionary(fc.constantFrom("sci", "sar", "aea", "nato", "fgi", "controls"), fc.constant(0), {
    minKeys: 1,
    maxKeys: 2,
    noNullPrototype: true,
  })
  .chain((axes) =>
    fc.record(
      Object.fromEntries(
        Object.keys(axes).map((axis) => [
          axis,
          fc.subarray(
            Object.keys(TOKENS[axis as keyof typeof TOKENS]).filter((token) => token !== "*"),
            { minLength: 1 },
          ),
        ]),
      ),
    ),
  );

const levels = fc.constantFrom("U", "C", "S", "TS");
const rule = fc.oneof(
  fc.record({
    effect: fc.constant("deny"),
    pair: fc.record({ roles: fc.subarray(ROLES, { minLength: 1 }), holdsAny }),
  }),
  fc.record({ effect: fc.constant("deny"), pair: fc.record({ roles: fc.constant("any"), levelAtLeast: levels }) }),
  fc.record({
    effect: fc.constant("oblige"),
    pair: fc.record({ roles: fc.constant("any"), levelAtLeast: levels }),
    obligations: fc.subarray([...OBLIGATIONS], { minLength: 1 }),
  }),
  fc.record({
    effect: fc.constant("oblige"),
    pair: fc.record({ roles: fc.subarray(ROLES, { minLength: 1 }), holdsAny }),
    obligations: fc.subarray([...OBLIGATIONS], { minLength: 1 }),
  }),
  fc.record({
    effect: fc.constant("allow"),
    pair: fc.record({ roles: fc.subarray(ROLES, { minLength: 1 }), levelAtMost: levels }),
  }),
);

/** The rules as shipped, with up to four more about labels that look into the marking. */
const policies: fc.Arbitrary<Policy> = fc
  .array(fc.tuple(rule, fc.subarray(labelActions, { minLength: 1 })), { minLength: 1, maxLength: 4 })
  .map((added) =>
    loadPolicy(
      ruleFiles.map((file) => {
        if (!file.name.startsWith("label.")) return file;
        const parsed = JSON.parse(file.text) as { rules: unknown[] };
        const more = added.map(([condition, actions], at) => ({
          id: `label.test.${"abcd"[at] ?? ""}`,
          sentence: "A rule of a property test.",
          authority: "test",
          actions,
          ...condition,
        }));
        return { name: file.name, text: JSON.stringify({ ...parsed, rules: [...parsed.rules, ...more] }) };
      }),
    ),
  );

/** Markings of which many can be read by somebody, so that the pair rules decide, too. */
const objects = fc.oneof(
  effectives,
  effectives.map((object) => ({ ...object, controls: [], nato: [], jointOwners: null })),
  effectives.map((object) => {
    const opened = { sar: [], aea: [], nato: [], controls: [], noforn: false, jointOwners: null };
    return { ...object, ...opened };
  }),
);
const readers = fc.oneof(
  accessProfiles,
  accessProfiles.map((profile) => {
    const person = { clearance: "TS", countryOfAffiliation: "USA", dutyOrganization: "NGA", usGovernmentAgency: true };
    const place = { client: "approved", clientCeiling: "TS", deviceAttested: true, networkCeiling: "TS" };
    const environment = { ...profile.environment, ...place, sessionLevel: "TS" };
    return parseProfile({ ...profile, ...person, environment });
  }),
);

/** The cell as decidePair gives it, action by action. */
function slowly(policy: Policy, profile: AccessProfile, object: Effective): bigint {
  return ACTIONS.filter((action) => decidePair(policy, profile, object, action).allow).reduce(
    (bits, action) => bits | (1n << BigInt(actionBit(action))),
    0n,
  );
}

describe("I1 the matrix, computed by what cells have in common", () => {
  test("I1 equals the pair decision action by action, under any rules, whatever was asked of it before", () => {
    let open = 0;
    fc.assert(
      fc.property(
        policies,
        fc.array(readers, { minLength: 2, maxLength: 6 }),
        fc.array(objects, { minLength: 4, maxLength: 12 }),
        (policy, profiles, markings) => {
          const matrix = new Matrix(policy);
          const columns = markings.map((object) => matrix.column(object));
          for (const profile of profiles) {
            const row = matrix.row(profile);
            markings.forEach((object, at) => {
              const column = columns[at];
              if (!column) throw new Error("no column");
              const bits = row(column);
              open += Number(bits > 0n);
              expect(bits).toBe(slowly(policy, profile, object));
            });
          }
        },
      ),
      { ...SEED, numRuns: process.env["CAVEAT_LONG"] === "1" ? 3_000 : 120 },
    );
    expect(open).toBeGreaterThan(500);
  });

  test("I9 gives no right on a marking that is not whole, nor to a profile that is not", () => {
    const policy = loadPolicy(ruleFiles);
    const [pair] = fc.sample(
      fc.tuple(accessProfiles, effectives).filter(([reader, object]) => pairBits(policy, reader, object) > 0n),
      { numRuns: 1, seed: 3 },
    );
    if (!pair) throw new Error("no sample");
    const [profile, whole] = pair;
    for (const name of Object.keys(whole) as (keyof Effective)[]) {
      const { [name]: _left, ...rest } = whole;
      expect([name, pairBits(policy, profile, rest as Effective)]).toEqual([name, 0n]);
    }
    expect(pairBits(policy, profile, { ...whole, more: [] } as Effective)).toBe(0n);
    for (const name of Object.keys(profile) as (keyof AccessProfile)[]) {
      const { [name]: _left, ...rest } = profile;
      expect([name, pairBits(policy, rest as AccessProfile, whole)]).toEqual([name, 0n]);
    }
  });

  test("I1 does not follow what happens to an object after it was read", () => {
    const policy = loadPolicy(ruleFiles);
    const [object] = fc.sample(effectives, { numRuns: 1, seed: 5 });
    if (!object) throw new Error("no sample");
    const matrix = new Matrix(policy);
    const changing = structuredClone(object) as { level: string };
    const column = matrix.column(changing as unknown as Effective);
    changing.level = "U";
    expect(column.effective).toEqual(object);
  });
});
