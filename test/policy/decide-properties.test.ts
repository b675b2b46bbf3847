import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinEffective, LEVELS, needsList, rankOf } from "../../src/markings/index.ts";
import type { Effective } from "../../src/markings/index.ts";
import type { Action } from "../../src/policy/actions.ts";
import { ACTIONS, actionBit } from "../../src/policy/actions.ts";
import { decide, decidePair } from "../../src/policy/decide.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { pairBits } from "../../src/policy/matrix.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import { accessProfiles, effectives, facts, LISTS, SEED, TOKENS } from "./arbitrary.ts";
import { ruleFiles } from "./table-world.ts";

const policy = loadPolicy(ruleFiles);
const actions = fc.oneof(fc.constant("label.read" as const), fc.constantFrom(...ACTIONS));
const allows = (profile: AccessProfile, object: Effective, of: Facts, action: Action) =>
  decide(policy, "r", profile, object, of, action).decision === "allow";

/** The shipped rules with duties that grow with the marking, of two rules at once for some. */
const obliging = loadPolicy(
  ruleFiles.map((file) => {
    if (file.name !== "label.json") return file;
    const parsed = JSON.parse(file.text) as { rules: object[] };
    const text = {
      sentence: "A duty made for a test.",
      authority: "a test",
      effect: "oblige",
      actions: ["label.read"],
    };
    const duties = [
      { id: "label.duty.always", ...text, pair: { roles: "any" }, obligations: ["BANNER"] },
      { id: "label.duty.secret", ...text, pair: { roles: "any", levelAtLeast: "S" }, obligations: ["NO_CACHE"] },
      {
        id: "label.duty.fgi",
        ...text,
        pair: { roles: "any", holdsAny: { fgi: ["GBR"] } },
        obligations: ["NO_CACHE", "RE_AUTHENTICATE"],
      },
    ];
    return { name: file.name, text: JSON.stringify({ ...parsed, rules: [...parsed.rules, ...duties] }) };
  }),
);

describe("decisions over the lattice", () => {
  test("I1 a reader of a join reads both of its parts, and of both parts their join", () => {
    let opened = 0;
    fc.assert(
      fc.property(accessProfiles, effectives, effectives, facts, actions, (profile, a, b, of, action) => {
        const both = allows(profile, a, of, action) && allows(profile, b, of, action);
        opened += Number(both);
        expect(allows(profile, joinEffective(a, b), of, action)).toBe(both);
      }),
      { ...SEED, numRuns: 25_000 },
    );
    expect(opened).toBeGreaterThan(200);
  });

  test("I1 obligations of the parts are obligations of the join", () => {
    fc.assert(
      fc.property(accessProfiles, effectives, effectives, actions, (profile, a, b, action) => {
        const joined = decidePair(policy, profile, joinEffective(a, b), action);
        if (!joined.allow) return;
        const parts = [a, b].flatMap((part) => decidePair(policy, profile, part, action).obligations);
        expect(new Set(joined.obligations)).toEqual(new Set(parts));
      }),
      SEED,
    );
  });

  test("I1 under rules that oblige, too, a reader of a join reads both of its parts and has the duties of both", () => {
    let opened = 0;
    let obliged = 0;
    fc.assert(
      fc.property(accessProfiles, effectives, effectives, facts, (profile, a, b, of) => {
        const joined = decide(obliging, "r", profile, joinEffective(a, b), of, "label.read");
        if (joined.decision === "deny") return;
        opened += 1;
        obliged += Number(joined.obligations.length > 0);
        for (const part of [a, b]) {
          const made = decide(obliging, "r", profile, part, of, "label.read");
          expect(made.decision).toBe("allow");
          expect(made.obligations.filter((duty) => !joined.obligations.includes(duty))).toEqual([]);
        }
        expect(joined.obligations.filter((duty) => !profile.environment.honors.includes(duty))).toEqual([]);
      }),
      { ...SEED, numRuns: 10_000 },
    );
    expect(Math.min(opened, obliged)).toBeGreaterThan(50);
  });

  test("I1 no token, bar, owner or level added to the object opens it, and no country taken away", () => {
    const axes = Object.keys(TOKENS) as (keyof typeof TOKENS)[];
    const harder = (object: Effective): Effective[] => [
      ...axes.flatMap((axis) =>
        Object.keys(TOKENS[axis]).map((token) => ({
          ...object,
          [axis]: [...new Set([...object[axis], token])].toSorted(),
          // A control that needs a list says which: the one that the reader may hold.
          ...(needsList(token) && { lists: [...new Set([...object.lists, `${token}:a`])].toSorted() }),
        })),
      ),
      { ...object, noforn: true },
      ...LEVELS.filter((level) => rankOf(level) > rankOf(object.level)).map((level) => ({ ...object, level })),
      ...LISTS.map((token) => ({ ...object, lists: [...new Set([...object.lists, token])].toSorted() })),
      ...object.displayTo.map((country) => ({
        ...object,
        relTo: object.relTo.filter((c) => c !== country),
        displayTo: object.displayTo.filter((c) => c !== country),
      })),
      ...(object.jointOwners === null
        ? [{ ...object, jointOwners: ["GBR", "USA"] }]
        : object.jointOwners.map((country) => ({
            ...object,
            jointOwners: (object.jointOwners ?? []).filter((c) => c !== country),
          }))),
    ];
    fc.assert(
      fc.property(accessProfiles, effectives, facts, actions, (profile, object, of, action) => {
        if (allows(profile, object, of, action)) return;
        for (const one of harder(object)) expect(allows(profile, one, of, action)).toBe(false);
      }),
      SEED,
    );
  });

  test("I1 no grant taken away from the reader opens anything", () => {
    const weaker = (profile: AccessProfile): AccessProfile[] => {
      const { environment } = profile;
      const lower = (level: AccessProfile["clearance"]) =>
        LEVELS.filter((candidate) => rankOf(candidate) < rankOf(level));
      return [
        ...profile.fineAccessControls.map((token) => ({
          ...profile,
          fineAccessControls: profile.fineAccessControls.filter((t) => t !== token),
        })),
        ...profile.lists.map((list) => ({ ...profile, lists: profile.lists.filter((l) => l !== list) })),
        ...environment.honors.map((duty) => ({
          ...profile,
          environment: { ...environment, honors: environment.honors.filter((d) => d !== duty) },
        })),
        { ...profile, environment: { ...environment, timeWindow: "closed" as const } },
        ...profile.role.map((role) => ({ ...profile, role: profile.role.filter((r) => r !== role) })),
        ...lower(profile.clearance).map((clearance) => ({ ...profile, clearance })),
        ...lower(environment.sessionLevel).map((sessionLevel) => ({
          ...profile,
          environment: { ...environment, sessionLevel },
        })),
        ...lower(environment.clientCeiling).map((clientCeiling) => ({
          ...profile,
          environment: { ...environment, clientCeiling },
        })),
        ...lower(environment.networkCeiling).map((networkCeiling) => ({
          ...profile,
          environment: { ...environment, networkCeiling },
        })),
        { ...profile, usGovernmentAgency: false },
        { ...profile, environment: { ...environment, deviceAttested: false } },
        { ...profile, environment: { ...environment, client: "unapproved" as const } },
      ].map(parseProfile);
    };
    fc.assert(
      fc.property(accessProfiles, effectives, facts, actions, (profile, object, of, action) => {
        if (allows(profile, object, of, action)) return;
        for (const one of weaker(profile)) expect(allows(one, object, of, action)).toBe(false);
      }),
      SEED,
    );
  });
});

