import { createHash } from "node:crypto";
import type { Ask, Chain } from "./ask.ts";

/** An object of a world by its name, with what belongs to it. */
export interface Item {
  readonly name: string;
  readonly noun: string;
  readonly id: string;
  readonly under: string | null;
  /** Id of the program that it belongs to. */
  readonly program: string;
  readonly chain: Chain;
  /** Ids of what belongs to it by their noun, and `hash` for a manifest's. */
  readonly related: Readonly<Record<string, string>>;
}

/** The noun in an object's name. */
export function nounOf(name: string): string {
  return name.split(".")[1] ?? "";
}

const NAME = /\{\{([^{}]+)\}\}/g;

/** The id that a caller sees: base64url of "noun:uuid". */
export function globalIdOf(noun: string, uuid: string): string {
  return Buffer.from(`${noun}:${uuid}`).toString("base64url");
}

/** The noun of an id that a caller sees; null for any other text. */
export function nounOfId(text: string): string | null {
  return /^([A-Za-z]+):[0-9a-f-]{36}$/.exec(Buffer.from(text, "base64url").toString("latin1"))?.[1] ?? null;
}

function uuidFrom(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Everything that can be named in a pair of worlds. */
export class Registry {
  readonly #items = new Map<string, Item>();

  constructor(from: Iterable<Item> = []) {
    for (const item of from) this.add(item);
  }

  add(item: Item): void {
    this.#items.set(item.name, item);
  }

  get(name: string): Item | undefined {
    return this.#items.get(name);
  }

  get items(): Item[] {
    return [...this.#items.values()];
  }

  /** Nouns of everything that is known, and of what belongs to it. */
  get nouns(): string[] {
    return [...new Set(this.items.flatMap((item) => [item.noun, ...Object.keys(item.related)]))];
  }

  /** Keeps the ids in an answer that were not known: nothing is known of them but their noun. */
  discover(body: Buffer, world = "base"): void {
    const known = new Set(this.items.flatMap((item) => [item.id, ...Object.values(item.related)]));
    for (const [text] of body.toString("latin1").matchAll(/[A-Za-z0-9_-]{48,100}/g)) {
      const noun = nounOfId(text);
      if (noun === null || noun === "entry" || known.has(text)) continue;
      known.add(text);
      const name = `${world}.${noun}.s${this.#items.size}`;
      this.add({ name, noun, id: text, under: null, program: "", chain: [], related: {} });
    }
  }

  /** Keeps what an ask has made, as its answer says; false where it made nothing. */
  keep(ask: Ask, body: Buffer): boolean {
    const { keep } = ask;
    const found: Record<string, string> = {};
    collect((JSON.parse(body.toString()) as { readonly data?: unknown }).data, found);
    const { id, banner, ...related } = found;
    if (!keep || id === undefined || found["code"] !== undefined) return false;
    const above = keep.under === null ? undefined : this.#items.get(keep.under);
    const chain: Chain =
      nounOf(keep.name) === "delivery" && banner !== undefined
        ? [...keep.chain, ["delivery.read", banner]]
        : keep.chain;
    const inherited =
      above === undefined || above.noun === "program" ? {} : { ...above.related, [above.noun]: above.id };
    const program = above?.program ?? "";
    this.add({
      name: keep.name,
      noun: nounOf(keep.name),
      id,
      under: keep.under,
      program,
      chain,
      related: { ...inherited, ...related },
    });
    return true;
  }

  /** Whether every object that a text names is there. */
  knowsAll(text: string): boolean {
    return [...text.matchAll(NAME)].every(
      ([, name = ""]) => name.startsWith("key.") || this.#items.has(name.split("/")[0] ?? ""),
    );
  }

  /** A text with its names replaced; `local` knows those that depend on the script and the world. */
  resolve(text: string, local: (name: string) => string | undefined): string {
    return text.replaceAll(NAME, (_, name: string) => local(name) ?? this.#value(name));
  }

  #value(name: string): string {
    const [kind, noun = "", number = ""] = name.split(".");
    if (kind === "random") return globalIdOf(noun, uuidFrom(`${noun}|${number}`));
    const [object = "", related] = name.split("/");
    const item = this.#items.get(object);
    const value = item && (related === undefined ? item.id : item.related[related]);
    // What a step that did not succeed would have made names nothing.
    return value ?? globalIdOf(related ?? noun, uuidFrom(name));
  }
}

function collect(value: unknown, found: Record<string, string>): void {
  if (value === null || typeof value !== "object") return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === "string") found[name] ??= member;
    else collect(member, found);
  }
}
