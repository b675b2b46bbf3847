import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from "type-graphql";
import { liftQuarantine } from "../../administration/quarantine-lift.ts";
import { declaredAs, mayLift, quarantined } from "../../datasets/quarantine.ts";
import { readingOfWaiting } from "../../datasets/quarantine-reading.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Asset } from "./asset.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import { Input, Payload, act } from "./payload.ts";
import type { AssetRow, QuarantineReading, QuarantineRow } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";

@ObjectType("AssetQuarantineGroup", {
  simpleResolvers: true,
  description: "A security group of the file, as it stands there; what no screen shows is a replacement character.",
})
class QuarantineGroup {
  @Field(() => [String], {
    description: 'Where it stands: "header", or kinds of segments with their numbers, as in "image 1" and "text 2-40".',
  })
  readonly places!: readonly string[];

  @Field(() => String, { description: "CLAS" })
  readonly classification!: string;

  @Field(() => String, { description: "CLSY" })
  readonly system!: string;

  @Field(() => String, { description: "CODE" })
  readonly codewords!: string;

  @Field(() => String, { description: "CTLH" })
  readonly handling!: string;

  @Field(() => String, { description: "FSREL, ISREL and the like: to whom it may be released." })
  readonly release!: string;

  @Field(() => String, { description: "CLTX" })
  readonly text!: string;

  @Field(() => Boolean, { description: "Whether any other field says something." })
  readonly more!: boolean;

  @Field(() => [String], { description: "What was found in this group by itself, as closed codes." })
  readonly findings!: readonly string[];
}

@ObjectType("AssetQuarantineReading", {
  simpleResolvers: true,
  description: "What a file says of its marking, segment by segment.",
})
class QuarantineReadingView {
  @Field(() => [QuarantineGroup], { description: "Groups that differ; those in which something was found come first." })
  readonly groups!: QuarantineGroup[];

  @Field(() => Boolean, { description: "Whether these are all groups that differ, with all their places." })
  readonly whole!: boolean;
}

@ObjectType("AssetQuarantine", {
  simpleResolvers: true,
  description: "The bytes are here, and nobody is shown them before somebody has said what their marking is.",
})
class QuarantineView {
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

@Resolver(() => QuarantineView)
export class QuarantineViewResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: "Banner as which the image was declared; null where that is not below its marking any more.",
  })
  declared(@Ctx() context: Context, @Root() row: QuarantineRow): Promise<string | null> {
    return context.operation.nested((grant) => declaredAs(grant, row));
  }

  @FieldResolver(() => Boolean, {
    description: "Whether the caller may lift it: nobody does so for what he declared or sent in himself.",
  })
  liftable(@Ctx() context: Context, @Root() row: QuarantineRow): Promise<boolean> {
    return context.operation.nested((grant) => mayLift(grant, row));
  }

  @FieldResolver(() => QuarantineReadingView, {
    nullable: true,
    description: "Null for whoever does not decide about it, and where it was received before this was kept.",
  })
  reading(@Ctx() context: Context, @Root() row: QuarantineRow): Promise<QuarantineReading | null> {
    return context.operation.nested((grant) => readingOfWaiting(grant, row.assetId));
  }
}

@Resolver(() => Asset)
export class QuarantineResolver {
  @FieldResolver(() => QuarantineView, { nullable: true, description: "Null where it does not wait in quarantine." })
  quarantine(@Ctx() context: Context, @Root() row: AssetRow): Promise<QuarantineRow | null> {
    return context.operation.nested((grant) => quarantined(grant, row.id));
  }

  @Mutation(() => AssetQuarantineLiftPayload, {
    description:
      "Says what the marking of an image in quarantine is, and lets it out; where it is higher, raises it. Not for who declared or sent it.",
  })
  @Does("asset.lift")
  assetQuarantineLift(
    @Ctx() context: Context,
    @Arg("input", () => AssetQuarantineLiftInput) input: AssetQuarantineLiftInput,
  ): Promise<Payload> {
    const { marking, reason } = input;
    const value = { assetId: localId("asset", input.assetId), marking, reason };
    return act(context, liftQuarantine, input, value, async ({ id }) => ({ asset: await node(context, "asset", id) }));
  }
}
