import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from "type-graphql";
import { liftQuarantine } from "../../administration/quarantine-lift.ts";
import { quarantined } from "../../datasets/quarantine.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Asset } from "./asset.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import { Input, Payload, act } from "./payload.ts";
import type { AssetRow } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";

@ObjectType("AssetQuarantine", {
  simpleResolvers: true,
  description: "The bytes are here, and nobody is shown them before somebody has said what their marking is.",
})
export class QuarantineView {
  // No enumeration: its names would tell everybody the words of markings.
  @Field(() => [String], {
    description: "Why the marking that a file states of itself is not taken at its word, as closed codes.",
  })
  readonly findings!: readonly string[];

  @Field(() => DateTimeScalar)
  readonly receivedAt!: Date;
}

@InputType()
export class AssetQuarantineLiftInput extends Input {
  @Field(() => ID)
  readonly assetId!: string;

  @Field(() => String, {
    description: "Banner or portion: at least that of the asset, which is at least what could be read of the file.",
  })
  readonly marking!: string;

  @Field(() => String)
  readonly reason!: string;
}

@ObjectType({ simpleResolvers: true })
export class AssetQuarantineLiftPayload extends Payload {
  @Field(() => Asset, { nullable: true })
  readonly asset?: AssetRow | null;
}

@Resolver(() => Asset)
export class QuarantineResolver {
  @FieldResolver(() => QuarantineView, { nullable: true, description: "Null where it does not wait in quarantine." })
  quarantine(@Ctx() context: Context, @Root() row: AssetRow): Promise<QuarantineView | null> {
    return context.operation.nested((grant) => quarantined(grant, row.id));
  }

  @Mutation(() => AssetQuarantineLiftPayload, {
    description: "Says what the marking of an image in quarantine is, and lets it out; where it is higher, raises it.",
  })
  @Does("marking.raise")
  assetQuarantineLift(
    @Ctx() context: Context,
    @Arg("input", () => AssetQuarantineLiftInput) input: AssetQuarantineLiftInput,
  ): Promise<Payload> {
    const { marking, reason } = input;
    const value = { assetId: localId("asset", input.assetId), marking, reason };
    return act(context, liftQuarantine, input, value, async ({ id }) => ({ asset: await node(context, "asset", id) }));
  }
}
