import { Arg, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root, registerEnumType } from "type-graphql";
import { approvalsOf, deliveryState, recipientById, recipients } from "../../deliveries/commands.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Authority, authorityShown } from "./authority.ts";
import { connectionType } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { Marking, Node } from "./node.ts";
import type { ApprovalRow, DeliveryRow, MarkingValue, RecipientRow } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";

const DeliveryState = { REQUESTED: "REQUESTED", APPROVED: "APPROVED", RELEASED: "RELEASED" } as const;
registerEnumType(DeliveryState, { name: "DeliveryState" });

/** An office that may receive deliveries. */
@ObjectType({ simpleResolvers: true })
export class Recipient {
  @Field(() => String)
  readonly name!: string;

  @Field(() => String)
  readonly country!: string;

  @Field(() => String)
  readonly organization!: string;
}

/** A requested delivery: a frozen version, with the manifest that approvers approve. */
@ObjectType({ implements: Node, simpleResolvers: true })
export class Delivery extends Node {
  @Field(() => String)
  readonly purpose!: string;

  @Field(() => String, { description: "SHA-384 of the manifest's bytes, hex: what an approval names." })
  readonly manifestSha384!: string;

  @Field(() => DateTimeScalar)
  readonly requestedAt!: Date;
}

/** One person's approval of exactly one manifest. */
@ObjectType({ simpleResolvers: true })
export class DeliveryApproval {
  @Field(() => DateTimeScalar)
  readonly approvedAt!: Date;
}

export const DeliveryConnection = connectionType("Delivery", () => Delivery);

@Resolver(() => Recipient)
export class RecipientResolver {
  @Query(() => [Recipient], { description: "Offices that may receive deliveries." })
  @Does("delivery.read")
  async recipients(@Ctx() context: Context): Promise<RecipientRow[]> {
    return (await context.operation.query(recipients, {})) ?? [];
  }

  @FieldResolver(() => ID)
  id(@Root() row: RecipientRow): string {
    return globalId("recipient", row.id);
  }
}

@Resolver(() => DeliveryApproval)
export class DeliveryApprovalResolver {
  @FieldResolver(() => ID)
  approverId(@Root() row: ApprovalRow): string {
    return globalId("person", row.approverId);
  }
}

@Resolver(() => Delivery)
export class DeliveryResolver {
  @Query(() => Delivery, { nullable: true })
  @Does("delivery.read")
  delivery(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<DeliveryRow | null> {
    return node(context, "delivery", localId("delivery", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: DeliveryRow): string {
    return globalId("delivery", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: DeliveryRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => Authority, { nullable: true, description: "Null when the whole is unclassified." })
  authority(@Ctx() context: Context, @Root() row: DeliveryRow): Promise<Authority | null> {
    const { authority, markingId, requesterId: authorId, requestedAt: createdAt } = row;
    return authorityShown(context, { authority, markingId, authorId, createdAt });
  }

  @FieldResolver(() => DeliveryState)
  state(@Ctx() context: Context, @Root() row: DeliveryRow): Promise<keyof typeof DeliveryState> {
    return context.operation.nested((grant) => deliveryState(grant, row));
  }

  @FieldResolver(() => String, { description: "The text of manifest.json, byte for byte." })
  manifest(@Root() row: DeliveryRow): string {
    return Buffer.from(row.manifest).toString("utf8");
  }

  @FieldResolver(() => ID)
  requesterId(@Root() row: DeliveryRow): string {
    return globalId("person", row.requesterId);
  }

  @FieldResolver(() => Recipient, { nullable: true })
  recipient(@Ctx() context: Context, @Root() row: DeliveryRow): Promise<RecipientRow | null> {
    return context.operation.nested((grant) => recipientById(grant, row.recipientId));
  }

  @FieldResolver(() => [DeliveryApproval], { description: "In the order in which they were given." })
  approvals(@Ctx() context: Context, @Root() row: DeliveryRow): Promise<ApprovalRow[]> {
    return context.operation.nested((grant) => approvalsOf(grant, row.id));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Path of the package; null until the delivery is released.",
  })
  async packageUrl(@Ctx() context: Context, @Root() row: DeliveryRow): Promise<string | null> {
    const state = await context.operation.nested((grant) => deliveryState(grant, row));
    return state === "RELEASED" ? `/deliveries/${globalId("delivery", row.id)}/package` : null;
  }
}
