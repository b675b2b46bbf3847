import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/storage/package-root.ts";
import { Campaign } from "../noninterference/campaign.ts";
import type { CampaignState } from "../noninterference/campaign.ts";
import { gates } from "../noninterference/gates.ts";
import { endHosts, hunt } from "../noninterference/hunt.ts";
import { MUTANTS } from "../noninterference/mutants/catalogue.ts";
import { writeReport } from "../noninterference/report.ts";
import type { HuntedMutant } from "../noninterference/report.ts";
import { removeWorlds, standingWorlds } from "../noninterference/standing-worlds.ts";

const SEED = process.env["CAVEAT_NI_SEED"] ?? "long";
const CASES = Number(process.env["CAVEAT_NI_CASES"] ?? "100000");
/** Minutes of the campaign, and of the hunt for mutants after it. A campaign that they end goes on where it was, next time. */
const MINUTES = Number(process.env["CAVEAT_NI_MINUTES"] ?? "90");
const HUNT_MINUTES = Number(process.env["CAVEAT_NI_HUNT_MINUTES"] ?? "60");
const CASES_OF_A_HUNT = 5_000;
/** How often each field must have been asked, and each argument given, in the whole campaign. */
const LEAST = 50;
const STATE = join(packageRoot(), ".build", `noninterference-${SEED}.json`);

interface Kept {
  readonly campaign: CampaignState;
  readonly mutants: readonly HuntedMutant[];
  readonly differences?: readonly string[];
}

function kept(): Kept | null {
  return existsSync(STATE) ? (JSON.parse(readFileSync(STATE, "utf8")) as Kept) : null;
}

function keep(state: Kept): void {
  mkdirSync(dirname(STATE), { recursive: true });
  writeFileSync(STATE, JSON.stringify(state));
}

test(
  "I2 a hundred thousand generated scripts are answered alike, and the generator finds each seeded leak anew",
  async () => {
    const before = kept();
    // Kept with every pair: a run that is ended in between must not forget what it saw.
    const differences = [...(before?.differences ?? [])];
    const campaign = new Campaign({
      seed: SEED,
      cases: CASES,
      casesOfPair: 500,
      pairsOfBase: 10,
      failures: 5,
      seconds: MINUTES * 60,
      ...(before ? { from: before.campaign } : {}),
      failed: (failure) => {
        const { seed, path: place, observer, difference } = failure;
        differences.push(
          `{seed: "${seed}", path: "${place}"} ${observer.handle} at ${observer.level}: ${difference.where}`,
        );
        const path = join(dirname(STATE), `noninterference-${SEED}-${failure.path.replace(":", "-")}.json`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify(failure));
        process.stderr.write(`a difference: ${failure.difference.where}; all of it is in ${path}\n`);
      },
      progress: (line, state) => {
        process.stderr.write(`${line}\n`);
        keep({ campaign: state, mutants: before?.mutants ?? [], differences });
      },
    });
    const result = await campaign.run();
    const { coverage, failures: _, ...rest } = result;
    const state: CampaignState = { ...rest, counts: coverage.state };
    const mutants = [...(before?.mutants ?? [])];
    keep({ campaign: state, mutants, differences });
    const report = (): void =>
      writeReport({ date: new Date().toISOString(), campaign: state, meant: CASES, differences, mutants });
    report();
    const worlds = await standingWorlds();
    const until = performance.now() + HUNT_MINUTES * 60_000;
    try {
      for (const mutant of MUTANTS) {
        if (mutants.some(({ name }) => name === mutant.name) || performance.now() > until) continue;
        const found = await hunt(worlds, mutant, { seed: SEED, cases: CASES_OF_A_HUNT, tries: 0 });
        const cases = found.steps === null ? null : found.found.cases;
        mutants.push({ name: mutant.name, channel: mutant.channel, cases, limit: CASES_OF_A_HUNT });
        process.stderr.write(`${mutant.name}: ${cases ?? "not found"}\n`);
        keep({ campaign: state, mutants, differences });
        report();
      }
    } finally {
      await endHosts();
      await removeWorlds(worlds);
    }
    expect(differences).toEqual([]);
    // A campaign that its minutes end is told in the report as what it is, and goes on next time.
    if (state.cases >= CASES) expect(gates(result, LEAST)).toEqual([]);
    expect(mutants.filter(({ cases }) => cases === null).map(({ name }) => name)).toEqual([]);
  },
  (MINUTES + HUNT_MINUTES + 30) * 60_000,
);
