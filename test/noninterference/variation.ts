import { ACTS } from "./acts.ts";
import type { Act, Thing } from "./acts.ts";
import type { Ask } from "./ask.ts";
import type { Dice } from "./dice.ts";
import { above } from "./lattice.ts";
import { MARKINGS } from "./markings.ts";
import { CLASS_KEYS, NAMES } from "./words.ts";

type Draw = () => Act | null;

/**
 * Draws what only one of two worlds holds: acts of cleared people whose results are hidden from the observers. Much of it
 * hangs on objects that the observers see, under the same names.
 */
export class Variation {
  readonly #dice: Dice;
  readonly #world: string;
  readonly #things: Thing[];
  readonly #hidden: (thing: Thing) => boolean;
  readonly #near: (thing: Thing) => boolean;
  readonly #counts = new Map<string, number>();
  readonly #used = new Set<string>();
  /** Pictures that lie on assets of this variation. */
  readonly #filled = new Set<string>();
  readonly made: Thing[] = [];

  /**
   * @param world name of the world, `a` or `b`
   * @param things what both worlds hold
   * @param hidden whether a thing would be hidden from everybody who observes
   * @param near whether a thing is what hidden ones should often hang on
   */
  constructor(
    dice: Dice,
    world: string,
    things: readonly Thing[],
    hidden: (thing: Thing) => boolean,
    near: (thing: Thing) => boolean = () => false,
  ) {
    this.#dice = dice;
    this.#world = world;
    // Of what stands at no known marking, or in no known program, nobody can say from whom a change of it is hidden.
    this.#things = things.filter(({ noun, chain }) => !["recipient", "person"].includes(noun) && chain.length > 0);
    this.#hidden = hidden;
    this.#near = near;
  }

