import { expect, test } from "vitest";
import type { DistributionStatement } from "../../src/markings/cui-block.ts";
import { dodFormOf } from "../../src/markings/cui-block.ts";
import { parsePortion } from "../../src/markings/parse.ts";
import { rollUp } from "../../src/markings/rollup.ts";
import type { Register } from "../../src/markings/register.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { marked, register, registerFiles } from "./register-data.ts";

const block = (
  texts: readonly string[],
  distribution: DistributionStatement | null,
  by: Register = register,
): readonly string[] => {
  const portions = texts.map((text) => marked(parsePortion(text, by)));
  const indicator = { controlledBy: "Command", office: "J2", contact: "j2@example.mil", distribution };
  return dodFormOf(rollUp(portions, by), portions, indicator, by).block;
};

const D: DistributionStatement = { letter: "D", reason: "CTI", date: "2026-01-31", controllingOffice: "Office" };

// Guarantees that no other test gave when the sources were mutated (test/mutation/REPORT.md).
test.each(["x2026-01-31", "2026-01-31x", "2026-1-31", ""])("a distribution statement has no date %j", (date) => {
  expect(() => block(["(CUI//SP-CTI)"], { ...D, date })).toThrow(expect.objectContaining({ code: "E_REQUIRES" }));
});

test("controls and countries stand apart beside a distribution statement, and no other control of the banner does", () => {
  expect(block(["(S//OC/REL TO USA, CAN, GBR)", "(CUI//SP-CTI//REL TO USA, CAN, GBR)"], D).slice(2)).toStrictEqual([
    "CUI Category: SP-CTI",
    "Distribution Statement: D (CTI, 2026-01-31, Office)",
    "Limited Dissemination Control: REL TO USA, CAN, GBR",
    "POC: j2@example.mil",
  ]);
  expect(block(["(CUI//SP-CTI//DISPLAY ONLY AFG, IRQ/REL TO USA, GBR)"], D)).toContain(
    "Limited Dissemination Control: DISPLAY ONLY AFG, IRQ/REL TO USA, GBR",
  );
});

test("a control of the banner is no control of CUI, even where CUI has one of that name", () => {
  const files = registerFiles();
  const controls = files.cui["controls"] as { banner: string }[];
  const orcon = { token: "OC", banner: "ORCON", portion: "OC", levels: ["U"] };
  files.cui["controls"] = [...controls, orcon].toSorted((a, b) => (a.banner < b.banner ? -1 : 1));
  const by = parseRegister(files, "v");
  expect(block(["(S//OC/NF)", "(CUI//SP-CTI)"], null, by)).toContain("Limited Dissemination Control: NOFORN");
  expect(block(["(S//NF)", "(CUI//SP-CTI//OC)"], null, by)).toContain("Limited Dissemination Control: NOFORN/ORCON");
});
