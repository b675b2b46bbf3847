import { randomBytes } from "node:crypto";
import type { Thing } from "./acts.ts";
import type { Ask, Who } from "./ask.ts";
import type { Base } from "./base.ts";
import { copyGround } from "./databases.ts";
import type { Ground } from "./databases.ts";
import { Dice } from "./dice.ts";
import type { Host } from "./host-process.ts";
import { sees } from "./lattice.ts";
import type { Person } from "./people.ts";
import { Registry } from "./registry.ts";
import { Variation } from "./variation.ts";
import { Tokens, World } from "./world.ts";

const LEVELS = ["U", "C", "S", "TS"] as const;
const ACTS_OF_A_WORLD = 16;
const SEEN_AT_LEAST = 15;

/** Somebody who looks at both worlds, in a session of a level. */
export interface Observer {
  readonly person: Person;
  readonly who: Who;
}

/** What distinguishes two worlds, as data. */
export interface PairPlan {
  readonly observers: readonly Observer[];
  readonly a: readonly Ask[];
  readonly b: readonly Ask[];
  readonly erased: boolean;
}

/** Every session that somebody of a base may have. */
export function sessionsOf(base: Base): Observer[] {
  return base.people.flatMap((person) =>
    LEVELS.slice(0, LEVELS.indexOf(person.clearance) + 1).map((level) => ({
      person,
      who: { handle: person.handle, level },
    })),
  );
}

/** Whether an observer sees an object; objects of which no marking is known are taken to be seen. */
export function seenBy({ person, who }: Observer): (item: Pick<Thing, "program" | "chain">) => boolean {
  return ({ program, chain }) => chain.length === 0 || sees(person, who.level, program, chain);
}

/** Whether a thing is hidden from all of them. */
export function hiddenFrom(observers: readonly Observer[]): (thing: Pick<Thing, "program" | "chain">) => boolean {
  return ({ program, chain }) => observers.every(({ person, who }) => !sees(person, who.level, program, chain));
}

/** Those of some sessions that see a good part of a base: nothing is learnt from empty answers alone. */
export function busyOf(base: Base, sessions: readonly Observer[]): Observer[] {
  const rows = base.items.filter((item) => item.chain.length > 0);
  return sessions.filter(
    ({ person, who }) =>
      rows.filter((item) => sees(person, who.level, item.program, item.chain)).length >= SEEN_AT_LEAST,
  );
}

const TRIES_OF_A_ROLE = 60;

/**
 * For whom two worlds are made alike: somebody who sees a good part of a base, or, at every second turn, one of the roles
 * that few of those have, in turn: what only they may ask is asked in every campaign.
 */
function focusOf(dice: Dice, turn: number, busy: readonly Observer[], sessions: readonly Observer[]): Observer {
  if (turn % 2 === 0) return dice.pick(busy.length > 0 && dice.chance(0.85) ? busy : sessions);
  const of = (role: string, list: readonly Observer[]): Observer[] =>
    list.filter(({ person }) => person.roles.includes(role));
  const roles = [...new Set(sessions.flatMap(({ person }) => person.roles))]
    .toSorted()
    .toSorted((a, b) => of(a, busy).length - of(b, busy).length);
  const role = roles[((turn - 1) / 2) % Math.ceil(roles.length / 2)] ?? "";
  return dice.pick(of(role, sessions));
}

/** Draws an observer, two worlds that differ in what is hidden from him, and all others from whom that is hidden too. */
export function planPair(base: Base, name: string, turn: number): PairPlan {
  const dice = new Dice(name);
  const sessions = sessionsOf(base);
  const busy = busyOf(base, sessions);
  for (let tries = 0; ; tries += 1) {
    const focus = focusOf(dice, tries < TRIES_OF_A_ROLE ? turn : 0, busy, sessions);
    const erased = dice.chance(0.4);
    const draw = (world: string): Variation => new Variation(dice, world, base.items, hiddenFrom([focus]));
    const [first, second] = [draw("a"), draw("b")];
    const plan = { a: first.draw(ACTS_OF_A_WORLD), b: erased ? [] : second.draw(ACTS_OF_A_WORLD) };
    if (first.made.length < ACTS_OF_A_WORLD / 4) continue;
    const made = [...first.made, ...second.made];
    const others = sessions.filter((session) => made.every(hiddenFrom([session])));
    return { ...plan, erased, observers: [focus, ...others] };
  }
}

/** Two worlds, cloned from one base, with what only one of them holds. */
export class Pair {
  readonly base: Base;
  readonly name: string;
  readonly registry: Registry;
  readonly a: World;
  readonly b: World;
  #now: number;
  #parted = false;

  private constructor(parts: { base: Base; name: string; registry: Registry; a: World; b: World; now: number }) {
    this.base = parts.base;
    this.name = parts.name;
    this.registry = parts.registry;
    this.a = parts.a;
    this.b = parts.b;
    this.#now = parts.now;
  }

  /** Whether something was done in one of the worlds alone that may show: they are not compared any more. */
  get parted(): boolean {
    return this.#parted;
  }

  part(): void {
    this.#parted = true;
  }

  /** Clones a base twice, or two grounds that were cloned from it, and starts the two servers, each in its host. */
  static async open(
    base: Base,
    hosts: readonly [Host, Host],
    name: string,
    from: readonly [Ground, Ground] = [base.ground, base.ground],
  ): Promise<Pair> {
    const registry = new Registry(base.items);
    const grounds = [await copyGround(from[0]), await copyGround(from[1])] as const;
    const now = Date.now();
    const tokens = new Tokens(base.people, grounds[0].state);
    // A name of its own for each start: what is drawn at the boot must not have been drawn in the base before.
    const boot = { stream: `boot-${name}-${randomBytes(4).toString("hex")}`, now };
    const open = (index: 0 | 1): Promise<World> =>
      World.open(hosts[index], `${name}-${"ab"[index]}`, { ground: grounds[index], tokens, registry, boot });
    const [a, b] = await Promise.all([open(0), open(1)]);
    return new Pair({ base, name, registry, a, b, now });
  }

  /** The moment of the next request: the same for both worlds. */
  moment(stream: string): { readonly stream: string; readonly now: number } {
    this.#now = Math.max(this.#now + 1, Date.now());
    return { stream, now: this.#now };
  }

  /**
   * Lets cleared people act in each world; returns how many acts were tried, and how many did what they should.
   *
   * @param note told of each act that was tried
   */
  async act(
    name: string,
    acts: { readonly a: readonly Ask[]; readonly b: readonly Ask[] },
    note: (ask: Ask, done: boolean) => void = () => undefined,
  ): Promise<{ readonly tried: number; readonly done: number }> {
    let [tried, done] = [0, 0];
    const within = async (world: World, asks: readonly Ask[], letter: string): Promise<void> => {
      for (const [index, ask] of asks.entries()) {
        const result = await world.act(ask, this.moment(`${name}-${letter}-${index}`));
        if (result === null) continue;
        note(ask, result);
        tried += 1;
        if (result) done += 1;
      }
    };
    await Promise.all([within(this.a, acts.a, "a"), within(this.b, acts.b, "b")]);
    return { tried, done };
  }

  /** Stops both servers; what they stood on stays and can be copied. */
  async close(): Promise<readonly [Ground, Ground]> {
    await Promise.all([this.a.close(), this.b.close()]);
    return [this.a.ground, this.b.ground];
  }

  /** Stops both servers and removes what they stood on. */
  async remove(): Promise<void> {
    await Promise.all([this.a.close(), this.b.close()]);
    await this.a.ground.remove();
    await this.b.ground.remove();
  }
}
