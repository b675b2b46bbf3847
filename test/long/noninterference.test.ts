import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/storage/package-root.ts";
import { Campaign, together } from "../noninterference/campaign.ts";
import type { CampaignState, Failure } from "../noninterference/campaign.ts";
import { gates } from "../noninterference/gates.ts";
import { commit, countedOn, writeReport } from "../noninterference/report.ts";
import type { CampaignReport } from "../noninterference/report.ts";

const SEED = process.env["CAVEAT_NI_SEED"] ?? "long";
const CASES = Number(process.env["CAVEAT_NI_CASES"] ?? "100000");
/** Campaigns that these minutes end go on where they were, next time. */
const MINUTES = Number(process.env["CAVEAT_NI_MINUTES"] ?? "120");
/** Campaigns side by side, each with a seed of its own: one alone mostly waits for its servers. */
const AT_ONCE = 3;
/** How often each field must have been asked, and each argument given, in all of them. */
const LEAST = 50;
const STATE = join(packageRoot(), ".build", `noninterference-${SEED}.json`);

interface Kept extends Pick<CampaignReport, "ran" | "differences"> {
  /** By the number of the campaign. */
  readonly states: Readonly<Record<number, CampaignState>>;
}

test(
  "I2 a hundred thousand generated scripts are answered alike by worlds that differ in what is hidden",
  async () => {
    const before: Kept = existsSync(STATE)
      ? (JSON.parse(readFileSync(STATE, "utf8")) as Kept)
      : { states: {}, ran: {}, differences: [] };
    const at = commit();
    // Kept with every pair: a run that is ended in between must not forget what it saw.
    const states: Record<number, CampaignState> = { ...before.states };
    const differences = [...before.differences];
    const all = (): CampaignState => together(SEED, Object.values(states));
    const casesBefore = all().cases;
    const keep = (): CampaignState => {
      const campaign = all();
      const kept: Kept = { states, ran: countedOn(at, campaign.cases - casesBefore, before.ran), differences };
      mkdirSync(dirname(STATE), { recursive: true });
      writeFileSync(STATE, JSON.stringify(kept));
      const { ran } = kept;
      writeReport({ cases: { date: new Date().toISOString(), ran, campaign, meant: CASES, differences } });
      return campaign;
    };
    const failed = (failure: Failure): void => {
      const { seed, path: place, observer, difference } = failure;
      differences.push(
        `{seed: "${seed}", path: "${place}"} ${observer.handle} at ${observer.level}: ${difference.where}`,
      );
      const path = join(dirname(STATE), `noninterference-${seed}-${place.replace(":", "-")}.json`);
      writeFileSync(path, JSON.stringify(failure));
      process.stderr.write(`a difference: ${difference.where}; all of it is in ${path}\n`);
    };
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, number) => {
        const from = states[number];
        const campaign = new Campaign({
          seed: `${SEED}${number + 1}`,
          cases: Math.floor(CASES / AT_ONCE) + (number < CASES % AT_ONCE ? 1 : 0),
          casesOfPair: 500,
          pairsOfBase: 10,
          failures: 5,
          seconds: MINUTES * 60,
          ...(from ? { from } : {}),
          failed,
          progress: (line, state) => {
            process.stderr.write(`${number + 1}: ${line}\n`);
            states[number] = state;
            keep();
          },
        });
        await campaign.run();
      }),
    );
    const done = keep();
    expect(differences).toEqual([]);
    // Campaigns that their minutes end are told in the report as what they are, and go on next time.
    if (done.cases >= CASES) expect(gates(done, LEAST)).toEqual([]);
  },
  (MINUTES + 30) * 60_000,
);
