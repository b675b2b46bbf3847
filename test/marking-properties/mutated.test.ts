import { describe, expect, test } from "vitest";
import { SEED } from "../markings/arbitrary.ts";
import { registerFiles } from "../markings/register-data.ts";
import { browserAnswerer, globalsInside } from "./browser-bundle.ts";
import { fuzz } from "./fuzz.ts";

describe("mutated markings", () => {
  test("never crash, never drop anything, read back, and mean the same in a server and in a browser", async () => {
    expect(globalsInside()).toStrictEqual([]);
    const report = fuzz(SEED, 6_000, await browserAnswerer(registerFiles()));
    expect(report.faults).toStrictEqual([]);
    expect(report.accepted).toBeGreaterThan(200);
    expect(Object.keys(report.kinds).sort()).toStrictEqual(["CUI", "JOINT", "NONUS", "US"]);
    expect(Object.keys(report.codes).length).toBeGreaterThan(17);
  });
});
