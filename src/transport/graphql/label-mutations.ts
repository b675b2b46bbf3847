import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from "type-graphql";
import { createLabel, importLabels, retractLabel, reviseLabel } from "../../labeling/commands.ts";
import { reviewLabel } from "../../labeling/review-command.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Asset } from "./asset.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import {
  LabelCreateInput,
  LabelRetractInput,
  LabelReviewInput,
  LabelReviseInput,
  LabelsImportInput,
} from "./label-inputs.ts";
import { readersOf } from "./distribution-list.ts";
import { Label } from "./label.ts";
import { Payload, act } from "./payload.ts";
import type { AssetRow, LabelRow } from "./rows.ts";

@ObjectType()
abstract class LabelPayload extends Payload {
  @Field(() => Label, { nullable: true })
  readonly label?: LabelRow | null;
}

@ObjectType({ simpleResolvers: true })
export class LabelCreatePayload extends LabelPayload {}

@ObjectType({ simpleResolvers: true })
export class LabelRevisePayload extends LabelPayload {}

@ObjectType({ simpleResolvers: true })
export class LabelRetractPayload extends LabelPayload {}

@ObjectType({ simpleResolvers: true })
export class LabelReviewPayload extends LabelPayload {
  @Field(() => ID, { nullable: true })
  readonly reviewId?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class LabelsImportPayload extends Payload {
  @Field(() => Asset, { nullable: true })
  readonly asset?: AssetRow | null;

  @Field(() => [ID], { nullable: true, description: "In the order of the input." })
  readonly labelIds?: readonly string[] | null;
}

/** The label that a mutation was about, read anew. */
async function relabeled(context: Context, id: string): Promise<{ label: LabelRow | null }> {
  return { label: await node(context, "label", id) };
}

@Resolver()
export class LabelMutations {
  @Mutation(() => LabelCreatePayload)
  @Does("label.create")
  labelCreate(
    @Ctx() context: Context,
    @Arg("input", () => LabelCreateInput) input: LabelCreateInput,
  ): Promise<Payload> {
    const { classKey, shape, attributes = null, marking = null } = input;
    const readers = readersOf(input.readers);
    const value = { assetId: localId("asset", input.assetId), classKey, shape, attributes, marking, readers };
    return act(context, createLabel, input, value, ({ id }) => relabeled(context, id));
  }

  @Mutation(() => LabelsImportPayload, { description: "Takes in a model's pre-labels of one asset." })
  @Does("label.import")
  labelsImport(
    @Ctx() context: Context,
    @Arg("input", () => LabelsImportInput) input: LabelsImportInput,
  ): Promise<Payload> {
    const labels = input.labels.map(({ classKey, shape, attributes = null, score }) => ({
      classKey,
      shape,
      attributes,
      score,
    }));
    const value = { assetId: localId("asset", input.assetId), labels };
    return act(context, importLabels, input, value, async ({ ids }) => {
      const asset = await node(context, "asset", value.assetId);
      return { asset, labelIds: asset ? ids.map((id) => globalId("label", id)) : null };
    });
  }

  @Mutation(() => LabelRevisePayload)
  @Does("label.revise")
  labelRevise(
    @Ctx() context: Context,
    @Arg("input", () => LabelReviseInput) input: LabelReviseInput,
  ): Promise<Payload> {
    const { classKey = null, shape = null, attributes = null, marking = null } = input;
    const ids = {
      labelId: localId("label", input.labelId),
      baseRevisionId: localId("labelRevision", input.baseRevisionId),
    };
    const value = { ...ids, classKey, shape, attributes, marking };
    return act(context, reviseLabel, input, value, ({ id }) => relabeled(context, id));
  }

  @Mutation(() => LabelRetractPayload)
  @Does("label.retract")
  labelRetract(
    @Ctx() context: Context,
    @Arg("input", () => LabelRetractInput) input: LabelRetractInput,
  ): Promise<Payload> {
    const value = {
      labelId: localId("label", input.labelId),
      baseRevisionId: localId("labelRevision", input.baseRevisionId),
    };
    return act(context, retractLabel, input, value, ({ id }) => relabeled(context, id));
  }

  @Mutation(() => LabelReviewPayload, { description: "Nobody reviews his own work." })
  @Does("label.review")
  labelReview(
    @Ctx() context: Context,
    @Arg("input", () => LabelReviewInput) input: LabelReviewInput,
  ): Promise<Payload> {
    const { verdict, comment, marking = null } = input;
    const ids = { labelId: localId("label", input.labelId), revisionId: localId("labelRevision", input.revisionId) };
    const value = { ...ids, verdict, comment: comment ?? "", marking };
    return act(context, reviewLabel, input, value, async ({ id, reviewId }) => {
      const payload = await relabeled(context, id);
      return { ...payload, reviewId: payload.label ? globalId("labelReview", reviewId) : null };
    });
  }
}
