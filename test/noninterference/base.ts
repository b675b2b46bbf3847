import type { Client } from "pg";
import { ACTS } from "./acts.ts";
import type { Act, Thing } from "./acts.ts";
import type { Ask } from "./ask.ts";
import { asSuperuser, newGround } from "./databases.ts";
import type { Ground } from "./databases.ts";
import { Dice } from "./dice.ts";
import type { Host } from "./host-process.ts";
import { above } from "./lattice.ts";
import { MARKINGS } from "./markings.ts";
import { addPeople, peopleOf } from "./people.ts";
import type { Person } from "./people.ts";
import { Registry, globalIdOf } from "./registry.ts";
import type { Item } from "./registry.ts";
import { seeding } from "./seeding.ts";
import { printedSchema } from "./schema.ts";
import { CLASS_KEYS, NAMES } from "./words.ts";
import { Tokens, World } from "./world.ts";

/** What pairs of worlds are cloned from: a loaded database on which no server stands, and what is in it. */
export interface Base {
  readonly seed: string;
  readonly ground: Ground;
  readonly items: readonly Item[];
  readonly people: readonly Person[];
  /** The acts that loaded it. */
  readonly acts: readonly Ask[];
  /** Acts that were tried while it was loaded, and how many of them did what they should. */
  readonly tried: number;
  readonly done: number;
}

const FURTHER_PEOPLE = 24;
const SEEDED = 240;

/** Objects that no act makes: programs, recipients, people, and what the demonstration loaded. */
async function found(admin: Client): Promise<Item[]> {
  const items: Item[] = [];
  const add = (item: Omit<Item, "related" | "under">): void => {
    items.push({ ...item, under: null, related: {} });
  };
  const programs = await admin.query<{ id: string; banner: string }>(
    "select p.id, m.banner from data.program p join access.marking m on m.id = p.marking_id order by p.name",
  );
  for (const [index, { id, banner }] of programs.rows.entries())
    add({
      name: `base.program.${index}`,
      noun: "program",
      id: globalIdOf("program", id),
      program: id,
      chain: [["program.read", banner]],
    });
  for (const [noun, query] of [
    ["recipient", "select id from data.recipient order by name"],
    ["person", "select id, handle as name from access.person order by handle"],
  ] as const) {
    const { rows } = await admin.query<{ id: string; name?: string }>(query);
    for (const [index, { id, name }] of rows.entries())
      add({ name: `base.${noun}.${name ?? index}`, noun, id: globalIdOf(noun, id), program: "", chain: [] });
  }
  const loaded = await admin.query<{ noun: string; id: string; program: string; banners: string[] }>(
    `select 'dataset' as noun, d.id, d.program_id as program, array[m.banner] as banners
       from data.dataset d join access.marking m on m.id = d.marking_id
     union all select 'asset', a.id, a.program_id, array[n.banner, m.banner]
       from data.asset a join access.marking m on m.id = a.marking_id join access.marking n on n.id = a.dataset_marking_id`,
  );
  for (const [index, { noun, id, program, banners }] of loaded.rows.entries()) {
    const nouns = noun === "dataset" ? ["dataset"] : ["dataset", "asset"];
    const chain = nouns.map((each, at) => [`${each}.read`, banners[at] ?? ""] as const);
    add({ name: `base.${noun}.d${index}`, noun, id: globalIdOf(noun, id), program, chain });
  }
  return items;
}

