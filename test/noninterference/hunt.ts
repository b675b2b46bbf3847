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

/** What a hunt found: after how many cases, and the smallest script; null when it gave up. */
export async function hunt(
  worlds: StandingWorlds,
  mutant: Mutant,
  options: { readonly seed: string; readonly cases: number; readonly tries: number },
): Promise<SavedScript | { readonly cases: number; readonly steps: null }> {
  const { seed, cases, tries } = options;
  return withMutant(worlds, mutant, async (fresh) => {
    const schema = printedSchema();
    const pair = await fresh(`${mutant.name}-hunt`);
    const scripts = new Scripts({
      base: worlds.base,
      schema,
      registry: pair.registry,
      observers: worlds.observers,
      coverage: new Coverage(schema),
    });
    try {
      for (let number = 0; number < cases; number += 1) {
        const { observer, steps } = scripts.draw(new Dice(`${seed}/${mutant.name}/${number}`));
        const difference = await runScript(pair, `h${number}`, observer, steps);
        if (pair.parted) return { cases: number + 1, steps: null };
        if (!difference) continue;
        const upTo = steps.slice(0, difference.step + 1);
        let round = 0;
        const fails = async (smaller: readonly Step[]): Promise<boolean> => {
          round += 1;
          const again = await fresh(`${mutant.name}-${round}`);
          try {
            return (await runScript(again, "saved", observer, smaller)) !== null;
          } finally {
            await again.remove();
          }
        };
        if (!(await fails(upTo))) continue;
        const small = await shrink({ a: [], b: [], steps: upTo }, (smaller) => fails(smaller.steps), tries);
        return { mutant: mutant.name, found: { seed, cases: number + 1 }, observer: observer.who, steps: small.steps };
      }
      return { cases, steps: null };
    } finally {
      await pair.remove();
    }
  });
}
