import { Args, ArgsType, Ctx, Field, FieldResolver, Float, ID, Int, ObjectType, Resolver, Root } from "type-graphql";
import { keptOf, labelsOf } from "../../labeling/task-queries.ts";
import { globalId } from "../global-id.ts";
import { FirstArgs } from "./connection.ts";
import { markingOf } from "./context.ts";
import type { Context } from "./context.ts";
import { Label } from "./label.ts";
import { pageSize } from "./limits.ts";
import { Marking } from "./node.ts";
import { Guideline } from "./project.ts";
import type { GuidelineRow, LabelRow, MarkingValue, TaskActRow } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";
import { TaskStage } from "./task-stage.ts";

@ObjectType({
  simpleResolvers: true,
  description: "A place on an image, in pixels of the original, and what is said of it.",
})
export class TaskPin {
  @Field(() => Float)
  readonly x!: number;

  @Field(() => Float)
  readonly y!: number;

  @Field(() => String)
  readonly text!: string;
}

/** What somebody did to a task, at its marking. */
@ObjectType({ simpleResolvers: true })
export class TaskAct {
  @Field(() => String, { description: "lease, examine, extend, submit, skip, accept, reject, choose, fix or reopen." })
  readonly kind!: string;

  @Field(() => TaskStage)
  readonly stage!: string;

  @Field(() => Int)
  readonly round!: number;

  @Field(() => Int, { nullable: true, description: "Time spent, as the client told it, in milliseconds." })
  readonly activeMs!: number | null;

  @Field(() => [TaskPin], { description: "Places on the image that it points at." })
  readonly pins!: readonly TaskPin[];

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

/** Which of labels that are together, in their order. */
@ArgsType()
export class SkippingArgs extends FirstArgs {
  @Field(() => Int, { nullable: true, description: "How many to pass over." })
  readonly skip?: number | null;
}

@Resolver(() => TaskAct)
export class TaskActResolver {
  @FieldResolver(() => ID)
  id(@Root() row: TaskActRow): string {
    return globalId("taskAct", row.id);
  }

  @FieldResolver(() => Marking, { description: "Of all that it says." })
  marking(@Ctx() context: Context, @Root() row: TaskActRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => String, {
    description: "Empty, too, while what was handed in is its person's alone and the caller is another one.",
  })
  async comment(@Ctx() context: Context, @Root() row: TaskActRow): Promise<string> {
    return row.kind === "submit" ? ((await context.remarks.get(row.id))?.body ?? "") : row.comment;
  }

  @FieldResolver(() => ID)
  personId(@Root() row: TaskActRow): string {
    return globalId("person", row.personId);
  }

  @FieldResolver(() => ID, { nullable: true, description: "The guidelines that were in force below the task." })
  guidelineId(@Root() row: TaskActRow): string | null {
    return row.guidelineId ? globalId("guideline", row.guidelineId) : null;
  }

  @FieldResolver(() => Guideline, { nullable: true, description: "The same, as far as the caller may see them." })
  guideline(@Ctx() context: Context, @Root() { guidelineId }: TaskActRow): Promise<GuidelineRow | null> | null {
    return !guidelineId ? null : context.guidelines.get(guidelineId);
  }

  @FieldResolver(() => ID, { nullable: true, description: "The opinion that was chosen." })
  chosenId(@Root() row: TaskActRow): string | null {
    return row.chosenId ? globalId("taskAct", row.chosenId) : null;
  }

  @FieldResolver(() => [ID], {
    description: "With a fix, the labels of the opinions that it kept, as far as the caller may see them.",
  })
  async keptIds(@Ctx() context: Context, @Root() row: TaskActRow): Promise<string[]> {
    const kept = await context.operation.nested((grant) => keptOf(grant, row));
    return kept.map((id) => globalId("label", id));
  }

  @FieldResolver(() => [Label], { description: "What was handed in, as far as the caller may see it." })
  labels(
    @Ctx() context: Context,
    @Root() row: TaskActRow,
    @Args(() => SkippingArgs) { first, skip }: SkippingArgs,
  ): Promise<readonly LabelRow[]> {
    const from = Math.max(0, skip ?? 0);
    return context.operation.nested((grant) => labelsOf(grant, row, from, pageSize(first)));
  }
}
