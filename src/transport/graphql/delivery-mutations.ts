import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from "type-graphql";
import { approveDelivery, requestDelivery } from "../../deliveries/commands.ts";
import { releaseDelivery, sealDelivery } from "../../deliveries/release-commands.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import { Delivery } from "./delivery.ts";
import { Input, Payload, act } from "./payload.ts";
import type { DeliveryRow } from "./rows.ts";

@InputType()
export class DeliveryRequestInput extends Input {
  @Field(() => ID)
  readonly datasetId!: string;

  @Field(() => ID)
  readonly recipientId!: string;

  @Field(() => String)
  readonly purpose!: string;
}

@InputType()
export class DeliveryApproveInput extends Input {
  @Field(() => ID)
  readonly deliveryId!: string;

  @Field(() => String, { description: "SHA-384 of the manifest that the approver has read, hex." })
  readonly manifestSha384!: string;
}

@InputType()
export class DeliveryReleaseInput extends Input {
  @Field(() => ID)
  readonly deliveryId!: string;
}

@ObjectType()
abstract class DeliveryPayload extends Payload {
  @Field(() => Delivery, { nullable: true })
  readonly delivery?: DeliveryRow | null;
}

@ObjectType({ simpleResolvers: true })
export class DeliveryRequestPayload extends DeliveryPayload {}

@ObjectType({ simpleResolvers: true })
export class DeliveryApprovePayload extends DeliveryPayload {}

@ObjectType({ simpleResolvers: true })
export class DeliveryReleasePayload extends DeliveryPayload {}

/** The delivery that a mutation was about, read anew. */
async function reread(context: Context, id: string): Promise<{ delivery: DeliveryRow | null }> {
  return { delivery: await node(context, "delivery", id) };
}

@Resolver()
export class DeliveryMutations {
  @Mutation(() => DeliveryRequestPayload, {
    description: "Freezes a dataset as the caller sees it and builds the manifest that approvers approve.",
  })
  @Does("delivery.request")
  deliveryRequest(
    @Ctx() context: Context,
    @Arg("input", () => DeliveryRequestInput) input: DeliveryRequestInput,
  ): Promise<Payload> {
    const { purpose } = input;
    const value = {
      datasetId: localId("dataset", input.datasetId),
      recipientId: localId("recipient", input.recipientId),
      purpose,
    };
    return act(context, requestDelivery, input, value, ({ id }) => reread(context, id));
  }

  @Mutation(() => DeliveryApprovePayload, { description: "Two approvers, neither of them the requester." })
  @Does("delivery.approve")
  deliveryApprove(
    @Ctx() context: Context,
    @Arg("input", () => DeliveryApproveInput) input: DeliveryApproveInput,
  ): Promise<Payload> {
    const value = { deliveryId: localId("delivery", input.deliveryId), manifestSha384: input.manifestSha384 };
    return act(context, approveDelivery, input, value, ({ id }) => reread(context, id));
  }

  @Mutation(() => DeliveryReleasePayload, {
    description: "Releases an approved delivery and lays the proofs beside its manifest.",
  })
  @Does("delivery.release")
  deliveryRelease(
    @Ctx() context: Context,
    @Arg("input", () => DeliveryReleaseInput) input: DeliveryReleaseInput,
  ): Promise<Payload> {
    const value = { deliveryId: localId("delivery", input.deliveryId) };
    return act(context, releaseDelivery, input, value, async ({ id }) => {
      // The release is committed and in the log before the proofs that cite it are made; sealing again is harmless.
      await context.operation.mutate(sealDelivery, { deliveryId: id });
      return reread(context, id);
    });
  }
}
