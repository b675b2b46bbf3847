import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { endHosts, hasScript, probe, saveScript } from "./hunt.ts";
import { MUTANTS } from "./mutants/catalogue.ts";
import { removeWorlds, standingWorlds } from "./standing-worlds.ts";

const TRIES = 8;

// CAVEAT_NI_RENEW=1 draws a script for each mutant that has none; "all" for every one.
test.runIf(process.env["CAVEAT_NI_RENEW"] !== undefined)(
  "every mutant without a saved script falls to a probe, which is saved",
  async () => {
    mkdirSync(join(import.meta.dirname, "mutants", "cases"), { recursive: true });
    const worlds = await standingWorlds();
    const unseen: string[] = [];
    try {
      for (const mutant of MUTANTS) {
        if (process.env["CAVEAT_NI_RENEW"] !== "all" && hasScript(mutant.name)) continue;
        const script = await probe(worlds, mutant, TRIES);
        if (script) saveScript(script);
        else unseen.push(mutant.name);
        process.stderr.write(`${mutant.name}: ${script ? `${script.steps.length} steps` : "not seen"}\n`);
      }
    } finally {
      await endHosts();
      await removeWorlds(worlds);
    }
    expect(unseen).toEqual([]);
  },
  7_200_000,
);
