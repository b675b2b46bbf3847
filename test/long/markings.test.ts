import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { browserAnswerer } from "../marking-properties/browser-bundle.ts";
import { fuzz } from "../marking-properties/fuzz.ts";
import { registerFiles } from "../markings/register-data.ts";

const SEED = 20_261_122;
const MUTANTS = 1_000_000;
const HOUR_MS = 3_600_000;

test(
  "a million mutated markings: no crash, nothing dropped, no reserved word a name, server and browser bundle agree",
  async () => {
    const browser = await browserAnswerer(registerFiles());
    const begin = performance.now();
    const report = fuzz(SEED, MUTANTS, browser);
    const seconds = Math.round((performance.now() - begin) / 1000);
    const folder = join(import.meta.dirname, "reports");
    mkdirSync(folder, { recursive: true });
    const written = { date: new Date().toISOString(), ...report, seconds };
    writeFileSync(join(folder, "markings.json"), `${JSON.stringify(written, null, 1)}\n`);
    expect(report.faults).toStrictEqual([]);
    expect(report.accepted).toBeGreaterThan(MUTANTS / 50);
  },
  HOUR_MS,
);
