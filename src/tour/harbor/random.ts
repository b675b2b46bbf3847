/** Numbers that look random and are the same for the same seed, on every machine (32 bit integer arithmetic only). */
export interface Random {
  /** From `low` up to `high`, rounded to a tenth so that what is drawn and what is told agree to the digit. */
  readonly between: (low: number, high: number) => number;
  /** A whole number from `low` to `high`, both included. */
  readonly whole: (low: number, high: number) => number;
  /** One of a list that is not empty. */
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
}

/** A generator (splitmix32) for a seed and a name, so that one picture does not shift the numbers of the next. */
export function random(seed: number, name: string): Random {
  let state = seed | 0;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x9e3779b1);
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
  return {
    between: (low, high) => Math.round((low + (high - low) * next()) * 10) / 10,
    whole: (low, high) => low + Math.floor((high - low + 1) * next()),
    pick: (items) => items[Math.floor(items.length * next())] ?? items[0],
    chance: (probability) => next() < probability,
  };
}
