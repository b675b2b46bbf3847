import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRegister } from "../../src/rulebook/documents.ts";
import { readPolicyFolder } from "../../src/rulebook/folder.ts";
import { packageRoot } from "../../src/storage/package-root.ts";

const shipped = readPolicyFolder(join(packageRoot(), "policies"));
const markingFiles = Object.keys(shipped).filter((path) => path.startsWith("markings/"));

describe("the register's version", () => {
  test("is made of every file of policies/markings, and is a whole SHA-384", () => {
    expect(markingFiles).toEqual(
      expect.arrayContaining(["cui", "countries", "register", "tetragraphs"].map((name) => `markings/${name}.json`)),
    );
    expect(readRegister(shipped).version).toMatch(/^sha384:[0-9a-f]{96}$/);
  });
  test.each(markingFiles)("changes with %s, even where only a space is added", (path) => {
    const changed = readRegister({ ...shipped, [path]: `${shipped[path] ?? ""} ` });
    expect(changed.version).not.toBe(readRegister(shipped).version);
  });
  test("changes with a file that is added under markings/, and with no other", () => {
    const { version } = readRegister(shipped);
    expect(readRegister({ ...shipped, "markings/more.json": "{}" }).version).not.toBe(version);
    expect(readRegister({ ...shipped, "rules/label.json": "{}", "tables/label.csv": "" }).version).toBe(version);
  });
  test("does not depend on the order in which the files were read", () => {
    const reversed = Object.fromEntries(Object.entries(shipped).toReversed());
    expect(readRegister(reversed).version).toBe(readRegister(shipped).version);
  });
});
