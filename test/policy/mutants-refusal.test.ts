import { describe, expect, test } from "vitest";
import type { Effective } from "../../src/markings/index.ts";
import type { Action } from "../../src/policy/actions.ts";
import { decide, decidePair } from "../../src/policy/decide.ts";
import { STATES } from "../../src/policy/facts.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { mandatory } from "../../src/policy/mandatory.ts";
import { matrixOf } from "../../src/policy/matrix.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { effective, profiles, ruleFiles } from "./table-world.ts";

const policy = loadPolicy(ruleFiles);
const facts: Facts = { member: true, assigned: true, owner: true, state: STATES[0] };
const display = effective("CONFIDENTIAL//DISPLAY ONLY AFG");

function reader(name: string): AccessProfile {
  const profile = profiles.get(name);
  if (!profile) throw new Error(name);
  return profile;
}

function decided(profile: AccessProfile, object: Effective, action: Action) {
  return decide(policy, "r", profile, object, facts, action);
}

// Guarantees that no other quick test gave when the sources were mutated (test/mutation/REPORT.md).
describe("a decision", () => {
  test("refuses whoever cannot do all that an allow asks, and says what is left", () => {
    const able = reader("afg-s-analyst");
    const allowed = decided(able, display, "asset.display");
    expect(allowed).toMatchObject({ decision: "allow" });
    expect(allowed.obligations).toContain("WATERMARK");
    for (const missing of allowed.obligations) {
      const honors = able.environment.honors.filter((one) => one !== missing);
      const unable = { ...able, environment: { ...able.environment, honors } };
      expect(decided(unable, display, "asset.display")).toMatchObject({
        decision: "deny",
        reasons: [`obligation.${missing}`],
        obligations: [],
      });
      expect(decidePair(policy, unable, display, "asset.display")).toEqual({
        allow: false,
        reasons: [`obligation.${missing}`],
        obligations: [],
      });
      const column = matrixOf(policy).column(display);
      expect(matrixOf(policy).row(unable)(column)).not.toBe(matrixOf(policy).row(able)(column));
    }
  });
  test("refuses without duties and with one reason", () => {
    expect(decidePair(policy, reader("us-nobody"), effective("SECRET"), "label.read")).toEqual({
      allow: false,
      reasons: ["pair.no-allow"],
      obligations: [],
    });
    expect(decidePair(policy, reader("gbr-s-analyst"), effective("SECRET//NOFORN"), "label.read")).toMatchObject({
      allow: false,
      obligations: [],
    });
  });
  test("refuses what cannot be read, with the place of it", () => {
    const analyst = reader("us-s-analyst");
    const secret = effective("SECRET");
    const refused = (reason: string) => ({ decision: "deny", reasons: [reason], obligations: [] });
    expect(decided(analyst, secret, "label.burn" as Action)).toMatchObject(refused("input.action"));
    expect(decided(analyst, secret, "toString" as Action)).toMatchObject(refused("input.action"));
    expect(
      decide(policy, "r", analyst, secret, Object.assign({}, facts, { state: "GONE" }), "label.read"),
    ).toMatchObject(refused("input.facts.state"));
    const throwing = new Proxy(secret, {
      ownKeys: () => {
        throw new Error("a trap");
      },
    });
    expect(decided(analyst, throwing, "label.read")).toMatchObject(refused("input.unreadable"));
    expect(decidePair(policy, analyst, secret, "label.burn" as Action)).toEqual({
      allow: false,
      reasons: ["input.action"],
      obligations: [],
    });
  });
  test("is taken under a policy that was loaded, and under no other", () => {
    const unloaded: Policy = { ...policy };
    const analyst = reader("us-s-analyst");
    const notLoaded: unknown = expect.objectContaining({ code: "policy-not-loaded" });
    expect(() => decide(unloaded, "r", analyst, display, facts, "label.read")).toThrow(notLoaded);
    expect(() => decidePair(unloaded, analyst, display, "label.read")).toThrow(notLoaded);
    expect(() => matrixOf(unloaded)).toThrow(notLoaded);
  });
});

test("UCNI is for US government persons and their contractors, as DCNI is", () => {
  for (const token of ["DCNI", "UCNI"]) {
    const object = { ...effective("UNCLASSIFIED"), relTo: ["GBR"], aea: [token] };
    const failed = (name: string) => mandatory({ reader: reader(name), object, handling: "view" }).failed;
    expect(failed("us-s-analyst")).not.toContain("mac.ucni");
    expect(failed("gbr-s-analyst")).toContain("mac.ucni");
  }
});
