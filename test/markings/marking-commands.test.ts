import { describe, expect, test } from "vitest";
import { checkLine, rollupLine } from "../../src/cli/marking-commands.ts";
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
  test.each(["", "not json", "[1]", '"(S)"', "[", "{}"])("refuses %j as input", (line) => {
    expect(rollup(line)).toMatchObject({ ok: false, code: "E_INPUT" });
  });
  test("refuses an empty list", () => {
    expect(rollup("[]")).toMatchObject({ ok: false, code: "E_EMPTY" });
  });
});
