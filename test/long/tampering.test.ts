import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ArchiveFlips, FolderFlips } from "../audit/flip-campaign.ts";
import { Seeded } from "../audit/seeded.ts";

const HOURS_MS = 4 * 3_600_000;
const PER_BLOCK = 1_000;
const SMALL = 16;
const LARGE = 1_000;
const SIZES = [1, 250, 500, 777, LARGE];

/** Seeds of the blocks of a thousand flips: eight, six and six make the twenty thousand. */
const seeds = (first: number, count: number): readonly number[] => Array.from({ length: count }, (_, i) => first + i);

/** What was flipped, how often, and how many were missed or not located: the last report lies in reports/. */
const blocks: { readonly what: string; readonly flips: number; readonly missed: number; readonly seconds: number }[] =
  [];
const BLOCKS = 25;

async function missedOf(
  what: string,
  turns: number,
  flip: (turn: number) => Promise<string | null>,
): Promise<readonly string[]> {
  const missed: string[] = [];
  const begin = performance.now();
  for (let turn = 0; turn < turns; turn += 1) {
    const found = await flip(turn);
    if (found !== null) missed.push(found);
  }
  const seconds = Math.round((performance.now() - begin) / 1_000);
  blocks.push({ what, flips: turns, missed: missed.length, seconds });
  process.stderr.write(`${what}: ${turns} flips, ${missed.length} missed, ${seconds} s\n`);
  return missed;
}

afterAll(() => {
  // Of a part of the campaign nothing is written: it would stand for the whole.
  if (blocks.length < BLOCKS) return;
  const sum = (of: "flips" | "missed" | "seconds"): number => blocks.reduce((all, block) => all + block[of], 0);
  const whole = { flips: sum("flips"), missed: sum("missed"), seconds: sum("seconds") };
  const report = { date: new Date().toISOString(), entries: [SMALL, LARGE], ...whole, blocks };
  writeFileSync(join(import.meta.dirname, "reports", "tampering.json"), `${JSON.stringify(report, null, 1)}\n`);
});

describe("I5 every bit of a log of 16 entries", () => {
  const folder = new FolderFlips(SMALL);
  test.each(folder.paths)(
    "in the file %s of its folder of tiles is found and located when it is flipped",
    async (path) =>
      expect(await missedOf(`every bit of ${path}`, folder.bits(path), (bit) => folder.flip(path, bit))).toEqual([]),
    HOURS_MS,
  );
  test.each(["sealed", "mixed"] as const)(
    "in its archive with %s sections is found and located when it is flipped",
    async (carried) => {
      const archive = new ArchiveFlips(SMALL, [7, SMALL], carried);
      expect(archive.bits).toBeGreaterThan(200_000);
      expect(await missedOf(`every bit of an archive, ${carried}`, archive.bits, (bit) => archive.flip(bit))).toEqual(
        [],
      );
    },
    HOURS_MS,
  );
});

describe("I5 a thousand seeded flips of a log of 1,000 entries are found and located", () => {
  const folder = new FolderFlips(LARGE);
  test.each(seeds(100, 6))(
    "over all files of its folder of tiles (seed %i)",
    async (seed) => {
      const random = new Seeded(seed);
      const flip = (turn: number): Promise<string | null> => {
        const path = folder.paths[turn % folder.paths.length] ?? "";
        return folder.flip(path, random.below(folder.bits(path)));
      };
      expect(await missedOf(`a folder of tiles, seed ${seed}`, PER_BLOCK, flip)).toEqual([]);
    },
    HOURS_MS,
  );
  const sealed = new ArchiveFlips(LARGE, SIZES, "sealed");
  test.each(seeds(200, 6))(
    "in its archive by one who can open no section (seed %i)",
    async (seed) => {
      const random = new Seeded(seed);
      expect(
        await missedOf(`an archive, sealed, seed ${seed}`, PER_BLOCK, () => sealed.flip(random.below(sealed.bits))),
      ).toEqual([]);
    },
    HOURS_MS,
  );
  const mixed = new ArchiveFlips(LARGE, SIZES, "mixed");
  test.each(seeds(300, 8))(
    "in its archive by one who can open some sections (seed %i)",
    async (seed) => {
      const random = new Seeded(seed);
      expect(
        await missedOf(`an archive, mixed, seed ${seed}`, PER_BLOCK, () => mixed.flip(random.below(mixed.bits))),
      ).toEqual([]);
    },
    HOURS_MS,
  );
});
