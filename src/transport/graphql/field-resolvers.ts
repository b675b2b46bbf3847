import { isObjectType } from "graphql";
import type { GraphQLObjectType, GraphQLSchema } from "graphql";
import { getMetadataStorage } from "type-graphql";

/** A field as the schema holds it. */
export type Field = ReturnType<GraphQLObjectType["getFields"]>[string];

/** A field with a resolver of its own that stands in a class of resolvers. */
interface Resolved {
  readonly type: GraphQLObjectType;
  readonly field: Field;
  readonly target: unknown;
  readonly methodName: string;
  /** What it is given, in the order of its parameters: root, context, arg and others. */
  readonly kinds: readonly string[];
  /** Whether it takes row and context whole, with nothing in between. */
  readonly plain: boolean;
}

/** The fields of a schema that have a resolver of their own, but for the root fields. */
export function* resolversIn(schema: GraphQLSchema): Generator<Resolved> {
  const { fieldResolvers, objectTypes } = getMetadataStorage();
  for (const { kind, target, methodName, schemaName, getObjectType, params = [], middlewares = [] } of fieldResolvers) {
    const owner = getObjectType?.();
    const type = schema.getType(objectTypes.find((known) => known.target === owner)?.name ?? "");
    const field = isObjectType(type) ? type.getFields()[schemaName] : undefined;
    if (kind !== "external" || !isObjectType(type) || !field) continue;
    const whole = params.every(
      (param) => (param.kind === "root" || param.kind === "context") && param.propertyName === undefined,
    );
    const kinds = params.toSorted((a, b) => a.index - b.index).map((param) => param.kind);
    yield { type, field, target, methodName, kinds, plain: whole && middlewares.length === 0 };
  }
}
