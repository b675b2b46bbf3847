import { describe, expect, test } from "vitest";
import { PUBLIC_ERRORS } from "../../src/errors.ts";
import { USER_ERROR_CODES } from "../../src/policy/command.ts";
import { REFUSALS, refusalText } from "../../web/workbench/text/refusals.ts";

describe("why the server refused", () => {
  test("is a sentence for every code of the closed lists, and for no other", () => {
    const codes = new Set<string>([...USER_ERROR_CODES, ...Object.keys(PUBLIC_ERRORS), "NO_ANSWER"]);
    expect(new Set(Object.keys(REFUSALS))).toEqual(codes);
    for (const code of codes) {
      expect(refusalText(code)).toMatch(/^[A-Z][^_]+\. \([A-Z0-9_]+\)$/);
      expect(refusalText(code).endsWith(` (${code})`)).toBe(true);
    }
  });

  test("has what the server says beside its code, and of a code that nobody knows that code alone", () => {
    expect(refusalText("INVALID_INPUT", "at most 50 pins")).toMatch(
      /takes\. It says: at most 50 pins\. \(INVALID_INPUT\)$/,
    );
    for (const code of ["constructor", "__proto__", "418", ""])
      expect(refusalText(code)).toBe(`The server refused: ${code}.`);
  });
});
