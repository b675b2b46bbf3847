import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from "type-graphql";
import { contentMarking, countOf, pageOfDataset } from "../../datasets/queries.ts";
import { projectsOf } from "../../labeling/task-queries.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { AssetConnection } from "./asset.ts";
import { PageArgs, connectionById, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { LabelConnection } from "./label.ts";
import { ProjectConnection } from "./project.ts";
import { AssetListArgs, LabelListArgs, listQuery } from "./list-args.ts";
import { Marking, Node } from "./node.ts";
import { OntologyVersion } from "./ontology-version.ts";
import type { OntologyVersionRow } from "./ontology-version.ts";
import type { AssetRow, DatasetRow, LabelRow, MarkingValue, ProjectRow } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";

/** A dataset with its own marking. */
@ObjectType({ implements: Node, simpleResolvers: true })
export class Dataset extends Node {
  @Field(() => String)
  readonly name!: string;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

export const DatasetConnection = connectionType("Dataset", () => Dataset);

@Resolver(() => Dataset)
export class DatasetResolver {
  @Query(() => Dataset, { nullable: true })
  @Does("dataset.read")
  dataset(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<DatasetRow | null> {
    return node(context, "dataset", localId("dataset", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: DatasetRow): string {
    return globalId("dataset", row.id);
  }

  @FieldResolver(() => Marking, { description: "Of its name and existence." })
  marking(@Ctx() context: Context, @Root() row: DatasetRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => String, { description: "Banner over all that the caller may see in it." })
  async contentMarking(@Ctx() context: Context, @Root() row: DatasetRow): Promise<string> {
    return (await context.operation.nested((grant) => contentMarking(grant, row))).banner;
  }

  @FieldResolver(() => OntologyVersion, { nullable: true, description: "What its labels are checked against." })
  ontologyVersion(@Ctx() context: Context, @Root() row: DatasetRow): Promise<OntologyVersionRow | null> {
    return context.operation.nested((grant) => grant.read.byId("ontologyVersion", row.ontologyVersionId));
  }

  @FieldResolver(() => AssetConnection)
  assets(
    @Ctx() context: Context,
    @Root() row: DatasetRow,
    @Args(() => AssetListArgs) args: AssetListArgs,
  ): Promise<Connection<AssetRow>> {
    const { sort, where, query } = listQuery(args);
    return connectionById(context, { field: "Dataset.assets", parent: row.id, query }, args, (page) =>
      context.operation.nested((grant) => pageOfDataset(grant, "asset", row.id, { ...page, sort, where })),
    );
  }

  @FieldResolver(() => LabelConnection)
  labels(
    @Ctx() context: Context,
    @Root() row: DatasetRow,
    @Args(() => LabelListArgs) args: LabelListArgs,
  ): Promise<Connection<LabelRow>> {
    const { sort, where, query } = listQuery(args);
    return connectionById(context, { field: "Dataset.labels", parent: row.id, query }, args, (page) =>
      context.operation.nested((grant) => pageOfDataset(grant, "label", row.id, { ...page, sort, where })),
    );
  }

  @FieldResolver(() => ProjectConnection)
  projects(
    @Ctx() context: Context,
    @Root() row: DatasetRow,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<ProjectRow>> {
    return connectionById(context, { field: "Dataset.projects", parent: row.id }, args, (page) =>
      context.operation.nested((grant) => projectsOf(grant, row.id, page)),
    );
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "How many assets the caller may see; null where a rule lets nothing be counted.",
  })
  assetCount(@Ctx() context: Context, @Root() row: DatasetRow): Promise<number | null> {
    return context.operation.nested((grant) => countOf(grant, "asset", row.id));
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "How many labels the caller may see; null where a rule lets nothing, or not so many, be counted.",
  })
  labelCount(@Ctx() context: Context, @Root() row: DatasetRow): Promise<number | null> {
    return context.operation.nested((grant) => countOf(grant, "label", row.id));
  }
}
