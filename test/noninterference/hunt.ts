import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Step, Who } from "./ask.ts";
import { Coverage } from "./coverage.ts";
import { observerOf } from "./counterexample.ts";
import { Dice } from "./dice.ts";
import { HostProcess } from "./host-process.ts";
import { compileMutant } from "./mutants/mutant.ts";
import type { Mutant } from "./mutants/mutant.ts";
import type { Pair } from "./pair.ts";
import { probes } from "./probes.ts";
import { Registry } from "./registry.ts";
import { runScript } from "./run-case.ts";
import type { Difference } from "./run-case.ts";
import { runDrawn } from "./run-drawn.ts";
import { printedSchema } from "./schema.ts";
import { Scripts } from "./script.ts";
import { shrink } from "./shrink.ts";
import { onCopies } from "./standing-worlds.ts";
import type { StandingWorlds } from "./standing-worlds.ts";

/** The script to which a mutant falls. */
export interface SavedScript {
  readonly mutant: string;
  readonly found: { readonly seed: string; readonly cases: number };
  readonly observer: Who;
  readonly steps: readonly Step[];
}

const fileOf = (mutant: string): string => join(import.meta.dirname, "mutants", "cases", `${mutant}.json`);

/** Whether a script was kept for a mutant. */
export function hasScript(mutant: string): boolean {
  return existsSync(fileOf(mutant));
}

/** The script that was kept for a mutant. Throws when there is none. */
export function savedScript(mutant: string): SavedScript {
  return JSON.parse(readFileSync(fileOf(mutant), "utf8")) as SavedScript;
}

/** Keeps a script for a mutant. */
export function saveScript(script: SavedScript): void {
  writeFileSync(fileOf(script.mutant), `${JSON.stringify(script, null, 1)}\n`);
}

const MOST_BUILDS = 10;

/**
 * Processes for mutated servers, each used by one mutant at a time and by several one after another: what costs most is to
 * start one. It keeps every build that it has loaded, so it is ended after some of them.
 */
class Hosts {
  readonly #used = new Map<HostProcess, number>();
  readonly #free: HostProcess[] = [];

  take(): HostProcess {
    const free = this.#free.pop();
    const host = free?.runs === true ? free : new HostProcess();
    this.#used.set(host, (this.#used.get(host) ?? 0) + 1);
    return host;
  }

