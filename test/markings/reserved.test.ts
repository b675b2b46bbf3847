import { describe, expect, test } from "vitest";
import type { Marking } from "../../src/markings/marking.ts";
import { saysNoforn } from "../../src/markings/marking.ts";
import { parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { register } from "./register-data.ts";

/** Every name of a marking that somebody chose: compartments, sub-compartments, words of programs. */
const namesIn = ({ sci, sar }: Marking): readonly string[] => [
  ...sar.flatMap(({ program }) => program.split(" ")),
  ...[...sci, ...sar].flatMap(({ compartments }) => compartments.flatMap(({ id, subs }) => [id, ...subs])),
];

/** Every place of the line where somebody's own name may stand. */
const NAME_PLACES: Readonly<Record<string, (word: string) => string>> = {
  "sub-compartment of HCS-P": (word) => `TOP SECRET//HCS-P ${word}//ORCON/NOFORN`,
  "second sub-compartment of HCS-P": (word) => `TOP SECRET//HCS-P 1A ${word}//ORCON/NOFORN`,
  "compartment of HCS": (word) => `TOP SECRET//HCS-${word}//ORCON/NOFORN`,
  "compartment of RSV": (word) => `TOP SECRET//RSV-${word}//NOFORN`,
  "compartment of SI": (word) => `TOP SECRET//SI-${word}//NOFORN`,
  "sub-compartment of SI-G": (word) => `TOP SECRET//SI-G ${word}//ORCON/NOFORN`,
  "sub-compartment of TK-BLFH": (word) => `TOP SECRET//TK-BLFH ${word}//NOFORN`,
  "sub-compartment of TK-IDIT": (word) => `TOP SECRET//TK-IDIT ${word}//NOFORN`,
  program: (word) => `SECRET//SAR-${word}//NOFORN`,
  "second program": (word) => `SECRET//SAR-1/${word}//NOFORN`,
  "first word of a nickname": (word) => `SECRET//SAR-${word} POPCORN//NOFORN`,
  "second word of a nickname": (word) => `SECRET//SAR-BUTTER ${word}//NOFORN`,
  "word of a long nickname": (word) => `SECRET//SPECIAL ACCESS REQUIRED-BUTTER ${word}//NOFORN`,
  "compartment of a program": (word) => `SECRET//SAR-BP-${word}//NOFORN`,
  "sub-compartment of a program": (word) => `SECRET//SAR-BP-123 ${word}//NOFORN`,
};

describe("reserved words", () => {
  test("are every word of the line that means something", () => {
    const needed = (
      "NF NOFORN OC ORCON USGOV REL TO RELIDO FGI RD FRD TFNI CNWDI SIGMA SG FOUO SI TK HCS RSV SAR RS RSEN IMC IMCON PR " +
      "PROPIN DS LIMDIS XD EXDIS ND NODIS SBU LES SSI DISPLAY ONLY FISA RAWFISA DSEN DEA SENSITIVE NATO JOINT COSMIC TOP " +
      "SECRET CONFIDENTIAL UNCLASSIFIED RESTRICTED TS CTS NS NC NR NU EYES CUI CONTROLLED WAIVED MULTIPLE PROGRAMS HVSACO " +
      "ATOMAL BALK BOHEMIA DCNI UCNI DOD DOE NNPI ACCM BUR KLM MVL COMINT KDK ECI OADR MR NOCON FEDCON FED DL SPECIAL " +
      "ACCESS REQUIRED FOREIGN GOVERNMENT INFORMATION TALENT KEYHOLE RELEASABLE NOT"
    ).split(" ");
    expect(needed.filter((word) => !register.reserved.has(word))).toStrictEqual([]);
  });
  test.each(Object.keys(NAME_PLACES))("are never a %s", (place) => {
    for (const word of register.reserved) {
      const text = NAME_PLACES[place]?.(word) ?? "";
      const banner = parseBanner(text, register);
      const portion = parsePortion(`(${text})`, register);
      for (const result of [banner, portion])
        expect(result.ok && namesIn(result.marking).includes(word) ? word : null, text).toBeNull();
      expect(banner.ok, text).toBe(false);
    }
  });
  const codesOf = (texts: readonly string[]) =>
    texts.map((text) => {
      const result = parseBanner(text, register);
      return [text, result.ok ? "accepted" : result.code];
    });
  const refused = (texts: readonly string[]) => texts.map((text) => [text, "E_SYNTAX"]);
  test("levels and countries are never a program, alone or as a word of a nickname", () => {
    const words = ["U", "R", "C", "S", "TS", "USA", "GBR", "FVEY", "ACGU", "GFNX", "NATO"];
    const texts = words.flatMap((word) => [
      `SECRET//SAR-${word}//NOFORN`,
      `SECRET//SAR-BP/${word}//NOFORN`,
      `SECRET//SAR-${word}-123//NOFORN`,
      `SECRET//SAR-BUTTER ${word}//NOFORN`,
      `SECRET//SPECIAL ACCESS REQUIRED-${word} POPCORN//NOFORN`,
    ]);
    expect(codesOf(texts)).toStrictEqual(refused(texts));
    expect(codesOf(["SECRET//SAR-UK//NOFORN", "SECRET//SAR-B//NOFORN"]).map(([, code]) => code)).toStrictEqual([
      "accepted",
      "accepted",
    ]);
  });
  test("a nickname of several words has letters only, so that no compartment without its hyphen is read as one", () => {
    const texts = [
      "BP 123",
      "BP X",
      "B POPCORN",
      "BUTTER P0PCORN",
      "BUTTER POP1",
      "BUTTER 1POP",
      "BUTTER POPCORN 1",
      "BP 123-X",
    ].flatMap((name) => [`SECRET//SAR-${name}//NOFORN`, `SECRET//SPECIAL ACCESS REQUIRED-${name}//NOFORN`]);
    expect(codesOf(texts)).toStrictEqual(refused(texts));
    for (const text of ["SAR-BUTTER POPCORN", "SAR-BUTTER POPCORN-123 X", "SAR-BP-123 X", "SAR-123", "SAR-A1"])
      expect(parseBanner(`SECRET//${text}//NOFORN`, register).ok, text).toBe(true);
  });
  test("a registered compartment is never a sub-compartment of its system's any", () => {
    const texts = [
      "TOP SECRET//TK-BLFH IDIT//NOFORN",
      "TOP SECRET//TK-BLFH BLFH//NOFORN",
      "TOP SECRET//TK-BLFH ABCD KAND//NOFORN",
      "SECRET//TK-IDIT KAND//NOFORN",
      "TOP SECRET//HCS-P O//ORCON/NOFORN",
      "TOP SECRET//HCS-P JJJ O//ORCON/NOFORN",
    ];
    expect(codesOf(texts)).toStrictEqual(refused(texts));
    expect(codesOf(texts.map((text) => text.replace(/(?<=[A-Z]) (?=(?:IDIT|KAND)\/)/, "-"))).slice(0, 1)).toStrictEqual(
      [["TOP SECRET//TK-BLFH-IDIT//NOFORN", "accepted"]],
    );
  });
  test("a control that stands in the text stands in the structure", () => {
    for (const separator of ["/", "-", " ", "//"]) {
      for (const program of ["BP", "BP-123", "BP-123 X", "BUTTER POPCORN"]) {
        const result = parseBanner(`SECRET//SAR-${program}${separator}NOFORN`, register);
        expect(result.ok && !saysNoforn(result.marking)).toBe(false);
        expect(result.ok).toBe(separator === "//");
      }
    }
  });
});

describe("a very long text", () => {
  test("is refused without slowness", () => {
    for (const text of [`SECRET//${"SAR-A ".repeat(200_000)}`, "/".repeat(1_000_000), "A".repeat(4097)])
      expect(parseBanner(text, register)).toMatchObject({ ok: false, code: "E_SYNTAX" });
    expect(parseBanner("A".repeat(4096), register)).toMatchObject({ ok: false, code: "E_CLASS" });
  });
});
