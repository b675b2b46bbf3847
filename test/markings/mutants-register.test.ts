import { describe, expect, test } from "vitest";
import { parseStanagTable } from "../../src/markings/stanag-table.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { registerFiles } from "./register-data.ts";

type Files = ReturnType<typeof registerFiles>;

const attempt = (reading: () => unknown): unknown => {
  try {
    reading();
    return "accepted";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

/** Without the table of NITF, whose digraphs name what a change may take out: it must be refused for what it is itself. */
const changed = (change: (files: Files) => void): unknown => {
  const files = registerFiles();
  change(files);
  Reflect.deleteProperty(files, "nitf");
  return attempt(() => parseRegister(files, "v"));
};

const first = (list: unknown): Record<string, unknown> => (list as Record<string, unknown>[])[0] ?? {};
const U = { levels: ["U"] };

// Guarantees that no other test gave when the sources were mutated (test/mutation/REPORT.md).
describe("a markings register", () => {
  test.each<[string, (files: Files) => void]>([
    ["no United States", ({ countries }) => Reflect.deleteProperty(countries["countries"] as object, "USA")],
    ["countries that are a word", ({ countries }) => (countries["extras"] = "UK")],
    ["a control system of any name", ({ register }) => (register["sci"] = [{ names: "any", ...U }])],
    ["names of which one is none", ({ register }) => (register["sci"] = [{ names: ["SI", "S I"], ...U }])],
    ["an entry of no name", ({ register }) => (register["sci"] = [{ names: [], ...U }])],
    ["a level of which nobody heard", ({ register }) => (first(register["nonIc"])["levels"] = ["U", "Q"])],
    ["a number in words", ({ register }) => (register["sigmaNumbers"] = ["14"])],
    [
      "something below a sub-compartment",
      ({ register }) => {
        const deep = { names: ["D"], ...U };
        const sub = { names: ["C"], ...U, below: [deep] };
        register["sci"] = [{ names: ["A"], ...U, below: [{ names: ["B"], ...U, below: [sub] }] }];
      },
    ],
    [
      "two entries of any name side by side",
      ({ register }) => {
        const any = { names: "any", ...U };
        register["sci"] = [{ names: ["A"], ...U, below: [any, any] }];
      },
    ],
    [
      "controls of CUI out of the order of the alphabet",
      ({ cui }) => (cui["controls"] = (cui["controls"] as object[]).toReversed()),
    ],
    [
      "two controls of CUI of one banner word",
      ({ cui }) => {
        const controls = cui["controls"] as Record<string, unknown>[];
        const last = controls.at(-1) ?? {};
        controls.push({ ...last, token: "OTHER" });
      },
    ],
  ])("is refused with %s", (_, change) => {
    expect(changed(change)).toBe("E_REGISTER");
  });
  test("reserves every word that stands for a system, by name and by title", () => {
    const { reserved } = parseRegister(registerFiles(), "v");
    for (const word of ["HCS", "TK", "SPECIAL", "INTELLIGENCE", "RESERVE", "NF", "RELIDO", "ATOMAL"])
      expect([word, reserved.has(word)]).toStrictEqual([word, true]);
    expect([reserved.has("BUTTER"), reserved.has("Stryker")]).toStrictEqual([false, false]);
  });
  test("reads names of any form with their length and letters", () => {
    const rules = parseRegister(registerFiles(), "v").sci;
    const reserve = rules.find(({ names }) => !names.any && names.list.includes("RSV"));
    expect(reserve?.below[0]?.names).toStrictEqual({ any: true, letters: false, min: 3, max: 3 });
    expect(reserve?.below[0]?.titles).toStrictEqual([]);
    expect(parseRegister(registerFiles(), "v").sap.names).toStrictEqual({ any: true, letters: false, min: 1, max: 10 });
  });
  test("has the subsets of each nuclear control, and no titles that were not written", () => {
    const { aea, nonIc } = parseRegister(registerFiles(), "v");
    const rd = aea.find(({ token }) => token === "RD");
    const frd = aea.find(({ token }) => token === "FRD");
    expect([rd?.cnwdiLevels !== null, frd?.cnwdiLevels, frd?.sigmaLevels !== null]).toStrictEqual([true, null, true]);
    const written = registerFiles().register["nonIc"] as { titles?: string[] }[];
    expect(nonIc.map(({ titles }) => titles)).toStrictEqual(written.map(({ titles = [] }) => titles));
  });
  test("has the categories of CUI in their order, whatever the order of the file", () => {
    const files = registerFiles();
    const ids = [...parseRegister(files, "v").cui.categories].map(([key, { id }]) => [key, id]);
    files.cui["categories"] = (files.cui["categories"] as object[]).toReversed();
    expect([...parseRegister(files, "v").cui.categories].map(([key, { id }]) => [key, id])).toStrictEqual(ids);
    expect(ids).toStrictEqual(ids.map(([id]) => [id, id]).toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
    expect(ids.length).toBeGreaterThan(50);
  });
});

describe("a table of STANAG 4774", () => {
  const policy = {
    name: "N",
    uri: "urn:n",
    owners: ["NATO"],
    classifications: { SECRET: "S" },
    categories: [
      { tag: "a", uri: "urn:a", type: "PERMISSIVE", says: "owner", value: "NATO" },
      { tag: "b", type: "PERMISSIVE", says: "release", with: ["NATO"] },
      { tag: "c", type: "RESTRICTIVE", says: "tokens", attribute: "nonUSControls", values: { ATOMAL: "NATO-ATOMAL" } },
      { tag: "d", type: "RESTRICTIVE", says: "tokens", attribute: "SCIcontrols" },
      { tag: "e", type: "INFORMATIVE", says: "nothing", values: ["MEDICAL"] },
      { tag: "f", type: "INFORMATIVE", says: "nothing", values: ["LEGAL"] },
    ],
  };
  const table = (categories: readonly unknown[]): unknown => ({
    version: "1",
    validFrom: "2026-01-01",
    policies: [{ ...policy, categories }],
  });
  test("is read with each meaning that a category can have", () => {
    const none: ReadonlyMap<string, string> | null = null;
    expect(parseStanagTable(table(policy.categories))).toStrictEqual([
      {
        ...policy,
        classifications: new Map([["SECRET", "S"]]),
        categories: [
          { tag: "a", uri: "urn:a", type: "PERMISSIVE", says: { kind: "owner", value: "NATO" } },
          { tag: "b", uri: null, type: "PERMISSIVE", says: { kind: "release", together: ["NATO"], home: null } },
          {
            tag: "c",
            uri: null,
            type: "RESTRICTIVE",
            says: { kind: "tokens", attribute: "nonUSControls", values: new Map([["ATOMAL", "NATO-ATOMAL"]]) },
          },
          {
            tag: "d",
            uri: null,
            type: "RESTRICTIVE",
            says: { kind: "tokens", attribute: "SCIcontrols", values: none },
          },
          { tag: "e", uri: null, type: "INFORMATIVE", says: { kind: "nothing", values: ["MEDICAL"] } },
          { tag: "f", uri: null, type: "INFORMATIVE", says: { kind: "nothing", values: ["LEGAL"] } },
        ],
      },
    ]);
    const home = { tag: "b", type: "PERMISSIVE", says: "release", home: "USA" };
    expect(parseStanagTable(table([home]))[0]?.categories[0]?.says).toStrictEqual({
      kind: "release",
      together: [],
      home: "USA",
    });
  });
  test.each<[string, unknown]>([
    ["a category that is null", null],
    ["a category that is a word", "says"],
    ["a category that says nothing at all", { tag: "a", type: "PERMISSIVE" }],
    ["tokens by the letters of a word", { ...policy.categories[3], values: "AB" }],
    ["tokens by nothing", { ...policy.categories[3], values: null }],
    ["an identifier that is no text", { ...policy.categories[0], uri: 1 }],
    ["a home that is no text", { tag: "b", type: "PERMISSIVE", says: "release", home: 1 }],
  ])("is refused with %s", (_, category) => {
    expect(attempt(() => parseStanagTable(table([category])))).toBe("E_REGISTER");
  });
});
