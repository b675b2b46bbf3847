import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { printedSchema } from "../../src/transport/graphql/schema.ts";

test("the printed schema is the one in schema/", async () => {
  const stored = await readFile(new URL("../../schema/schema.graphql", import.meta.url), "utf8");
  expect(printedSchema()).toBe(stored);
});
