import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from "type-graphql";
import { verdictOn } from "../../datasets/verdict.ts";
import type { Verdict } from "../../datasets/verdict.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Asset } from "./asset.ts";
import { Authority, authorityShown } from "./authority.ts";
import { FirstArgs, connectionType } from "./connection.ts";
import { markingOf, node, personId } from "./context.ts";
import type { Context } from "./context.ts";
import { LabelReview, LabelRevision, reviewsOf } from "./label-history.ts";
import type { ReviewRow } from "./label-history.ts";
import { pageSize } from "./limits.ts";
import { Marking, Node } from "./node.ts";
import type { AssetRow, LabelRow, MarkingValue, RevisionRow, TaskActRow } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";
import { TaskAct } from "./task-act.ts";

const LabelState = { ACTIVE: "ACTIVE", RETRACTED: "RETRACTED" } as const;
registerEnumType(LabelState, { name: "LabelState" });

const LabelStanding = { STANDS: "STANDS", PENDING: "PENDING", SET_ASIDE: "SET_ASIDE" } as const;
registerEnumType(LabelStanding, {
  name: "LabelStanding",
  description: "Whether a label counts: handed in with a task it is PENDING until that is judged.",
});

/** The verdict on the revision that the caller is told; of most labels there is none, and nothing is read for them. */
async function verdictTold({ latest }: Context, row: LabelRow): Promise<Verdict | null> {
  return row.judgedBy ? verdictOn(row, await latest.get(row.id)) : null;
}

/** A label: its identity. What it says is its latest revision that the caller may see. */
@ObjectType({ implements: Node, simpleResolvers: true })
export class Label extends Node {
  @Field(() => String, { description: "human or model." })
  readonly origin!: string;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

export const LabelConnection = connectionType("Label", () => Label);

@Resolver(() => Label)
export class LabelResolver {
  @Query(() => Label, { nullable: true })
  @Does("label.read")
  label(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<LabelRow | null> {
    return node(context, "label", localId("label", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: LabelRow): string {
    return globalId("label", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: LabelRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => ID)
  authorId(@Ctx() context: Context, @Root() row: LabelRow): string {
    return personId(context, row.authorId);
  }

  @FieldResolver(() => Asset, { nullable: true })
  asset(@Ctx() context: Context, @Root() row: LabelRow): Promise<AssetRow | null> {
    return context.assets.get(row.assetId);
  }

  @FieldResolver(() => LabelState)
  async state(@Ctx() context: Context, @Root() row: LabelRow): Promise<keyof typeof LabelState> {
    return (await context.latest.get(row.id))?.kind === "retract" ? "RETRACTED" : "ACTIVE";
  }

  @FieldResolver(() => LabelStanding)
  standing(@Root() row: LabelRow): string {
    return row.standing;
  }

  @FieldResolver(() => TaskAct, {
    nullable: true,
    description: "The act on a task by which it was handed in, with its time, guidelines and person.",
  })
  handedIn(@Ctx() context: Context, @Root() { taskActId }: LabelRow): Promise<TaskActRow | null> | null {
    return !taskActId ? null : context.acts.get(taskActId);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: "Who judged it with its task; null, as the time is, where the latest revision was made after that.",
  })
  async judgedBy(@Ctx() context: Context, @Root() row: LabelRow): Promise<string | null> {
    const verdict = await verdictTold(context, row);
    return verdict && personId(context, verdict.personId);
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true })
  async judgedAt(@Ctx() context: Context, @Root() row: LabelRow): Promise<Date | null> {
    return (await verdictTold(context, row))?.at ?? null;
  }

  @FieldResolver(() => Label, { nullable: true, description: "The model's pre-label that it was made from." })
  takenFrom(@Ctx() context: Context, @Root() { takenFrom }: LabelRow): Promise<LabelRow | null> | null {
    return !takenFrom ? null : node(context, "label", takenFrom);
  }

  @FieldResolver(() => LabelRevision, { nullable: true, description: "The latest revision that the caller may see." })
  latest(@Ctx() context: Context, @Root() row: LabelRow): Promise<RevisionRow | null> {
    return context.latest.get(row.id);
  }

  @FieldResolver(() => Authority, {
    nullable: true,
    description: "Of the latest revision that the caller may see; null when that is unclassified.",
  })
  async authority(@Ctx() context: Context, @Root() row: LabelRow): Promise<Authority | null> {
    const latest = await context.latest.get(row.id);
    return latest ? authorityShown(context, latest) : null;
  }

  @FieldResolver(() => [LabelRevision], { description: "Newest first." })
  revisions(
    @Ctx() context: Context,
    @Root() row: LabelRow,
    @Args(() => FirstArgs) args: FirstArgs,
  ): Promise<RevisionRow[]> {
    const key = { parent: "label", id: row.id } as const;
    return context.operation.nested((grant) =>
      grant.read.all("labelRevision", key, pageSize(args.first), "t.ordinal desc, t.created_at desc, t.id"),
    );
  }

  @FieldResolver(() => [LabelReview], { description: "Newest first." })
  reviews(
    @Ctx() context: Context,
    @Root() row: LabelRow,
    @Args(() => FirstArgs) args: FirstArgs,
  ): Promise<ReviewRow[]> {
    return context.operation.nested((grant) => reviewsOf(grant, row.id, pageSize(args.first)));
  }
}
