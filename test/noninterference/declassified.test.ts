import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/storage/package-root.ts";
import { DECLASSIFIED } from "./declassified.ts";

test("I2 what the campaign leaves out of a comparison stands on the list of what must show in SECURITY.md", () => {
  const text = readFileSync(join(packageRoot(), "SECURITY.md"), "utf8");
  const list = text.slice(text.indexOf("## What must show"), text.indexOf("## Reporting"));
  expect(list.split("\n").filter((line) => line.startsWith("| ")).length).toBeGreaterThan(DECLASSIFIED.length);
  expect(DECLASSIFIED.filter(({ name }) => !list.includes(`| ${name}`)).map(({ name }) => name)).toEqual([]);
});
