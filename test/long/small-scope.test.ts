import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SCOPE, enumerate, ruleSets } from "../policy/small-scope.ts";

const HOUR_MS = 3_600_000;

test(
  "I1 in the whole small scope decide, the SQL filter, the row rules in memory and a plain reading of the rules agree",
  () => {
    const begin = performance.now();
    const { differences, ...counts } = enumerate(ruleSets());
    const report = {
      date: new Date().toISOString(),
      ...SCOPE,
      ...counts,
      differences: differences.length,
      seconds: Math.round((performance.now() - begin) / 1000),
    };
    const folder = join(import.meta.dirname, "reports");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "small-scope.json"), `${JSON.stringify(report, null, 1)}\n`);
    expect(differences).toEqual([]);
    expect(counts.ruleSets).toBe(3_303);
    expect(Math.min(counts.loaded, counts.refused)).toBeGreaterThan(300);
  },
  HOUR_MS,
);
