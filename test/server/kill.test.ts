import { afterAll, expect, test } from "vitest";
import { KillCampaign } from "./kill-campaign.ts";
import { endEverything } from "./running-server.ts";

const SEED = 20_260_920;

afterAll(endEverything);

test("I10 what was acknowledged is there after each of three kills under load, in the data and in the log", async () => {
  const campaign = await KillCampaign.begin(SEED);
  for (const killed of ["server and postmaster", "server", "server and postmaster"] as const) {
    const { faults, verified } = await campaign.kill(killed);
    expect({ faults, verified }).toEqual({ faults: [], verified: true });
  }
  expect(await campaign.end()).toBe(0);
});
