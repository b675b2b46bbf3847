import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { levelOf } from "../../web/workbench/banner-level.ts";

test.each([
  ["TOP SECRET//NOFORN", "TS"],
  ["TOP SECRET//SAR-BP//NOFORN", "TS"],
  ["TOP SECRET//TK//NOFORN", "SCI"],
  ["TOP SECRET//HCS-P JJJ 123/SI-G ABCD/TK//ORCON/NOFORN", "SCI"],
  ["SECRET//SI//NOFORN", "S"],
  ["SECRET//REL TO USA, FVEY", "S"],
  ["//NATO SECRET", "S"],
  ["CONFIDENTIAL", "C"],
  ["//NATO RESTRICTED", "C"],
  ["UNCLASSIFIED//FOUO", "U"],
  ["CUI//SP-CTI//NOFORN", "CUI"],
  ["NOTHING OF THESE", "none"],
])("the banner %s has the color of %s", (banner, level) => {
  expect(levelOf(banner)).toBe(level);
});

test("every control system of the shipped register has the color of compartmented information", () => {
  const { sci } = JSON.parse(readFileSync("policies/markings/register.json", "utf8")) as { sci: { names: string[] }[] };
  expect(sci.flatMap(({ names }) => names).map((name) => levelOf(`TOP SECRET//${name}//NOFORN`))).toEqual(
    sci.map(() => "SCI"),
  );
});
