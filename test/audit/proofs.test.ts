import { expect, test } from "vitest";
import { consistencyCampaign, inclusionCampaign } from "./proof-spoiling.ts";

test("I5 every leaf of every size from 0 to 100 is proven, and its proof with a bit of any hash, a size, the index or the root altered, a hash too many or too few is refused", async () => {
  const { proofs, spoiled, wrong } = await inclusionCampaign(100, "one");
  expect(wrong).toEqual([]);
  expect({ proofs, spoiled }).toEqual({ proofs: 5_050, spoiled: 106_963 });
});

test("I5 every pair of sizes from 0 to 100 is proven consistent, and its proof with a bit of any hash, a size or a root altered, a hash too many or too few is refused", async () => {
  const { proofs, spoiled, wrong } = await consistencyCampaign(100, "one");
  expect(wrong).toEqual([]);
  expect({ proofs, spoiled }).toEqual({ proofs: 5_050, spoiled: 116_293 });
});
