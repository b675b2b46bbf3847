import { describe, expect, test } from "vitest";
import { authorityOfIsm } from "../../src/markings/authority-ism.ts";
import type { IsmAuthority } from "../../src/markings/authority-ism.ts";
import { parseAuthority } from "../../src/markings/authority-text.ts";
import type { AuthorityLines } from "../../src/markings/authority.ts";
import { linesOf, readAuthority } from "../../src/markings/authority.ts";
import { chooseDeclassifyOn } from "../../src/markings/declassify-choice.ts";
import { dayOf, readDeclassifyOn } from "../../src/markings/declassify.ts";
import { markingOfIsm } from "../../src/markings/ism-read.ts";
import { ismOf } from "../../src/markings/ism.ts";
import { parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { renderBanner } from "../../src/markings/render.ts";
import { register } from "./register-data.ts";
import { category, CONTEXT, label, of, read, releasable, US_POLICY, write } from "./stanag-labels.ts";

const outcome = (reading: () => unknown): unknown => {
  try {
    return reading();
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

// Guarantees that no other test gave when the sources were mutated (test/mutation/REPORT.md).
describe("a banner", () => {
  test.each<[string, string]>([
    ["SECRET//RD-SIGMA 14 X//NOFORN", "E_SYNTAX"],
    ["SECRET//RD-SIGMA 0014//NOFORN", "E_SYNTAX"],
    ["SECRET//RD-SIGMA 14X//NOFORN", "E_SYNTAX"],
    ["SECRET//RD-SIGMA X14//NOFORN", "E_SYNTAX"],
    ["SECRET//FGI DEU XXX//NOFORN", "E_COUNTRY"],
    ["SECRET//SAR-BUTTER-A A//NOFORN", "accepted"],
    ["SECRET//SAR-BUTTER-B A-A//NOFORN", "E_ORDER"],
    ["SECRET//SAR-BUTTER-A B A//NOFORN", "E_ORDER"],
  ])("%s is read strictly", (text, expected) => {
    const result = parseBanner(text, register);
    expect(result.ok ? "accepted" : result.code).toBe(expected);
  });
  test("with the full title of foreign information has its sources after it", () => {
    const title = parseBanner("SECRET//FOREIGN GOVERNMENT INFORMATION DEU//NOFORN", register);
    expect(title).toStrictEqual(parseBanner("SECRET//FGI DEU//NOFORN", register));
    const reversed = parseBanner("SECRET//FGI DEU FOREIGN GOVERNMENT INFORMATION//NOFORN", register);
    expect(reversed).toMatchObject({ ok: false, code: "E_COUNTRY" });
  });
  test("has the full title of foreign information, with its sources or without, and a portion never has", () => {
    for (const text of ["(S//FOREIGN GOVERNMENT INFORMATION//NF)", "(S//FOREIGN GOVERNMENT INFORMATION DEU//NF)"])
      expect(parsePortion(text, register)).toMatchObject({ ok: false, code: "E_FORM" });
  });
  test("of a concealed owner is one of the United States, with RESTRICTED as CONFIDENTIAL", () => {
    for (const [portion, banner] of [
      ["(//FGI R)", "CONFIDENTIAL//FGI"],
      ["(//FGI S)", "SECRET//FGI"],
    ] as const) {
      const result = parsePortion(portion, register);
      expect(result.ok ? renderBanner(result.marking, register) : result.code).toBe(banner);
    }
  });
  test.each(["(", ")", "S", "(S", "S)"])("a portion is never %j", (text) => {
    expect(parsePortion(text, register)).toMatchObject({ ok: false, code: "E_PAREN" });
  });
  test("of joint information may have a control system that is not HCS", () => {
    expect(parseBanner("//JOINT TOP SECRET CAN USA//SI//REL TO USA, CAN", register)).toMatchObject({ ok: true });
  });
});

describe("a classification authority block", () => {
  const lines: AuthorityLines = {
    classifiedBy: "A. Fictional",
    reasons: ["1.4(a)"],
    derivedFrom: null,
    sources: [],
    declassifyOn: "20510101",
    downgradeTo: null,
    downgradeOn: null,
  };
  test("has no reason but those of the order, each of them", () => {
    for (const reasons of [["1.4(z)"], ["1.4(a)", "1.4(z)"], ["x1.4(a)", "1.4(b)"], ["1.4(a)x", "1.4(b)"]])
      expect(outcome(() => readAuthority({ ...lines, reasons }))).toBe("E_REASON");
    expect(outcome(() => readAuthority({ ...lines, reasons: ["1.4(b)", "1.4(a)"] }))).toBe("E_ORDER");
  });
  test.each(["SECRET", "CONFIDENTIAL"])("that is downgraded to %s is written so", (downgradeTo) => {
    const block = readAuthority({ ...lines, downgradeTo, downgradeOn: "20300101" });
    expect(linesOf(block)).toMatchObject({ downgradeTo, downgradeOn: "20300101" });
  });
  test.each<[string, IsmAuthority]>([
    ["classifiedBy and derivedFrom", { classifiedBy: "A", derivedFrom: "G, dated 20200101" }],
    ["classifiedBy and derivativelyClassifiedBy", { classifiedBy: "A", derivativelyClassifiedBy: "B" }],
    ["a reason and derivedFrom", { classificationReason: "1.4(a)", derivedFrom: "G, dated 20200101" }],
    ["a reason and derivativelyClassifiedBy", { classificationReason: "1.4(a)", derivativelyClassifiedBy: "B" }],
  ])("is never original and derived at once: %s", (_, ism) => {
    expect(outcome(() => authorityOfIsm({ ...ism, declassDate: "2051-01-01" }))).toBe("E_CONFLICT");
  });
  test.each(["x2051-01-01", "2051-01-01x", "2051-1-1"])("has no day %s", (declassDate) => {
    const ism = { classifiedBy: "A", classificationReason: "1.4(a)", declassDate };
    expect(outcome(() => authorityOfIsm(ism))).toBe("E_DATE");
  });
  test.each(["x20510101", "20510101x", "2051010"])("no day is %s", (text) => {
    expect(outcome(() => dayOf(text))).toBe("E_DATE");
  });
  test("may be long, but not without end", () => {
    const block = (length: number): string => "x".repeat(length);
    expect(outcome(() => parseAuthority(block(1_000_000)))).toBe("E_SYNTAX");
  });
  test.each<[string, unknown]>([
    ["Completion of N/A tests", { kind: "event", event: "Completion of N/A tests" }],
    ["Phase 25X1 of the test series", { kind: "event", event: "Phase 25X1 of the test series" }],
    ["A b", { kind: "event", event: "A b" }],
    ["US launch", { kind: "event", event: "US launch" }],
    ["- after the test", "E_DATE"],
    ["n/a", "E_DATE"],
    ["25X1x", "E_EXEMPTION"],
    ["125X1", "E_EXEMPTION"],
  ])("declassifies on %j as it is read", (text, expected) => {
    expect(outcome(() => readDeclassifyOn(text))).toStrictEqual(expected);
  });
  test("derived from nothing has no instruction", () => {
    expect(outcome(() => chooseDeclassifyOn([]))).toBe("E_SOURCES");
  });
  test("derived from an exemption of fifty years keeps the day where each exemption has one", () => {
    const from = (exemption: string, date: string | null) => ({
      on: { kind: "exemption", exemption, date } as const,
      date: "20200101",
    });
    expect(chooseDeclassifyOn([from("50X1", "20700101"), from("25X2", "20600101")])).toStrictEqual({
      kind: "exemption",
      exemption: "50X1",
      date: "20700101",
    });
    const undated = chooseDeclassifyOn([from("50X1", "20700101"), from("25X2", null)]);
    expect(undated).toMatchObject({ kind: "exemption", exemption: "50X1", date: expect.any(String) as unknown });
  });
});

describe("attributes of ISM", () => {
  const secret = ismOf(of("SECRET//NOFORN"));
  test("say complete compliance or none", () => {
    expect(outcome(() => markingOfIsm({ ...secret, compliesWith: ["USGov"] }, register))).toBe("E_SYNTAX");
  });
  test("name no token twice", () => {
    const twice = { ...secret, disseminationControls: ["NF", "NF"] };
    expect(outcome(() => markingOfIsm(twice, register))).toBe("E_DUPLICATE");
  });
  test("conceal a source or name it", () => {
    const both = { ...secret, FGIsourceProtected: ["FGI"], FGIsourceOpen: ["DEU"] };
    expect(outcome(() => markingOfIsm(both, register))).toBe("E_FGI");
  });
});

describe("a label of STANAG 4774", () => {
  test("has no attribute of another namespace, even by a name of its own", () => {
    const foreign = ' xmlns:x="urn:x" x:ReviewDateTime="2036-01-01T00:00:00Z"';
    expect(read(label({ root: foreign, review: "" }))).toBe("E_XML");
  });
  test("stands in its own namespace", () => {
    expect(read(label().replaceAll("urn:nato:stanag:4774", "urn:nato:stanag:4775"))).toBe("E_XML");
    expect(
      read(
        label()
          .replace("<originatorConfidentialityLabel ", '<x:originatorConfidentialityLabel xmlns:x="urn:x" ')
          .replace("</originator", "</x:originator"),
      ),
    ).toBe("E_XML");
  });
  test("says of information only what the table has, each value", () => {
    const said = (...values: string[]) =>
      read(label({ categories: CONTEXT + category("INFORMATIVE", "Administrative", values) }));
    expect(said("MEDICAL")).toStrictEqual(of("//NATO SECRET"));
    expect(said("MEDICAL", "OTHER")).toBe("E_MAPPING");
  });
  test("has the one context of its policy", () => {
    expect(
      read(label({ categories: category("PERMISSIVE", "Context", ["NATO", "NATO"], "urn:oid:1.3.26.1.4.4") })),
    ).not.toStrictEqual(of("//NATO SECRET"));
    expect(read(label({ categories: category("PERMISSIVE", "Context", ["NA", "TO"]) }))).toBe("E_MAPPING");
    expect(read(label({ categories: releasable("CHE") }))).toBe("E_REQUIRES");
    expect(read(label({ policy: US_POLICY, categories: category("RESTRICTIVE", "SCI Controls", ["SI"]) }))).toBe(
      "E_REQUIRES",
    );
  });
  test("is not written for what its policy cannot hold", () => {
    expect(write("//NATO SECRET//REL TO USA, CHE")).toBe("E_MAPPING");
    expect(write("//NATO SECRET//REL TO USA, NATO")).toBe("E_MAPPING");
    expect(write("CONFIDENTIAL//REL TO USA, GBR")).not.toBe("E_MAPPING");
  });
});
