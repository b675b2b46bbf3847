import { describe, expect, test } from "vitest";
import { dominates, effectiveOf, joinEffective } from "../../src/markings/effective.ts";
import type { Marking } from "../../src/markings/marking.ts";
import { markingFromText, parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { renderBanner, renderPortion } from "../../src/markings/render.ts";
import { rollUpDocument } from "../../src/markings/rollup.ts";
import { validate } from "../../src/markings/validate.ts";
import { marked, register, registerFiles } from "./register-data.ts";

const PLAIN: Marking = {
  kind: "US",
  level: "U",
  owners: ["USA"],
  sci: [],
  sar: [],
  aea: {},
  natoControls: [],
  fgi: null,
  dissem: [],
  relTo: [],
  displayOnlyTo: [],
  nonIc: [],
};
const cuiMarking = (specified: readonly string[], basic: readonly string[], more: Partial<Marking> = {}): Marking => ({
  ...PLAIN,
  ...more,
  cui: { specified, basic },
});

describe("CUI lines", () => {
  test.each<[string, Marking, string?]>([
    ["CUI", cuiMarking([], [])],
    ["CONTROLLED", cuiMarking([], []), "CUI"],
    ["CONTROLLED//SP-CTI//NOFORN", cuiMarking(["CTI"], [], { dissem: ["NF"] }), "CUI//SP-CTI//NOFORN"],
    ["CUI//SP-CTI", cuiMarking(["CTI"], [])],
    ["CUI//SP-CTI/SP-EXPT//NOFORN", cuiMarking(["CTI", "EXPT"], [], { dissem: ["NF"] })],
    ["CUI//CRIT/PRVCY//FEDCON", cuiMarking([], ["CRIT", "PRVCY"], { dissem: ["FEDCON"] })],
    ["CUI//NOFORN", cuiMarking([], [], { dissem: ["NF"] })],
    ["CUI//SP-GEO/INTEL//REL TO USA, GBR", cuiMarking(["GEO"], ["INTEL"], { dissem: ["REL"], relTo: ["USA", "GBR"] })],
    ["CUI//SP-PRVCY/PRVCY", cuiMarking(["PRVCY"], ["PRVCY"])],
    ["CUI//FED ONLY", cuiMarking([], [], { dissem: ["FED_ONLY"] })],
    ["CUI//DL ONLY/NOCON", cuiMarking([], [], { dissem: ["DL_ONLY", "NOCON"] })],
    ["CUI//ATTORNEY-CLIENT/ATTORNEY-WP", cuiMarking([], [], { dissem: ["AC", "AWP"] })],
    [
      "CUI//DISPLAY ONLY AFG/REL TO USA, FVEY",
      cuiMarking([], [], { dissem: ["DISPLAYONLY", "REL"], relTo: ["USA", "FVEY"], displayOnlyTo: ["AFG"] }),
    ],
    ["CUI//RELIDO", cuiMarking([], [], { dissem: ["RELIDO"] })],
    ["(CUI)", cuiMarking([], [])],
    ["(CUI//SP-CTI//NF)", cuiMarking(["CTI"], [], { dissem: ["NF"] })],
    ["(CUI//SP-CTI/PRVCY//AC/FED ONLY)", cuiMarking(["CTI"], ["PRVCY"], { dissem: ["AC", "FED_ONLY"] })],
    ["(CUI//REL TO USA, GBR)", cuiMarking([], [], { dissem: ["REL"], relTo: ["USA", "GBR"] })],
  ])("reads %s and renders it", (text, structure, rendered = text) => {
    const marking = marked(markingFromText(text, register));
    expect(marking).toStrictEqual(structure);
    const written = text.startsWith("(") ? renderPortion(marking, register) : renderBanner(marking, register);
    expect(written).toBe(rendered);
    expect(marked(markingFromText(written, register))).toStrictEqual(marking);
  });

  test.each<[string, string]>([
    ["CUI//PRVCY/SP-CTI", "E_ORDER"],
    ["CUI//SP-EXPT/SP-CTI", "E_ORDER"],
    ["CUI//PRVCY/CRIT", "E_ORDER"],
    ["CUI//NOFORN/FEDCON", "E_ORDER"],
    ["CUI//REL TO USA, GBR, CAN", "E_ORDER"],
    ["CUI/SP-CTI", "E_SEPARATOR"],
    ["CONTROLLED/NOFORN", "E_SEPARATOR"],
    ["CUI//SP-CTI/NOFORN", "E_SEPARATOR"],
    ["CUI//NOFORN/SP-CTI", "E_SEPARATOR"],
    ["CUI//REL TO USA GBR", "E_SEPARATOR"],
    ["CUI//NOFORN//SP-CTI", "E_CATEGORY_ORDER"],
    ["CUI//SP-CTI//SP-EXPT", "E_CATEGORY_TWICE"],
    ["CUI//NOFORN//FEDCON", "E_CATEGORY_TWICE"],
    ["CUI//SP-CTI//NOFORN//PRVCY", "E_CATEGORY_TWICE"],
    ["CUI//FED ONLY/FEDCON", "E_CONFLICT"],
    ["CUI//FEDCON/NOCON", "E_CONFLICT"],
    ["CUI//FEDCON/REL TO USA, GBR", "E_CONFLICT"],
    ["CUI//FED ONLY/REL TO USA, GBR", "E_CONFLICT"],
    ["CUI//DISPLAY ONLY GBR/FED ONLY", "E_CONFLICT"],
    ["CUI//NOFORN/REL TO USA, GBR", "E_CONFLICT"],
    ["CUI//NOFORN/RELIDO", "E_CONFLICT"],
    ["CUI//DISPLAY ONLY AFG/RELIDO", "E_CONFLICT"],
    ["CUI//DISPLAY ONLY GBR/REL TO USA, GBR", "E_DISPLAY"],
    ["CUI//DISPLAY ONLY", "E_DISPLAY"],
    ["CUI//SP-XYZ", "E_UNKNOWN"],
    ["CUI//XYZ", "E_UNKNOWN"],
    ["CUI//CTI", "E_UNKNOWN"],
    ["CUI//SP-CRIT", "E_UNKNOWN"],
    ["CUI//SP-", "E_UNKNOWN"],
    ["CUI//SP-CTI/XYZ", "E_UNKNOWN"],
    ["CUI//ORCON", "E_UNKNOWN"],
    ["CUI//FOUO", "E_UNKNOWN"],
    ["CUI//SI", "E_UNKNOWN"],
    ["CUI//FGI GBR", "E_UNKNOWN"],
    ["CUI//SAR-BP", "E_UNKNOWN"],
    ["CUI//LES", "E_UNKNOWN"],
    ["CUI//RD", "E_UNKNOWN"],
    ["CUI//DISTRIBUTION A", "E_UNKNOWN"],
    ["SECRET//CUI", "E_UNKNOWN"],
    ["UNCLASSIFIED//CUI", "E_UNKNOWN"],
    ["SECRET//NOFORN//CUI", "E_UNKNOWN"],
    ["SECRET//FED ONLY", "E_UNKNOWN"],
    ["UNCLASSIFIED//FEDCON", "E_UNKNOWN"],
    ["UNCLASSIFIED//SP-CTI", "E_UNKNOWN"],
    ["(S//CUI)", "E_UNKNOWN"],
    ["(U//CUI)", "E_UNKNOWN"],
    ["(CUI//FEDCON/XYZ)", "E_UNKNOWN"],
    ["CUI//SP-CTI/SP-CTI", "E_DUPLICATE"],
    ["CUI//NOFORN/NOFORN", "E_DUPLICATE"],
    ["CUI//", "E_EMPTY"],
    ["CUI//SP-CTI//", "E_EMPTY"],
    ["CUI//SP-CTI/", "E_EMPTY"],
    ["CUI///NOFORN", "E_EMPTY"],
    ["Cui", "E_CASE"],
    ["CUI // NOFORN", "E_SPACE"],
    ["(CUI", "E_PAREN"],
    ["//CUI", "E_CLASS"],
    ["CUI SP-CTI", "E_CLASS"],
    ["CUI SECRET", "E_CLASS"],
    ["CONTROLLED UNCLASSIFIED INFORMATION", "E_CLASS"],
    ["(CONTROLLED)", "E_FORM"],
    ["CUI//NF", "E_FORM"],
    ["CUI//AC", "E_FORM"],
    ["(CUI//NOFORN)", "E_FORM"],
    ["(CUI//ATTORNEY-WP)", "E_FORM"],
    ["CUI//REL", "E_FORM"],
    ["(CUI//REL)", "E_REL_CONTEXT"],
    ["CUI//REL TO USA", "E_REL_USA_ALONE"],
    ["CUI//REL TO GBR", "E_REL_USA_FIRST"],
    ["CUI//REL TO USA, UK", "E_COUNTRY"],
    ["CUI//NOFORN/EYES", "E_RETIRED"],
  ])("refuses %s with %s", (text, code) => {
    expect(markingFromText(text, register)).toMatchObject({ ok: false, code });
  });

  test("a bare REL takes no list from any banner", () => {
    const context = marked(parseBanner("CUI//REL TO USA, GBR", register));
    expect(parsePortion("(CUI//REL)", register, context)).toMatchObject({ ok: false, code: "E_REL_CONTEXT" });
  });

  test.each<[string, Marking, string]>([
    ["a classified level", cuiMarking([], [], { level: "S" }), "E_LEVEL"],
    ["a foreign owner", cuiMarking([], [], { kind: "NONUS", owners: ["DEU"] }), "E_CONFLICT"],
    ["a foreign source", cuiMarking([], [], { fgi: { concealed: true, sources: [] } }), "E_CONFLICT"],
    ["an SCI system", cuiMarking([], [], { sci: [{ system: "SI", compartments: [] }] }), "E_CONFLICT"],
    ["a program", cuiMarking([], [], { sar: [{ program: "BP", compartments: [] }] }), "E_CONFLICT"],
    ["a nuclear control", cuiMarking([], [], { aea: { DCNI: true } }), "E_CONFLICT"],
    ["a non-IC control", cuiMarking([], [], { nonIc: ["SBU"] }), "E_CONFLICT"],
    ["an IC control", cuiMarking([], [], { dissem: ["OC"] }), "E_UNKNOWN"],
    ["an unregistered category", cuiMarking([], ["XYZ"]), "E_UNKNOWN"],
    ["a category in a form that it does not have", cuiMarking(["CRIT"], []), "E_UNKNOWN"],
  ])("is not valid with %s", (_, marking, code) => {
    expect(() => validate(marking, register)).toThrow(expect.objectContaining({ code }));
  });

  test("a marking that is not CUI has no limited dissemination control", () => {
    expect(() => validate({ ...PLAIN, dissem: ["FEDCON"] }, register)).toThrow(
      expect.objectContaining({ code: "E_UNKNOWN" }),
    );
  });

  test("is more restrictive than plain UNCLASSIFIED, category by category", () => {
    const of = (text: string) => effectiveOf(marked(markingFromText(text, register)), register);
    expect(of("CUI//SP-CTI/PRVCY//FED ONLY").controls).toStrictEqual(["CUI", "CUI-PRVCY", "CUI-SP-CTI", "FED_ONLY"]);
    expect(of("CUI//NOFORN")).toMatchObject({ controls: ["CUI"], noforn: true, level: "U" });
    expect(of("CUI//REL TO USA, GBR")).toMatchObject({ relTo: ["GBR", "USA"], noforn: false });
    expect(dominates(of("CUI"), of("UNCLASSIFIED"))).toBe(true);
    expect(dominates(of("UNCLASSIFIED"), of("CUI"))).toBe(false);
    expect(joinEffective(of("CUI//SP-CTI"), of("CUI//PRVCY")).controls).toStrictEqual([
      "CUI",
      "CUI-PRVCY",
      "CUI-SP-CTI",
    ]);
  });
});

describe("roll-up of CUI", () => {
  const rolled = (portions: readonly string[]) => {
    const { banner, reasons } = rollUpDocument(
      portions.map((text) => ({ marking: marked(parsePortion(text, register)), createdOn: null })),
      register,
    );
    return { banner: renderBanner(banner, register), reasons };
  };
  test.each<[readonly string[], string]>([
    [["(CUI)"], "CUI"],
    [["(CUI)", "(U)"], "CUI"],
    [["(CUI//SP-CTI)", "(CUI//PRVCY)", "(CUI//SP-EXPT)"], "CUI//SP-CTI/SP-EXPT/PRVCY"],
    [["(CUI//SP-CTI//NF)", "(CUI//REL TO USA, GBR)"], "CUI//SP-CTI//NOFORN"],
    [["(CUI//REL TO USA, GBR, JPN)", "(CUI//REL TO USA, GBR)"], "CUI//REL TO USA, GBR"],
    [["(CUI//REL TO USA, GBR)", "(U)"], "CUI//REL TO USA, GBR"],
    [["(CUI//REL TO USA, GBR)", "(CUI)"], "CUI//NOFORN"],
    [["(CUI//REL TO USA, GBR)", "(U//REL TO USA, JPN)"], "CUI//NOFORN"],
    [["(CUI//FED ONLY)", "(CUI//FEDCON)"], "CUI//FED ONLY"],
    [["(CUI//NOCON)", "(CUI//FEDCON)"], "CUI//FED ONLY"],
    [["(CUI//NOCON)", "(CUI//FED ONLY)"], "CUI//FED ONLY"],
    [["(CUI//NOCON)", "(CUI//DL ONLY)"], "CUI//DL ONLY/NOCON"],
    [["(CUI//FEDCON)", "(U//NF)"], "CUI//FEDCON/NOFORN"],
    [["(CUI//AC)", "(CUI//AWP)"], "CUI//ATTORNEY-CLIENT/ATTORNEY-WP"],
    [["(CUI//FED ONLY)", "(CUI//REL TO USA, GBR)"], "CUI//FED ONLY/NOFORN"],
    [["(CUI//DISPLAY ONLY AFG)", "(CUI//DISPLAY ONLY AFG, IRQ)"], "CUI//DISPLAY ONLY AFG"],
    [["(CUI//RELIDO)", "(CUI//RELIDO)"], "CUI//RELIDO"],
  ])("makes of %j the banner %s", (portions, banner) => {
    expect(rolled(portions)).toStrictEqual({ banner, reasons: [] });
  });
  test.each<[readonly string[], string, readonly string[]]>([
    [["(CUI)", "(S)"], "SECRET", ["cuiIsNotShown"]],
    [["(CUI)", "(S//NF)"], "SECRET//NOFORN", ["cuiIsNotShown"]],
    [["(CUI//SP-CTI//NF)", "(S)"], "SECRET//NOFORN", ["cuiIsNotShown"]],
    [["(CUI)", "(S//REL TO USA, GBR)"], "SECRET//NOFORN", ["cuiIsNotShown"]],
    [["(CUI//REL TO USA, GBR)", "(S//REL TO USA, GBR)"], "SECRET//REL TO USA, GBR", ["cuiIsNotShown"]],
    [["(CUI//FEDCON)", "(C//RELIDO)"], "CONFIDENTIAL//NOFORN", ["cuiIsNotShown"]],
    [["(CUI//FED ONLY)", "(S)"], "SECRET//NOFORN", ["cuiIsNotShown"]],
    [["(CUI//NOCON)", "(S)"], "SECRET//NOFORN", ["cuiIsNotShown"]],
    [["(CUI//DL ONLY)", "(S)"], "SECRET//NOFORN", ["cuiIsNotShown"]],
    [["(CUI//AC)", "(S)"], "SECRET", ["cuiIsNotShown"]],
    [["(CUI//AC)", "(S//OC/NF)", "(U//FOUO)"], "SECRET//ORCON/NOFORN", ["cuiIsNotShown"]],
    [["(CUI)", "(//DEU S//REL TO USA, DEU)"], "SECRET//FGI DEU//NOFORN", ["cuiIsNotShown"]],
  ])("shows no CUI in the classified banner of %j but what it asks of release", (portions, banner, reasons) => {
    expect(rolled(portions)).toStrictEqual({ banner, reasons });
  });
  test.each([
    [["(CUI)", "(U//FOUO)"]],
    [["(CUI)", "(U//SBU)"]],
    [["(CUI)", "(U//LES-NF)"]],
    [["(CUI)", "(U//DCNI)"]],
    [["(CUI)", "(//NU)"]],
    [["(CUI)", "(U//FGI GBR)"]],
    [["(CUI)", "(U//DSEN)"]],
  ])("never drops or converts older controls beside CUI: %j", (portions) => {
    expect(() => rolled(portions)).toThrow(expect.objectContaining({ code: "E_CONFLICT" }));
  });
});

describe("CUI register", () => {
  const broken = (change: (cui: Record<string, unknown>) => void): unknown => {
    const files = registerFiles();
    change(files.cui);
    try {
      parseRegister(files, "v");
      return "accepted";
    } catch (error) {
      return error instanceof Error && "code" in error ? error.code : error;
    }
  };
  const list = (value: unknown) => value as Record<string, unknown>[];
  const first = (value: unknown) => list(value)[0] ?? {};
  test("is accepted as it is", () => {
    expect(broken(() => undefined)).toBe("accepted");
    expect(register.cui.categories.get("CTI")).toStrictEqual({ id: "CTI", basic: false, specified: true });
    expect(register.cui.categories.get("CRIT")).toStrictEqual({ id: "CRIT", basic: true, specified: false });
    expect(register.cui.categories.size).toBe(74);
  });
  test.each<[string, (cui: Record<string, unknown>) => void]>([
    ["an unknown member", (cui) => (cui["extra"] = 1)],
    ["no version", (cui) => (cui["version"] = "")],
    ["no date", (cui) => (cui["validFrom"] = "soon")],
    ["a category twice", (cui) => list(cui["categories"]).push(first(cui["categories"]))],
    ["a category without a form", (cui) => Object.assign(first(cui["categories"]), { basic: false, specified: false })],
    ["a category that is no identifier", (cui) => (first(cui["categories"])["id"] = "SP-CTI")],
    ["a category without a name", (cui) => (first(cui["categories"])["name"] = "")],
    ["a category without a group", (cui) => (first(cui["categories"])["group"] = 1)],
    ["a category with a stray member", (cui) => (first(cui["categories"])["levels"] = ["U"])],
    ["a form that is no flag", (cui) => (first(cui["categories"])["basic"] = "yes")],
    ["a control that excludes an unknown one", (cui) => (first(cui["controls"])["excludes"] = ["NOFORN"])],
    ["a control that requires an unknown one", (cui) => (first(cui["controls"])["requires"] = [{ oneOf: ["X"] }])],
    ["a control that an unknown one supersedes", (cui) => (first(cui["controls"])["supersededBy"] = ["X"])],
    ["controls out of order", (cui) => list(cui["controls"]).reverse()],
    ["a control twice", (cui) => list(cui["controls"]).push(list(cui["controls"]).at(-1) ?? {})],
    ["no NOFORN", (cui) => (cui["controls"] = list(cui["controls"]).slice(0, 2))],
  ])("refuses %s", (_, change) => {
    expect(broken(change)).toBe("E_REGISTER");
  });
});
