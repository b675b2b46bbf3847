import type { Step, Who } from "./ask.ts";
import { loadBase } from "./base.ts";
import type { Base } from "./base.ts";
import { Coverage } from "./coverage.ts";
import type { CoverageState } from "./coverage.ts";
import { Dice } from "./dice.ts";
import { HostProcess } from "./host-process.ts";
import type { Host } from "./host-process.ts";
import { Pair, planPair } from "./pair.ts";
import type { PairPlan } from "./pair.ts";
import { runDrawn } from "./run-drawn.ts";
import type { Difference } from "./run-case.ts";
import { printedSchema } from "./schema.ts";
import { Scripts } from "./script.ts";
import type { Case } from "./script.ts";

/** A difference with everything that is needed to see it again. */
export interface Failure {
  readonly seed: string;
  /** Which pair of worlds, and which case of it. */
  readonly path: string;
  /** Seed of the base that both worlds were cloned from. */
  readonly base: string;
  readonly plan: PairPlan;
  readonly observer: Who;
  /** Steps of the cases before this one in the same pair. */
  readonly before: readonly Step[];
  readonly steps: readonly Step[];
  readonly difference: Difference;
}

/** How a campaign is run. */
export interface CampaignOptions {
  readonly seed: string;
  readonly cases: number;
  /** How many cases a pair of worlds serves. */
  readonly casesOfPair: number;
  /** How many pairs a base serves. */
  readonly pairsOfBase: number;
  /** Ends after so many differences. */
  readonly failures?: number;
  /** Ends after the pair in which this many seconds are over. */
  readonly seconds?: number;
  /** What an earlier run of the same seed has done: it is continued. */
  readonly from?: CampaignState;
  /** Told of each difference when it is seen: a run may be ended before it is over. */
  readonly failed?: (failure: Failure) => void;
  /** Told after each pair of worlds. */
  readonly progress?: (line: string, state: CampaignState) => void;
}

/** Where a campaign stands, as data. */
export interface CampaignState {
  readonly seed: string;
  readonly cases: number;
  readonly pairs: number;
  readonly erased: number;
  readonly seconds: number;
  readonly asks: number;
  /** Acts of cleared people that were tried, and that did what they should. */
  readonly acts: { readonly tried: number; readonly done: number };
  readonly renamed: number;
  readonly counts: CoverageState;
}

/** What a campaign did. */
interface CampaignResult extends CampaignState {
  readonly failures: readonly Failure[];
}

/** What several campaigns did together. @param seed what to call them */
export function together(seed: string, states: readonly CampaignState[]): CampaignState {
  const sum = (of: (state: CampaignState) => number): number => states.reduce((all, state) => all + of(state), 0);
  const coverage = new Coverage(printedSchema());
  for (const { counts } of states) coverage.add(counts);
  return {
    seed,
    cases: sum(({ cases }) => cases),
    pairs: sum(({ pairs }) => pairs),
    erased: sum(({ erased }) => erased),
    seconds: Math.max(0, ...states.map(({ seconds }) => seconds)),
    asks: sum(({ asks }) => asks),
    acts: { tried: sum(({ acts }) => acts.tried), done: sum(({ acts }) => acts.done) },
    renamed: sum(({ renamed }) => renamed),
    counts: coverage.state,
  };
}

/** Runs cases against pair after pair, until there are enough of them or of differences. */
export class Campaign {
  readonly #options: CampaignOptions;
  readonly #schema = printedSchema();
  readonly coverage = new Coverage(this.#schema);
  readonly failures: Failure[] = [];
  #asks = 0;
  #renamed = 0;
  #tried = 0;
  #done = 0;

  constructor(options: CampaignOptions) {
    this.#options = options;
    const { from } = options;
    if (!from) return;
    this.coverage.add(from.counts);
    this.#asks = from.asks;
    this.#renamed = from.renamed;
    this.#tried = from.acts.tried;
    this.#done = from.acts.done;
  }

  async run(): Promise<CampaignResult> {
    const {
      seed,
      cases,
      casesOfPair,
      pairsOfBase,
      failures = 1,
      progress,
      from,
      seconds: limit = Infinity,
    } = this.#options;
    const hosts = [new HostProcess(), new HostProcess()] as const;
    const begin = performance.now();
    let [ran, pairs, erased] = [from?.cases ?? 0, from?.pairs ?? 0, from?.erased ?? 0];
    const seconds = (): number => (from?.seconds ?? 0) + (performance.now() - begin) / 1_000;
    const state = (): CampaignState => ({
      seed,
      cases: ran,
      pairs,
      erased,
      seconds: Math.round(seconds()),
      asks: this.#asks,
      acts: { tried: this.#tried, done: this.#done },
      renamed: this.#renamed,
      counts: this.coverage.state,
    });
    let base: Base | null = null;
    try {
      while (ran < cases && this.failures.length < failures && (performance.now() - begin) / 1_000 < limit) {
        if (!base || pairs % pairsOfBase === 0) {
          await base?.ground.remove();
          base = await loadBase(hosts[0], `${seed}.${Math.floor(pairs / pairsOfBase)}`);
        }
        const plan = planPair(base, `${seed}/${pairs}`, pairs);
        if (plan.erased) erased += 1;
        ran += await this.#pair(base, hosts, plan, pairs, Math.min(casesOfPair, cases - ran));
        pairs += 1;
        progress?.(
          `${ran} cases, ${pairs} pairs, ${this.#asks} asks, ${this.failures.length} differences, ${Math.round(seconds())} s`,
          state(),
        );
      }
    } finally {
      await Promise.all(hosts.map((host) => host.end()));
      await base?.ground.remove();
    }
    return { ...state(), failures: this.failures };
  }

  async #pair(base: Base, hosts: readonly [Host, Host], plan: PairPlan, index: number, cases: number): Promise<number> {
    const { seed } = this.#options;
    const pair = await Pair.open(base, hosts, `${seed}-${index}`);
    try {
      const { tried, done } = await pair.act(`plan-${index}`, plan, (ask, did) => this.coverage.act(ask, did));
      this.#tried += tried;
      this.#done += done;
      const scripts = new Scripts({
        base,
        schema: this.#schema,
        registry: pair.registry,
        observers: plan.observers,
        coverage: this.coverage,
      });
      const before: Step[] = [];
      for (let number = 0; number < cases; number += 1) {
        const drawn = scripts.draw(new Dice(`${seed}/${index}/${number}`));
        const difference = await this.#case(pair, `c${index}-${number}`, drawn);
        if (!difference) {
          before.push(...drawn.steps);
          if (pair.parted) return number + 1;
          continue;
        }
        const failure: Failure = {
          seed,
          path: `${index}:${number}`,
          base: base.seed,
          plan,
          observer: drawn.observer.who,
          before,
          steps: drawn.steps,
          difference,
        };
        this.failures.push(failure);
        this.#options.failed?.(failure);
        // What comes after a difference in one pair says nothing more.
        return number + 1;
      }
      return cases;
    } finally {
      await pair.remove();
    }
  }

  #case(pair: Pair, key: string, drawn: Case): Promise<Difference | null> {
    return runDrawn(pair, key, drawn, this.coverage, (comparison) => {
      this.#asks += 1;
      if (comparison === "same but for fresh values") this.#renamed += 1;
    });
  }
}
