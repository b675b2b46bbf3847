import type { GraphQLSchema } from "graphql";
import { graphqlAsk, subscribeAsk } from "./ask.ts";
import type { Ask, Step } from "./ask.ts";
import type { Coverage, Goal } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { Documents, wayTo } from "./documents.ts";
import type { Asked } from "./documents.ts";
import { HttpAsks } from "./http-asks.ts";
import { InputValues } from "./input-values.ts";
import type { Base } from "./base.ts";
import { busyOf, hiddenFrom, seenBy } from "./pair.ts";
import type { Observer } from "./pair.ts";
import { Pools } from "./pools.ts";
import type { Registry } from "./registry.ts";
import { Variation } from "./variation.ts";

/** What a generated document asks, beside its text. */
export interface Generated {
  readonly asked: readonly Asked[];
  readonly given: readonly string[];
}

/** One case: a script of an observer, with what was generated for each step (null where that was no document). */
export interface Case {
  readonly observer: Observer;
  readonly steps: readonly Step[];
  readonly generated: readonly (Generated | null)[];
  /** Kinds of ids that it asks about. */
  readonly sources: ReadonlySet<string>;
}

const LOOKS_AFTERWARDS = 2;
const OWN_RECORD = "ownAudit";

/** Draws the scripts of one pair of worlds. */
export class Scripts {
  readonly #schema: GraphQLSchema;
  readonly #registry: Registry;
  readonly #observers: readonly Observer[];
  readonly #busy: readonly Observer[];
  readonly #coverage: Coverage;
  #acts = 0;

  constructor(parts: {
    base: Base;
    schema: GraphQLSchema;
    registry: Registry;
    observers: readonly Observer[];
    coverage: Coverage;
  }) {
    this.#schema = parts.schema;
    this.#registry = parts.registry;
    this.#observers = parts.observers;
    this.#busy = busyOf(parts.base, parts.observers);
    this.#coverage = parts.coverage;
  }

