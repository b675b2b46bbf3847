import { describe, expect, test } from "vitest";
import type { Effective } from "../../src/markings/effective.ts";
import { dominates, effectiveOf, joinEffective, meetEffective } from "../../src/markings/effective.ts";
import { readListToken, underLists, unlistedTokens } from "../../src/markings/lists.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import { rollUpRelease } from "../../src/markings/release.ts";
import { fgiOf, nonIcOf } from "../../src/markings/rollup-categories.ts";
import { marked, register } from "./register-data.ts";

const of = (text: string) => marked(markingFromText(text, register));
const effective = (text: string): Effective => effectiveOf(of(text), register);
const contributed = (...texts: string[]) => texts.map((text) => ({ marking: of(text), createdOn: null }));

// Guarantees that no other test gave when the sources were mutated (test/mutation/REPORT.md).
describe("an effective marking", () => {
  test("of joint information names the other owners as its sources, and not the United States", () => {
    expect(effective("//JOINT SECRET CAN USA//REL TO USA, CAN").fgi).toStrictEqual(["CAN"]);
    expect(effective("SECRET//NOFORN").fgi).toStrictEqual([]);
    expect(effective("(//FGI S)").fgi).toStrictEqual(["*"]);
  });
  test("holds the SIGMA numbers of Formerly Restricted Data", () => {
    expect(effective("SECRET//FRD-SIGMA 14 20//NOFORN").aea).toStrictEqual(["FRD", "FRD-SG-14", "FRD-SG-20"]);
    expect(effective("SECRET//RD-SIGMA 14//NOFORN").aea).toStrictEqual(["RD", "RD-SG-14"]);
  });
  const secret = effective("SECRET//REL TO USA, CAN, GBR");
  test.each<[string, Effective, Effective]>([
    ["NOFORN", { ...secret, noforn: true }, secret],
    ["a shorter list of releases", { ...secret, relTo: ["GBR"] }, secret],
    ["a list of releases where everybody was meant", secret, { ...secret, relTo: ["*"] }],
    ["a shorter list of displays", { ...secret, displayTo: ["GBR"] }, secret],
    ["a list of displays where everybody was meant", secret, { ...secret, displayTo: ["*"] }],
    ["joint owners", { ...secret, jointOwners: ["CAN", "USA"] }, secret],
    ["fewer joint owners", { ...secret, jointOwners: ["CAN"] }, { ...secret, jointOwners: ["CAN", "USA"] }],
    ["a list of people", { ...secret, lists: ["OC:a"] }, secret],
  ])("with %s stands above the one without, and never below it", (_, above, below) => {
    expect(dominates(above, below)).toBe(true);
    expect(dominates(below, above)).toBe(false);
    expect(dominates(above, above)).toBe(true);
  });
  test("of other joint owners stands neither above nor below", () => {
    const [a, b] = [["CAN"], ["GBR"]].map((jointOwners) => ({ ...secret, jointOwners }));
    if (a === undefined || b === undefined) throw new Error("two");
    expect([dominates(a, b), dominates(b, a)]).toStrictEqual([false, false]);
    expect(joinEffective(a, b).jointOwners).toStrictEqual([]);
    expect(meetEffective(a, b).jointOwners).toStrictEqual(["CAN", "GBR"]);
  });
});

describe("lists of people", () => {
  test("a profile of need-to-know is a control that was named with its list, and no other word is one", () => {
    expect(readListToken("NTK:alpha|beta")).toStrictEqual({ control: "NTK", kind: "NTK", anyOf: ["alpha", "beta"] });
    expect(readListToken("XXX:alpha")).toBeNull();
    expect(readListToken("NTK:-")).toBeNull();
    expect(readListToken("OC:-")).toStrictEqual({ control: "OC", kind: "OC", anyOf: [] });
  });
  test("a list that binds goes on binding when another is put beside it, and only that there was none is forgotten", () => {
    const oc = { ...effective("SECRET//ORCON/NOFORN"), lists: ["OC:-", "OC:a"] };
    expect(underLists(oc, [{ kind: "OC", anyOf: ["b"] }])?.lists).toStrictEqual(["OC:a", "OC:b"]);
  });
  test("a control that needs a list and has none is satisfied by nobody", () => {
    expect(unlistedTokens(["OC", "NF"])).toStrictEqual(["OC:-"]);
  });
});

describe("a roll-up", () => {
  const { rollUp } = register;
  test("of a control that means NOFORN forces NOFORN, whatever the register demands beside it", () => {
    const bare = { ...of("UNCLASSIFIED"), nonIc: ["XD"] };
    expect(nonIcOf([bare], false, rollUp).forcesNoforn).toBe(true);
    expect(nonIcOf([{ ...bare, nonIc: ["ND"] }], false, rollUp).forcesNoforn).toBe(true);
    expect(nonIcOf([{ ...bare, nonIc: ["LES"] }], false, rollUp).forcesNoforn).toBe(false);
    expect(nonIcOf([of("UNCLASSIFIED//LES NOFORN")], true, rollUp).forcesNoforn).toBe(true);
    expect(nonIcOf([of("UNCLASSIFIED//LES NOFORN")], false, rollUp).forcesNoforn).toBe(false);
  });
  test("keeps a joined form only where it is the only statement about release", () => {
    const les = of("UNCLASSIFIED//LES NOFORN");
    const released = of("UNCLASSIFIED//REL TO USA, GBR");
    expect([...nonIcOf([les, of("UNCLASSIFIED")], false, rollUp).tokens]).toStrictEqual(["LES-NF"]);
    expect([...nonIcOf([les, released, of("UNCLASSIFIED")], false, rollUp).tokens]).toStrictEqual(["LES"]);
  });
  test("conceals every source when one is concealed", () => {
    expect(fgiOf([of("SECRET//FGI//NOFORN"), of("SECRET//FGI DEU//NOFORN")], "US", register)).toStrictEqual({
      concealed: true,
      sources: [],
    });
    expect(fgiOf([of("SECRET//FGI DEU//NOFORN"), of("//CAN SECRET")], "US", register)).toStrictEqual({
      concealed: false,
      sources: ["CAN", "DEU"],
    });
  });
  test("is NOFORN where any portion is, in its own words or in a joined form", () => {
    const noforn = { tokens: ["NF"], relTo: [], displayOnlyTo: [] };
    for (const texts of [
      ["SECRET//NOFORN", "SECRET//REL TO USA, GBR"],
      ["SECRET//REL TO USA, GBR", "SECRET//NOFORN"],
      ["UNCLASSIFIED//LES NOFORN", "UNCLASSIFIED//REL TO USA, GBR"],
    ])
      expect(rollUpRelease(contributed(...texts), register, rollUp, false)).toStrictEqual(noforn);
  });
  test("is NOFORN beside controls of others than the intelligence community, whatever the register chose for its own", () => {
    const chosen = { ...rollUp, caveatedUnclassified: "RELIDO" } as const;
    const beside = (text: string) =>
      rollUpRelease(contributed("SECRET//RELIDO", text), register, chosen, false).tokens.join("/");
    expect(["UNCLASSIFIED//DOD UCNI", "UNCLASSIFIED//LIMDIS", "CUI", "UNCLASSIFIED//FOUO"].map(beside)).toStrictEqual([
      "NF",
      "NF",
      "NF",
      "RELIDO",
    ]);
  });
  test("says nothing of release where only bare unclassified portions stand", () => {
    expect(rollUpRelease(contributed("UNCLASSIFIED"), register, rollUp, true)).toStrictEqual({
      tokens: [],
      relTo: [],
      displayOnlyTo: [],
    });
  });
});