/** Draws what is loaded into a base: few names, many markings, children above their parents on purpose. */
class Loading {
  readonly #dice: Dice;
  readonly #counts = new Map<string, number>();
  readonly #texts = new Set<string>();
  readonly #waiting = new Set<string>();
  readonly asks: Ask[] = [];

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  #name(noun: string): string {
    const count = this.#counts.get(noun) ?? 0;
    this.#counts.set(noun, count + 1);
    return `base.${noun}.${count}`;
  }

  /** A text that nothing of this noun has below this parent under this marking. */
  #text(noun: string, under: Thing, marking: string): string {
    const free = NAMES.filter((name) => !this.#texts.has(`${noun}|${under.name}|${marking}|${name.normalize("NFC")}`));
    const text = this.#dice.pick(free.length > 0 ? free : NAMES);
    this.#texts.add(`${noun}|${under.name}|${marking}|${text.normalize("NFC")}`);
    return text;
  }

  #add({ ask, thing }: Act): Thing {
    this.asks.push(ask);
    return thing;
  }

  /** A marking at or above all of a chain; the lowest such one often. */
  #marking(of: Thing, floor: string | null = null): string {
    const fitting = MARKINGS.filter((marking) =>
      [...of.chain.map(([, banner]) => banner), ...(floor === null ? [] : [floor])].every((banner) =>
        above(marking, banner),
      ),
    );
    return this.#dice.chance(0.55) ? (fitting[0] ?? MARKINGS[0]) : this.#dice.pick(fitting);
  }

  #classes(marking: string): (readonly [string, string | null])[] {
    const fitting = MARKINGS.filter((own) => above(own, marking));
    return CLASS_KEYS.slice(0, this.#dice.between(1, CLASS_KEYS.length)).map((key, index) => [
      key,
      index > 0 && this.#dice.chance(0.3) ? this.#dice.pick(fitting) : null,
    ]);
  }

  load(programs: readonly Thing[]): void {
    const dice = this.#dice;
    for (const program of programs) {
      const ontologies: Thing[] = [];
      for (let n = dice.between(1, 3); n > 0; n -= 1) {
        const marking = ontologies.length === 0 ? MARKINGS[0] : this.#marking(program);
        ontologies.push(
          this.#add(
            ACTS.ontology(
              this.#name("ontology"),
              program,
              this.#text("ontology", program, marking),
              marking,
              this.#classes(marking),
            ),
          ),
        );
        if (dice.chance(0.3))
          this.#add(ACTS.version(this.#name("ontologyVersion"), ontologies.at(-1) ?? program, this.#classes(marking)));
      }
      for (let n = dice.between(2, 5); n > 0; n -= 1) this.#dataset(program, dice.pick(ontologies));
    }
  }

  #dataset(program: Thing, ontology: Thing): void {
    const dice = this.#dice;
    const marking = this.#marking(ontology);
    const compilation = dice.chance(0.2) ? dice.pick(MARKINGS.filter((higher) => above(higher, marking))) : null;
    const dataset = this.#add(
      ACTS.dataset(
        this.#name("dataset"),
        program,
        ontology,
        this.#text("dataset", program, marking),
        marking,
        compilation,
      ),
    );
    // Of each program one file waits; nothing is drawn for it, so that worlds stay what saved cases are about.
    if (!this.#waiting.has(program.name)) {
      this.#waiting.add(program.name);
      const name = `base.asset.w${this.#waiting.size}`;
      this.asks.push(ACTS.contradicting(this.#add(ACTS.asset(name, dataset, "waiting", marking, "image/nitf"))));
    }
    const assets: Thing[] = [];
    for (let n = dice.below(5); n > 0; n -= 1) {
      const asset = this.#add(ACTS.asset(this.#name("asset"), dataset, dice.pick(NAMES), this.#marking(dataset)));
      // Some pictures are the same as others, under the same marking and under another one.
      // Bytes are still missing of some; nothing can be drawn on those.
      if (dice.chance(0.15)) continue;
      this.asks.push(ACTS.content(asset, dice.below(6)));
      assets.push(asset);
      for (let labels = dice.below(4); labels > 0; labels -= 1) this.#label(asset);
      if (dice.chance(0.15)) this.asks.push(ACTS.labelsImport(asset, "ship", dice.between(1, 3)));
    }
    if (assets.length > 0 && dice.chance(0.7)) this.#project(dataset, assets);
    if (dice.chance(0.8)) this.#delivery(dataset);
  }

  /** A project with tasks, of which some are taken, drafted and handed in. */
  #project(dataset: Thing, assets: readonly Thing[]): void {
    const dice = this.#dice;
    const marking = this.#marking(dataset);
    const project = this.#add(ACTS.project(this.#name("project"), dataset, dice.pick(NAMES), marking));
    for (const asset of assets) {
      const fitting = this.#marking(asset, marking);
      this.#add(ACTS.tasks(this.#name("tasks"), project, asset, fitting, dice.below(10)));
    }
    if (!dice.chance(0.7)) return;
    const task = this.#add(ACTS.lease(this.#name("task"), project, marking));
    const next = dice.below(3);
    if (next === 1) this.asks.push(ACTS.draft(task, dice.pick(NAMES)));
    if (next === 2) this.asks.push(ACTS.submit(task, dice.below(40)));
  }

  #label(asset: Thing): void {
    const dice = this.#dice;
    const by = dice.chance(0.8) ? "ana" : "rita";
    const label = this.#add(ACTS.label(this.#name("label"), asset, "ship", this.#marking(asset), dice.below(40), by));
    if (by === "ana" && dice.chance(0.25))
      this.#add(ACTS.revise(this.#name("labelRevision"), label, this.#marking(label), dice.below(40)));
    else if (by === "ana" && dice.chance(0.4))
      this.#add(
        ACTS.review(
          this.#name("labelReview"),
          label,
          this.#marking(label),
          dice.chance(0.7) ? "ACCEPT" : "REJECT",
          dice.pick(NAMES),
        ),
      );
  }

  #delivery(dataset: Thing): void {
    const dice = this.#dice;
    const recipient = `base.recipient.${dice.chance(0.7) ? 1 : 0}`;
    const level = dice.pick(["S", "TS", "TS"] as const);
    const marking = dataset.chain.at(-1)?.[1] ?? MARKINGS[0];
    const delivery = this.#add(
      ACTS.request(this.#name("delivery"), dataset, recipient, dice.pick(NAMES), marking, level),
    );
    const state = dice.below(4);
    if (state > 0) this.asks.push(ACTS.approve(delivery, 0));
    if (state > 1) this.asks.push(ACTS.approve(delivery, 1));
    if (state > 2) this.asks.push(ACTS.release(delivery));
  }
}

