import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endHosts, fallsTo, hasScript, savedScript, tellApart } from "./hunt.ts";
import { MUTANTS } from "./mutants/catalogue.ts";
import { compileMutant } from "./mutants/mutant.ts";
import { removeWorlds, standingWorlds } from "./standing-worlds.ts";
import type { StandingWorlds } from "./standing-worlds.ts";

const AT_ONCE = 2;
const KEPT = MUTANTS.filter(({ name }) => hasScript(name));

let worlds: StandingWorlds;
const waiting: (() => void)[] = [];
let running = 0;

/** Lets so many run at once: each is a server of its own. */
async function inTurn<T>(act: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await act();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

beforeAll(async () => {
  worlds = await standingWorlds();
}, 600_000);
afterAll(async () => {
  await endHosts();
  await removeWorlds(worlds);
});

describe("I2 a server with a seeded leak", () => {
  test("there are at least forty of them, each with a name of its own", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(40);
    expect(KEPT.length).toBe(MUTANTS.length);
  });

  test.concurrent.each(KEPT)("$name ($channel) falls to its saved script", { timeout: 900_000 }, async (mutant) => {
    await compileMutant(mutant);
    const difference = await inTurn(() => fallsTo(worlds, mutant, savedScript(mutant.name)));
    expect(difference).not.toBeNull();
  });
});

describe("I2 the server itself", () => {
  test("is not told apart by any of those scripts", { timeout: 600_000 }, async () => {
    expect(
      await tellApart(
        worlds,
        KEPT.map(({ name }) => savedScript(name)),
      ),
    ).toEqual([]);
  });
});