  /** A case: one to eight steps, and a look at what they left behind. */
  draw(dice: Dice): Case {
    const goal = dice.chance(0.5) ? this.#coverage.least(dice) : null;
    // What changes something is refused for much before it comes to what is hidden: some cases are about one such field.
    const about = goal === null && dice.chance(0.5) ? dice.pick(this.#mutations) : null;
    const observer = about === null ? this.#observer(dice, goal) : (this.#ofRoot(dice, about) ?? this.#anybody(dice));
    const pools = new Pools(dice, this.#registry, seenBy(observer));
    const aptPools = new Pools(dice, this.#registry, seenBy(observer), () => true, true);
    const { nouns } = this.#registry;
    const steps: Step[] = [];
    const generated: (Generated | null)[] = [];
    const sources = new Set<string>();
    const officer = observer.person.roles.includes("compliance-officer");
    const http = new HttpAsks(dice, pools, observer.who, officer);
    const document = (kind: "query" | "mutation" | "subscription", only: readonly string[] | null = null): void => {
      const sought = dice.chance(0.8) ? goal : null;
      const acts = kind === "mutation" && about !== null && dice.chance(0.8);
      // What is sought stands below something that the observer sees, if anywhere: two of three times it is asked there.
      const apt = (sought !== null || acts) && dice.chance(0.65);
      const values = new InputValues(dice, apt ? aptPools : pools, nouns, apt && acts, apt && acts);
      const roots = acts ? [about] : only;
      const drawn = new Documents(this.#schema, dice, values, this.#coverage).draw(kind, roots, sought, apt);
      const ask = kind === "subscription" ? subscribeAsk : graphqlAsk;
      steps.push({ low: ask(observer.who, drawn.query, drawn.variables) });
      generated.push({ asked: drawn.asked, given: values.given });
      for (const source of values.sources) sources.add(source);
    };
    let changed = false;
    for (
      let left = dice.weighted([
        [46, 1],
        [28, 2],
        [12, 3],
        [6, 4],
        [3, 5],
        [2, 6],
        [2, 7],
        [1, 8],
      ]);
      left > 0;
      left -= 1
    ) {
      const kind = dice.weighted([
        [46, "query"],
        [about === null ? 24 : 60, "mutation"],
        [24, "http"],
        [6, "high"],
        [officer ? 12 : 1, "subscription"],
      ] as const);
      changed ||= kind === "mutation" || kind === "high";
      if (kind === "query" || kind === "mutation" || kind === "subscription") {
        document(kind);
        // What was made is given its bytes: without them much of it is never looked at.
        if (kind === "mutation" && about === "assetCreate" && dice.chance(0.6)) {
          steps.push({ low: http.uploadToFresh() });
          generated.push(null);
        }
      } else if (kind === "http") {
        steps.push({ low: http.draw() });
        generated.push(null);
      } else {
        const high = this.#high(dice);
        if (high.a.length + high.b.length === 0) continue;
        steps.push({ high });
        generated.push(null);
      }
    }
    for (const source of http.sources) sources.add(source);
    if (changed || dice.chance(0.08)) {
      document("query", [OWN_RECORD]);
      for (let looks = 1; looks < LOOKS_AFTERWARDS; looks += 1) document("query");
    }
    return { observer, steps, generated, sources };
  }

  /** Names of the fields that change something. */
  get #mutations(): readonly string[] {
    return Object.keys(this.#schema.getMutationType()?.getFields() ?? {});
  }

  /** For a goal, often somebody of whom {@link #ofRoot} thinks; else anybody. */
  #observer(dice: Dice, goal: Goal | null): Observer {
    const root = this.#schema.getQueryType();
    const first = goal && root ? wayTo(root, goal).get(root.name) : undefined;
    return (first === undefined ? null : this.#ofRoot(dice, first)) ?? this.#anybody(dice);
  }

  /**
   * Often somebody who got something for a root field before; where nobody has, one role after another is tried, in the
   * session that sees most.
   */
  #ofRoot(dice: Dice, first: string): Observer | null {
    const heard = this.#observers.filter(({ who }) => this.#coverage.heard(first, who));
    if (!dice.chance(0.7)) return null;
    return heard.length > 0 ? dice.pick(heard) : this.#needed(dice, first);
  }

  /** Somebody who sees a good part of the worlds, or one of a role that is drawn first: rare roles have queries of their own. */
  #anybody(dice: Dice): Observer {
    if (this.#busy.length > 0 && dice.chance(0.6)) return dice.pick(this.#busy);
    const role = dice.pick([...new Set(this.#observers.flatMap(({ person }) => person.roles)), ""]);
    const fitting = this.#observers.filter(({ person }) => person.roles.includes(role));
    return dice.pick(fitting.length > 0 ? fitting : this.#observers);
  }

  /** Somebody of the role as which a root field was sought the least. */
  #needed(dice: Dice, root: string): Observer {
    const roles = [...new Set(this.#observers.flatMap(({ person }) => person.roles))];
    const role = this.#coverage.roleFor(root, roles);
    const fitting = this.#observers.filter(({ person }) => person.roles.includes(role));
    const busy = fitting.filter((observer) => this.#busy.includes(observer));
    return dice.pick(busy.length > 0 ? busy : fitting.length > 0 ? fitting : this.#observers);
  }

  /** What cleared people do in the midst of a script: other things in each world, hidden from all who observe. */
  #high(dice: Dice): { a: Ask[]; b: Ask[] } {
    const acts = (letter: string): Ask[] => {
      this.#acts += 1;
      // The name says in which world and when; nothing refers to what was made here.
      return new Variation(
        dice,
        `${letter}${this.#acts}`,
        this.#registry.items.filter(({ name }) => name.startsWith("base.")),
        hiddenFrom(this.#observers),
      ).draw(dice.below(3));
    };
    return { a: acts("a"), b: acts("b") };
  }
}
