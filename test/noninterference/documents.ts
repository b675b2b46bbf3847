import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import type {
  GraphQLField,
  GraphQLInputType,
  GraphQLInterfaceType,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
} from "graphql";
import type { Coverage, Goal } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import type { InputValues } from "./input-values.ts";

/** A field in a generated document, for telling later what of it was answered. */
export interface Asked {
  /** Name in the answer. */
  readonly as: string;
  readonly type: string;
  readonly field: string;
  /** Answered for objects of this type only; null: for all. */
  readonly on: string | null;
  readonly children: readonly Asked[];
}

/** A generated document with its variables. */
export interface Document {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly asked: readonly Asked[];
  /** Names of the root fields. */
  readonly roots: readonly string[];
}

type Field = GraphQLField<unknown, unknown>;

const MAX_COST = 6_000;

/** How many root fields a document has, with weights. */
const COUNTS = {
  query: [
    [6, 1],
    [3, 2],
    [1, 3],
  ],
  mutation: [
    [8, 1],
    [2, 2],
  ],
  subscription: [[1, 1]],
} as const;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** For each type from a root type to a field, the field that leads there, by the shortest way; empty where there is none. */
export function wayTo(root: GraphQLObjectType, goal: Goal): Map<string, string> {
  const from = new Map<string, Goal | null>([[root.name, null]]);
  const open: (GraphQLObjectType | GraphQLInterfaceType)[] = [root];
  for (let type = open.shift(); type; type = open.shift()) {
    if (type.name === goal.type) {
      const way = new Map([[goal.type, goal.field]]);
      for (let step = from.get(type.name); step; step = from.get(step.type)) way.set(step.type, step.field);
      return way;
    }
    for (const field of Object.values(type.getFields())) {
      const next = getNamedType(field.type);
      if (!(isObjectType(next) || isInterfaceType(next)) || from.has(next.name)) continue;
      from.set(next.name, { type: type.name, field: field.name });
      open.push(next);
    }
  }
  return new Map<string, string>();
}

