import { describe, expect, test } from "vitest";
import type { Form, Marking } from "../../src/markings/marking.ts";
import {
  compareIdentifiers,
  higherLevel,
  LEVELS,
  rankOf,
  saysNoforn,
  sortedUnique,
} from "../../src/markings/marking.ts";
import {
  compareCodes,
  covers,
  expandForAccess,
  expandForRollUp,
  isCode,
  sortCodes,
} from "../../src/markings/country.ts";
import { markingFromText, parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { renderBanner, renderPortion } from "../../src/markings/render.ts";
import { marked, register } from "./register-data.ts";

const read = (text: string, form: Form) => (form === "banner" ? parseBanner : parsePortion)(text, register);

describe("classifications", () => {
  test.each<[string, string, Pick<Marking, "kind" | "level" | "owners">]>([
    ["UNCLASSIFIED", "(U)", { kind: "US", level: "U", owners: ["USA"] }],
    ["CONFIDENTIAL", "(C)", { kind: "US", level: "C", owners: ["USA"] }],
    ["SECRET", "(S)", { kind: "US", level: "S", owners: ["USA"] }],
    ["TOP SECRET", "(TS)", { kind: "US", level: "TS", owners: ["USA"] }],
    ["//NATO UNCLASSIFIED", "(//NU)", { kind: "NONUS", level: "U", owners: ["NATO"] }],
    ["//NATO RESTRICTED", "(//NR)", { kind: "NONUS", level: "R", owners: ["NATO"] }],
    ["//NATO CONFIDENTIAL", "(//NC)", { kind: "NONUS", level: "C", owners: ["NATO"] }],
    ["//NATO SECRET", "(//NS)", { kind: "NONUS", level: "S", owners: ["NATO"] }],
    ["//COSMIC TOP SECRET", "(//CTS)", { kind: "NONUS", level: "TS", owners: ["NATO"] }],
    ["//DEU UNCLASSIFIED", "(//DEU U)", { kind: "NONUS", level: "U", owners: ["DEU"] }],
    ["//DEU RESTRICTED", "(//DEU R)", { kind: "NONUS", level: "R", owners: ["DEU"] }],
    ["//DEU CONFIDENTIAL", "(//DEU C)", { kind: "NONUS", level: "C", owners: ["DEU"] }],
    ["//DEU SECRET", "(//DEU S)", { kind: "NONUS", level: "S", owners: ["DEU"] }],
    ["//DEU TOP SECRET", "(//DEU TS)", { kind: "NONUS", level: "TS", owners: ["DEU"] }],
    ["//CAN DEU KFOR SECRET", "(//CAN DEU KFOR S)", { kind: "NONUS", level: "S", owners: ["CAN", "DEU", "KFOR"] }],
  ])("%s and %s are the same marking", (banner, portion, head) => {
    for (const [text, form] of [
      [banner, "banner"],
      [portion, "portion"],
    ] as const) {
      const marking = marked(read(text, form));
      expect(marking).toMatchObject(head);
      expect([renderBanner(marking, register), renderPortion(marking, register)]).toStrictEqual([banner, portion]);
      expect(marked(markingFromText(text, register))).toStrictEqual(marking);
    }
  });
  test.each(["U", "C", "S", "TS"] as const)("JOINT %s has its owners, in both forms", (level) => {
    const portion = `(//JOINT ${level} CAN USA//REL TO USA, CAN)`;
    const marking = marked(read(portion, "portion"));
    expect(marking).toMatchObject({ kind: "JOINT", level, owners: ["CAN", "USA"] });
    const banner = renderBanner(marking, register);
    expect(marked(read(banner, "banner"))).toStrictEqual(marking);
    const context = marked(read(banner, "banner"));
    expect(marked(parsePortion(`(//JOINT ${level}//REL)`, register, context))).toStrictEqual(marking);
    const us = marked(read("SECRET//REL TO USA, CAN", "banner"));
    expect(parsePortion(`(//JOINT ${level}//REL)`, register, us)).toMatchObject({ ok: false, code: "E_JOINT" });
  });
  test.each(LEVELS)(
    "a concealed owner at %s has a portion of its own and is printed as a US line with bare FGI",
    (level) => {
      const marking = marked(read(`(//FGI ${level}//NF)`, "portion"));
      expect(marking).toMatchObject({ kind: "NONUS", level, owners: ["FGI"], fgi: null });
      const words = { U: "UNCLASSIFIED", R: "CONFIDENTIAL", C: "CONFIDENTIAL", S: "SECRET", TS: "TOP SECRET" };
      expect(renderBanner(marking, register)).toBe(`${words[level]}//FGI//NOFORN`);
      expect(renderPortion(marking, register)).toBe(`(//FGI ${level}//NF)`);
    },
  );
  test("a bare REL has no list from a banner without one, and none in a banner", () => {
    const context = marked(read("SECRET//NOFORN", "banner"));
    expect(parsePortion("(S//REL)", register, context)).toMatchObject({ ok: false, code: "E_REL_CONTEXT" });
    expect(read("SECRET//REL", "banner")).toMatchObject({ ok: false, code: "E_FORM" });
  });
  test("a refusal says a text and no marking", () => {
    const refused = read("SECRET//XYZ", "banner");
    expect(refused).toStrictEqual({ ok: false, code: "E_UNKNOWN", message: expect.any(String) as unknown });
  });
  test("printing a token that the register does not have is refused", () => {
    const marking = { ...marked(read("SECRET", "banner")), dissem: ["QQ"] };
    expect(() => renderBanner(marking, register)).toThrow(expect.objectContaining({ code: "E_UNKNOWN" }));
    expect(() => renderPortion({ ...marking, dissem: [], nonIc: ["QQ"] }, register)).toThrow(
      expect.objectContaining({ code: "E_UNKNOWN" }),
    );
  });
});

describe("levels and lists", () => {
  test("levels are ordered", () => {
    expect(LEVELS.map(rankOf)).toStrictEqual([0, 1, 2, 3, 4]);
    for (const a of LEVELS) for (const b of LEVELS) expect(higherLevel(a, b)).toBe(rankOf(a) >= rankOf(b) ? a : b);
  });
  test("identifiers are ordered digits first, then letters", () => {
    expect(["B", "A", "1", "AB", "A1", "A B"].toSorted(compareIdentifiers)).toStrictEqual([
      "1",
      "A",
      "A B",
      "A1",
      "AB",
      "B",
    ]);
    expect(compareIdentifiers("A", "A")).toBe(0);
    expect(sortedUnique(["B", "A", "B"], compareIdentifiers)).toStrictEqual(["A", "B"]);
  });
  test("NOFORN is said in category 8 and inside SBU-NF and LES-NF only", () => {
    const says = (text: string) => saysNoforn(marked(markingFromText(text, register)));
    expect(["(S//NF)", "(U//SBU-NF)", "(U//LES-NF)", "(CUI//NF)"].map(says)).toStrictEqual([true, true, true, true]);
    expect(["(S)", "(U//SBU)", "(U//LES)", "(S//RELIDO)", "(CUI)"].map(says)).toStrictEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("country codes", () => {
  test("are trigraphs and tetragraphs of the table only", () => {
    expect(["USA", "GBR", "XKS", "NATO", "GFNX"].every((code) => isCode(code, register))).toBe(true);
    expect(["UK", "usa", "ZZZ", "ABCD", "", "FGI", "__proto__"].some((code) => isCode(code, register))).toBe(false);
  });
  test("are ordered trigraphs first", () => {
    expect(sortCodes(["NATO", "GBR", "ACGU", "AUS", "GBR"], register)).toStrictEqual(["AUS", "GBR", "ACGU", "NATO"]);
    const compare = compareCodes(register);
    expect([compare("ZWE", "ACGU") < 0, compare("ACGU", "ZWE") > 0, compare("ACGU", "ACGU")]).toStrictEqual([
      true,
      true,
      0,
    ]);
  });
  test("are expanded for access whatever the group, and a group without members to nobody", () => {
    expect(expandForAccess(["JPN", "TEYE", "GFNX", "ZZZ"], register)).toStrictEqual(["AUS", "GBR", "JPN", "USA"]);
    expect(expandForAccess(["KFOR"], register)).toStrictEqual([]);
    expect(expandForAccess([], register)).toStrictEqual([]);
  });
  test("are expanded for roll-up only where the group is decomposable", () => {
    const groups = new Map(
      [...register.groups].map(([code, group]) => [code, { ...group, decomposable: code !== "TEYE" }]),
    );
    expect([...expandForRollUp(["JPN", "TEYE"], { ...register, groups })]).toStrictEqual(["JPN"]);
    expect([...expandForRollUp(["JPN", "TEYE"], register)].toSorted()).toStrictEqual(["AUS", "GBR", "JPN", "USA"]);
  });
  test("are within a list when they are listed or all their members are", () => {
    expect(covers(["USA", "FVEY"], "GBR", register)).toBe(true);
    expect(covers(["USA", "FVEY"], "TEYE", register)).toBe(true);
    expect(covers(["USA", "TEYE"], "FVEY", register)).toBe(false);
    expect(covers(["USA", "GFNX"], "GFNX", register)).toBe(true);
    expect(covers(["USA", "GBR"], "GFNX", register)).toBe(false);
    expect(covers(["USA"], "GBR", register)).toBe(false);
  });
  test("a REL TO with a group covers JOINT owners by their membership", () => {
    expect(read("//JOINT SECRET GBR USA//REL TO USA, FVEY", "banner")).toMatchObject({ ok: true });
    expect(read("//JOINT SECRET DEU USA//REL TO USA, FVEY", "banner")).toMatchObject({ ok: false, code: "E_JOINT" });
    expect(read("//JOINT SECRET USA KFOR//REL TO USA, NATO", "banner")).toMatchObject({ ok: false, code: "E_JOINT" });
  });
});

describe("the order of checks", () => {
  test.each<[string, Form, string]>([
    ["secret // noforn", "banner", "E_CASE"],
    ["(secret", "banner", "E_CASE"],
    ["(SECRET // NOFORN", "banner", "E_PAREN"],
    ["XYZ // NOFORN", "banner", "E_SPACE"],
    ["XYZ//XYZ", "banner", "E_CLASS"],
    ["SECRET//XYZ//NOFORN//TK", "banner", "E_UNKNOWN"],
    ["SECRET//NOFORN//TK/XYZ", "banner", "E_CATEGORY_ORDER"],
    ["SECRET//NOFORN//NOFORN//TK", "banner", "E_CATEGORY_TWICE"],
    ["SECRET//TK//NF/ORCON", "banner", "E_FORM"],
    ["SECRET//TK/SI//NF", "banner", "E_FORM"],
    ["SECRET//TK/SI-NF//NOFORN", "banner", "E_SYNTAX"],
    ["CONFIDENTIAL//TK/SI//NOFORN/RELIDO", "banner", "E_ORDER"],
    ["CONFIDENTIAL//TK//NOFORN/RELIDO", "banner", "E_LEVEL"],
    ["SECRET//HCS-O//ORCON-USGOV", "banner", "E_CONFLICT"],
    ["UNCLASSIFIED//FOUO/PROPIN//EXDIS", "banner", "E_PRECEDENCE"],
    ["(S//NOFORN/ORCON)", "portion", "E_FORM"],
    ["//JOINT SECRET CAN GBR//NOFORN//EXDIS/NODIS", "banner", "E_JOINT"],
    ["//NATO SECRET//SI-ABC//NOFORN", "banner", "E_NATO_NOFORN"],
  ])("%s as a %s is refused first for %s", (text, form, code) => {
    expect(read(text, form)).toMatchObject({ ok: false, code });
  });
});
