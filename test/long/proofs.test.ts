import { expect, test } from "vitest";
import { consistencyCampaign, inclusionCampaign } from "../audit/proof-spoiling.ts";

const HOUR_MS = 3_600_000;

test(
  "I5 every inclusion proof of every size from 0 to 100 is refused with any bit of any hash flipped, any hash left out, and one put in anywhere",
  async () => {
    const { proofs, spoiled, wrong } = await inclusionCampaign(100, "all");
    expect(wrong).toEqual([]);
    expect(proofs).toBe(5_050);
    expect(spoiled).toBeGreaterThan(9_000_000);
  },
  HOUR_MS,
);

test(
  "I5 every consistency proof of all sizes from 0 to 100 is refused with any bit of any hash flipped, any hash left out, and one put in anywhere",
  async () => {
    const { proofs, spoiled, wrong } = await consistencyCampaign(100, "all");
    expect(wrong).toEqual([]);
    expect(proofs).toBe(5_050);
    expect(spoiled).toBeGreaterThan(9_000_000);
  },
  HOUR_MS,
);
