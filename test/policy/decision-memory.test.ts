import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Effective } from "../../src/markings/index.ts";
import type { Action } from "../../src/policy/actions.ts";
import { ACTIONS } from "../../src/policy/actions.ts";
import { decide, decidePair } from "../../src/policy/decide.ts";
import { DecisionMemory } from "../../src/policy/decision-memory.ts";
import type { Decision } from "../../src/policy/decision.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { InternedMarking } from "../../src/storage/ports.ts";
import { SEED, accessProfiles, effectives, facts } from "./arbitrary.ts";
import { objectOf, reader as readerWith } from "./condition-readers.ts";
import { ruleFiles } from "./table-world.ts";

const policy = loadPolicy(ruleFiles);
const REGISTER = "r";

/** A marking as the store keeps it. Id, banner and portion are the same for all: nothing may hang on them. */
function interned(effective: Effective): InternedMarking {
  return Object.freeze({ id: "same", banner: "SAME", portion: "(S)", structure: {}, effective }) as InternedMarking;
}

describe("I1 a decision that is remembered", () => {
  test("I1 is the one that is made of the same profile, marking, facts and action, however often and in whatever order it is asked for", () => {
    const memory = new DecisionMemory(policy, REGISTER);
    const profiles = fc.array(accessProfiles, { minLength: 2, maxLength: 3 });
    const markings = fc.array(effectives.map(interned), { minLength: 2, maxLength: 3 });
    const asked = fc.array(
      fc.tuple(fc.nat(2), fc.nat(2), fc.option(facts, { nil: null }), fc.constantFrom(...ACTIONS.slice(0, 6))),
      { minLength: 8, maxLength: 24 },
    );
    let allowed = 0;
    fc.assert(
      fc.property(profiles, markings, asked, (readers, objects, questions) => {
        for (const [reader, object, of, action] of [...questions, ...questions.toReversed()]) {
          const profile = readers[reader % readers.length];
          const marking = objects[object % objects.length];
          if (!profile || !marking) throw new Error("nobody or nothing");
          const found = memory.decision(profile, marking, of, action);
          if (of === null) {
            const { allow, ...rest } = decidePair(policy, profile, marking.effective, action);
            expect(found).toMatchObject({ ...rest, decision: allow ? "allow" : "deny" });
          } else expect(found).toEqual(decide(policy, REGISTER, profile, marking.effective, of, action));
          allowed += Number(found.decision === "allow");
        }
      }),
      { ...SEED, numRuns: 400 },
    );
    expect(allowed).toBeGreaterThan(200);
  });

  test("I1 is not kept for a marking or a profile that can still be changed", () => {
    const memory = new DecisionMemory(policy, REGISTER);
    const [profile] = fc.sample(
      accessProfiles.filter((one) => decidePair(policy, one, open, "program.read").allow),
      { ...SEED, numRuns: 1 },
    );
    if (!profile) throw new Error("nobody");
    const marking = { ...interned(open) };
    expect(memory.decision(profile, marking, null, "program.read").decision).toBe("allow");
    const raised = Object.assign(marking, { effective: { ...open, level: "TS" as const, compartments: ["SI", "TK"] } });
    expect(memory.decision({ ...profile, clearance: "U" }, raised, null, "program.read").decision).toBe("deny");
    expect(memory.decision(Object.freeze({ ...profile, clearance: "U" }), raised, null, "program.read").decision).toBe(
      "deny",
    );
  });
});

describe("what is remembered of a decision", () => {
  const able = readerWith({ role: ["analyst"] });
  const marking = interned(objectOf("SECRET"));
  const decided = (memory: DecisionMemory, profile = able, object = marking, action: Action = "program.read") =>
    memory.decision(profile, object, null, action);

  test("is the decision itself, made once, for the same profile, marking, facts and action only", () => {
    const memory = new DecisionMemory(policy, REGISTER);
    const [top, low] = [interned(objectOf("TOP SECRET")), readerWith({ role: ["analyst"], clearance: "U" })];
    const of = { member: true, assigned: false, owner: false, state: "ACTIVE" };
    const ways: readonly (() => Decision)[] = [
      () => decided(memory),
      () => decided(memory, able, marking, "dataset.read"),
      () => decided(memory, able, top),
      () => decided(memory, low),
      () => memory.decision(able, marking, of, "program.read"),
      () => memory.decision(able, marking, { ...of, member: false }, "program.read"),
    ];
    const first = ways.map((ask) => ask());
    ways.forEach((ask, at) => expect(ask()).toBe(first[at]));
    expect(new Set(first).size).toBe(ways.length);
    expect(decided(new DecisionMemory(policy, REGISTER))).not.toBe(first[0]);
  });

  test("I9 is nothing of a marking that is changed in place", () => {
    const memory = new DecisionMemory(policy, REGISTER);
    const changing = { ...marking };
    expect(decided(memory, able, changing).decision).toBe("allow");
    Object.assign(changing, { effective: { ...changing.effective, sci: ["SI"] } });
    expect(decided(memory, able, changing).decision).toBe("deny");
  });

  test("I9 is nothing of a profile that is changed in place", () => {
    const memory = new DecisionMemory(policy, REGISTER);
    const changing = { ...able };
    expect(decided(memory, changing).decision).toBe("allow");
    Object.assign(changing, { clearance: "U" });
    expect(decided(memory, changing).decision).toBe("deny");
  });

  test("I9 is what whoever is refused later is refused by, when both are frozen after the first question", () => {
    const memory = new DecisionMemory(policy, REGISTER);
    const changing = { ...able };
    expect(decided(memory, changing).decision).toBe("allow");
    const lower = Object.freeze(Object.assign(changing, { clearance: "U" as const }));
    expect(decided(memory, lower)).toMatchObject({
      decision: "deny",
      reasons: ["mac.level"],
      registerVersion: REGISTER,
    });
  });
});

const [open] = fc.sample(
  effectives.filter(({ level, controls }) => level === "U" && controls.length === 0),
  { ...SEED, numRuns: 1 },
) as [Effective];
