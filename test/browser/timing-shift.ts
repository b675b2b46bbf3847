/** Milliseconds that the same act took in each of two worlds, one right after the other. */
export interface TimedPair {
  readonly high: number;
  readonly low: number;
}

/** What two worlds' times say of each other. */
export interface Shift {
  /** Probability that chance puts as many pairs on one side: exact, two-sided; equal pairs are left out. */
  readonly signs: number;
  /** Of ranks as far apart, whichever way: Mann and Whitney, by the normal distribution, corrected for ties. */
  readonly ranks: number;
  /** Median of the higher world's times less that of the lower one's, in milliseconds. */
  readonly medians: number;
}

/** Chance reaches these less than once in so many runs, however busy the machine: the order in each pair is drawn by lot. */
const SIGNS_BY_CHANCE = 1e-6;
const RANKS_BY_CHANCE = 1e-4;
/** Two servers are two processes' worth of caches and plans: what differs by less than this is theirs. */
const LEAST_MS = 10;

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [below = Number.NaN, above = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return (below + above) / 2;
}

/** Both tails of the binomial distribution of as many coins, beyond the rarer side's number. */
function signTest(pairs: readonly TimedPair[]): number {
  const [more, less] = [pairs.filter(({ high, low }) => high > low), pairs.filter(({ high, low }) => high < low)];
  const [coins, rare] = [more.length + less.length, Math.min(more.length, less.length)];
  let [term, sum] = [0.5 ** coins, 0];
  for (let heads = 0; heads <= rare; heads += 1) {
    sum += term;
    term *= (coins - heads) / (heads + 1);
  }
  return Math.min(1, 2 * sum);
}

/** Both tails of the normal distribution beyond z: erfc(z / sqrt 2) by Chebyshev's polynomials, to 1.2e-7 of itself. */
function bothTails(z: number): number {
  const t = 1 / (1 + z / Math.SQRT2 / 2);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  return t * Math.exp(-(z * z) / 2 + series.reduceRight((sum, factor) => sum * t + factor, 0));
}

function rankTest(pairs: readonly TimedPair[]): number {
  const n = pairs.length;
  const all = pairs
    .flatMap(({ high, low }) => [
      { ms: high, isHigh: true },
      { ms: low, isHigh: false },
    ])
    .toSorted((a, b) => a.ms - b.ms);
  const groups = [...Map.groupBy(all, ({ ms }) => ms).values()];
  let [before, ranks, ties] = [0, 0, 0];
  for (const group of groups) {
    ranks += group.filter(({ isHigh }) => isHigh).length * (before + (group.length + 1) / 2);
    ties += group.length ** 3 - group.length;
    before += group.length;
  }
  const off = Math.abs(ranks - (n * (n + 1)) / 2 - (n * n) / 2);
  const spread = Math.sqrt(((n * n) / 12) * (2 * n + 1 - ties / (2 * n * (2 * n - 1))));
  return spread === 0 ? 1 : Math.min(1, bothTails(Math.max(0, off - 0.5) / spread));
}

/** How far the times of two worlds are apart. */
export const shiftOf = (pairs: readonly TimedPair[]): Shift => ({
  signs: signTest(pairs),
  ranks: rankTest(pairs),
  medians: medianOf(pairs.map(({ high }) => high)) - medianOf(pairs.map(({ low }) => low)),
});

/** Whether one world takes longer than the other: by the pairs, by the ranks and by the medians. */
export function isShifted(pairs: readonly TimedPair[]): boolean {
  const { signs, ranks, medians } = shiftOf(pairs);
  return signs < SIGNS_BY_CHANCE && ranks < RANKS_BY_CHANCE && Math.abs(medians) >= LEAST_MS;
}
