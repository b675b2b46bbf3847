import { describe, expect, test } from "vitest";
import { parseBanner } from "../../src/markings/parse.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { marked, registerFiles } from "./register-data.ts";

const broken = (change: (files: ReturnType<typeof registerFiles>) => void): unknown => {
  const files = registerFiles();
  change(files);
  try {
    parseRegister(files, "v");
    return "accepted";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

/** Gives the programs' names a form. */
const sapForm = (register: Record<string, unknown>, form: object): void => {
  (register["sap"] as Record<string, unknown>)["form"] = form;
};

const first = (list: unknown): Record<string, unknown> => (list as Record<string, unknown>[])[0] ?? {};

describe("markings register", () => {
  test("carries the version that the loader gives", () => {
    expect(parseRegister(registerFiles(), "sha-1").version).toBe("sha-1");
  });
  test("knows the 249 ISO trigraphs with the extras, and UK is none of them", () => {
    const { trigraphs, groups } = parseRegister(registerFiles(), "v");
    expect(trigraphs.size).toBe(250);
    expect([trigraphs.has("UK"), trigraphs.has("GBR"), groups.get("NATO")?.members.length]).toStrictEqual([
      false,
      true,
      32,
    ]);
  });
  test.each<[string, (files: ReturnType<typeof registerFiles>) => void]>([
    ["an unknown member", ({ register }) => (register["extra"] = 1)],
    ["a misspelled restriction", ({ register }) => (first(register["dissemination"])["exclude"] = ["NF"])],
    [
      "a rule that names an unknown token",
      ({ register }) => (first(register["dissemination"])["excludes"] = ["NOFORN"]),
    ],
    ["an unknown level", ({ register }) => (first(register["nonIc"])["levels"] = ["Q"])],
    ["an empty list of levels", ({ register }) => (first(register["nonIc"])["levels"] = [])],
    ["a control that stands twice", ({ register }) => (register["nonIc"] as unknown[]).push(first(register["nonIc"]))],
    ["a control system called any", ({ register }) => (first(register["sci"])["names"] = "any")],
    [
      "a compartment with the name of a control",
      ({ register }) => (first(first(register["sci"])["below"])["names"] = ["NF"]),
    ],
    ["an entry that is neither a list nor any", ({ register }) => (first(register["sci"])["names"] = "all")],
    ["a country code of two letters", ({ countries }) => (countries["extras"] = { UK: "United Kingdom" })],
    [
      "a group with a member that is no country",
      ({ tetragraphs }) => (first(tetragraphs["groups"])["members"] = ["XXX"]),
    ],
    ["a group that is decomposable into nothing", ({ tetragraphs }) => (first(tetragraphs["groups"])["members"] = [])],
    ["a register that is no object", (files) => Object.assign(files, { register: [] })],
    ["a register that is null", (files) => Object.assign(files, { register: null })],
    ["no version", ({ register }) => (register["version"] = "")],
    ["a version that is no text", ({ register }) => (register["version"] = 1)],
    ["no day of validity", ({ register }) => (register["validFrom"] = "2026-1-1")],
    ["a day of no calendar", ({ register }) => (register["validFrom"] = "2026-02-30")],
    ["a day with something before it", ({ register }) => (register["validFrom"] = "x2026-01-01")],
    ["a day with something after it", ({ register }) => (register["validFrom"] = "2026-01-01x")],
    ["control systems that are no list", ({ register }) => (register["sci"] = {})],
    ["a token that is no text", ({ register }) => (first(register["dissemination"])["token"] = 1)],
    ["a token without a banner word", ({ register }) => (first(register["dissemination"])["banner"] = "")],
    ["a token without a portion word", ({ register }) => Reflect.deleteProperty(first(register["nonIc"]), "portion")],
    ["a title twice", ({ register }) => (first(register["dissemination"])["titles"] = ["A", "A"])],
    ["titles that are no list", ({ register }) => (first(register["dissemination"])["titles"] = "A")],
    ["a level twice", ({ register }) => (first(register["nonIc"])["levels"] = ["U", "U"])],
    ["levels that are missing", ({ register }) => Reflect.deleteProperty(first(register["nonIc"]), "levels")],
    ["a requirement of nothing", ({ register }) => (first(register["nonIc"])["requires"] = [{ oneOf: [] }])],
    [
      "a requirement of an unknown token",
      ({ register }) => (first(register["nonIc"])["requires"] = [{ oneOf: ["X"] }]),
    ],
    [
      "a requirement at no level",
      ({ register }) => (first(register["nonIc"])["requires"] = [{ oneOf: ["NF"], atLevels: [] }]),
    ],
    [
      "a requirement with a stray member",
      ({ register }) => (first(register["nonIc"])["requires"] = [{ oneOf: ["NF"], at: ["S"] }]),
    ],
    ["a token superseded by an unknown one", ({ register }) => (first(register["nonIc"])["supersededBy"] = ["X"])],
    ["an AEA control with a stray member", ({ register }) => (first(register["aea"])["cnwdi"] = true)],
    ["an AEA subset at no level", ({ register }) => (first(register["aea"])["sigmaLevels"] = [])],
    ["an AEA control that excludes an unknown one", ({ register }) => (first(register["aea"])["excludes"] = ["X"])],
    ["a SIGMA number of 0", ({ register }) => (register["sigmaNumbers"] = [0])],
    ["a SIGMA number that is not whole", ({ register }) => (register["sigmaNumbers"] = [1.5])],
    ["a SIGMA number that is a text", ({ register }) => (register["sigmaNumbers"] = ["14"])],
    ["a NATO control in an unknown place", ({ register }) => (first(register["nato"])["place"] = "sci")],
    ["a NATO control with an unknown owner rule", ({ register }) => (first(register["nato"])["owner"] = "DEU")],
    ["a NATO control with a stray member", ({ register }) => (first(register["nato"])["banner"] = "X")],
    ["a NATO control that is a token elsewhere", ({ register }) => (first(register["nato"])["token"] = "RD")],
    ["a retired word without a hint", ({ register }) => (first(register["retired"])["hint"] = "")],
    ["a retired word without its place", ({ register }) => (first(register["retired"])["wholeSegment"] = "yes")],
    ["a retired word with a stray member", ({ register }) => (first(register["retired"])["words"] = [])],
    ["a reserved word twice", ({ register }) => (register["reserved"] as unknown[]).push("SAR")],
    ["no names", ({ register }) => (first(register["sci"])["names"] = [])],
    ["a name that is no identifier", ({ register }) => (first(register["sci"])["names"] = ["H-S"])],
    [
      "a name of eleven characters",
      ({ register }) => (first(first(register["sci"])["below"])["names"] = ["ABCDEFGHIJK"]),
    ],
    ["a name twice side by side", ({ register }) => (first(first(register["sci"])["below"])["names"] = ["P"])],
    [
      "two `any` side by side",
      ({ register }) => {
        const sap = register["sap"] as { below: object[] };
        sap.below.push(first(sap.below));
      },
    ],
    [
      "a form of a listed name",
      ({ register }) => (first(register["sci"])["form"] = { lettersOnly: true, min: 1, max: 2 }),
    ],
    ["a form whose lengths cross", ({ register }) => sapForm(register, { lettersOnly: true, min: 3, max: 2 })],
    ["a form longer than an identifier", ({ register }) => sapForm(register, { lettersOnly: true, min: 1, max: 11 })],
    ["a form of no length", ({ register }) => sapForm(register, { lettersOnly: true, min: 0, max: 2 })],
    ["a form without letters", ({ register }) => sapForm(register, { min: 1, max: 2 })],
    [
      "a form with a stray member",
      ({ register }) => sapForm(register, { lettersOnly: true, min: 1, max: 2, digits: 1 }),
    ],
    ["a title of `any`", ({ register }) => ((register["sap"] as Record<string, unknown>)["titles"] = ["PROGRAM"])],
    [
      "a title of two names",
      ({ register }) => Object.assign(first(first(register["sci"])["below"]), { names: ["O", "Q"] }),
    ],
    ["`alone` that is no flag", ({ register }) => (first(register["sci"])["alone"] = "no")],
    ["a name with a stray member", ({ register }) => (first(register["sci"])["level"] = ["S"])],
    [
      "a system that requires an unknown token",
      ({ register }) => (first(register["sci"])["requires"] = [{ oneOf: ["X"] }]),
    ],
    [
      "a compartment that excludes an unknown token",
      ({ register }) => (first(first(register["sci"])["below"])["excludes"] = ["X"]),
    ],
    [
      "something below a sub-compartment",
      ({ register }) => {
        const system = first(register["sci"]);
        system["below"] = [
          {
            names: ["Q"],
            levels: ["S"],
            below: [{ names: ["Q"], levels: ["S"], below: [{ names: ["Q"], levels: ["S"] }] }],
          },
        ];
      },
    ],
    ["countries without a version", ({ countries }) => (countries["version"] = "")],
    ["countries without a day", ({ countries }) => (countries["validFrom"] = "today")],
    ["countries that are a list", ({ countries }) => (countries["countries"] = [])],
    ["countries that are null", ({ countries }) => (countries["extras"] = null)],
    ["countries that are a text", ({ countries }) => (countries["countries"] = "USA")],
    ["a country without a name", ({ countries }) => (countries["extras"] = { XKS: "" })],
    ["a country code in lower case", ({ countries }) => (countries["extras"] = { xks: "Kosovo" })],
    ["a country code of four letters", ({ countries }) => (countries["extras"] = { XKSX: "Kosovo" })],
    ["a country twice", ({ countries }) => (countries["extras"] = { USA: "again" })],
    ["no USA", ({ countries }) => Reflect.deleteProperty(countries["countries"] as object, "USA")],
    ["countries with a stray member", ({ countries }) => (countries["more"] = {})],
    ["a group of three letters", ({ tetragraphs }) => (first(tetragraphs["groups"])["code"] = "ABC")],
    ["a group of five letters", ({ tetragraphs }) => (first(tetragraphs["groups"])["code"] = "ABCDE")],
    ["a group twice", ({ tetragraphs }) => (first(tetragraphs["groups"])["code"] = "NATO")],
    ["a group without a name", ({ tetragraphs }) => (first(tetragraphs["groups"])["name"] = "")],
    ["a group without a version", ({ tetragraphs }) => Reflect.deleteProperty(first(tetragraphs["groups"]), "version")],
    ["a group without a day", ({ tetragraphs }) => (first(tetragraphs["groups"])["validFrom"] = "2022")],
    ["a member twice", ({ tetragraphs }) => (first(tetragraphs["groups"])["members"] = ["AUS", "AUS"])],
    [
      "a group that does not say whether it is decomposable",
      ({ tetragraphs }) => Reflect.deleteProperty(first(tetragraphs["groups"]), "decomposable"),
    ],
    ["a group with a stray member", ({ tetragraphs }) => (first(tetragraphs["groups"])["countries"] = [])],
    ["groups that are no list", ({ tetragraphs }) => (tetragraphs["groups"] = {})],
    ["a file that nobody knows", (files) => Object.assign(files, { more: {} })],
    ["a missing file", (files) => Reflect.deleteProperty(files, "tetragraphs")],
  ])("refuses %s", (_, change) => {
    expect(broken(change)).toBe("E_REGISTER");
  });
  test("refuses a name that an entry does not list, and accepts it when it does", () => {
    const files = registerFiles();
    expect(parseBanner("TOP SECRET//SI-QQQ", parseRegister(files, "v"))).toMatchObject({
      ok: false,
      code: "E_UNKNOWN",
    });
    const systems = files.register["sci"] as { names: string[]; below: { names: string[]; levels: string[] }[] }[];
    systems.find(({ names }) => names.includes("SI"))?.below.push({ names: ["QQQ"], levels: ["TS"] });
    expect(marked(parseBanner("TOP SECRET//SI-QQQ", parseRegister(files, "v"))).sci[0]?.compartments[0]?.id).toBe(
      "QQQ",
    );
  });
  test("takes notes anywhere and forms of the full range", () => {
    const files = registerFiles();
    files.register["note"] = "a note";
    files.tetragraphs["note"] = "a note";
    sapForm(files.register, { lettersOnly: true, min: 10, max: 10 });
    const register = parseRegister(files, "v");
    expect(parseBanner("SECRET//SAR-ABCDEFGHIJ", register)).toMatchObject({ ok: true });
    for (const text of ["SECRET//SAR-ABCDEFGHI", "SECRET//SAR-ABCDEFGHI1", "SECRET//SAR-1ABCDEFGHI"])
      expect(parseBanner(text, register)).toMatchObject({ ok: false, code: "E_UNKNOWN" });
  });
  test("says where the fault is", () => {
    const files = registerFiles();
    first(files.register["nonIc"])["levels"] = ["Q"];
    expect(() => parseRegister(files, "v")).toThrow(/nonIc\[0\]\.levels/);
  });
  test("a name that is listed has its own rules, not those of `any` beside it", () => {
    const files = registerFiles();
    const sap = files.register["sap"] as { below: object[] };
    sap.below.unshift({ names: ["QQ"], levels: ["TS"] });
    const register = parseRegister(files, "v");
    expect(parseBanner("SECRET//SAR-BP-QQ", register)).toMatchObject({ ok: false, code: "E_LEVEL" });
    expect(parseBanner("SECRET//SAR-BP-QR", register)).toMatchObject({ ok: true });
    expect(parseBanner("TOP SECRET//SAR-BP-QQ 1", register)).toMatchObject({ ok: false, code: "E_UNKNOWN" });
  });
});
