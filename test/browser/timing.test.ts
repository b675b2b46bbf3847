import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Seeded } from "../audit/seeded.ts";
import type { World, Worlds } from "../hidden/worlds.ts";
import { outsideProgram } from "../outside-programs.ts";
import { startChromium } from "./chromium.ts";
import { isShifted, medianOf, shiftOf } from "./timing-shift.ts";
import type { TimedPair } from "./timing-shift.ts";
import { WatchedWindow } from "./watched-window.ts";
import { opensTimed } from "./window-scripts.ts";
import type { Timed } from "./window-scripts.ts";
import { NAMES, openWindowWorlds } from "./window-worlds.ts";

// What a clock at the window tells of hidden rows. The machine may be slow, busy or both: the same is done in both worlds again and
// again, one right after the other, which of them first is drawn by lot, and no time is compared with any number. Chance alone
// says that there is a difference less than once in a million runs, whatever else goes on; what makes one world slower is found
// the sooner the less goes on.
//
// Below ten milliseconds nothing is said: bench/PAGES.md and test/access/flat-pages.test.ts look closer, at what makes the time.

const { skip } = outsideProgram("chromium");
const PAIRS = 40;
/** So many pairs are tried at most until a delay is found that was put there. */
const MOST_PAIRS = 240;
/** So many at least: fewer are all on one side by chance too often to say anything. */
const LEAST_PAIRS = 22;
/** A machine that is this slow has fewer of them compared, and its word is worth as much. */
const LONG_MS = 120_000;
const PATIENCE = 1_800_000;

describe("how two worlds' times are compared", () => {
  /** As many pairs of what is given for both worlds. */
  const pairs = (of: (at: number) => readonly [high: number, low: number], count = PAIRS): readonly TimedPair[] =>
    Array.from({ length: count }, (_, at) => of(at)).map(([high, low]) => ({ high, low }));

  test("gives the probabilities of the textbook", () => {
    // 36 of 40 coins: twice 102,091 of 2^40.
    expect(shiftOf(pairs((at) => [at < 36 ? 2 : 0, 1])).signs).toBeCloseTo((2 * 102_091) / 2 ** 40, 12);
    // Ten above ten: U = 0, z = 49.5 / sqrt(175).
    const above = shiftOf(pairs((at) => [10 + at, at], 10));
    expect(above.ranks).toBeCloseTo(0.000_182_67, 8);
    expect([above.medians, medianOf([1, 2, 4]), medianOf([1, 2, 4, 8])]).toEqual([10, 2, 3]);
    // Nothing but ties, and as often one as the other.
    expect(shiftOf(pairs(() => [1, 1]))).toEqual({ signs: 1, ranks: 1, medians: 0 });
    expect(shiftOf(pairs((at) => [at % 2, (at + 1) % 2])).signs).toBe(1);
  });

  test("finds a shift in noise as large as it, and none where there is none, or none that counts", () => {
    const seeded = new Seeded(7);
    const noisy = (most: number): number => 100 + seeded.below(most);
    expect(isShifted(pairs(() => [noisy(30) + 30, noisy(30)]))).toBe(true);
    expect(isShifted(pairs(() => [noisy(30), noisy(30) + 30]))).toBe(true);
    for (let run = 0; run < 200; run += 1) expect(isShifted(pairs(() => [noisy(300), noisy(300)]))).toBe(false);
    // Far from chance, and less than two servers differ in.
    expect(isShifted(pairs(() => [104, 100]))).toBe(false);
  });
});

describe.skipIf(skip)("I2 what is hidden does not show by the time that a window waits", () => {
  let worlds: Worlds;
  let browser: Browser;
  let high: WatchedWindow;
  let low: WatchedWindow;

  beforeAll(async () => {
    [worlds, browser] = await Promise.all([openWindowWorlds(true), startChromium()]);
    // Neither is planned otherwise because it was analyzed at another moment.
    for (const { house } of [worlds.high, worlds.low]) await house.admin.query("analyze");
    const open = (world: World): Promise<WatchedWindow> => WatchedWindow.open(browser, world, "ana", "S");
    [high, low] = [await open(worlds.high), await open(worlds.low)];
  });
  afterAll(async () => {
    for (const window of [high, low]) await window?.close();
    await browser?.close();
    await worlds?.close();
  });

  const WHAT = ["projects", "projectsOnWire", "task", "taskOnWire"] as const;
  type Pairs = Readonly<Record<keyof Timed, TimedPair[]>>;
  /** Opens projects and a task in both worlds until it is enough. */
  const compared = async (seed: number, most: number, enough: (pairs: Pairs) => boolean): Promise<Pairs> => {
    // What comes for the first times is compiled and planned then.
    for (let times = 0; times < 3; times += 1)
      for (const window of [high, low]) await opensTimed(window, NAMES.toLabel);
    const lot = new Seeded(seed);
    const pairs: Pairs = { projects: [], projectsOnWire: [], task: [], taskOnWire: [] };
    while (pairs.task.length < most && !enough(pairs)) {
      const highFirst = lot.below(2) === 0;
      const first = await opensTimed(highFirst ? high : low, NAMES.toLabel);
      const second = await opensTimed(highFirst ? low : high, NAMES.toLabel);
      for (const what of WHAT) {
        const [one, other] = [first[what], second[what]];
        pairs[what].push(highFirst ? { high: one, low: other } : { high: other, low: one });
      }
    }
    return pairs;
  };

  test(
    "I2 the list of projects and a task come as soon where hidden rows are beside them as where there are none",
    async () => {
      const begun = performance.now();
      const isLong = ({ task }: Pairs): boolean => task.length >= LEAST_PAIRS && performance.now() - begun > LONG_MS;
      const pairs = await compared(2026, PAIRS, isLong);
      expect(WHAT.filter((what) => isShifted(pairs[what])).map((what) => [what, shiftOf(pairs[what])])).toEqual([]);
    },
    PATIENCE,
  );

  test(
    "I2 the test itself: that the answers of one world take 30 ms more is found",
    async () => {
      high.wire.delay = (about) => (about === "POST /graphql" ? 30 : 0);
      const pairs = await compared(30, MOST_PAIRS, ({ taskOnWire }) => isShifted(taskOnWire));
      high.wire.delay = null;
      expect(isShifted(pairs.taskOnWire)).toBe(true);
      expect(shiftOf(pairs.taskOnWire).medians).toBeGreaterThan(0);
    },
    PATIENCE,
  );
});
