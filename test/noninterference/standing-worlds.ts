import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ask } from "./ask.ts";
import { loadBase } from "./base.ts";
import type { Base } from "./base.ts";
import { asSuperuser } from "./databases.ts";
import type { Ground } from "./databases.ts";
import { Dice } from "./dice.ts";
import { HostProcess } from "./host-process.ts";
import type { Host } from "./host-process.ts";
import { Pair, hiddenFrom, seenBy, sessionsOf } from "./pair.ts";
import type { Observer } from "./pair.ts";
import { Variation } from "./variation.ts";

const FILE = join(import.meta.dirname, "saved", "worlds.json");
const SEED = "standing";
const ACTS_OF_A = 130;

interface Stored {
  readonly base: readonly Ask[];
  readonly a: readonly Ask[];
}

/** Two worlds that all mutants are tried on: one holds much that is hidden from every session up to SECRET, one nothing. */
export interface StandingWorlds {
  readonly base: Base;
  readonly grounds: readonly [Ground, Ground];
  readonly observers: readonly Observer[];
}

/** Loads them from what was stored; draws and stores them where nothing is. They stand in templates, no server on them. */
export async function standingWorlds(): Promise<StandingWorlds> {
  const stored = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Stored) : null;
  const host = new HostProcess();
  try {
    const loaded = await loadBase(host, SEED, stored?.base ?? null);
    const observers = sessionsOf(loaded).filter(({ who }) => who.level !== "TS");
    const [low] = observers.filter(({ who }) => who.handle === "ana" && who.level === "S").map(seenBy);
    const drawn = (): Ask[] =>
      new Variation(new Dice(SEED), "a", loaded.items, hiddenFrom(observers), low).draw(ACTS_OF_A);
    const a = stored?.a ?? drawn();
    if (!stored) writeFileSync(FILE, `${JSON.stringify({ base: loaded.acts, a } satisfies Stored, null, 1)}\n`);
    const pair = await Pair.open(loaded, [host, host], SEED);
    await pair.act("plan", { a, b: [] });
    const grounds = await pair.close();
    return { base: { ...loaded, items: pair.registry.items }, grounds, observers };
  } finally {
    await host.end();
  }
}

/** Removes the worlds. */
export async function removeWorlds({ base, grounds }: StandingWorlds): Promise<void> {
  for (const ground of [...grounds, base.ground]) await ground.remove();
}

/** Two servers of one build on copies of the worlds. @param sql statements of a superuser, once the servers are up */
export async function onCopies(
  worlds: StandingWorlds,
  hosts: readonly [Host, Host],
  name: string,
  sql: readonly string[] = [],
): Promise<Pair> {
  const pair = await Pair.open(worlds.base, hosts, name, worlds.grounds);
  for (const { ground } of [pair.a, pair.b])
    await asSuperuser(ground, async (admin) => {
      for (const statement of sql) await admin.query(statement);
    });
  return pair;
}
