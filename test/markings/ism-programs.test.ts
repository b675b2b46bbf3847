import { describe, expect, test } from "vitest";
import type { LabelForm } from "../../src/cli/marking-convert.ts";
import { convertLine } from "../../src/cli/marking-convert.ts";
import { readIsmJson } from "../../src/markings/ism-form.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import { marked, register } from "./register-data.ts";

const CONTEXT = { register, bannerContext: null, createdAt: "2026-01-01T00:00:00Z", reviewAt: "2036-01-01T00:00:00Z" };
const convert = (ism: object, to: LabelForm): unknown =>
  JSON.parse(convertLine(JSON.stringify(ism), "ism", to, CONTEXT));

const TS = { classification: "TS", ownerProducer: ["USA"], disseminationControls: ["NF"] };
const OTHERS = [
  ["SAR-DOD:TS:BP"],
  ["SAR-DOE:BP"],
  ["SAR-STATE:C:BP"],
  ["SAR-AG:BP"],
  ["SAR-DNI:S:BP", "SAR-DNI:S:BP-123", "SAR-DNI:S:BP-123-X"],
  ["SAR-DHS:BUTTER_POPCORN", "SAR-DOD:CA", "SAR-DOD:CA-XYZ"],
  ["SAR-DOD:CA", "SAR-DOE:CB"],
];

describe("programs of ISM (standards A.8)", () => {
  test.each(OTHERS.map((tokens) => ({ tokens })))("$tokens is read as the programs that it names", ({ tokens }) => {
    const names = tokens.map((token) => token.slice(token.lastIndexOf(":") + 1).replaceAll("_", " "));
    const programs = [...new Set(names.map((name) => name.split("-")[0]))];
    const { marking } = readIsmJson({ ...TS, SARIdentifier: tokens }, register);
    expect(marking.sar.map(({ program }) => program)).toStrictEqual(programs);
    expect(marking).toStrictEqual(marked(markingFromText(rendered(tokens), register)));
  });
  test.each(OTHERS.map((tokens) => ({ tokens })))("$tokens is written as it was read, never as DOD's", ({ tokens }) => {
    const ism = { ...TS, SARIdentifier: tokens };
    expect(convert(ism, "ism")).toMatchObject({ ok: true, output: ism });
    const { output } = convert(ism, "ism-xml") as { output: string };
    expect(output).toContain(`ism:SARIdentifier="${tokens.join(" ")}"`);
    expect(JSON.parse(convertLine(output, "ism-xml", "ism", CONTEXT))).toMatchObject({ ok: true, output: ism });
    expect(convert(ism, "banner")).toMatchObject({
      output: rendered(tokens),
      informative: [`SARIdentifier: ${tokens.join(" ")}`],
    });
    expect(convert(ism, "stanag4774")).toMatchObject({ ok: false, code: "E_MAPPING" });
  });
  test("a program of DOD says nothing beside the marking", () => {
    const ism = { ...TS, SARIdentifier: ["SAR-DOD:BP"] };
    expect(convert(ism, "banner")).toStrictEqual({
      input: JSON.stringify(ism),
      ok: true,
      output: "TOP SECRET//SAR-BP//NOFORN",
    });
  });
});

/** The banner of such tokens, whose trees here have one branch each. */
function rendered(tokens: readonly string[]): string {
  const deepest = new Map<string, string>();
  for (const token of tokens) {
    const [program = "", ...rest] = token.slice(token.lastIndexOf(":") + 1).split("-");
    deepest.set(program, [program.replaceAll("_", " "), ...(rest.length > 0 ? [rest.join(" ")] : [])].join("-"));
  }
  return `TOP SECRET//SAR-${[...deepest.values()].join("/")}//NOFORN`;
}
