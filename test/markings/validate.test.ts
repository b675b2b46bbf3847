import { describe, expect, test } from "vitest";
import type { Marking } from "../../src/markings/marking.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import { scan } from "../../src/markings/scanner.ts";
import { validate } from "../../src/markings/validate.ts";
import { marked, register } from "./register-data.ts";

const of = (text: string): Marking => marked(markingFromText(text, register));
const S = of("SECRET//NOFORN");
const JOINT = of("//JOINT SECRET CAN USA//REL TO USA, CAN");
const NATO = of("//COSMIC TOP SECRET//BOHEMIA");

describe("a structure that no text was read for", () => {
  test("is valid when a text could say it", () => {
    for (const marking of [S, JOINT, NATO, of("CUI//SP-CTI"), of("(//FGI R)")])
      expect(() => validate(marking, register)).not.toThrow();
  });
  test.each<[string, Marking, string]>([
    ["an unknown dissemination token", { ...S, dissem: ["QQ"] }, "E_UNKNOWN"],
    ["an unknown non-IC token", { ...S, nonIc: ["QQ"] }, "E_UNKNOWN"],
    ["an unknown system", { ...S, sci: [{ system: "QQ", compartments: [] }] }, "E_UNKNOWN"],
    ["an unknown compartment", { ...S, sci: [{ system: "SI", compartments: [{ id: "QQQ", subs: [] }] }] }, "E_UNKNOWN"],
    [
      "an unknown sub-compartment",
      { ...S, level: "TS", sci: [{ system: "SI", compartments: [{ id: "ABC", subs: ["Q"] }] }] },
      "E_UNKNOWN",
    ],
    ["an unknown NATO control", { ...NATO, natoControls: ["QQ"] }, "E_UNKNOWN"],
    ["a program name that is too long", { ...S, sar: [{ program: "ABCDEFGHIJK", compartments: [] }] }, "E_UNKNOWN"],
    [
      "a nickname with a word that is too long",
      { ...S, sar: [{ program: "A ABCDEFGHIJK", compartments: [] }] },
      "E_UNKNOWN",
    ],
    ["JOINT at RESTRICTED", { ...JOINT, level: "R" }, "E_JOINT"],
    ["JOINT without USA", { ...JOINT, owners: ["CAN", "GBR"], relTo: ["USA", "CAN", "GBR"] }, "E_JOINT"],
    ["JOINT of USA alone", { ...JOINT, owners: ["USA"] }, "E_JOINT"],
    ["JOINT with NOFORN", { ...JOINT, dissem: ["NF"] }, "E_JOINT"],
    ["JOINT with LES-NF", { ...JOINT, level: "U", nonIc: ["LES-NF"] }, "E_JOINT"],
    ["JOINT with HCS", { ...JOINT, sci: [{ system: "HCS", compartments: [{ id: "P", subs: [] }] }] }, "E_JOINT"],
    ["JOINT that is not released to an owner", { ...JOINT, owners: ["CAN", "GBR", "USA"] }, "E_JOINT"],
    ["FGI on foreign information", { ...NATO, fgi: { concealed: true, sources: [] } }, "E_FGI"],
    ["NOFORN on NATO information", { ...NATO, dissem: ["NF"] }, "E_NATO_NOFORN"],
    ["a NATO SAP below COSMIC", { ...NATO, level: "S" }, "E_NATO"],
    ["a NATO SAP on US information", { ...S, level: "TS", natoControls: ["BALK"] }, "E_NATO"],
    ["ATOMAL without NATO", { ...S, natoControls: ["ATOMAL"] }, "E_NATO"],
    [
      "ATOMAL beside a concealed source",
      { ...S, natoControls: ["ATOMAL"], fgi: { concealed: true, sources: [] } },
      "E_NATO",
    ],
    ["ATOMAL at RESTRICTED", { ...NATO, level: "R", natoControls: ["ATOMAL"] }, "E_LEVEL"],
    ["CNWDI on FRD", { ...S, aea: { FRD: { cnwdi: true, sigma: [] } } }, "E_LEVEL"],
    ["CNWDI at CONFIDENTIAL", { ...S, level: "C", aea: { RD: { cnwdi: true, sigma: [] } } }, "E_LEVEL"],
    ["SIGMA at CONFIDENTIAL", { ...S, level: "C", aea: { RD: { cnwdi: false, sigma: [14] } } }, "E_LEVEL"],
    [
      "a country in both lists",
      { ...S, dissem: ["REL", "DISPLAYONLY"], relTo: ["USA", "GBR"], displayOnlyTo: ["GBR"] },
      "E_DISPLAY",
    ],
    ...[
      [["USA", "FVEY"], ["GBR"]],
      [["USA", "GBR"], ["FVEY"]],
      [["USA", "ACGU"], ["FVEY"]],
      [["USA", "AFG", "NATO"], ["FVEY"]],
      [["USA", "GFNX"], ["GFNX"]],
    ].map(([relTo = [], displayOnlyTo = []]): [string, Marking, string] => [
      `a country of ${relTo.join(" ")} in DISPLAY ONLY ${displayOnlyTo.join(" ")}`,
      { ...S, dissem: ["REL", "DISPLAYONLY"], relTo, displayOnlyTo },
      "E_DISPLAY",
    ]),
    ["RSV without a compartment", { ...S, sci: [{ system: "RSV", compartments: [] }] }, "E_REQUIRES"],
    ["HCS without a compartment", { ...S, sci: [{ system: "HCS", compartments: [] }] }, "E_REQUIRES"],
    ["IMCON at SECRET without FD&R", { ...S, dissem: ["IMC"] }, "E_REQUIRES"],
    ["PROPIN at CONFIDENTIAL without FD&R", { ...S, level: "C", dissem: ["PR"] }, "E_REQUIRES"],
  ])("is refused with %s", (_, marking, code) => {
    expect(() => validate(marking, register)).toThrow(expect.objectContaining({ code }));
  });
  test.each<[string, Marking]>([
    [
      "ATOMAL beside NATO as a source",
      { ...S, natoControls: ["ATOMAL"], fgi: { concealed: false, sources: ["NATO"] } },
    ],
    ["RD at CONFIDENTIAL without subsets", { ...S, level: "C", aea: { RD: { cnwdi: false, sigma: [] } } }],
    ["FRD with SIGMA at CONFIDENTIAL", { ...S, level: "C", aea: { FRD: { cnwdi: false, sigma: [14] } } }],
    ["PROPIN at UNCLASSIFIED without FD&R", { ...S, level: "U", dissem: ["PR"] }],
    ["IMCON at TOP SECRET without FD&R", { ...S, level: "TS", dissem: ["IMC"] }],
    ["IMCON with each FD&R", { ...S, dissem: ["IMC", "RELIDO"] }],
    ["SI without a compartment", { ...S, sci: [{ system: "SI", compartments: [] }] }],
    [
      "different countries in both lists",
      { ...S, dissem: ["REL", "DISPLAYONLY"], relTo: ["USA", "GBR"], displayOnlyTo: ["AFG"] },
    ],
    [
      "a group beside a release, with which it shares the USA alone",
      { ...S, dissem: ["REL", "DISPLAYONLY"], relTo: ["USA", "AFG"], displayOnlyTo: ["IRQ", "FVEY"] },
    ],
    [
      "a group without members beside any release",
      { ...S, dissem: ["REL", "DISPLAYONLY"], relTo: ["USA", "FVEY"], displayOnlyTo: ["GFNX"] },
    ],
  ])("may have %s", (_, marking) => {
    expect(() => validate(marking, register)).not.toThrow();
  });
});

