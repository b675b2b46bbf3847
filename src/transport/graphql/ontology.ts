import { Arg, Args, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from "type-graphql";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { FirstArgs, connectionType } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { pageSize } from "./limits.ts";
import { Marking, Node } from "./node.ts";
import { OntologyVersion } from "./ontology-version.ts";
import type { OntologyVersionRow } from "./ontology-version.ts";
import type { MarkingValue, OntologyRow } from "./rows.ts";

/** The classes that labels of a program may take. */
@ObjectType({ implements: Node, simpleResolvers: true })
export class Ontology extends Node {
  @Field(() => String)
  readonly name!: string;
}

export const OntologyConnection = connectionType("Ontology", () => Ontology);

@Resolver(() => Ontology)
export class OntologyResolver {
  @Query(() => Ontology, { nullable: true })
  @Does("ontology.read")
  ontology(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<OntologyRow | null> {
    return node(context, "ontology", localId("ontology", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: OntologyRow): string {
    return globalId("ontology", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: OntologyRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => [OntologyVersion], { description: "Newest first." })
  versions(
    @Ctx() context: Context,
    @Root() row: OntologyRow,
    @Args(() => FirstArgs) args: FirstArgs,
  ): Promise<OntologyVersionRow[]> {
    const key = { parent: "ontology", id: row.id } as const;
    return context.operation.nested((grant) =>
      grant.read.all("ontologyVersion", key, pageSize(args.first), "t.version desc, t.id"),
    );
  }
}