describe("decisions on what is not whole", () => {
  test("I9 without any one attribute, fact or part of the marking the answer is deny with a reason", () => {
    const without = (value: object, name: string) =>
      Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
    fc.assert(
      fc.property(accessProfiles, effectives, facts, actions, (profile, object, of, action) => {
        const asked: [unknown, unknown, unknown][] = [
          ...Object.keys(profile).map((name): [unknown, unknown, unknown] => [without(profile, name), object, of]),
          ...Object.keys(profile.environment).map((name): [unknown, unknown, unknown] => [
            { ...profile, environment: without(profile.environment, name) },
            object,
            of,
          ]),
          ...Object.keys(object).map((name): [unknown, unknown, unknown] => [profile, without(object, name), of]),
          ...Object.keys(of).map((name): [unknown, unknown, unknown] => [profile, object, without(of, name)]),
          [null, object, of],
          [profile, undefined, of],
          [profile, object, []],
        ];
        for (const [who, what, how] of asked) {
          const made = decide(policy, "r", who as AccessProfile, what as Effective, how as Facts, action);
          expect(made.decision).toBe("deny");
          expect(made.reasons.join()).toMatch(/^(input|mac)\./);
        }
      }),
      { ...SEED, numRuns: 200 },
    );
  });

  test("I9 an action outside the closed list is denied", () => {
    const [profile] = fc.sample(accessProfiles, { ...SEED, numRuns: 1 });
    const [object] = fc.sample(effectives, { ...SEED, numRuns: 1 });
    const [of] = fc.sample(facts, { ...SEED, numRuns: 1 });
    if (!profile || !object || !of) throw new Error("no sample");
    for (const action of ["manage", "all", "label", "label.delete", "", null, "toString"]) {
      expect(decide(policy, "r", profile, object, of, action as Action)).toMatchObject({
        decision: "deny",
        reasons: ["input.action"],
      });
    }
  });
});

describe("the matrix", () => {
  test("holds for each action the pair decision, and with the row rules it is the decision", () => {
    fc.assert(
      fc.property(accessProfiles, effectives, facts, (profile, object, of) => {
        const bits = pairBits(policy, profile, object);
        for (const action of ACTIONS) {
          const pair = decidePair(policy, profile, object, action);
          expect((bits >> BigInt(actionBit(action))) & 1n).toBe(pair.allow ? 1n : 0n);
          if (!pair.allow) expect(allows(profile, object, of, action)).toBe(false);
        }
        expect(bits >> BigInt(ACTIONS.length)).toBe(0n);
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  test("does not depend on the order of a profile's sets, nor on objects that were decided before", () => {
    fc.assert(
      fc.property(accessProfiles, effectives, (profile, object) => {
        const turned = {
          ...profile,
          role: profile.role.toReversed(),
          fineAccessControls: profile.fineAccessControls.toReversed(),
        };
        expect(pairBits(policy, turned, object)).toBe(pairBits(policy, profile, object));
      }),
      { ...SEED, numRuns: 200 },
    );
  });
});