describe("the scanner", () => {
  test("cuts a line at // and says whether it began with it", () => {
    expect(scan("SECRET//TK//NOFORN", "banner")).toStrictEqual({
      foreign: false,
      classification: "SECRET",
      tail: ["TK", "NOFORN"],
    });
    expect(scan("(//NS)", "portion")).toStrictEqual({ foreign: true, classification: "NS", tail: [] });
    expect(scan("A", "banner")).toStrictEqual({ foreign: false, classification: "A", tail: [] });
    expect(scan("A///B", "banner").tail).toStrictEqual(["/B"]);
  });
  test.each([
    " A",
    "A ",
    "A  B",
    "A -B",
    "A- B",
    "A /B",
    "A/ B",
    "A ,B",
    "A\tB",
    "A\u0000",
    "A\u007f",
    "\nA",
    "A\r",
    "A// B",
    " ",
    "-  B",
  ])("refuses the space in %j", (text) => {
    expect(() => scan(text, "banner")).toThrow(expect.objectContaining({ code: "E_SPACE" }));
    expect(() => scan(`(${text})`, "portion")).toThrow(expect.objectContaining({ code: "E_SPACE" }));
  });
  test.each(["A, B", "A B", "A,B", "A-B", "A/B", "~!A"])("leaves %j to the next checks", (text) => {
    expect(scan(text, "banner").classification).toBe(text);
  });
  test.each(["a", "Aa", "A\u0080", "Å", "A\uffff", "ａ", "z", "A\ud800"])("refuses the case of %j", (text) => {
    expect(() => scan(text, "banner")).toThrow(expect.objectContaining({ code: "E_CASE" }));
  });
  test.each<[string, "banner" | "portion"]>([
    ["(A)", "banner"],
    ["A)", "banner"],
    ["A(B", "banner"],
    ["A", "portion"],
    ["(A", "portion"],
    ["A)", "portion"],
    ["(", "portion"],
    [")", "portion"],
    ["((A))", "portion"],
    ["(A)(B)", "portion"],
    ["(A) ", "portion"],
    [" (A)", "portion"],
    ["(A)B", "portion"],
  ])("refuses the parentheses of %j as a %s", (text, form) => {
    expect(() => scan(text, form)).toThrow(expect.objectContaining({ code: "E_PAREN" }));
  });
  test.each<[string, "banner" | "portion"]>([
    ["", "banner"],
    ["", "portion"],
    ["()", "portion"],
    ["//", "banner"],
    ["////A", "banner"],
    ["(//)", "portion"],
  ])("finds nothing in %j as a %s", (text, form) => {
    expect(() => scan(text, form)).toThrow(expect.objectContaining({ code: "E_EMPTY" }));
  });
});
