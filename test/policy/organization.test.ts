import { expect, test } from "vitest";
import { listTakesIn } from "../../src/policy/mandatory-tokens.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import { parseProfile } from "../../src/policy/profile.ts";

const reader = (dutyOrganization: string) =>
  parseProfile({
    clearance: "S",
    fineAccessControls: [],
    countryOfAffiliation: "GBR",
    clearanceIssuer: "GBR",
    dutyOrganization,
    usGovernmentAgency: false,
    entityType: "MIL",
    role: ["analyst"],
    lists: [],
    environment: {
      client: "approved",
      clientCeiling: "TS",
      deviceAttested: true,
      networkCeiling: "TS",
      sessionLevel: "TS",
      timeWindow: "open",
      honors: [],
    },
  });

test("I9 an organisation without a written country is of no country, not of its member's", () => {
  expect(listTakesIn(["GBR"], reader("GBR.MOD"))).toBe(true);
  expect(listTakesIn(["GBR"], reader("AUS.DOD"))).toBe(false);
  expect(listTakesIn(["GBR"], reader("AUSDOD"))).toBe(false);
  expect(listTakesIn(["GBR"], reader("MOD"))).toBe(false);
});

test.each(["aus.DOD", "AUS DOD", "GBR MOD", "", ".MOD"])(
  "I9 the organisation %j is not understood and refused",
  (name) => {
    expect(() => reader(name)).toThrow(PolicyError);
  },
);
