import fc from "fast-check";
import { expect, test } from "vitest";
import { convertLine } from "../../src/cli/marking-convert.ts";
import { MARKING_SCHEMAS } from "../../src/cli/marking-schema.ts";
import { renderPortion } from "../../src/markings/render.ts";
import { cuiMarkings, markings, SEED } from "./arbitrary.ts";
import { register } from "./register-data.ts";

const CONTEXT = { register, bannerContext: null, createdAt: "2026-01-01T00:00:00Z", reviewAt: "2036-01-01T00:00:00Z" };

test("the schema of a conversion names every attribute that is written, and asks for those that are always there", () => {
  const { properties, required } = MARKING_SCHEMAS.convert.$defs.ism;
  expect(required).toStrictEqual(["classification", "ownerProducer"]);
  expect(Object.keys(properties).length).toBe(36);
  fc.assert(
    fc.property(fc.oneof(markings, cuiMarkings), (marking) => {
      const line = convertLine(renderPortion(marking, register), "portion", "ism", CONTEXT);
      const { output } = JSON.parse(line) as { output: Record<string, unknown> };
      for (const [name, value] of Object.entries(output)) {
        expect(Object.keys(properties)).toContain(name);
        expect(name === "joint" ? value === true : typeof value === "string" || Array.isArray(value)).toBe(true);
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});
