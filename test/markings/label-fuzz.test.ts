import { describe, expect, test } from "vitest";
import { effectiveOf } from "../../src/markings/effective.ts";
import { attemptLabel, ismJsonOf, ismXmlOf, readIsmJson, readIsmXml } from "../../src/markings/ism-form.ts";
import { ismOf } from "../../src/markings/ism.ts";
import { markingFromText, parsePortion } from "../../src/markings/parse.ts";
import { renderPortion } from "../../src/markings/render.ts";
import { readStanag, writeStanag } from "../../src/markings/stanag.ts";
import { parseAuthority, printAuthority } from "../../src/markings/authority-text.ts";
import { AuthorityError } from "../../src/markings/declassify.ts";
import type { Marking } from "../../src/markings/marking.ts";
import { Seeded } from "../audit/seeded.ts";
import { SEED } from "./arbitrary.ts";
import { marked, register } from "./register-data.ts";

const COUNT = process.env["CAVEAT_LONG"] === "1" ? 150_000 : 2_500;
const TIMES = { originator: null, createdAt: "2026-01-01T00:00:00Z", reviewAt: "2036-01-01T00:00:00Z" };
const of = (text: string): Marking => marked(markingFromText(text, register));

const TEXTS = [
  "SECRET//REL TO USA, GBR, FVEY",
  "TOP SECRET//SI-G ABCD/TK//SAR-BUTTER POPCORN-A//RD-CNWDI-SIGMA 14//ORCON/NOFORN",
  "SECRET//ORCON-USGOV/NOFORN//EXDIS",
  "//NATO SECRET//ATOMAL",
  "UNCLASSIFIED//FOUO",
];
const ISM_ONLY = ["SECRET//FGI NATO//NOFORN", "//JOINT SECRET CAN USA//REL TO USA, CAN", "CUI//SP-CTI//FED ONLY"];

const PIECES = [
  "<",
  ">",
  "/",
  '"',
  "'",
  "=",
  " ",
  "&",
  "&amp;",
  "&#78;",
  "&x;",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<!DOCTYPE x>",
  "<?x?>",
  "xmlns=",
  'xmlns:s4774="urn:x"',
  "ism:",
  "s4774:",
  "NF",
  "NOFORN",
  "TS",
  "S",
  "U",
  "UNCLASSIFIED",
  "REL",
  "USA",
  "GBR",
  "NATO",
  "Type=",
  "PERMISSIVE",
  "RESTRICTIVE",
  "INFORMATIVE",
  "Classification",
  "GenericValue",
  "Category",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  "true",
  "null",
  "__proto__",
  "\u0000",
  "\ud800",
  "\u202e",
  "\n",
  "Declassify On: ",
  "20510101",
  "25X1",
  "Multiple Sources",
];

/** One to three cuts, replacements or insertions. */
const mutate = (text: string, random: Seeded): string => {
  let changed = text;
  for (let steps = 1 + random.below(3); steps > 0; steps -= 1) {
    const at = random.below(changed.length + 1);
    const removed = random.below(3) === 0 ? 0 : 1 + random.below(6);
    const piece = random.below(4) === 0 ? "" : (PIECES[random.below(PIECES.length)] ?? "");
    changed = changed.slice(0, at) + piece + changed.slice(at + removed);
  }
  return changed;
};

/** Every code is one of the closed list; whatever is accepted is a legal marking that is written and read back the same. */
const survives = (
  texts: readonly string[],
  read: (text: string) => Marking,
  write: (marking: Marking) => string,
): number => {
  const random = new Seeded(SEED);
  let accepted = 0;
  for (let i = 0; i < COUNT; i += 1) {
    const text = mutate(texts[random.below(texts.length)] ?? "", random);
    const result = attemptLabel(() => read(text));
    if (!result.ok) {
      expect(result.code).toMatch(/^E_[A-Z_]+$/);
      continue;
    }
    accepted += 1;
    const marking = result.value;
    expect(marked(parsePortion(renderPortion(marking, register), register)), text).toStrictEqual(marking);
    expect(ismOf(read(write(marking))), text).toStrictEqual(ismOf(marking));
    expect(effectiveOf(read(write(marking)), register), text).toStrictEqual(effectiveOf(marking, register));
  }
  return accepted;
};

describe("mutated labels never crash a reader, and what is accepted is written and read back the same", () => {
  test("ISM attributes in XML", () => {
    const write = (marking: Marking): string => ismXmlOf({ marking, authority: null });
    const texts = [...TEXTS, ...ISM_ONLY].map((text) => write(of(text)));
    expect(survives(texts, (text) => readIsmXml(text, register).marking, write)).toBeGreaterThan(COUNT / 50);
  }, 600_000);
  test("ISM attributes in JSON", () => {
    const write = (marking: Marking): string => JSON.stringify(ismJsonOf({ marking, authority: null }));
    const texts = [...TEXTS, ...ISM_ONLY].map((text) => write(of(text)));
    const read = (text: string): Marking => {
      let json: unknown = null;
      try {
        json = JSON.parse(text);
      } catch {
        // Not JSON is refused like every other value that is no object.
      }
      return readIsmJson(json, register).marking;
    };
    expect(survives(texts, read, write)).toBeGreaterThan(COUNT / 100);
  }, 600_000);
  test("STANAG 4774 labels", () => {
    const write = (marking: Marking): string => writeStanag(marking, TIMES, register);
    const texts = TEXTS.map((text) => write(of(text)));
    expect(survives(texts, (text) => readStanag(text, register).marking, write)).toBeGreaterThan(COUNT / 50);
  }, 600_000);
  test("classification authority blocks", () => {
    const blocks = [
      "Classified By: A. Fictional, Director\nReason: 1.4(a), 1.4(c)\nDeclassify On: 20510101",
      "Classified By: B\nDerived From: Multiple Sources\nSource: X, dated 20200229\nSource: Y, dated 20210101\nDowngrade To: SECRET\nDowngrade On: 20300101\nDeclassify On: 25X1, 20600101",
      "Classified By: C\nDerived From: Guide X\nDeclassify On: END OF EXERCISE",
      "Classified By: C\nDerived From: Multiple Sources\nSource: X\nSource: Y, dated 20210101\nDeclassify On: 10 days after it ends",
    ];
    const random = new Seeded(SEED);
    let accepted = 0;
    for (let i = 0; i < COUNT; i += 1) {
      const text = mutate(blocks[random.below(blocks.length)] ?? "", random);
      try {
        const block = parseAuthority(text);
        accepted += 1;
        // Nothing is dropped or repaired: what is read is printed letter for letter.
        expect(printAuthority(block)).toBe(text);
      } catch (error) {
        if (!(error instanceof AuthorityError)) throw error;
        expect(error.code).toMatch(/^E_[A-Z]+$/);
      }
    }
    expect(accepted).toBeGreaterThan(COUNT / 50);
  }, 600_000);
});
