import { Arg, Args, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from "type-graphql";
import { quarantinedOf } from "../../datasets/quarantine.ts";
import { dueForReview, pageOfProgram } from "../../datasets/queries.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { AssetConnection } from "./asset.ts";
import { PageArgs, connectionById, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { DatasetConnection } from "./dataset.ts";
import { DeliveryConnection } from "./delivery.ts";
import { Marking, Node } from "./node.ts";
import { OntologyConnection } from "./ontology.ts";
import type { AssetRow, DatasetRow, DeliveryRow, MarkingValue, OntologyRow, ProgramRow } from "./rows.ts";

/** A program: the unit of need to know. */
@ObjectType({ implements: Node, simpleResolvers: true, description: "A program: the unit of need to know." })
export class Program extends Node {
  @Field(() => String)
  readonly name!: string;
}

export const ProgramConnection = connectionType("Program", () => Program);

@Resolver(() => Program)
export class ProgramResolver {
  @Query(() => Program, { nullable: true })
  @Does("program.read")
  program(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<ProgramRow | null> {
    return node(context, "program", localId("program", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: ProgramRow): string {
    return globalId("program", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: ProgramRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => DatasetConnection)
  datasets(
    @Ctx() context: Context,
    @Root() row: ProgramRow,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<DatasetRow>> {
    return connectionById(context, { field: "Program.datasets", parent: row.id }, args, (page) =>
      context.operation.nested((grant) => pageOfProgram(grant, "dataset", row.id, page)),
    );
  }

  @FieldResolver(() => OntologyConnection)
  ontologies(
    @Ctx() context: Context,
    @Root() row: ProgramRow,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<OntologyRow>> {
    return connectionById(context, { field: "Program.ontologies", parent: row.id }, args, (page) =>
      context.operation.nested((grant) => pageOfProgram(grant, "ontology", row.id, page)),
    );
  }

  @FieldResolver(() => AssetConnection, {
    description: "Assets whose day of declassification has come: they ask for a review, and nothing opens by itself.",
  })
  declassificationDue(
    @Ctx() context: Context,
    @Root() row: ProgramRow,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<AssetRow>> {
    return connectionById(context, { field: "Program.declassificationDue", parent: row.id }, args, (page) =>
      context.operation.nested((grant) => dueForReview(grant, row.id, page)),
    );
  }

  @FieldResolver(() => AssetConnection, { description: "Images that wait in quarantine, ascending by id." })
  quarantined(
    @Ctx() context: Context,
    @Root() row: ProgramRow,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<AssetRow>> {
    return connectionById(context, { field: "Program.quarantined", parent: row.id }, args, (page) =>
      context.operation.nested((grant) => quarantinedOf(grant, row.id, page)),
    );
  }

  @FieldResolver(() => DeliveryConnection)
  deliveries(
    @Ctx() context: Context,
    @Root() row: ProgramRow,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<DeliveryRow>> {
    return connectionById(context, { field: "Program.deliveries", parent: row.id }, args, (page) =>
      context.operation.nested((grant) => pageOfProgram(grant, "delivery", row.id, page)),
    );
  }
}
