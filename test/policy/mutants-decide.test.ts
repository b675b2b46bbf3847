import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { LEVELS } from "../../src/markings/index.ts";
import { OBLIGATIONS } from "../../src/policy/decision.ts";
import { isWholeEffective } from "../../src/policy/effective-shape.ts";
import { FACT_MEMBERS, parseFacts, STATES } from "../../src/policy/facts.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import {
  holdsWithParents,
  isListed,
  isUsGovernmentOrContractor,
  mayReadAtomic,
  mayReadNato,
  within,
  worksForUsAgency,
} from "../../src/policy/mandatory-tokens.ts";
import { askedObligations } from "../../src/policy/pair.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { honoringOnly, rolesConflict } from "../../src/policy/profile.ts";
import { compileRowSecurity, rowSecurityHash } from "../../src/policy/row-security.ts";
import { effective, profiles, ruleFiles } from "./table-world.ts";

function reader(change: Partial<AccessProfile> = {}): AccessProfile {
  const profile = profiles.get("us-s-analyst");
  if (!profile) throw new Error("us-s-analyst");
  return { ...profile, ...change };
}

const holding = (...fineAccessControls: string[]): AccessProfile => reader({ fineAccessControls });

// Guarantees that no other test gave when the sources were mutated (test/mutation/REPORT.md).
describe("a token", () => {
  test.each<[string, readonly string[]]>([
    ["RD", ["Q"]],
    ["FRD", ["Q"]],
    ["TFNI", ["Q"]],
    ["RD-CNWDI", ["CNWDI", "Q"]],
    ["RD-SG-14", ["Q", "SIGMA-14"]],
    ["FRD-SG-20", ["Q", "SIGMA-20"]],
  ])("%s of atomic energy needs all of %j", (token, needed) => {
    expect(mayReadAtomic(holding(...needed), token)).toBe(true);
    for (const missing of needed)
      expect(mayReadAtomic(holding(...needed.filter((one) => one !== missing)), token)).toBe(false);
  });
  test.each(["RD-SG-16", "XRD-SG-14", "RD-SG-140", "RD-OTHER", "", "toString"])(
    "%j, whose rule is not stated, is read by nobody",
    (token) => {
      const all = holding("Q", "CNWDI", "SIGMA-14", "SIGMA-16", "SIGMA-140", "SIGMA-undefined", token);
      expect(mayReadAtomic(all, token)).toBe(false);
    },
  );
  test("DCNI and UCNI is left to the condition that is theirs", () => {
    expect(["DCNI", "UCNI"].map((token) => mayReadAtomic(holding(), token))).toEqual([true, true]);
  });
  test.each(["ATOMAL", "BALK", "BOHEMIA"])("%s of NATO needs the read-on of that name", (token) => {
    expect(mayReadNato(holding(token), token)).toBe(true);
    expect(mayReadNato(holding("NATO-TS"), token)).toBe(false);
  });
  test("of a level of NATO needs that level or a higher one, and one that is none is read by nobody", () => {
    for (const needed of LEVELS) {
      for (const held of LEVELS) {
        const expected = LEVELS.indexOf(held) >= LEVELS.indexOf(needed);
        expect([needed, held, mayReadNato(holding(`NATO-${held}`), `NATO-${needed}`)]).toEqual([
          needed,
          held,
          expected,
        ]);
      }
    }
    expect(mayReadNato(holding("NATO-TS", "NATO-X"), "NATO-X")).toBe(false);
  });
  test("is held with every parent, and the word SAR alone is no read-in", () => {
    expect(holdsWithParents(holding("SI", "SI-G", "SI-G-ABCD"), "SI-G-ABCD")).toBe(true);
    expect(holdsWithParents(holding("SI", "SI-G-ABCD"), "SI-G-ABCD")).toBe(false);
    expect(holdsWithParents(holding("SAR"), "SAR")).toBe(false);
    expect(holdsWithParents(holding("SAR-BP"), "SAR-BP")).toBe(true);
  });
});

