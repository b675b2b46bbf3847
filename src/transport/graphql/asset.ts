import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from "type-graphql";
import { labelsOfAsset } from "../../datasets/queries.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Authority, authorityShown } from "./authority.ts";
import { connectionById, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { Dataset } from "./dataset.ts";
import { LabelConnection } from "./label.ts";
import { LabelListArgs, listQuery } from "./list-args.ts";
import { Marking, Node } from "./node.ts";
import type { AssetRow, DatasetRow, LabelRow, MarkingValue } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";

/** An image of a dataset. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "An image. Coordinates of labels refer to the pixel grid of its original.",
})
export class Asset extends Node {
  @Field(() => String)
  readonly title!: string;

  @Field(() => String)
  readonly mediaType!: string;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

export const AssetConnection = connectionType("Asset", () => Asset);

/** Where the bytes of an asset are sent to, by PUT. */
export function uploadPath(id: string): string {
  return `/assets/${globalId("asset", id)}/content`;
}

@Resolver(() => Asset)
export class AssetResolver {
  @Query(() => Asset, { nullable: true })
  @Does("asset.read")
  asset(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<AssetRow | null> {
    return node(context, "asset", localId("asset", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: AssetRow): string {
    return globalId("asset", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: AssetRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => Authority, { nullable: true, description: "Null when it is unclassified." })
  authority(@Ctx() context: Context, @Root() row: AssetRow): Promise<Authority | null> {
    return authorityShown(context, row);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "In pixels of the original; null until its bytes have been received.",
  })
  async width(@Ctx() context: Context, @Root() row: AssetRow): Promise<number | null> {
    return (await context.contents.get(row.id))?.width ?? null;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "In pixels of the original; null until its bytes have been received.",
  })
  async height(@Ctx() context: Context, @Root() row: AssetRow): Promise<number | null> {
    return (await context.contents.get(row.id))?.height ?? null;
  }

  @FieldResolver(() => String, { description: "Path of the copy for looking at." })
  displayUrl(@Root() row: AssetRow): string {
    return `/assets/${globalId("asset", row.id)}/display`;
  }

  @FieldResolver(() => Dataset, { nullable: true })
  dataset(@Ctx() context: Context, @Root() row: AssetRow): Promise<DatasetRow | null> {
    return context.datasets.get(row.datasetId);
  }

  @FieldResolver(() => LabelConnection)
  labels(
    @Ctx() context: Context,
    @Root() row: AssetRow,
    @Args(() => LabelListArgs) args: LabelListArgs,
  ): Promise<Connection<LabelRow>> {
    const { sort, where, query } = listQuery(args);
    return connectionById(context, { field: "Asset.labels", parent: row.id, query }, args, (page) =>
      context.operation.nested((grant) => labelsOfAsset(grant, row, { ...page, sort, where })),
    );
  }
}
