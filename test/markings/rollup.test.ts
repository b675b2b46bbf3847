import { describe, expect, test } from "vitest";
import { judgeStatedBanner } from "../../src/markings/compilation.ts";
import { parseBanner, parsePortion } from "../../src/markings/parse.ts";
import type { Register } from "../../src/markings/register.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { renderBanner } from "../../src/markings/render.ts";
import { rollUp, rollUpDocument } from "../../src/markings/rollup.ts";
import type { RollUpSettings } from "../../src/markings/rollup-settings.ts";
import { marked, register, registerFiles } from "./register-data.ts";

const under = (settings: Partial<RollUpSettings>): Register => ({
  ...register,
  rollUp: { ...register.rollUp, ...settings },
});

const contributions = (texts: readonly string[], createdOn: string | null = null) =>
  texts.map((text) => ({ marking: marked(parsePortion(text, register)), createdOn }));

const rolled = (texts: readonly string[], by = register, createdOn: string | null = null, product = false) => {
  const { banner, reasons } = rollUpDocument(contributions(texts, createdOn), by, product);
  return [renderBanner(banner, by), ...reasons];
};

describe("source conflicts", () => {
  test("the shipped register makes the stricter choice in each", () => {
    expect(register.rollUp).toStrictEqual({
      relidoBesideRelease: "NOFORN",
      relidoBesideUnmarked: "NOFORN",
      foreignRestricted: "CONFIDENTIAL",
      caveatedUnclassified: "NOFORN",
      ucniBesideRelease: "NOFORN",
    });
  });
  const R15 = ["(S//RELIDO)", "(S//REL TO USA, AUS, CAN/RELIDO)"];
  test("R15: RELIDO beside REL TO is NOFORN, or RELIDO where the register says so", () => {
    expect(rolled(R15)).toStrictEqual(["SECRET//NOFORN", "relidoBesideRelease"]);
    const by = under({ relidoBesideRelease: "RELIDO" });
    expect(rolled(R15, by)).toStrictEqual(["SECRET//RELIDO", "relidoBesideRelease"]);
    expect(rolled(["(S//RELIDO)", "(C//RELIDO)"], by)).toStrictEqual(["SECRET//RELIDO"]);
    expect(rolled(["(S//REL TO USA, AUS/RELIDO)", "(S//REL TO USA, JPN/RELIDO)"], by)).toStrictEqual([
      "SECRET//NOFORN",
    ]);
    expect(rolled(["(S//RELIDO)", "(S//REL TO USA, AUS)"], by)).toStrictEqual(["SECRET//NOFORN"]);
  });
  const R16 = ["(S//RELIDO)", "(S)"];
  test("R16: RELIDO beside unmarked classified portions is NOFORN, or RELIDO for those known to be recent", () => {
    expect(rolled(R16)).toStrictEqual(["SECRET//NOFORN"]);
    expect(rolled(R16, register, "2010-06-28")).toStrictEqual(["SECRET//NOFORN", "relidoBesideUnmarked"]);
    const by = under({ relidoBesideUnmarked: "RELIDO" });
    expect(rolled(R16, by)).toStrictEqual(["SECRET//NOFORN"]);
    expect(rolled(R16, by, "2010-06-28")).toStrictEqual(["SECRET//RELIDO", "relidoBesideUnmarked"]);
    expect(rolled(R16, by, "2010-06-27")).toStrictEqual(["SECRET//NOFORN"]);
    expect(rolled(["(S//RELIDO)", "(S//SI)"], by, "2012-01-01")).toStrictEqual([
      "SECRET//SI//RELIDO",
      "relidoBesideUnmarked",
    ]);
    for (const caveated of ["(S//OC)", "(S//TFNI)", "(S//SAR-BP)", "(S//LES)", "(S//FGI DEU)", "(//DEU S)"])
      expect(rolled(["(S//RELIDO)", caveated], by, "2012-01-01")[0]).toContain("NOFORN");
  });
  const R43 = ["(//DEU R//REL TO USA, DEU)", "(U)"];
  test("R43: foreign RESTRICTED is written CONFIDENTIAL with the reason, or refused", () => {
    expect(rolled(R43)).toStrictEqual(["CONFIDENTIAL//FGI DEU//REL TO USA, DEU", "foreignRestricted"]);
    const by = under({ foreignRestricted: "REFUSED" });
    expect(() => rolled(R43, by)).toThrow(expect.objectContaining({ code: "E_LEVEL" }));
    expect(rolled(["(//DEU R//REL TO USA, DEU)", "(C//REL TO USA, DEU)"], by)).toStrictEqual([
      "CONFIDENTIAL//FGI DEU//REL TO USA, DEU",
    ]);
    expect(rolled(["(//DEU R//REL TO USA, DEU)"], by)).toStrictEqual(["//DEU RESTRICTED//REL TO USA, DEU"]);
  });
  test("R11: caveated unclassified portions without FD&R are NOFORN, or RELIDO for controls of the community", () => {
    expect(rolled(["(U//FOUO)", "(S//RELIDO)"])).toStrictEqual(["SECRET//NOFORN", "caveatedUnclassified"]);
    const by = under({ caveatedUnclassified: "RELIDO" });
    expect(rolled(["(U//FOUO)", "(S//RELIDO)"], by)).toStrictEqual(["SECRET//RELIDO", "caveatedUnclassified"]);
    expect(rolled(["(U//FISA)", "(S//REL TO USA, GBR)"], by)).toStrictEqual(["SECRET//NOFORN/FISA"]);
    for (const other of ["(U//DSEN)", "(U//SSI)", "(U//DCNI)", "(CUI)"])
      expect(rolled([other, "(S//RELIDO)"], by)[0]).toContain("NOFORN");
  });
  const R36 = ["(U//DCNI//REL TO USA, GBR)", "(S//REL TO USA, GBR)"];
  test("R36: UCNI that a classified banner drops leaves NOFORN, or what it says of release itself", () => {
    expect(rolled(R36)).toStrictEqual(["SECRET//NOFORN", "ucniBesideRelease"]);
    expect(rolled(["(U//UCNI)", "(S)"])).toStrictEqual(["SECRET//NOFORN", "ucniBesideRelease"]);
    const by = under({ ucniBesideRelease: "AS MARKED" });
    expect(rolled(["(U//REL TO USA, GBR)", "(//FGI S//REL TO USA, GBR)"])).toStrictEqual([
      "SECRET//FGI//REL TO USA, GBR",
    ]);
    expect(rolled(R36, by)).toStrictEqual(["SECRET//REL TO USA, GBR", "ucniBesideRelease"]);
    expect(rolled(["(U//DCNI)", "(S//REL TO USA, GBR)"], by)).toStrictEqual(["SECRET//NOFORN"]);
  });
  test.each<[string, (settings: Record<string, unknown>) => void]>([
    ["a choice that is not made", (settings) => Reflect.deleteProperty(settings, "foreignRestricted")],
    ["a choice that does not exist", (settings) => (settings["ucniBesideRelease"] = "RELIDO")],
    ["an unknown conflict", (settings) => (settings["fouo"] = "NOFORN")],
  ])("a register with %s is refused", (_, change) => {
    const files = registerFiles();
    change(files.register["rollUp"] as Record<string, unknown>);
    expect(() => parseRegister(files, "v")).toThrow(expect.objectContaining({ code: "E_REGISTER" }));
  });
});

