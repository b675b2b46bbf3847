import { createHash } from "node:crypto";

/** Numbers that look random and are the same for the same name: everything that the campaign draws comes from here. */
export class Dice {
  #state: number;

  /** @param name a seed with the place where it is used, such as "7/pair/3" */
  constructor(name: string) {
    this.#state = createHash("sha256").update(name).digest().readUInt32LE(0);
  }

  /** A number from 0 up to 2^32, by the generator mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 up to `limit`, without it. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in this share of the cases. */
  chance(share: number): boolean {
    return this.#next() / 2 ** 32 < share;
  }

  /** One of a list. Throws when it is empty. */
  pick<T>(list: readonly T[]): T {
    const index = this.below(list.length);
    if (index >= list.length) throw new Error("nothing to pick from");
    return list[index] as T;
  }

  /** One of several, as often as its weight says. Throws when all weights are 0. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.below(list.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of list) {
      left -= weight;
      if (left < 0) return value;
    }
    throw new Error("nothing to pick from");
  }

  /** At most `count` of a list, each at most once, in another order. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = [...list];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) taken.push(...left.splice(this.below(left.length), 1));
    return taken;
  }
}