/** The acts by which a base of this seed is loaded. @param items what is there before */
export function drawnActs(seed: string, items: readonly Item[]): readonly Ask[] {
  const loading = new Loading(new Dice(`${seed}/base`));
  loading.load(items.filter(({ noun }) => noun === "program"));
  return loading.asks;
}

/**
 * Loads a base through a server of its own, by the acts of cleared people, and stops that server.
 *
 * @param stored acts that were drawn and kept before; new ones, and generated ones, where there are none
 */
export async function loadBase(host: Host, seed: string, stored: readonly Ask[] | null = null): Promise<Base> {
  const ground = await newGround();
  const registry = new Registry();
  let now = Date.now();
  const first = await World.open(host, `base-${seed}`, {
    ground,
    tokens: new Tokens([], ground.state),
    registry,
    boot: { stream: `boot-1-${seed}`, now },
  });
  await asSuperuser(ground, (admin) => addPeople(admin, seed, FURTHER_PEOPLE));
  const people = await peopleOf(ground.database.admin);
  for (const item of await asSuperuser(ground, found)) registry.add(item);
  await first.close();

  const world = await World.open(host, `base-${seed}`, {
    ground,
    tokens: new Tokens(people, ground.state),
    registry,
    boot: { stream: `boot-2-${seed}`, now },
  });
  const acts = stored ?? drawnActs(seed, registry.items);
  let [tried, done] = [0, 0];
  for (const [index, ask] of acts.entries()) {
    now = Math.max(now + 1, Date.now());
    const result = await world.act(ask, { stream: `base-${seed}-${index}`, now });
    if (result !== null) tried += 1;
    if (result === true) done += 1;
  }
  let number = 0;
  for (const { ask, answered } of seeding(
    printedSchema(),
    new Dice(`${seed}/seeding`),
    registry,
    people,
    stored ? 0 : SEEDED,
  )) {
    number += 1;
    now = Math.max(now + 1, Date.now());
    const moment = { stream: `seed-${seed}-${number}`, now };
    const answer = await world.send(ask, moment, (name) =>
      name.startsWith("key.") ? `${moment.stream}-${name}` : undefined,
    );
    if (answer.status !== 200) continue;
    registry.discover(answer.body);
    answered((JSON.parse(answer.body.toString()) as { data: unknown }).data);
  }
  await world.close();
  // Generated acts may have changed what people are cleared for.
  const standing = await peopleOf(ground.database.admin);
  return { seed, ground, items: registry.items, people: standing, acts, tried, done };
}
