import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import type { ValueNode } from "graphql";
import { momentText } from "./moment-text.ts";

const MAX_DEPTH = 16;
const MAX_VALUES = 20_000;

type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** Copies an untrusted value as JSON, or refuses it: plain data only, whole texts, finite numbers, bounded depth and size. */
function readJson(value: unknown, depth: number, budget: { left: number }): Json {
  budget.left -= 1;
  if (depth > MAX_DEPTH || budget.left < 0) throw new GraphQLError("json too large");
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string" && value.isWellFormed()) return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item) => readJson(item, depth + 1, budget));
  if (typeof value !== "object") throw new GraphQLError("not json");
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === "__proto__" || !name.isWellFormed()) throw new GraphQLError("json member name");
      return [name, readJson(member, depth + 1, budget)] as const;
    }),
  );
}

/** A value written in the document itself. Enum words are no JSON. */
function literal(node: ValueNode, variables: { readonly [name: string]: unknown } | null | undefined): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map((item) => literal(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, literal(field.value, variables)]));
    case Kind.VARIABLE:
      return variables?.[node.name.value] ?? null;
    case Kind.ENUM:
      throw new GraphQLError("not json");
  }
}

/** Any JSON value (RFC 8259). What it must look like is checked where it is used. */
export const JsonScalar = new GraphQLScalarType({
  name: "JSON",
  description: "Any JSON value, at most 16 levels deep.",
  serialize: (value) => value,
  parseValue: (value) => readJson(value, 0, { left: MAX_VALUES }),
  parseLiteral: (node, variables) => readJson(literal(node, variables), 0, { left: MAX_VALUES }),
});

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/** Reads an untrusted moment: UTC, RFC 3339, of the calendar, or refuses it. */
function readMoment(value: unknown): Date {
  const date = typeof value === "string" && MOMENT.test(value) ? new Date(value) : null;
  if (date === null || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== String(value).slice(0, 19))
    throw new GraphQLError("not a moment");
  return date;
}

/** A moment in UTC. */
export const DateTimeScalar = new GraphQLScalarType({
  name: "DateTime",
  description: "A moment in UTC as in RFC 3339, such as 2026-09-20T12:34:56.789Z.",
  serialize: (value) => {
    if (value instanceof Date) return momentText(value);
    if (typeof value === "string") return value;
    throw new TypeError("not a moment");
  },
  parseValue: readMoment,
  parseLiteral: (node) => readMoment(node.kind === Kind.STRING ? node.value : null),
});