/** Draws documents from a schema: nothing about the product is listed here, so a new field is asked on its first day. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #dice: Dice;
  readonly #values: InputValues;
  readonly #coverage: Coverage;
  /** For each type on the way to what has been answered least, the field that must be asked. */
  #way = new Map<string, string>();
  /** The type of what has been answered least: whoever comes to an object of it asks all that it tells of itself. */
  #goal: string | null = null;
  /** Whether only what must be given is given on that way: where nothing fits a filter, nothing is answered. */
  #plain = false;
  #variables: { readonly name: string; readonly type: string; readonly value: unknown }[] = [];
  #fragments: string[] = [];
  #names = 0;
  #left = 0;

  constructor(schema: GraphQLSchema, dice: Dice, values: InputValues, coverage: Coverage) {
    this.#schema = schema;
    this.#dice = dice;
    this.#values = values;
    this.#coverage = coverage;
  }

  /**
   * A query or mutation with one to three root fields, or exactly these; a subscription with one.
   *
   * @param goal a field that is asked on the shortest way to it, where there is one
   * @param plain whether only what must be given is given on that way; drawn where it is left out
   */
  draw(
    kind: "query" | "mutation" | "subscription",
    only: readonly string[] | null = null,
    goal: Goal | null = null,
    plain = this.#dice.chance(0.6),
  ): Document {
    const { query, mutation, subscription } = this.#schema.toConfig();
    const root = { query, mutation, subscription }[kind];
    if (!root) throw new Error(`the schema has no ${kind}`);
    this.#variables = [];
    this.#fragments = [];
    this.#left = 110;
    this.#way = only === null && goal !== null ? wayTo(root, goal) : new Map<string, string>();
    this.#goal = this.#way.size > 0 ? (goal?.type ?? null) : null;
    this.#plain = plain;
    const fields = Object.values(root.getFields());
    const count = this.#dice.weighted(COUNTS[kind]);
    const chosen = only
      ? fields.filter(({ name }) => only.includes(name))
      : Array.from(
          { length: count },
          (_, index) =>
            fields.find(({ name }) => index === 0 && name === this.#way.get(root.name)) ?? this.#seldom(root, fields),
        );
    const depth = this.#dice.between(2, 5);
    const parts = chosen.map((field) => {
      this.#values.turn();
      return this.#field(root, field, depth, 1, true);
    });
    const head = this.#variables.map(({ name, type }) => `$${name}: ${type}`).join(", ");
    const text = `${kind}${head === "" ? "" : ` (${head})`} { ${parts.map((part) => part.text).join(" ")} }`;
    return {
      query: [text, ...this.#fragments].join("\n"),
      variables: Object.fromEntries(this.#variables.map(({ name, value }) => [name, value])),
      asked: parts.map((part) => part.asked),
      roots: chosen.map(({ name }) => name),
    };
  }

  /** One of some fields, preferring the one of two that has been answered less. */
  #seldom(type: GraphQLNamedType, fields: readonly Field[]): Field {
    const [one, other] = [this.#dice.pick(fields), this.#dice.pick(fields)];
    return this.#coverage.answered(type.name, one.name) <= this.#coverage.answered(type.name, other.name) ? one : other;
  }

  #name(): string {
    this.#names += 1;
    return `n${this.#names}`;
  }

  #field(
    parent: GraphQLNamedType,
    field: Field,
    depth: number,
    pages: number,
    alone: boolean,
  ): { text: string; asked: Asked } {
    const dice = this.#dice;
    this.#left -= 1;
    const type = getNamedType(field.type);
    // Where two fields of one name differ in arguments the document would be refused.
    const as = field.args.length > 0 || alone || dice.chance(0.2) ? this.#name() : field.name;
    let size = pages;
    const onTheWay = this.#plain && this.#way.get(parent.name) === field.name;
    const args = field.args.flatMap((arg) => {
      if (onTheWay && !isNonNullType(arg.type)) return [];
      const value = this.#values.value(
        arg.type,
        { name: arg.name, owner: `${parent.name}.${field.name}`, description: arg.description ?? "" },
        // What a field of an interface answers may be anything.
        isAbstractType(type) ? null : lowerFirst(type.name),
      );
      if (value === undefined) return [];
      if (arg.name === "first" && typeof value === "number") size = pages * Math.max(1, value);
      return [`${arg.name}: ${this.#argument(arg.type, value)}`];
    });
    const list = args.length === 0 ? "" : `(${args.join(", ")})`;
    const directive = this.#directive();
    const head = `${as === field.name ? "" : `${as}: `}${field.name}${list}${directive}`;
    const asked = { as, type: parent.name, field: field.name, on: null };
    if (isLeafType(type)) return { text: head, asked: { ...asked, children: [] } };
    // The way ends where it leads to: a field that leads back to a type on it would be asked without end.
    const way = this.#way;
    if (parent.name === this.#goal && way.get(parent.name) === field.name) this.#way = new Map();
    const inner = this.#selection(type, depth - 1, size);
    this.#way = way;
    return { text: `${head} { ${inner.text} }`, asked: { ...asked, children: inner.asked } };
  }

  #directive(): string {
    const dice = this.#dice;
    if (!dice.chance(0.03)) return "";
    const name = this.#name();
    this.#variables.push({ name, type: "Boolean!", value: dice.chance(0.7) });
    return dice.chance(0.5) ? ` @include(if: $${name})` : ` @skip(if: $${name})`;
  }

  /** An argument as a variable or written out. */
  #argument(type: GraphQLInputType, value: unknown): string {
    if (this.#dice.chance(0.3) && isPlain(value)) return literal(type, value);
    const name = this.#name();
    this.#variables.push({ name, type: String(type), value });
    return `$${name}`;
  }

  #selection(type: GraphQLNamedType, depth: number, pages: number): { text: string; asked: Asked[] } {
    if (isAbstractType(type)) return this.#abstract(type, depth, pages);
    if (!isObjectType(type)) throw new Error(`no selection on ${type.name}`);
    const parts = this.#chosen(type, depth, pages).map((field) => this.#field(type, field, depth, pages, false));
    const asked = parts.map((part) => part.asked);
    const text = parts.map((part) => part.text).join(" ");
    if (this.#dice.chance(0.88)) return { text: this.#dice.chance(0.1) ? `__typename ${text}` : text, asked };
    if (this.#dice.chance(0.5)) return { text: `... on ${type.name} { ${text} }`, asked };
    const name = this.#name();
    this.#fragments.push(`fragment ${name} on ${type.name} { ${text} }`);
    return { text: `...${name}`, asked };
  }

  /** Some of an object's fields: leaves often, objects while there is depth, at least one. */
  #chosen(type: GraphQLObjectType, depth: number, pages: number): Field[] {
    const dice = this.#dice;
    const fields = Object.values(type.getFields());
    const deep = (field: Field): boolean => !isLeafType(getNamedType(field.type));
    // Edges and pages are steps on the way to objects and cost no depth.
    const onTheWay = /(Connection|Edge|Payload)$/.test(type.name);
    const share = type.name === this.#goal ? 1 : 0.5;
    const leaves = fields.filter((field) => !deep(field) && dice.chance(share));
    const open = this.#left > 0 && pages < MAX_COST && (depth > 0 || onTheWay);
    const objects = fields.filter((field) => open && deep(field) && dice.chance(onTheWay ? 0.85 : 0.35));
    const forced = fields.filter(
      (field) => field.name === this.#way.get(type.name) && ![...leaves, ...objects].includes(field),
    );
    const chosen = [...leaves, ...objects, ...forced];
    if (chosen.length > 0) return chosen;
    const rest = fields.filter((field) => !deep(field));
    return [this.#seldom(type, rest.length > 0 ? rest : fields)];
  }

  #abstract(type: GraphQLNamedType, depth: number, pages: number): { text: string; asked: Asked[] } {
    if (!isAbstractType(type)) throw new Error("not abstract");
    const own = isInterfaceType(type)
      ? Object.values(type.getFields()).filter(
          ({ name }) => this.#dice.chance(0.7) || name === this.#way.get(type.name),
        )
      : [];
    const parts = own.map((field) => this.#field(type, field, depth, pages, false));
    const asked = parts.map((part) => part.asked);
    const texts = ["__typename", ...parts.map((part) => part.text)];
    for (const possible of this.#schema.getPossibleTypes(type)) {
      if (!this.#dice.chance(0.6) || this.#left <= 0) continue;
      const inner = this.#chosen(possible, depth, pages).map((field) =>
        this.#field(possible, field, depth, pages, true),
      );
      asked.push(...inner.map((part) => ({ ...part.asked, on: possible.name })));
      const body = inner.map((part) => part.text).join(" ");
      if (this.#dice.chance(0.7)) texts.push(`... on ${possible.name} { ${body} }`);
      else {
        const name = this.#name();
        this.#fragments.push(`fragment ${name} on ${possible.name} { ${body} }`);
        texts.push(`...${name}`);
      }
    }
    return { text: texts.join(" "), asked };
  }
}

/** Whether a value can be written out: names in braces inside of ids and texts can, other braces could be confused. */
function isPlain(value: unknown): boolean {
  return !JSON.stringify(value).includes("\\u");
}

/** A value as it is written in a document (GraphQL October 2021, 2.9). */
function literal(type: GraphQLInputType, value: unknown): string {
  if (value === null) return "null";
  if (isNonNullType(type)) return literal(type.ofType, value);
  if (isListType(type) && Array.isArray(value))
    return `[${value.map((item) => literal(type.ofType, item)).join(", ")}]`;
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    const members = Object.entries(value as object).map(([name, member]) => {
      const field = fields[name];
      return `${name}: ${field ? literal(field.type, member) : untyped(member)}`;
    });
    return `{ ${members.join(", ")} }`;
  }
  return isEnumType(type) && typeof value === "string" ? value : untyped(value);
}

function untyped(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(untyped).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${name}: ${untyped(member)}`)
    .join(", ")} }`;
}
