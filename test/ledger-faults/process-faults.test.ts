import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { FAULTS, ProcessFaults } from "./process-faults.ts";

const SEED = 4_711;
/** Disks are made to fail by a few lines of C. */
const { present, skip } = outsideProgram("cc");
const ofDisks = new Set<string>(["slow fsync", "failing fsync", "full disk"]);
let faults: ProcessFaults;

beforeAll(async () => {
  faults = await ProcessFaults.open(SEED, present);
});
afterAll(async () => {
  await faults.close();
});

describe("I10 two processes on one log lose no acknowledged entry and sign nothing inconsistent", () => {
  for (const fault of FAULTS)
    test.skipIf(ofDisks.has(fault) && skip)(fault, async () => {
      const report = await faults.once(fault);
      expect(report).toMatchObject({ happened: true, faults: [] });
      expect(report.acknowledged).toBeGreaterThan(0);
    });
  test("what was acknowledged before and after all of them was found", () => {
    expect(faults.found).toBeGreaterThan(50);
  });
});
