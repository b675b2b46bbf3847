import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { KillCampaign } from "../server/kill-campaign.ts";
import type { KillReport } from "../server/kill-campaign.ts";
import { endEverything } from "../server/running-server.ts";

const SEED = 7_233;
const KILLS = 50;
const HOUR_MS = 3_600_000;

afterAll(endEverything);

test(
  "I10 what was acknowledged is there after each of fifty kills under load, in the data and in the log",
  async () => {
    const campaign = await KillCampaign.begin(SEED);
    const kills: KillReport[] = [];
    const begin = performance.now();
    try {
      for (let i = 0; i < KILLS; i += 1) kills.push(await campaign.kill());
    } finally {
      const report = {
        date: new Date().toISOString(),
        seed: SEED,
        kills: kills.length,
        acknowledgedLabels: campaign.acknowledged,
        entries: kills.at(-1)?.entries ?? 0,
        verified: kills.filter(({ verified }) => verified).length,
        faults: kills.flatMap(({ faults }) => faults).length,
        seconds: Math.round((performance.now() - begin) / 1000),
        each: kills,
      };
      const folder = join(import.meta.dirname, "reports");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "kill.json"), `${JSON.stringify(report, null, 1)}\n`);
    }
    expect(kills.map(({ faults, verified }) => ({ faults, verified }))).toEqual(
      Array.from({ length: KILLS }, () => ({ faults: [], verified: true })),
    );
    expect(await campaign.end()).toBe(0);
  },
  HOUR_MS,
);
