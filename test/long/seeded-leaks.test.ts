import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { packageRoot } from "../../src/storage/package-root.ts";
import { endHosts, hunt, tellApart } from "../noninterference/hunt.ts";
import type { SavedScript } from "../noninterference/hunt.ts";
import { MUTANTS } from "../noninterference/mutants/catalogue.ts";
import { commit, countedOn, writeReport } from "../noninterference/report.ts";
import type { HuntReport } from "../noninterference/report.ts";
import { removeWorlds, standingWorlds } from "../noninterference/standing-worlds.ts";
import type { StandingWorlds } from "../noninterference/standing-worlds.ts";

const SEED = process.env["CAVEAT_NI_SEED"] ?? "long";
/** Hunts that these minutes end go on next time. */
const MINUTES = Number(process.env["CAVEAT_NI_HUNT_MINUTES"] ?? "180");
const CASES = Number(process.env["CAVEAT_NI_HUNT_CASES"] ?? "20000");
const AT_ONCE = 3;
const STATE = join(packageRoot(), ".build", `seeded-leaks-${SEED}.json`);

/** What was hunted so far: a leak that was not found in fewer cases than now is hunted again. */
interface Kept {
  readonly report: HuntReport;
  readonly scripts: readonly SavedScript[];
}

let worlds: StandingWorlds | null = null;
afterAll(async () => {
  await endHosts();
  if (worlds) await removeWorlds(worlds);
});

test(
  "I2 the generator finds each seeded leak anew, with a script to which the server itself does not fall",
  async () => {
    const at = commit();
    let kept: Kept = existsSync(STATE)
      ? (JSON.parse(readFileSync(STATE, "utf8")) as Kept)
      : { report: { date: "", ran: {}, seed: SEED, mutants: [] }, scripts: [] };
    const done = new Set(
      kept.report.mutants.filter(({ cases, limit }) => cases !== null || limit >= CASES).map(({ name }) => name),
    );
    const place = new Map(MUTANTS.map(({ name }, index) => [name, index]));
    // Those that were hunted in vain before come last.
    const tried = new Set(kept.report.mutants.map(({ name }) => name));
    const open = MUTANTS.filter(({ name }) => !done.has(name)).toSorted(
      (a, b) => Number(tried.has(a.name)) - Number(tried.has(b.name)),
    );
    const until = performance.now() + MINUTES * 60_000;
    const standing = (worlds = await standingWorlds());
    const huntOn = async (): Promise<void> => {
      for (let mutant = open.shift(); mutant && performance.now() < until; mutant = open.shift()) {
        const { name, channel } = mutant;
        const { cases, script } = await hunt(standing, mutant, { seed: SEED, cases: CASES });
        process.stderr.write(`${name}: ${script ? `found in case ${cases}` : `not in ${cases} cases`}\n`);
        const others = kept.report.mutants.filter((other) => other.name !== name);
        const mutants = [...others, { name, channel, cases: script ? cases : null, limit: CASES }].toSorted(
          (a, b) => (place.get(a.name) ?? 0) - (place.get(b.name) ?? 0),
        );
        const ran = countedOn(at, 1, kept.report.ran);
        kept = {
          report: { date: new Date().toISOString(), ran, seed: SEED, mutants },
          scripts: script ? [...kept.scripts, script] : kept.scripts,
        };
        mkdirSync(dirname(STATE), { recursive: true });
        writeFileSync(STATE, JSON.stringify(kept));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, huntOn));
    expect(await tellApart(standing, kept.scripts)).toEqual([]);
    writeReport({ hunts: kept.report });
    const found = kept.report.mutants.filter(({ cases }) => cases !== null).map(({ name }) => name);
    expect(MUTANTS.map(({ name }) => name).filter((name) => !found.includes(name))).toEqual([]);
  },
  (MINUTES + 60) * 60_000,
);
