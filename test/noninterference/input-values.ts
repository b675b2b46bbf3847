import { isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType } from "graphql";
import type { GraphQLInputType } from "graphql";
import { LIST_KINDS } from "../../src/markings/index.ts";
import { ACTIONS } from "../../src/policy/actions.ts";
import { documentsText } from "../../src/rulebook/documents.ts";
import { shipped, withRule } from "../rulebook/edited-policy.ts";
import type { Dice } from "./dice.ts";
import { MARKINGS, ODD_MARKINGS } from "./markings.ts";
import type { Pools, Source } from "./pools.ts";
import type { Item } from "./registry.ts";
import { CLASS_KEYS, anyWord, box } from "./words.ts";

const MEDIA_TYPES = ["image/png", "image/png", "image/png", "image/jpeg", "text/html"] as const;
const SIZES = [1, 2, 3, 5] as const;
const ODD_SIZES = [0, -1, 101, 100, 2_147_483_647] as const;
const ODD_JSON: readonly unknown[] = [null, [], {}, 7, "text", { kind: "box" }, { constructor: 1 }, [[[[1]]]]];

/** Where a value stands: the name under which it is given, and the type that has it. */
interface Place {
  readonly name: string;
  readonly owner: string;
  /** What the schema says about it: often the words that it takes. */
  readonly description: string;
}

/** Words of a description that may be values: in capitals, with a slash in them, or listed by commas. */
function wordsOf(description: string): string[] {
  const listed = description.split(/[:.]/)[0] ?? "";
  return [...listed.matchAll(/[A-Za-z0-9][A-Za-z0-9/_-]*/g)]
    .map(([word]) => word)
    .filter((word) => !["or", "and", "of", "the", "a"].includes(word));
}

/** Policies that officers compare with the one in force, and propose: the shipped one, and one that denies more. */
const POLICIES = [
  shipped,
  withRule({
    id: "label.x",
    effect: "deny",
    actions: ["label.read"],
    pair: { roles: ["reviewer"], levelAtLeast: "C" },
  }),
].map((documents) => ({
  listed: Object.entries(documents).map(([path, text]) => ({ path, text })),
  sha384: documentsText(documents).sha384,
}));

/** What texts of a known form are drawn from, by the end of the name under which they are given; else they would all be refused. */
const FORMS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^kind$/, LIST_KINDS],
  [/agencies|organization/i, ["NGA", "ONI", "GBR.MOD", "none"]],
  [/issuer|country/i, ["USA", "USA", "GBR", "ZZZ"]],
  [/level$|ceiling$/i, ["U", "C", "S", "TS", "SECRET"]],
  [/clientId/, ["workbench", "workbench", "other"]],
  [/declassifyOn|downgradeOn/, ["20401231", "20200101", "soon"]],
  [/derivedFrom/, ["Guide, dated 20200101", "Multiple Sources"]],
  [/^date$/, ["20200101", "2020"]],
  [/reasons/, ["1.4(a)", "1.4(c)", "2"]],
];

/** Draws values for arguments from their types; only texts and ids look at the name, to hit upon more than refusals. */
export class InputValues {
  readonly #dice: Dice;
  readonly #pools: Pools;
  readonly #nouns: readonly string[];
  readonly #apt: boolean;
  readonly #sparing: boolean;
  /** Every argument and member of an input that got a value. */
  readonly given: string[] = [];
  readonly sources = new Set<Source>();
  #near: Item[] = [];
  #noun: string | null = null;

  /**
   * @param apt whether all values are such as the server may take; else some are odd on purpose
   * @param sparing whether most of what need not be given is left out
   */
  constructor(dice: Dice, pools: Pools, nouns: readonly string[], apt = false, sparing = false) {
    this.#dice = dice;
    this.#pools = pools;
    this.#nouns = nouns;
    this.#apt = apt;
    this.#sparing = sparing;
  }

