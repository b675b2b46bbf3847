import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateRowSecurity } from "../../src/policy/generate-row-security.ts";

const root = join(import.meta.dirname, "../..");

test("migrations/generated/row-security.sql is what the rules compile to (npm run generate)", () => {
  const written = readFileSync(join(root, "migrations/generated/row-security.sql"), "utf8");
  expect(written).toBe(generateRowSecurity(join(root, "policies")));
});
