import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ask, Step, Who } from "./ask.ts";
import type { Base } from "./base.ts";
import type { Host } from "./host-process.ts";
import { sessionsOf } from "./pair.ts";
import { Pair } from "./pair.ts";
import type { Observer } from "./pair.ts";
import { runScript } from "./run-case.ts";
import type { Difference } from "./run-case.ts";

/** Two worlds and a script that were once answered differently: kept as data and run for ever. */
export interface Counterexample {
  readonly name: string;
  /** Seed of the campaign that found it, and the place in it. */
  readonly found: { readonly seed: string; readonly path: string };
  /** Seed of the base that both worlds are cloned from; what was done in each of them after. */
  readonly worlds: { readonly base: string; readonly a: readonly Ask[]; readonly b: readonly Ask[] };
  readonly observer: Who;
  readonly steps: readonly Step[];
}

const FOLDER = join(import.meta.dirname, "saved");

/** Every counterexample that was kept, in the order of their names. */
export function savedCounterexamples(): Counterexample[] {
  const files = readdirSync(FOLDER).filter((name) => name.startsWith("found-") && name.endsWith(".json"));
  return files.toSorted().map((name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Counterexample);
}

/** Writes a counterexample where the next run finds it; returns its path. */
export function keepCounterexample(example: Counterexample, folder = FOLDER): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${example.name}.json`);
  writeFileSync(path, `${JSON.stringify(example, null, 1)}\n`);
  return path;
}

/** Runs a counterexample against worlds of its own. */
export async function runCounterexample(
  base: Base,
  hosts: readonly [Host, Host],
  { name, worlds, observer, steps }: Omit<Counterexample, "found">,
): Promise<Difference | null> {
  const pair = await Pair.open(base, hosts, `saved-${name}`);
  try {
    await pair.act("plan", worlds);
    return await runScript(pair, "saved", observerOf(base, observer), steps);
  } finally {
    await pair.remove();
  }
}

/** A person of a base by his handle, in a session. */
export function observerOf(base: Base, who: Who): Observer {
  const found = sessionsOf(base).find(
    (session) => session.who.handle === who.handle && session.who.level === who.level,
  );
  if (!found) throw new Error(`nobody is called ${who.handle} and cleared for ${who.level}`);
  return found;
}