describe("a reader", () => {
  const company = { usGovernmentAgency: false, dutyOrganization: "USA.COMPANY" } as const;
  test("of a company of the United States counts as a contractor, and nobody else outside the agencies", () => {
    expect(isUsGovernmentOrContractor(reader({ ...company, entityType: "CTR" }))).toBe(true);
    expect(isUsGovernmentOrContractor(reader({ ...company, entityType: "GOV" }))).toBe(false);
    expect(isUsGovernmentOrContractor(reader({ ...company, entityType: "CTR", dutyOrganization: "GBR.COMPANY" }))).toBe(
      false,
    );
    expect(isUsGovernmentOrContractor(reader({ ...company, entityType: "CTR", dutyOrganization: "COMPANY" }))).toBe(
      false,
    );
    expect(isUsGovernmentOrContractor(reader())).toBe(true);
    expect(isUsGovernmentOrContractor(reader({ countryOfAffiliation: "GBR" }))).toBe(false);
  });
  test("works for an agency where no other country is written first", () => {
    const agency = (dutyOrganization: string) =>
      worksForUsAgency(reader({ usGovernmentAgency: true, dutyOrganization }));
    expect([agency("USA.DOD"), agency("DOD"), agency("GBR.MOD"), agency("XGBR.MOD")]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });
  test("is to be named by every list behind a control, and a control without a list refuses him", () => {
    const listed = (controls: readonly string[], lists: readonly string[]): boolean =>
      isListed(reader({ lists: ["OC:a", "OC:b"] }), { ...effective("SECRET//ORCON/NOFORN"), controls, lists }, "OC");
    expect(listed(["OC"], ["OC:a", "OC:b"])).toBe(true);
    expect(listed(["OC"], ["OC:a", "OC:c"])).toBe(false);
    expect(listed(["OC"], [])).toBe(false);
    expect(listed([], [])).toBe(true);
    expect(listed([], ["OC:c"])).toBe(false);
    expect(listed(["OC"], ["OC:"])).toBe(false);
  });
});

test("a level of which nobody heard is below no ceiling", () => {
  const secret = effective("SECRET");
  expect([within("TS", secret), within("S", secret), within("C", secret)]).toEqual([true, true, false]);
  expect(within("TS", { ...secret, level: "X" as "S" })).toBe(false);
});

describe("roles", () => {
  test.each(["security-officer", "downgrade-authority", "disclosure-officer"])(
    "a compliance officer is never a %s as well",
    (role) => {
      expect(rolesConflict(["compliance-officer", role])).toBe(true);
      expect(rolesConflict(["compliance-officer", "annotator", role])).toBe(true);
      expect([rolesConflict([role]), rolesConflict(["annotator", role])]).toEqual([false, false]);
    },
  );
  test("a compliance officer may be nothing else that grants nothing", () => {
    expect([rolesConflict(["compliance-officer"]), rolesConflict([])]).toEqual([false, false]);
  });
});

describe("obligations", () => {
  test("of a profile are cut to those that can be done, and never more than it says", () => {
    const honors = OBLIGATIONS.toSorted();
    const [one = "WATERMARK", ...others] = honors;
    const able = reader({ environment: { ...reader().environment, honors } });
    expect(honoringOnly(able, OBLIGATIONS)).toBe(able);
    expect(honoringOnly(able, others)).toEqual({ ...able, environment: { ...able.environment, honors: others } });
    expect(honoringOnly(able, []).environment.honors).toEqual([]);
    const unable = reader({ environment: { ...reader().environment, honors: [] } });
    expect(honoringOnly(unable, [one])).toBe(unable);
  });
  test("of a policy are those of its rules with those that are mandatory", () => {
    const asked = askedObligations(loadPolicy(ruleFiles));
    const without = askedObligations(loadPolicy(ruleFiles.filter(({ text }) => !text.includes('"oblige"'))));
    expect(asked.size).toBeGreaterThan(0);
    for (const one of without) expect([one, asked.has(one)]).toEqual([one, true]);
    for (const { obligations } of loadPolicy(ruleFiles).rules)
      for (const one of obligations) expect([one, asked.has(one)]).toEqual([one, true]);
  });
});

describe("facts", () => {
  const whole = { member: true, assigned: true, owner: true, state: STATES[0] };
  test.each(FACT_MEMBERS)("say which of them cannot be read: %s", (name) => {
    expect(() => parseFacts({ ...whole, [name]: 1 })).toThrow(expect.objectContaining({ at: `facts.${name}` }));
  });
  test("say where they are when they are no object", () => {
    expect(() => parseFacts(null)).toThrow(expect.objectContaining({ at: "facts" }));
  });
  test("repeat a name that nobody knows only where it is a plain word", () => {
    const at = (name: string): unknown => {
      try {
        return parseFacts({ ...whole, [name]: 1 });
      } catch (error) {
        return error instanceof Error && "at" in error ? error.at : error;
      }
    };
    expect([at("more"), at("a b"), at("1a"), at("ab\n"), at("a".repeat(41))]).toEqual([
      "facts.more",
      "facts.?",
      "facts.?",
      "facts.?",
      "facts.?",
    ]);
  });
});

describe("an effective marking", () => {
  test("with a member of another name is none", () => {
    const whole = effective("SECRET//NOFORN");
    const { lists, ...rest } = whole;
    expect([isWholeEffective(whole), isWholeEffective({ ...rest, list: lists })]).toEqual([true, false]);
    expect(isWholeEffective({ ...whole, sci: [{ length: 1 }] })).toBe(false);
  });
});

describe("row security", () => {
  test("is hashed without its heading, in SHA-384", () => {
    const policy = loadPolicy(ruleFiles);
    const body = compileRowSecurity(policy).split("\n").slice(3).join("\n").replace(/\n$/, "");
    expect(rowSecurityHash(policy)).toBe(createHash("sha384").update(body).digest("hex"));
  });
});
