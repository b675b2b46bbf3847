import type { Dice } from "./dice.ts";
import type { Item, Registry } from "./registry.ts";

/** What kind of id an argument got. */
export type Source = "low" | "hidden" | "high" | "fresh" | "random" | "malformed";

const MALFORMED = ["", "0", "id", "\u0000", "' or true --", "😀", "YXNzZXQ6", "a".repeat(300), "null"] as const;

/** Those of some objects that stand right above one of these things, and those above which they stand at all. */
function above(things: readonly Item[], objects: readonly Item[]): { next: Set<Item>; all: Set<Item> } {
  const byName = new Map([...things, ...objects].map((item) => [item.name, item]));
  const own = new Set(objects);
  const [next, all] = [new Set<Item>(), new Set<Item>()];
  for (const thing of things) {
    let first = true;
    for (let up = byName.get(thing.under ?? ""); up; up = byName.get(up.under ?? "")) {
      if (!own.has(up)) continue;
      if (first) next.add(up);
      first = false;
      all.add(up);
    }
  }
  return { next, all };
}

/** Ids that an observer asks about: what he sees, what is hidden from him in both worlds, what only one of them holds. */
export class Pools {
  readonly #dice: Dice;
  readonly #apt: boolean;
  readonly #by: ReadonlyMap<Source, readonly Item[]>;
  /** Of what the observer sees: objects right above something that only one world holds, and all that are above such things. */
  readonly #above: { readonly next: ReadonlySet<Item>; readonly all: ReadonlySet<Item> };

  /**
   * @param seen whether the observer sees something that both worlds hold
   * @param includes leaves out what must not be asked about
   * @param apt whether ids are those of objects that the observer sees; else some are hidden, unknown or malformed on purpose
   */
  constructor(
    dice: Dice,
    registry: Registry,
    seen: (item: Item) => boolean,
    includes: (item: Item) => boolean = () => true,
    apt = false,
  ) {
    this.#dice = dice;
    this.#apt = apt;
    const by = new Map<Source, Item[]>([
      ["low", []],
      ["hidden", []],
      ["high", []],
    ]);
    for (const item of registry.items.filter(includes)) {
      const common = item.name.startsWith("base.");
      by.get(common && seen(item) ? "low" : common ? "hidden" : "high")?.push(item);
    }
    this.#by = by;
    this.#above = above(by.get("high") ?? [], by.get("low") ?? []);
  }

  /** One of some objects that the observer sees: half of the time one below which the worlds differ. */
  #low(fitting: readonly Item[]): Item {
    const dice = this.#dice;
    const [next, all] = [this.#above.next, this.#above.all].map((set) => fitting.filter((item) => set.has(item)));
    if (next && next.length > 0 && dice.chance(0.35)) return dice.pick(next);
    if (all && all.length > 0 && dice.chance(0.25)) return dice.pick(all);
    return dice.pick(fitting);
  }

  #source(): Source {
    if (this.#apt) return "low";
    return this.#dice.weighted<Source>([
      [54, "low"],
      [20, "high"],
      [8, "hidden"],
      [10, "fresh"],
      [5, "random"],
      [3, "malformed"],
    ]);
  }

  /** An id of a noun (null: of any), as a name in braces, with the object that it is of, where it is one. */
  id(
    noun: string | null,
    near: readonly Item[],
  ): { readonly text: string; readonly item: Item | null; readonly source: Source } {
    const dice = this.#dice;
    const source = this.#source();
    const wanted = noun !== null && !this.#apt && dice.chance(0.04) ? null : noun;
    const related = wanted === null ? undefined : near.find((item) => item.related[wanted] !== undefined);
    if (related && dice.chance(0.8)) return { text: `{{${related.name}/${wanted}}}`, item: null, source: "low" };
    if (source === "malformed") return { text: dice.pick(MALFORMED), item: null, source };
    const fitting = (this.#by.get(source) ?? []).filter((item) => wanted === null || item.noun === wanted);
    if (fitting.length > 0) {
      const item = source === "low" ? this.#low(fitting) : dice.pick(fitting);
      return { text: `{{${item.name}}}`, item, source };
    }
    const owners = (this.#by.get(source) ?? []).filter((item) => wanted !== null && item.related[wanted] !== undefined);
    if (owners.length > 0) return { text: `{{${dice.pick(owners).name}/${wanted}}}`, item: null, source };
    const name = wanted ?? "asset";
    if (source === "fresh") return { text: `{{fresh.${name}.${dice.below(4)}}}`, item: null, source };
    return { text: `{{random.${name}.${dice.below(1_000)}}}`, item: null, source: "random" };
  }

  /** Something that belongs to an object, such as the hash of a delivery's manifest. */
  belonging(what: string, near: readonly Item[]): string | null {
    const owner = near.find((item) => item.related[what] !== undefined);
    return owner ? `{{${owner.name}/${what}}}` : null;
  }
}