  async put(host: HostProcess): Promise<void> {
    // A seeded leak may bring its process down, after it has shown itself.
    if (host.runs && (this.#used.get(host) ?? 0) < MOST_BUILDS) this.#free.push(host);
    else await this.#end(host);
  }

  async end(): Promise<void> {
    await Promise.all(this.#free.splice(0).map((host) => this.#end(host)));
  }

  #end(host: HostProcess): Promise<void> {
    this.#used.delete(host);
    return host.end();
  }
}

const hosts = new Hosts();

/** Ends the processes of mutated servers. */
export function endHosts(): Promise<void> {
  return hosts.end();
}

/** Lets something run against the mutated servers on copies of the worlds. */
export async function withMutant<T>(
  worlds: StandingWorlds,
  mutant: Mutant,
  use: (fresh: (name: string) => Promise<Pair>) => Promise<T>,
): Promise<T> {
  const compiled = await compileMutant(mutant);
  const first = hosts.take();
  // What a server keeps in memory for all would be shared by the two worlds in one process.
  const second = mutant.acts === true ? new HostProcess() : first;
  try {
    return await use((name) => onCopies(worlds, [first.of(compiled), second.of(compiled)], name, mutant.sql));
  } finally {
    if (second !== first) await second.end();
    await hosts.put(first);
  }
}

/** Runs a kept script against the mutated servers; null when it sees no difference. */
export function fallsTo(
  worlds: StandingWorlds,
  mutant: Mutant,
  { observer, steps }: SavedScript,
): Promise<Difference | null> {
  return withMutant(worlds, mutant, async (fresh) => {
    const pair = await fresh(mutant.name);
    try {
      return await runScript(pair, "saved", observerOf(worlds.base, observer), steps);
    } finally {
      await pair.remove();
    }
  });
}

/**
 * Tries the probes on a mutant and keeps what it falls to: one step where that is enough, else those before it too, as few
 * as there can be. Null where no probe sees it.
 */
export async function probe(worlds: StandingWorlds, mutant: Mutant, tries: number): Promise<SavedScript | null> {
  return withMutant(worlds, mutant, async (fresh) => {
    let round = 0;
    const ana = observerOf(worlds.base, { handle: "ana", level: "S" });
    const runs = async (steps: readonly Step[]): Promise<Difference | null> => {
      round += 1;
      const pair = await fresh(`${mutant.name}-${round}`);
      try {
        return await runScript(pair, "saved", ana, steps);
      } finally {
        await pair.remove();
      }
    };
    const first = await fresh(`${mutant.name}-0`);
    try {
      for (const [index, steps] of probes(new Registry(worlds.base.items)).entries()) {
        const difference = await runScript(first, `p${index}`, ana, steps);
        const last = difference && steps[difference.step];
        if (!last) continue;
        const upTo = steps.slice(0, difference.step + 1);
        // On copies on which nothing was asked yet, as the test asks it: what was asked before may be needed.
        const alone = (await runs([last])) !== null;
        const small = alone
          ? [last]
          : (
              await shrink(
                { a: [], b: [], steps: upTo },
                async (smaller) => (await runs(smaller.steps)) !== null,
                tries,
              )
            ).steps;
        const who = "low" in last && last.low.who ? last.low.who : ana.who;
        return { mutant: mutant.name, found: { seed: "probe", cases: 0 }, observer: who, steps: small };
      }
      return null;
    } finally {
      await first.remove();
    }
  });
}

/** What a hunt did: after how many cases it found a script, or how many it tried in vain. */
export interface Hunted {
  readonly cases: number;
  readonly script: SavedScript | null;
}

/** How many cases a pair serves: what they make in it makes it slower. */
const CASES_OF_A_PAIR = 500;

/**
 * Draws cases as the campaign does and runs them against a mutated server, until one tells its worlds apart, and does so
 * again on copies on which nothing was asked yet.
 *
 * @param options.cases it gives up after so many
 */
export async function hunt(
  worlds: StandingWorlds,
  mutant: Mutant,
  options: { readonly seed: string; readonly cases: number },
): Promise<Hunted> {
  const { seed, cases } = options;
  const schema = printedSchema();
  const coverage = new Coverage(schema);
  return withMutant(worlds, mutant, async (fresh) => {
    const huntOn = async (pair: Pair, from: number): Promise<Hunted> => {
      const { registry } = pair;
      const scripts = new Scripts({ base: worlds.base, schema, registry, observers: worlds.observers, coverage });
      const end = Math.min(cases, from + CASES_OF_A_PAIR);
      let number = from;
      for (; number < end && !pair.parted; number += 1) {
        const drawn = scripts.draw(new Dice(`${seed}/${mutant.name}/${number}`));
        const difference = await runDrawn(pair, `h${number}`, drawn, coverage);
        if (!difference) continue;
        const steps = drawn.steps.slice(0, difference.step + 1);
        const again = await fresh(`${mutant.name}-${number}`);
        try {
          // One that needs what was asked before it is not kept: nobody could play it again.
          if ((await runScript(again, "saved", drawn.observer, steps)) === null)
            return { cases: number + 1, script: null };
        } finally {
          await again.remove();
        }
        const found = { seed, cases: number + 1 };
        return { cases: number + 1, script: { mutant: mutant.name, found, observer: drawn.observer.who, steps } };
      }
      return { cases: number, script: null };
    };
    let hunted: Hunted = { cases: 0, script: null };
    while (hunted.script === null && hunted.cases < cases) {
      const pair = await fresh(`${mutant.name}-hunt`);
      try {
        hunted = await huntOn(pair, hunted.cases);
      } finally {
        await pair.remove();
      }
    }
    return hunted;
  });
}

/** Runs scripts one after another against the server as it is; names those that tell its worlds apart. */
export async function tellApart(worlds: StandingWorlds, scripts: readonly SavedScript[]): Promise<string[]> {
  const servers = [new HostProcess(), new HostProcess()] as const;
  const pair = await onCopies(worlds, servers, "whole");
  const told: string[] = [];
  try {
    for (const { mutant, observer, steps } of scripts) {
      const difference = await runScript(pair, mutant, observerOf(worlds.base, observer), steps);
      if (difference !== null) told.push(`${mutant}: ${difference.where}`);
    }
    return told;
  } finally {
    await pair.remove();
    await Promise.all(servers.map((server) => server.end()));
  }
}
