import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RegisterError } from "../../src/markings/index.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import { checkDocuments } from "../../src/rulebook/check.ts";
import type { PolicyDocuments } from "../../src/rulebook/documents.ts";
import { documentsText, parseDocuments, readRegister, readRulebook } from "../../src/rulebook/documents.ts";
import { readPolicyFolder } from "../../src/rulebook/folder.ts";
import { packageRoot } from "../../src/storage/package-root.ts";

const shipped = readPolicyFolder(join(packageRoot(), "policies"));
const jsonFiles = Object.keys(shipped).filter((path) => path.endsWith(".json"));
const registerFiles = jsonFiles.filter((path) => path.startsWith("markings/"));

/** The documents with the last member of the file's outermost object standing twice; `name` spells it the second time. */
const twice = (path: string, spell = (name: string) => name): PolicyDocuments => {
  const text = shipped[path] ?? "";
  const [name, value] = Object.entries(JSON.parse(text) as object).at(-1) ?? [];
  const end = text.lastIndexOf("}");
  return {
    ...shipped,
    [path]: `${text.slice(0, end)}, "${spell(name ?? "")}": ${JSON.stringify(value)}${text.slice(end)}`,
  };
};

const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof RegisterError || error instanceof PolicyError) return error.code;
    throw error;
  }
  return "loaded";
};

describe("I9 documents with a member that stands twice", () => {
  test.each(registerFiles)("keep the register from loading: %s", (path) => {
    expect(codeOf(() => readRegister(twice(path)))).toBe("E_REGISTER");
    expect(codeOf(() => readRulebook(twice(path)))).toBe("E_REGISTER");
    const escaped = (name: string) => `\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}`;
    expect(codeOf(() => readRegister(twice(path, escaped)))).toBe("E_REGISTER");
  });
  test("keep it from loading deep inside, too", () => {
    const path = "markings/register.json";
    const text = (shipped[path] ?? "").replace('"token": "OC",', '"token": "OC", "levels": ["U", "C", "S", "TS"],');
    expect(text).not.toBe(shipped[path]);
    expect(codeOf(() => readRegister({ ...shipped, [path]: text }))).toBe("E_REGISTER");
  });
  test("keep it from loading in a file that is no part of the register, and so does one that is not JSON", () => {
    expect(codeOf(() => readRegister({ ...shipped, "markings/more.json": '{"a":1,"a":2}' }))).toBe("E_REGISTER");
    expect(codeOf(() => readRegister({ ...shipped, "markings/cui.json": "{" }))).toBe("E_REGISTER");
    expect(codeOf(() => readRegister({ ...shipped, "markings/cui.json": "" }))).toBe("E_REGISTER");
  });
  test.each(jsonFiles)("are an error of the check: %s", (path) => {
    const errors = checkDocuments(twice(path)).findings.filter(({ severity }) => severity === "error");
    const expected = { markings: "register-refused", rules: "rules-refused", tables: "table-refused" };
    expect(errors.map(({ code }) => code)).toContain(
      expected[path.slice(0, path.indexOf("/")) as keyof typeof expected],
    );
  });
  test("are refused as kept documents where a path stands twice", () => {
    const { text } = documentsText({ "rules/a.json": "{}" });
    expect(parseDocuments(text)).toEqual({ "rules/a.json": "{}" });
    expect(codeOf(() => parseDocuments(`${text.slice(0, -1)},"rules/a.json":"{}"}`))).toBe("input-duplicate");
  });
});
