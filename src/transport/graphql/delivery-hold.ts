import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from "type-graphql";
import { holdsOf, liftHold } from "../../deliveries/holds.ts";
import { NO_ID, globalId, localId, parseGlobalId } from "../global-id.ts";
import { Does } from "./action.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import { Delivery } from "./delivery.ts";
import { Marking } from "./node.ts";
import { Input, Payload, act } from "./payload.ts";
import type { DeliveryRow, MarkingValue } from "./rows.ts";

type HoldValue = Awaited<ReturnType<typeof holdsOf>>[number];

/** What a delivery stands below: it is released only when two who approve it lifted this. */
@ObjectType({ simpleResolvers: true })
export class DeliveryHold {
  @Field(() => ID, { description: "The compilation or rule." })
  readonly id!: string;

  @Field(() => Marking)
  readonly marking!: MarkingValue;

  @Field(() => [ID], { description: "Persons who lifted it." })
  readonly liftedBy!: readonly string[];
}

@Resolver(() => Delivery)
export class DeliveryHoldResolver {
  @FieldResolver(() => [DeliveryHold], { description: "What holds it, as far as the caller may see." })
  async holds(@Ctx() context: Context, @Root() row: DeliveryRow): Promise<DeliveryHold[]> {
    const holds = await context.operation.nested((grant) => holdsOf(grant, row));
    return holds.map(({ id, isRule, marking, liftedBy }: HoldValue) => ({
      id: globalId(isRule ? "compilationRule" : "compilation", id),
      marking,
      liftedBy: liftedBy.map((person) => globalId("person", person)),
    }));
  }
}

@InputType()
export class DeliveryHoldLiftInput extends Input {
  @Field(() => ID)
  readonly deliveryId!: string;

  @Field(() => ID, { description: "The compilation or rule that holds it." })
  readonly holdId!: string;

  @Field(() => String, { description: "SHA-384 of the manifest that the approver has read, hex." })
  readonly manifestSha384!: string;

  @Field(() => String, { description: "Why what is in the delivery does not reveal it." })
  readonly reason!: string;
}

@ObjectType({ simpleResolvers: true })
export class DeliveryHoldLiftPayload extends Payload {
  @Field(() => Delivery, { nullable: true })
  readonly delivery?: DeliveryRow | null;
}

@Resolver()
export class DeliveryHoldMutations {
  @Mutation(() => DeliveryHoldLiftPayload, {
    description: "Says of a manifest that it does not reveal what holds its delivery; two approvers must.",
  })
  @Does("delivery.approve")
  deliveryHoldLift(
    @Ctx() context: Context,
    @Arg("input", () => DeliveryHoldLiftInput) input: DeliveryHoldLiftInput,
  ): Promise<Payload> {
    const named = parseGlobalId(input.holdId);
    const holds = named?.noun === "compilation" || named?.noun === "compilationRule";
    const value = {
      deliveryId: localId("delivery", input.deliveryId),
      holdId: named && holds ? named.id : NO_ID,
      manifestSha384: input.manifestSha384,
      reason: input.reason,
    };
    return act(context, liftHold, input, value, async ({ id }) => ({ delivery: await node(context, "delivery", id) }));
  }
}
