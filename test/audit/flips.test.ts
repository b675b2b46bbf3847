import { describe, expect, test } from "vitest";
import { ArchiveFlips, FolderFlips } from "./flip-campaign.ts";
import { Seeded } from "./seeded.ts";

describe("I5 seeded flips", () => {
  test.each([
    ["all that was carried", "mixed", 71],
    ["sealed sections alone", "sealed", 72],
  ] as const)("of an archive with %s are found and located to the entry or line", async (_, carried, seed) => {
    const archive = new ArchiveFlips(16, [7, 16], carried);
    const random = new Seeded(seed);
    const missed: string[] = [];
    for (let turn = 0; turn < 400; turn += 1) {
      const found = await archive.flip(random.below(archive.bits));
      if (found !== null) missed.push(found);
    }
    expect(missed).toEqual([]);
  });
  test("of a line that carries a policy are found and located to the line, every one of them", async () => {
    const archive = new ArchiveFlips(1, [1], "sealed");
    const missed: string[] = [];
    let flipped = 0;
    for (const [from, to] of archive.policies) {
      for (let bit = from; bit < to; bit += 1, flipped += 1) {
        const found = await archive.flip(bit);
        if (found !== null) missed.push(found);
      }
    }
    expect(missed).toEqual([]);
    expect(flipped).toBeGreaterThan(3_000);
  });
  test("of a folder of tiles are found and located to the file or its entries", async () => {
    const folder = new FolderFlips(300);
    const random = new Seeded(73);
    const missed: string[] = [];
    for (let turn = 0; turn < 60; turn += 1) {
      const path = folder.paths[turn % folder.paths.length] ?? "";
      const found = await folder.flip(path, random.below(folder.bits(path)));
      if (found !== null) missed.push(found);
    }
    expect(missed).toEqual([]);
  });
});
