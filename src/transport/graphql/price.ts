import { getNullableType, isInterfaceType, isListType, isObjectType } from "graphql";
import type { GraphQLSchema } from "graphql";
import { Extensions } from "type-graphql";
import { resolversIn } from "./field-resolvers.ts";
import type { Field } from "./field-resolvers.ts";

/** What a resolver may be given and read nothing: without the operation there is nothing to read with. */
const READS_NOTHING: readonly string[] = ["root", "arg", "args"];

/**
 * Fields that are given the operation and read nothing all the same: what they say is in memory. Any other costs something
 * from its first day on.
 */
const IN_MEMORY: ReadonlySet<string> = new Set(["Label.authorId"]);

/** How many objects a list is taken to hold that is asked without saying how many: approvals, opinions, holds are few. */
const UNSTATED = 5;

/** States how many objects a list mostly holds that is asked without saying how many, where that is not a handful. */
export function Holds(size: number): MethodDecorator & PropertyDecorator {
  return Extensions({ holds: size });
}

/**
 * Notes on each field whether asking for it reads something: that is, whether its resolver is given the operation. The
 * marking of a row is in memory, under whatever type.
 */
export function noteReading(schema: GraphQLSchema): void {
  for (const { type, field, kinds } of resolversIn(schema)) {
    const free = field.name === "marking" || IN_MEMORY.has(`${type.name}.${field.name}`);
    if (free || kinds.every((kind) => READS_NOTHING.includes(kind))) continue;
    field.extensions = { ...field.extensions, reads: true };
  }
  // What an interface answers is what one of its types answers.
  for (const type of Object.values(schema.getTypeMap()).filter(isInterfaceType)) {
    const types = schema.getPossibleTypes(type).filter(isObjectType);
    for (const field of Object.values(type.getFields()))
      if (types.some((one) => reads(one.getFields()[field.name])))
        field.extensions = { ...field.extensions, reads: true };
  }
}

/** Whether asking for a field reads something. */
export function reads(field: Field | undefined): boolean {
  return field?.extensions["reads"] === true;
}

/** How many objects a field answers with that is not asked for so many: one, or what its list is taken to hold. */
export function holds(field: Field): number {
  const { holds: stated } = field.extensions;
  if (typeof stated === "number") return stated;
  return isListType(getNullableType(field.type)) ? UNSTATED : 1;
}
