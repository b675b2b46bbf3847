import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormatError, nodeCrypto, readRuleFiles } from "../../audit/index.ts";
import { ACTIONS, NOUNS } from "../../src/policy/actions.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/load.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import { OPEN_RULES, SHIPPED, compare, readBoth } from "./decision-comparison.ts";
import type { Situation, TwoReadings } from "./decision-comparison.ts";
import { anyRules, spoiledFiles } from "./decision-rules.ts";
import { situations, spoiled } from "./decision-situations.ts";

const SEED = 20260927;
/** In `npm test` a seeded part of it. */
const PART = process.env["CAVEAT_LONG"] === "1" ? 1 : 0.25;
const ODD_ACTIONS: readonly unknown[] = ["label.write", "label", "toString", "", null, undefined, 3, ["label.read"]];

/** How often each answer was given. */
class Tally {
  allow = 0;
  deny = 0;
  withDuties = 0;
  onPairAlone = 0;

  /** Asks about every action, with the facts and by marking and profile alone. */
  compareAll(policy: TwoReadings, situation: Situation, actions: readonly unknown[] = ACTIONS): void {
    for (const action of actions) {
      for (const facts of [situation.facts, null]) {
        const { server, auditor } = compare(policy, { ...situation, facts }, action);
        if (server !== auditor) expect({ action, facts, said: auditor }).toEqual({ action, facts, said: server });
        if (server.startsWith("allow")) this.allow += 1;
        else this.deny += 1;
        if (server.includes(" ")) this.withDuties += 1;
        if (facts === null) this.onPairAlone += 1;
      }
    }
  }
}

describe("I6 the auditor's evaluator takes the server's decisions again", () => {
  test("under any rules, for any person, marking and facts, with the same obligations (200,000 times in the long run)", () => {
    const tally = new Tally();
    fc.assert(
      fc.property(anyRules, fc.array(situations, { minLength: 12, maxLength: 12 }), (files, cases) => {
        const policy = readBoth(files);
        for (const situation of cases) tally.compareAll(policy, situation);
      }),
      { seed: SEED, numRuns: Math.ceil(230 * PART) },
    );
    expect(tally.allow + tally.deny).toBeGreaterThan(200_000 * PART);
    expect(Math.min(tally.allow, tally.deny)).toBeGreaterThan(15_000 * PART);
    expect(tally.withDuties).toBeGreaterThan(1_000 * PART);
  });

  test("under the shipped rules, and under rules that leave everything to the conditions", () => {
    for (const [files, least] of [
      [SHIPPED, 1_000],
      [OPEN_RULES, 7_500],
    ] as const) {
      const policy = readBoth(files);
      const tally = new Tally();
      for (const situation of fc.sample(situations, { seed: SEED, numRuns: 500 })) tally.compareAll(policy, situation);
      expect(Math.min(tally.allow, tally.deny)).toBeGreaterThan(least);
    }
  });

  test("where anything is missing, of another kind, or too much", () => {
    const tally = new Tally();
    for (const files of [SHIPPED, OPEN_RULES]) {
      const policy = readBoth(files);
      const actions = ["label.read", "asset.display", "delivery.fetch", ...ODD_ACTIONS];
      for (const situation of fc.sample(spoiled, { seed: SEED, numRuns: 4_000 * PART })) {
        tally.compareAll(policy, situation, actions);
      }
      const whole = fc.sample(situations, { seed: SEED, numRuns: 1 })[0];
      for (const profile of [null, undefined, 3, "", [], {}, [whole?.profile]]) {
        tally.compareAll(policy, { profile, marking: whole?.marking, facts: whole?.facts }, actions);
        tally.compareAll(policy, { profile: whole?.profile, marking: profile, facts: whole?.facts }, actions);
        tally.compareAll(policy, { profile: whole?.profile, marking: whole?.marking, facts: profile }, actions);
      }
    }
    // A value of another kind is sometimes one that is allowed there.
    expect(tally.allow).toBeGreaterThan(500 * PART);
    expect(tally.deny).toBeGreaterThan(100_000 * PART);
  });
});

describe("I6 the auditor's reader of rule files", () => {
  test("gives the version that the server gives, for the shipped rules and for any that load", () => {
    const shipped = readBoth(SHIPPED);
    expect(shipped.auditor.version).toBe(shipped.server.version);
    expect(shipped.auditor.version).toMatch(/^sha384:[0-9a-f]{96}$/);
    fc.assert(
      fc.property(anyRules, (files) => {
        const { server, auditor } = readBoth(files.toReversed());
        expect(auditor.version).toBe(server.version);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  test("refuses what the server refuses, but for nouns and actions that are lacking, as in the policy of an older release", () => {
    const counts = { read: 0, refused: 0, lacking: 0 };
    fc.assert(
      fc.property(spoiledFiles, (files) => {
        const server = loaded(files);
        const auditor = reads(files);
        const lacking = server === "rules-incomplete" || (server === "rules-file" && files.length < NOUNS.length);
        if (lacking) counts.lacking += 1;
        else expect({ server, reads: auditor }).toEqual({ server, reads: server === "loaded" });
        counts[auditor ? "read" : "refused"] += 1;
      }),
      { seed: SEED, numRuns: 1_500 },
    );
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(150);
    expect(counts.lacking).toBeGreaterThan(20);
  });

  test("reads no folder without files, and none with a file that is no rule file", () => {
    expect(reads([])).toBe(false);
    expect(reads([...SHIPPED, { name: "README.md", text: "{}" }])).toBe(false);
    expect(reads([...SHIPPED, { name: "__proto__.json", text: "{}" }])).toBe(false);
  });
});

function loaded(files: readonly PolicyFile[]): string {
  try {
    loadPolicy(files);
    return "loaded";
  } catch (error) {
    if (error instanceof PolicyError) return error.code;
    throw error;
  }
}

function reads(files: readonly PolicyFile[]): boolean {
  try {
    readRuleFiles(nodeCrypto, files);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