  /** About so many acts; fewer where nothing hidden can be found. */
  draw(count: number): Ask[] {
    const asks: Ask[] = [];
    for (let tries = 0; asks.length < count && tries < count * 12; tries += 1) asks.push(...this.#one());
    return asks;
  }

  #one(): Ask[] {
    const draws: readonly (readonly [number, Draw])[] = [
      [2, () => this.#ontology()],
      [3, () => this.#dataset()],
      [4, () => this.#asset()],
      [5, () => this.#label()],
      [3, () => this.#revise()],
      [4, () => this.#review()],
      [3, () => this.#delivery()],
      [2, () => this.#version()],
      [2, () => this.#compilation()],
      [2, () => this.#rule()],
      [2, () => this.#retract()],
      [2, () => this.#project()],
      [2, () => this.#guideline()],
      [3, () => this.#tasks()],
    ];
    if (this.#dice.chance(0.12)) return this.#remark();
    const act = this.#dice.weighted(draws)();
    if (!act || !this.#hidden(act.thing)) return [];
    this.#things.push(act.thing);
    this.made.push(act.thing);
    return [act.ask, ...this.#after(act.thing)];
  }

  /** Another marking for something hidden that this variation made: raised, or asked to be lowered. */
  #remark(): Ask[] {
    const hidden = this.made.filter(({ noun }) => ["dataset", "asset", "label"].includes(noun));
    if (hidden.length === 0) return [];
    const thing = this.#dice.pick(hidden);
    const own = thing.chain.at(-1)?.[1] ?? MARKINGS[0];
    if (this.#dice.chance(0.4)) return [ACTS.lower(thing, this.#dice.pick(MARKINGS))];
    return [ACTS.raise(thing, this.#dice.pick(MARKINGS.filter((marking) => above(marking, own))))];
  }

  /** What usually follows: bytes of an asset, approvals of a delivery. */
  #after(thing: Thing): Ask[] {
    const dice = this.#dice;
    if (thing.noun === "asset" && dice.chance(0.8)) {
      this.#filled.add(thing.name);
      const imported = dice.chance(0.2) ? [ACTS.labelsImport(thing, "ship", dice.between(1, 3))] : [];
      return [ACTS.content(thing, dice.below(12)), ...imported];
    }
    if (thing.noun === "project") return this.#work(thing);
    if (thing.noun !== "delivery") return [];
    const all = [ACTS.approve(thing, 0), ACTS.approve(thing, 1), ACTS.release(thing)];
    return all.slice(0, dice.below(4));
  }

  #name(noun: string): string {
    const count = this.#counts.get(noun) ?? 0;
    this.#counts.set(noun, count + 1);
    return `${this.#world}.${noun}.${count}`;
  }

  /** One of the things of a noun; not one that a former variation has made, whose name says no more here. */
  #pick(noun: string, fits: (thing: Thing) => boolean = () => true): Thing | null {
    const fitting = this.#things.filter((thing) => thing.noun === noun && fits(thing));
    const near = fitting.filter((thing) => this.#near(thing));
    if (near.length > 0 && this.#dice.chance(0.7)) return this.#dice.pick(near);
    return fitting.length === 0 ? null : this.#dice.pick(fitting);
  }

  #marking(of: Thing): string {
    return this.#dice.pick(MARKINGS.filter((marking) => of.chain.every(([, banner]) => above(marking, banner))));
  }

  #ontology(): Act | null {
    const program = this.#pick("program");
    if (!program) return null;
    const marking = this.#marking(program);
    return ACTS.ontology(this.#name("ontology"), program, this.#dice.pick(NAMES), marking, [
      ["ship", null],
      [this.#dice.pick(CLASS_KEYS.slice(1)), null],
    ]);
  }

  #dataset(): Act | null {
    const ontology = this.#pick("ontology");
    const program = ontology && this.#pick("program", ({ name }) => name === ontology.under);
    if (!program) return null;
    const marking = this.#marking(ontology);
    const fitting = MARKINGS.filter((higher) => above(higher, marking));
    const compilation = this.#dice.chance(0.3) ? this.#dice.pick(fitting) : null;
    return ACTS.dataset(this.#name("dataset"), program, ontology, this.#dice.pick(NAMES), marking, compilation);
  }

  /** A compilation of a dataset, which observers may see without being told of this. */
  #compilation(): Act | null {
    const dataset = this.#pick("dataset");
    return dataset && ACTS.compilation(this.#name("compilation"), dataset, this.#marking(dataset));
  }

  #rule(): Act | null {
    const dataset = this.#pick("dataset");
    return (
      dataset && ACTS.rule(this.#name("compilationRule"), dataset, this.#marking(dataset), this.#dice.between(2, 4))
    );
  }

  #version(): Act | null {
    const ontology = this.#pick("ontology");
    return ontology && ACTS.version(this.#name("ontologyVersion"), ontology, [[this.#dice.pick(CLASS_KEYS), null]]);
  }

  #asset(): Act | null {
    const dataset = this.#pick("dataset");
    return dataset && ACTS.asset(this.#name("asset"), dataset, this.#dice.pick(NAMES), this.#marking(dataset));
  }

  #label(): Act | null {
    const asset = this.#pick("asset");
    const by = this.#dice.chance(0.7) ? "ana" : "rita";
    const number = this.#dice.below(40);
    return asset && ACTS.label(this.#name("label"), asset, "ship", this.#marking(asset), number, by);
  }

  /** A label of which nothing was drawn yet: a second revision of the same one would be stale. */
  #untouched(): Thing | null {
    const label = this.#pick("label", ({ name }) => !this.#used.has(name));
    if (label) this.#used.add(label.name);
    return label;
  }

  #revise(): Act | null {
    const label = this.#untouched();
    return label && ACTS.revise(this.#name("labelRevision"), label, this.#marking(label), this.#dice.below(40));
  }

  /** Only of what nobody but this variation has: a label that is gone would show. */
  #retract(): Act | null {
    const label = this.#pick("label", (one) => !this.#used.has(one.name) && this.#hidden(one));
    if (!label) return null;
    this.#used.add(label.name);
    return ACTS.retract(this.#name("labelRevision"), label);
  }

  #review(): Act | null {
    const label = this.#untouched();
    const verdict = this.#dice.chance(0.5) ? "ACCEPT" : "REJECT";
    const comment = this.#dice.pick(NAMES);
    return label && ACTS.review(this.#name("labelReview"), label, this.#marking(label), verdict, comment);
  }

  #project(): Act | null {
    const dataset = this.#pick("dataset");
    return dataset && ACTS.project(this.#name("project"), dataset, this.#dice.pick(NAMES), this.#marking(dataset));
  }

  #guideline(): Act | null {
    const project = this.#pick("project");
    return project && ACTS.guideline(this.#name("guideline"), project, this.#dice.pick(NAMES), this.#marking(project));
  }

  /** A task of an image that observers may see, in a project that they may see, above both. */
  #tasks(): Act | null {
    const project = this.#pick("project");
    const asset = project && this.#pick("asset", ({ under }) => under === project.under);
    if (!asset) return null;
    const both = { ...project, chain: [...project.chain, ...asset.chain] };
    return ACTS.tasks(this.#name("tasks"), project, asset, this.#marking(both), this.#dice.below(10));
  }

  /** In a project that only this variation has somebody labels; in any other, what he takes would be missing there. */
  #work(project: Thing): Ask[] {
    const dice = this.#dice;
    const asset = this.#pick("asset", ({ under }) => under === project.under);
    if (!asset) return [];
    const both = { ...project, chain: [...project.chain, ...asset.chain] };
    const marking = this.#marking(both);
    const { ask: adding } = ACTS.tasks(this.#name("tasks"), project, asset, marking, dice.below(10));
    const { ask: leasing, thing: task } = ACTS.lease(this.#name("task"), project, marking);
    this.#things.push(task);
    this.made.push(task);
    // Whoever sees no tasks may see labels.
    const shows = !this.#hidden({ ...asset, chain: [...asset.chain, ["label.read", marking]] });
    const next = dice.below(shows ? 2 : 3);
    if (next === 0) return [adding, leasing];
    return [adding, leasing, next === 1 ? ACTS.draft(task, dice.pick(NAMES)) : ACTS.submit(task, 3)];
  }

  #delivery(): Act | null {
    const dataset = this.#pick("dataset");
    if (!dataset) return null;
    const holds = this.#things.find((thing) => thing.under === dataset.name && this.#filled.has(thing.name));
    const atLeast = (holds ?? dataset).chain.at(-1)?.[1] ?? MARKINGS[0];
    const recipient = `base.recipient.${this.#dice.chance(0.8) ? 1 : 0}`;
    return ACTS.request(this.#name("delivery"), dataset, recipient, this.#dice.pick(NAMES), atLeast);
  }
}
