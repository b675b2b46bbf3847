import { Arg, Ctx, Field, ID, InterfaceType, ObjectType, Query, Resolver } from "type-graphql";
import type { NodeNoun } from "../../datasets/queries.ts";
import { parseGlobalId } from "../global-id.ts";
import { Does } from "./action.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";

/** The GraphQL type of each noun that can be asked for by id alone. */
export const NODE_TYPES = {
  program: "Program",
  dataset: "Dataset",
  ontology: "Ontology",
  asset: "Asset",
  label: "Label",
  delivery: "Delivery",
  project: "Project",
  task: "Task",
} as const satisfies Record<NodeNoun, string>;

/** A marking as people read it. */
@ObjectType({
  simpleResolvers: true,
  description: "A security marking as people read it. Always derived or checked by the server.",
})
export class Marking {
  @Field(() => String)
  readonly banner!: string;

  @Field(() => String)
  readonly portion!: string;
}

/** Whatever can be asked for by its id alone. */
@InterfaceType({ resolveType: (value: { __typename: string }) => value.__typename })
export abstract class Node {
  @Field(() => ID)
  readonly id!: string;
}

function isNodeNoun(noun: string): noun is NodeNoun {
  return noun in NODE_TYPES;
}

/** An object by id. The noun in the id only says where to look: the row comes through the same door as by any other path. */
export async function anyNode(context: Context, text: string): Promise<object | null> {
  const named = parseGlobalId(text);
  if (!named || !isNodeNoun(named.noun)) return null;
  const row: object | null = await node(context, named.noun, named.id);
  return row === null ? null : (Object.create(row, { __typename: { value: NODE_TYPES[named.noun] } }) as object);
}

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: "An object by its id; null when it is hidden or absent." })
  @Does(
    "program.read",
    "dataset.read",
    "ontology.read",
    "asset.read",
    "label.read",
    "delivery.read",
    "project.read",
    "task.read",
  )
  node(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<object | null> {
    return anyNode(context, id);
  }
}