  /** True in this share of the draws, and wherever values must be apt. */
  #rightly(share: number): boolean {
    return this.#dice.chance(share) || this.#apt;
  }

  /** Forgets which objects were named: the next arguments are about something else. */
  turn(): void {
    this.#near = [];
    this.#noun = null;
  }

  /** A value, or undefined where none is given. @param returned noun of what the field answers */
  value(type: GraphQLInputType, place: Place, returned: string | null = null): unknown {
    if (isNonNullType(type)) return this.#present(type.ofType, place, returned);
    // Each thing more that is given is one more that may be refused.
    if (this.#dice.chance(place.name === "after" || this.#sparing ? 0.6 : 0.3)) return undefined;
    return this.#rightly(0.96) ? this.#present(type, place, returned) : null;
  }

  #present(type: GraphQLInputType, place: Place, returned: string | null): unknown {
    this.given.push(`${place.owner}.${place.name}`);
    if (isNonNullType(type)) return this.#present(type.ofType, place, returned);
    if (isListType(type)) {
      if (place.name === "documents" && this.#rightly(0.6)) return this.#dice.pick(POLICIES).listed;
      const item = type.ofType;
      return Array.from(
        {
          length: this.#dice.weighted([
            [1, 0],
            [6, 1],
            [3, 2],
          ]),
        },
        () => this.#present(item, place, returned),
      );
    }
    if (isInputObjectType(type)) {
      const members = Object.values(type.getFields()).toSorted(
        (a, b) => Number(b.name.endsWith("Id")) - Number(a.name.endsWith("Id")),
      );
      const owner = type.name;
      const given = members.map(
        (member) =>
          [
            member.name,
            this.value(member.type, { name: member.name, owner, description: member.description ?? "" }),
          ] as const,
      );
      return Object.fromEntries(given.filter(([, value]) => value !== undefined));
    }
    if (isEnumType(type)) return this.#dice.pick(type.getValues()).name;
    if (isScalarType(type)) return this.#scalar(type.name, place, returned);
    throw new Error("a type of input that is not known");
  }

  #scalar(type: string, place: Place, returned: string | null): unknown {
    const dice = this.#dice;
    switch (type) {
      case "ID":
        return this.#id(place.name, returned);
      case "String":
        return this.#text(place);
      case "Int":
        if (place.name === "first" || place.name === "last")
          return this.#rightly(0.97) ? dice.pick(SIZES) : dice.pick(ODD_SIZES);
        return this.#apt ? dice.pick([1, 2, 3]) : dice.pick([0, 1, 2, 3, 7, -1]);
      case "Float":
        // Sizes of the log: its first checkpoint is after the first entry.
        if (place.name === "from") return dice.pick([0, 0, 0, 1, -1]);
        if (place.name === "to") return dice.pick([1, 1, 1, 2, 0.5]);
        return dice.pick([0, 0.25, 0.5, 1, 2, -1]);
      case "Boolean":
        return dice.chance(place.name === "belowHighWater" ? 0.8 : 0.5);
      case "DateTime":
        if (this.#apt) return "2027-11-21T23:59:59.999Z";
        return dice.pick(["2026-01-01T00:00:00.000Z", "2027-11-21T23:59:59.999Z", "1999-12-31T00:00:00Z", "soon"]);
      case "JSON":
        return this.#json(place);
      default:
        throw new Error(`the scalar ${type} is new: give me an arbitrary in ${import.meta.url}`);
    }
  }

  /** The noun that an argument's name speaks of: `datasetId` of a dataset, `baseRevisionId` of a label's revision. */
  #nounOf(name: string): string | null {
    const stem = name.replace(/Ids?$/, "");
    if (this.#nouns.includes(stem)) return stem;
    const last = (text: string): string => (/[A-Z]?[a-z]+$/.exec(text)?.[0] ?? text).toLowerCase();
    return this.#nouns.find((noun) => last(noun) === last(stem)) ?? null;
  }

  #id(name: string, returned: string | null): string {
    const noun = name === "id" ? returned : name === "objectId" ? this.#noun : this.#nounOf(name);
    const { text, item, source } = this.#pools.id(noun, this.#near);
    this.sources.add(source);
    if (item) this.#near.push(item);
    return text;
  }

  #text({ name, description }: Place): string {
    const dice = this.#dice;
    if (/idempotency/i.test(name))
      return this.#rightly(0.92)
        ? `{{key.${dice.below(1_000_000)}}}`
        : dice.pick(["{{key.0}}", "short", "with space in it"]);
    if (/marking|banner/i.test(name)) return this.#rightly(0.8) ? dice.pick(MARKINGS) : dice.pick(ODD_MARKINGS);
    if (/after|before|cursor/i.test(name))
      return dice.chance(0.85) ? `{{cursor.${dice.below(8)}}}` : dice.pick(["", "x", "AAAA".repeat(24)]);
    if (name === "action") {
      const action = dice.chance(0.7)
        ? dice.pick(["asset.read", "dataset.read", "label.read", "delivery.read"])
        : dice.pick(ACTIONS);
      this.#noun = action.split(".")[0] ?? null;
      return dice.chance(0.95) ? action : anyWord(dice);
    }
    const form = FORMS.find(([pattern]) => pattern.test(name));
    if (form && this.#rightly(0.85)) return dice.pick(form[1]);
    if (name === "documentsSha384" && this.#rightly(0.6)) return dice.pick(POLICIES).sha384;
    if (/sha|hash|digest/i.test(name))
      return (this.#rightly(0.8) ? this.#pools.belonging("hash", this.#near) : null) ?? "0".repeat(96);
    if (/media/i.test(name)) return dice.pick(MEDIA_TYPES);
    if (/^shapes$/.test(name)) return dice.pick(["box", "box", "polygon", "circle"]);
    if (/key$/i.test(name)) return dice.chance(0.5) ? "ship" : dice.pick(CLASS_KEYS);
    const words = wordsOf(description);
    return words.length > 0 && dice.chance(0.5) ? dice.pick(words) : anyWord(dice);
  }

  #json({ name, owner }: Place): unknown {
    const dice = this.#dice;
    if (!this.#rightly(0.88)) return dice.pick(ODD_JSON);
    if (name === "shape") return box(dice.below(40));
    if (owner.includes("Class")) return dice.chance(0.5) ? [] : [{ key: "note", type: "text", required: false }];
    return dice.chance(0.5) ? {} : { note: anyWord(dice) };
  }
}
