import type { GraphQLSchema } from "graphql";
import type { Context } from "./context.ts";
import type { Field } from "./field-resolvers.ts";
import { resolversIn } from "./field-resolvers.ts";
import { reads } from "./price.ts";

/** A field resolver that takes nothing but the row and the context, called without anything in between. */
export type Direct = (row: unknown, context: Context) => unknown;

type Methods = Record<string, (...values: unknown[]) => unknown>;

/** Calls a method with what it takes; the usual ways without a list of them for each row. */
function directOf(method: (...values: unknown[]) => unknown, kinds: readonly string[]): Direct {
  switch (kinds.join(" ")) {
    case "root":
      return (row) => method(row);
    case "context root":
      return (row, context) => method(context, row);
    default:
      return (row, context) => method(...kinds.map((kind) => (kind === "root" ? row : context)));
  }
}

/**
 * Notes on each field whose resolver takes row and context only how to call it. type-graphql copies the row into an object
 * of its class and gathers the arguments anew for every call, which on a page of rows costs more than all the rest. What is
 * read for a row is read once, whoever calls.
 */
export function noteDirectResolvers(schema: GraphQLSchema): void {
  const instances = new Map<unknown, Methods>();
  for (const { field, target, methodName, kinds, plain } of resolversIn(schema)) {
    if (field.args.length > 0 || !plain) continue;
    const instance = instances.get(target) ?? new (target as new () => Methods)();
    instances.set(target, instance);
    const method = instance[methodName];
    if (!method) continue;
    const direct = directOf(method.bind(instance), kinds);
    field.extensions = { ...field.extensions, direct: reads(field) ? onceFor(field, direct) : direct };
  }
}

/** A field that reads, for each of its rows once; the general executor gets to it by its resolver. */
function onceFor(field: Field, direct: Direct): Direct {
  const { resolve } = field;
  if (resolve)
    field.resolve = (row, args, context: Context, info) =>
      context.once.of(field, row, () => resolve(row, args, context, info));
  return (row, context) => context.once.of(field, row, () => direct(row, context));
}