describe("roll-up of a document", () => {
  test("says when only a stricter line than the literal one is legal", () => {
    expect(rolled(["(U//PR)", "(S)"])).toStrictEqual(["SECRET//NOFORN/PROPIN", "literalIsNoBanner"]);
    expect(rolled(["(//NS)", "(//NS//REL TO USA, DEU)"])).toStrictEqual([
      "SECRET//FGI NATO//NOFORN",
      "literalIsNoBanner",
    ]);
  });
  test("a disseminated analytic product has an FD&R mark when it is classified", () => {
    expect(rolled(["(S)", "(U)"])).toStrictEqual(["SECRET"]);
    expect(rolled(["(S)", "(U)"], register, null, true)).toStrictEqual(["SECRET//NOFORN"]);
    expect(rolled(["(U//FOUO)"], register, null, true)).toStrictEqual(["UNCLASSIFIED//FOUO"]);
    const by = under({ relidoBesideUnmarked: "RELIDO" });
    expect(rolled(["(S)", "(U)"], by, "2020-01-01", true)).toStrictEqual(["SECRET//RELIDO", "relidoBesideUnmarked"]);
  });
  test("is the same banner as rollUp gives", () => {
    const texts = ["(S//REL TO USA, GBR)", "(U//FOUO/REL TO USA, GBR)"];
    const markings = contributions(texts).map(({ marking }) => marking);
    expect(rollUp(markings, register)).toStrictEqual(rollUpDocument(contributions(texts), register).banner);
  });
  test.each<[string, readonly string[]]>([
    ["SECRET//REL TO USA, GBR, JPN, KFOR, NATO", ["(S//REL TO USA, GBR, JPN, KFOR, NATO)"]],
    ["SECRET//REL TO USA, GBR, NATO", ["(S//REL TO USA, GBR, JPN, NATO)", "(S//REL TO USA, GBR, NATO)"]],
    ["SECRET//DISPLAY ONLY GBR, NATO", ["(S//DISPLAY ONLY GBR, NATO)", "(S//DISPLAY ONLY GBR, IRQ, NATO)"]],
    ["SECRET//REL TO USA, NATO", ["(S//REL TO USA, GBR, NATO)", "(S//REL TO USA, NATO)"]],
    ["SECRET//REL TO USA, GBR", ["(S//REL TO USA, GBR, NATO)", "(S//REL TO USA, GBR, JPN)"]],
  ])("%s keeps the codes that every list has, a member beside its group too: %j", (banner, texts) => {
    expect(rolled(texts)).toStrictEqual([banner]);
  });
  test("refuses no portions and what no banner can hold", () => {
    expect(() => rollUp([], register)).toThrow(expect.objectContaining({ code: "E_EMPTY" }));
    expect(() => rollUpDocument([], register)).toThrow(expect.objectContaining({ code: "E_EMPTY" }));
    expect(() => rolled(["(//CTS//BOHEMIA)", "(S//NF)"])).toThrow(expect.objectContaining({ code: "E_NATO" }));
    expect(() => rolled(["(C//RD//NF)", "(C//FRD-SG 14//NF)"])).toThrow(expect.objectContaining({ code: "E_LEVEL" }));
  });
});

