import { describe, expect, test } from "vitest";
import { checkLine } from "../../src/cli/marking-commands.ts";
import { convertLine } from "../../src/cli/marking-convert.ts";
import { rollupLine } from "../../src/cli/marking-rollup.ts";
import { register } from "./register-data.ts";

const check = (line: string, form: "banner" | "portion" = "banner"): unknown =>
  JSON.parse(checkLine(line, form, register));
const rollup = (line: string): unknown => JSON.parse(rollupLine(line, register));

describe("marking commands", () => {
  test("answers a marking with its structure and its canonical text", () => {
    expect(check("SECRET//TALENT KEYHOLE//NOFORN")).toMatchObject({
      input: "SECRET//TALENT KEYHOLE//NOFORN",
      ok: true,
      rendered: "SECRET//TK//NOFORN",
      marking: { level: "S", relTo: [] },
    });
  });
  test("never trims, and answers an empty line", () => {
    expect(check(" SECRET")).toMatchObject({ input: " SECRET", ok: false, code: "E_SPACE" });
    expect(check("SECRET\r")).toMatchObject({ input: "SECRET\r", code: "E_SPACE" });
    expect(check("")).toMatchObject({ input: "", ok: false, code: "E_EMPTY" });
    expect(check("", "portion")).toMatchObject({ input: "", ok: false, code: "E_EMPTY" });
  });
  test("answers exactly one line whatever the input", () => {
    for (const line of ["a\nb", "\u2028", "\ud800", '"]', "null", "[1]", "{}"]) {
      expect(checkLine(line, "banner", register)).not.toContain("\n");
      expect(rollupLine(line, register)).not.toContain("\n");
    }
  });
  test("gives the banner of the roll-up and the join of the portions", () => {
    expect(rollup('["(U//FOUO)","(S//REL TO USA, GBR)"]')).toMatchObject({
      banner: "SECRET//NOFORN",
      effective: { level: "S", controls: ["FOUO"], relTo: [], noforn: false },
    });
  });
  test("refuses a bare REL, naming the portion", () => {
    expect(rollup('["(S//NF)","(S//REL)"]')).toMatchObject({
      ok: false,
      code: "E_REL_CONTEXT",
      message: expect.stringContaining("portion 1") as unknown,
    });
  });
  test.each([
    "",
    "not json",
    "[1]",
    '"(S)"',
    "[",
    "{}",
    "null",
    "7",
    '{"portions":"(S)"}',
    '{"portions":[],"extra":1}',
    '{"portions":[{"marking":1}]}',
    '{"portions":[{"marking":"(S)","stray":1}]}',
    '{"portions":[{"marking":"(S)","createdOn":"yesterday"}]}',
    '{"portions":[{"marking":"(S)","createdOn":"2012-99-99"}]}',
    '{"portions":[{"marking":"(S)","createdOn":"2011-02-29"}]}',
    '{"portions":[{"marking":"(S)","createdOn":"2012-04-31"}]}',
    '{"portions":[{"marking":"(S)","createdOn":"2012-00-10"}]}',
    '{"portions":[{"marking":"(S)","createdOn":"2012-01-00"}]}',
    '{"portions":[{"createdOn":"2012-01-31"}]}',
    '{"portions":["(S//NF)"],"portions":["(U)"]}',
    '{"portions":[{"marking":"(S//NF)","marking":"(U)"}]}',
    '{"portions":["(U)"],"banner":"SECRET","b\\u0061nner":"UNCLASSIFIED"}',
    '{"portions":[{"marking":"(S)","exclude":"no"}]}',
    '{"portions":["(S)"],"analyticProduct":"yes"}',
    '{"portions":["(S)"],"banner":1}',
    '{"portions":[["(S)"]]}',
  ])("refuses %j as input", (line) => {
    expect(rollup(line)).toMatchObject({ ok: false, code: "E_INPUT" });
  });
  test("refuses an empty list, and a document of which every portion is excluded", () => {
    expect(rollup("[]")).toMatchObject({ ok: false, code: "E_EMPTY" });
    expect(rollup('{"portions":[{"marking":"(S)","exclude":true}]}')).toMatchObject({ ok: false, code: "E_EMPTY" });
  });
  test("takes a portion's missing list and owners from the document's banner", () => {
    const portion = { marking: "(//JOINT S//REL)", form: "portion" };
    const bannerContext = "//JOINT SECRET CAN USA//REL TO USA, CAN";
    const rendered = "(//JOINT S CAN USA//REL TO USA, CAN)";
    expect(check(JSON.stringify({ ...portion, bannerContext }))).toMatchObject({ ok: true, rendered });
    expect(JSON.parse(checkLine("(//JOINT S//REL)", "portion", register, bannerContext))).toMatchObject({ rendered });
    expect(check(JSON.stringify(portion))).toMatchObject({ ok: false, code: "E_JOINT" });
    expect(check(JSON.stringify({ ...portion, bannerContext: "S" }))).toMatchObject({ ok: false, code: "E_CLASS" });
    expect(rollup(JSON.stringify({ portions: ["(//JOINT S//REL)"], bannerContext }))).toMatchObject({
      banner: bannerContext,
    });
    expect(rollup(JSON.stringify({ portions: ["(S//REL)"], bannerContext: "S" }))).toMatchObject({ code: "E_CLASS" });
  });
  test("takes 29 February of a leap year for a day", () => {
    expect(rollup('{"portions":[{"marking":"(S)","createdOn":"2012-02-29"}]}')).toMatchObject({ banner: "SECRET" });
  });
  test.each([
    ["a marking twice", '{"marking":"SECRET//NOFORN","marking":"SECRET"}'],
    ["a marking twice, once escaped", '{"marking":"SECRET//NOFORN","mark\\u0069ng":"SECRET"}'],
    ["a banner twice", '{"marking":"(S//REL)","form":"portion","bannerContext":"SECRET","bannerContext":null}'],
    ["an unknown member", '{"marking":"SECRET","x":1}'],
    ["no marking", "{}"],
    ["a marking by another name", '{"MARKING":"S"}'],
    ["a number for a marking", '{"marking":5}'],
    ["null for a marking", '{"marking":null}'],
    ["an unknown form", '{"marking":"S","form":"x"}'],
    ["a number for a banner", '{"marking":"SECRET","bannerContext":7}'],
    ["half an object", "{"],
  ])("refuses as input an object with %s, in check and in convert", (_, line) => {
    expect(check(line)).toMatchObject({ input: line, ok: false, code: "E_INPUT" });
    const context = {
      register,
      bannerContext: null,
      createdAt: "2026-01-01T00:00:00Z",
      reviewAt: "2036-01-01T00:00:00Z",
    };
    for (const from of ["banner", "portion"] as const)
      expect(JSON.parse(convertLine(line, from, "ism", context))).toMatchObject({ ok: false, code: "E_INPUT" });
  });
  test("answers an object with its line", () => {
    const line = '{"marking":"SECRET//NOFORN"}';
    expect(check(line)).toMatchObject({ input: line, ok: true, rendered: "SECRET//NOFORN" });
    expect(check('{"marking":"(S)","form":"portion"}')).toMatchObject({ ok: true, rendered: "(S)" });
    expect(check('{"marking":"(S)","form":"portion","bannerContext":null}')).toMatchObject({ ok: true });
    expect(check(line, "portion")).toMatchObject({ ok: false, code: "E_PAREN" });
  });
  test("answers CUI like every other marking", () => {
    expect(check("CUI//SP-CTI/PRVCY//NOFORN")).toMatchObject({
      ok: true,
      rendered: "CUI//SP-CTI/PRVCY//NOFORN",
      marking: { level: "U", cui: { specified: ["CTI"], basic: ["PRVCY"] } },
    });
    expect(rollup('["(CUI)","(S)"]')).toMatchObject({
      banner: "SECRET",
      effective: { controls: ["CUI"] },
      reasons: ["cuiIsNotShown"],
    });
  });
  test("leaves an excluded portion out of the banner, never out of what decides", () => {
    const portions = [
      "(S//NF)",
      { marking: "(TS//SI//NF)", exclude: true },
      { marking: "(C)", createdOn: "2012-01-31" },
    ];
    expect(rollup(JSON.stringify({ portions }))).toMatchObject({
      banner: "SECRET//NOFORN",
      effective: { level: "TS", sci: ["SI"] },
    });
  });
  test("answers a stated banner only when it is the roll-up, or above it with a reason", () => {
    const document = { portions: ["(U)", "(U//FOUO)"], banner: "SECRET//NOFORN" };
    expect(rollup(JSON.stringify(document))).toMatchObject({ ok: false, code: "E_COMPILATION" });
    expect(rollup(JSON.stringify({ ...document, compilationReason: "a pattern" }))).toMatchObject({
      banner: "SECRET//NOFORN",
      rolledUp: "UNCLASSIFIED//FOUO",
      effective: { level: "S", noforn: true, controls: ["FOUO"] },
    });
    expect(rollup(JSON.stringify({ ...document, banner: "UNCLASSIFIED", compilationReason: "x" }))).toMatchObject({
      code: "E_COMPILATION",
    });
    expect(rollup(JSON.stringify({ ...document, banner: "UNCLASSIFIED//FOUO" }))).toMatchObject({
      banner: "UNCLASSIFIED//FOUO",
      rolledUp: "UNCLASSIFIED//FOUO",
    });
    expect(rollup(JSON.stringify({ ...document, banner: "SECRET//XYZ" }))).toMatchObject({ code: "E_UNKNOWN" });
  });
  test("treats an analytic product as one that must say its release", () => {
    expect(rollup('{"portions":["(S)"],"analyticProduct":true}')).toMatchObject({ banner: "SECRET//NOFORN" });
    expect(rollup('{"portions":["(S)"],"analyticProduct":false}')).toMatchObject({ banner: "SECRET", reasons: [] });
  });
});
