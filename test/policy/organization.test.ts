import { expect, test } from "vitest";
import { listTakesIn } from "../../src/policy/mandatory-tokens.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import { GBR, reader as readerWith } from "./condition-readers.ts";

const reader = (dutyOrganization: string) => readerWith({ ...GBR, dutyOrganization });

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