describe("a stated banner", () => {
  const judged = (banner: string, texts: readonly string[], reason: string | null = null) =>
    judgeStatedBanner(marked(parseBanner(banner, register)), contributions(texts), reason, register);
  test.each<[string, readonly string[]]>([
    ["SECRET//NOFORN", ["(S//NF)", "(U)"]],
    ["SECRET//NOFORN", ["(U//DS)", "(S//NF)"]],
    ["CUI//SP-CTI", ["(CUI//SP-CTI)", "(U)"]],
  ])("%s that is the roll-up of %j needs no reason", (banner, texts) => {
    expect(judged(banner, texts)).toBe("same");
  });
  test.each<[string, readonly string[]]>([
    ["SECRET//REL TO USA, GBR, JPN, KFOR, NATO", ["(S//REL TO USA, GBR, JPN, KFOR, NATO)"]],
    ["SECRET//REL TO USA, JPN, KFOR, NATO", ["(S//REL TO USA, GBR, JPN, KFOR, NATO)"]],
    ["SECRET//REL TO USA, AUS, CAN, GBR, NZL", ["(S//REL TO USA, FVEY)"]],
    ["SECRET//REL TO USA, FVEY", ["(S//REL TO USA, AUS, CAN, GBR, NZL)"]],
    ["SECRET//REL TO USA, CAN, TEYE", ["(S//REL TO USA, ACGU)"]],
    ["SECRET//DISPLAY ONLY FVEY", ["(S//DISPLAY ONLY AUS, CAN, GBR, NZL)"]],
    ["CUI//REL TO USA, FVEY", ["(CUI//REL TO USA, AUS, CAN, GBR, NZL)"]],
  ])("%s that spells the countries of %j otherwise needs no reason", (banner, texts) => {
    expect(judged(banner, texts)).toBe("same");
  });
  test.each<[string, readonly string[]]>([
    ["TOP SECRET//REL TO USA, FVEY", ["(S//REL TO USA, AUS, CAN, GBR, NZL)"]],
    ["TOP SECRET//REL TO USA, AUS, CAN, GBR, NZL", ["(S//REL TO USA, FVEY)"]],
    ["SECRET//SI//REL TO USA, ACGU", ["(S//REL TO USA, FVEY)"]],
    ["SECRET//REL TO USA, GBR", ["(S//REL TO USA, GBR, KFOR)"]],
    ["TOP SECRET//NOFORN", ["(S//NF)"]],
    ["CONFIDENTIAL//NOFORN", ["(U)", "(U//FOUO)"]],
    ["SECRET//NOFORN", ["(S//REL TO USA, GBR)"]],
    ["SECRET//REL TO USA, GBR", ["(S//REL TO USA, AUS, GBR)"]],
    ["SECRET//SI//NOFORN", ["(S//NF)"]],
    ["SECRET//NOFORN", ["(CUI)", "(U)"]],
    ["//JOINT TOP SECRET CAN USA//REL TO USA, CAN", ["(//JOINT S CAN USA//REL TO USA, CAN)"]],
  ])("%s above %j needs a reason", (banner, texts) => {
    expect(judged(banner, texts)).toBe("reasonMissing");
    expect(judged(banner, texts, " \t")).toBe("reasonMissing");
    expect(judged(banner, texts, "the whole shows a capability")).toBe("compilation");
  });
  test.each<[string, readonly string[]]>([
    ["CONFIDENTIAL//NOFORN", ["(S//NF)"]],
    ["SECRET", ["(S//NF)"]],
    ["TOP SECRET//REL TO USA, GBR", ["(S//NF)"]],
    ["TOP SECRET//NOFORN", ["(S//SI//NF)"]],
    ["SECRET//REL TO USA, AUS, GBR", ["(S//REL TO USA, GBR)"]],
    ["SECRET//RELIDO", ["(S)"]],
    ["SECRET//REL TO USA, GBR, KFOR", ["(S//REL TO USA, GBR)"]],
    ["SECRET//REL TO USA, FVEY", ["(S//REL TO USA, AUS, CAN, GBR)"]],
    ["SECRET//REL TO USA, FVEY", ["(S//DISPLAY ONLY FVEY)"]],
    ["CONFIDENTIAL//REL TO USA, FVEY", ["(S//REL TO USA, AUS, CAN, GBR, NZL)"]],
    ["UNCLASSIFIED", ["(CUI)"]],
    ["//DEU SECRET//REL TO USA, DEU", ["(S//REL TO USA, DEU)"]],
    ["SECRET//NOFORN", ["(//JOINT S CAN USA//REL TO USA, CAN)"]],
    ["//COSMIC TOP SECRET//BOHEMIA", ["(S//NF)"]],
  ])("%s over %j is lower somewhere, and no reason helps", (banner, texts) => {
    expect(judged(banner, texts, "because")).toBe("lower");
  });
});
