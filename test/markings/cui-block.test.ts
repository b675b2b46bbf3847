import { describe, expect, test } from "vitest";
import type { DesignationIndicator, DistributionStatement } from "../../src/markings/cui-block.ts";
import { DISTRIBUTION_LETTERS, dodFormOf } from "../../src/markings/cui-block.ts";
import { parsePortion } from "../../src/markings/parse.ts";
import { rollUp } from "../../src/markings/rollup.ts";
import { marked, register } from "./register-data.ts";

const INDICATOR: DesignationIndicator = {
  controlledBy: "Example Command",
  office: "J2",
  contact: "j2@example.mil",
  distribution: null,
};
const D: DistributionStatement = {
  letter: "D",
  reason: "Critical Technology",
  date: "2026-01-31",
  controllingOffice: "Example Office",
};

const form = (texts: readonly string[], indicator: Partial<DesignationIndicator> = {}) => {
  const portions = texts.map((text) => marked(parsePortion(text, register)));
  return dodFormOf(rollUp(portions, register), portions, { ...INDICATOR, ...indicator }, register);
};

describe("the DoD form of CUI", () => {
  test("has the bare word for a banner, and the rest in the designation indicator block", () => {
    expect(form(["(CUI//SP-CTI//NF)", "(CUI//PRVCY//FED ONLY)", "(U)"])).toStrictEqual({
      banner: "CUI",
      block: [
        "Controlled by: Example Command",
        "Controlled by: J2",
        "CUI Category: SP-CTI/PRVCY",
        "Limited Dissemination Control: FED ONLY/NOFORN",
        "POC: j2@example.mil",
      ],
    });
  });
  test("says so where no category and no control is shown", () => {
    expect(form(["(CUI)"]).block).toStrictEqual([
      "Controlled by: Example Command",
      "Controlled by: J2",
      "CUI Category: none shown",
      "Limited Dissemination Control: none",
      "POC: j2@example.mil",
    ]);
  });
  test("shows release lists in the block", () => {
    const lines = form(["(CUI//DISPLAY ONLY AFG/REL TO USA, GBR)"]).block;
    expect(lines).toContain("Limited Dissemination Control: DISPLAY ONLY AFG/REL TO USA, GBR");
  });
  test("keeps CUI out of a classified banner and in the block", () => {
    const { banner, block } = form(["(CUI//SP-CTI//FEDCON)", "(S)"]);
    expect(banner).toBe("SECRET//NOFORN");
    expect(block.slice(2, 4)).toStrictEqual(["CUI Category: SP-CTI", "Limited Dissemination Control: FEDCON/NOFORN"]);
  });
  test("has a distribution statement as a field of its own, beside the controls", () => {
    const { banner, block } = form(["(CUI//SP-CTI//NF)"], { distribution: D });
    expect(banner).toBe("CUI");
    expect(block.slice(3, 5)).toStrictEqual([
      "Distribution Statement: D (Critical Technology, 2026-01-31, Example Office)",
      "Limited Dissemination Control: NOFORN",
    ]);
    expect(form(["(CUI//SP-CTI)"], { distribution: D }).block).toHaveLength(5);
  });
  test.each<[string, readonly string[], Partial<DesignationIndicator>, string]>([
    ["no CUI", ["(U)"], {}, "E_REQUIRES"],
    ["no component", ["(CUI)"], { controlledBy: " " }, "E_REQUIRES"],
    ["no office", ["(CUI)"], { office: "" }, "E_REQUIRES"],
    ["nobody to ask", ["(CUI)"], { contact: "" }, "E_REQUIRES"],
    ["distribution statement A", ["(CUI)"], { distribution: { ...D, letter: "A" } }, "E_CONFLICT"],
    ["a statement without a reason", ["(CUI)"], { distribution: { ...D, reason: " " } }, "E_REQUIRES"],
    ["a statement without an office", ["(CUI)"], { distribution: { ...D, controllingOffice: "" } }, "E_REQUIRES"],
    ["a statement without a date", ["(CUI)"], { distribution: { ...D, date: "2026" } }, "E_REQUIRES"],
    ["a statement with more than a date", ["(CUI)"], { distribution: { ...D, date: "2026-01-31T" } }, "E_REQUIRES"],
  ])("is refused with %s", (_, texts, indicator, code) => {
    expect(() => form(texts, indicator)).toThrow(expect.objectContaining({ code }));
  });
  test.each(DISTRIBUTION_LETTERS)("distribution statement %s never stands in a line", (letter) => {
    for (const text of [`(U//DIST ${letter})`, `(CUI//DIST ${letter})`, `(U//DISTRIBUTION STATEMENT ${letter})`])
      expect(parsePortion(text, register)).toMatchObject({ ok: false, code: "E_UNKNOWN" });
  });
});
