import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from "type-graphql";
import { contentMarking, countOf, pageOfDataset, pageOfDatasetAhead } from "../../datasets/queries.ts";
import { projectsOf } from "../../labeling/task-queries.ts";
import { NO_ID, globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Naming, SentAhead } from "./ahead.ts";
import type { Ahead } from "./ahead.ts";
import { AssetConnection } from "./asset.ts";
import { PageArgs, connectionById, connectionType, requestOf } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import type { Place } from "./cursor.ts";
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

/** Sends the statement of a dataset's page of assets or labels, as the field itself will. */
const listAhead =
  (noun: "asset" | "label"): Ahead =>
  (context, parent, args) => {
    if (parent === NO_ID) return;
    const asked = args as unknown as LabelListArgs;
    const { sort, where, query } = listQuery(asked);
    const page = requestOf(context, placeOf(noun, parent, query), asked);
    context.operation.ahead((grant) => pageOfDatasetAhead(grant, noun, parent, { ...page, sort, where }));
  };

const placeOf = (noun: "asset" | "label", parent: string, query: string): Place => ({
  field: `Dataset.${noun}s`,
  parent,
  query,
});

@Resolver(() => Dataset)
export class DatasetResolver {
  @Query(() => Dataset, { nullable: true })
  @Does("dataset.read")
  @Naming(({ id }) => localId("dataset", String(id)))
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
    return context.versions.get(row.ontologyVersionId);
  }

  @FieldResolver(() => AssetConnection)
  @SentAhead(listAhead("asset"))
  assets(
    @Ctx() context: Context,
    @Root() row: DatasetRow,
    @Args(() => AssetListArgs) args: AssetListArgs,
  ): Promise<Connection<AssetRow>> {
    const { sort, where, query } = listQuery(args);
    return connectionById(context, placeOf("asset", row.id, query), args, (page) =>
      context.operation.nested((grant) => pageOfDataset(grant, "asset", row.id, { ...page, sort, where })),
    );
  }

  @FieldResolver(() => LabelConnection)
  @SentAhead(listAhead("label"))
  labels(
    @Ctx() context: Context,
    @Root() row: DatasetRow,
    @Args(() => LabelListArgs) args: LabelListArgs,
  ): Promise<Connection<LabelRow>> {
    const { sort, where, query } = listQuery(args);
    return connectionById(context, placeOf("label", row.id, query), args, (page) =>
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
