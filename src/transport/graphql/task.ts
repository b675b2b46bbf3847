import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from "type-graphql";
import { copyOf } from "../../labeling/task-copy.ts";
import type { TaskCopy } from "../../labeling/task-copy.ts";
import { actsOf, draftOf, earlierOf, leaseOf, preLabelsOf } from "../../labeling/task-queries.ts";
import { opinionsDigest } from "../../labeling/task-judge.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Asset } from "./asset.ts";
import { FirstArgs, connectionType } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { Label } from "./label.ts";
import { TaskAct, SkippingArgs } from "./task-act.ts";
import { TaskStage } from "./task-stage.ts";
import { pageSize } from "./limits.ts";
import { Marking, Node } from "./node.ts";
import { Project } from "./project.ts";
import type { AssetRow, LabelRow, MarkingValue, ProjectRow, TaskActRow, TaskDraftRow, TaskRow } from "./rows.ts";
import { DateTimeScalar, JsonScalar } from "./scalars.ts";

/** An image to be labeled in a project, with a marking of its own. */
@ObjectType({ implements: Node, simpleResolvers: true })
export class Task extends Node {
  @Field(() => TaskStage)
  readonly stage!: keyof typeof TaskStage;

  @Field(() => Int, { description: "Grows when it is sent back." })
  readonly round!: number;

  @Field(() => Int, { description: "0 to 9; those with the highest are handed out first." })
  readonly priority!: number;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

@ObjectType({ simpleResolvers: true, description: "That a task is the caller's for a while." })
export class TaskLease {
  @Field(() => Int, { description: "Goes with every act on the task: an older one changes nothing." })
  readonly epoch!: number;

  @Field(() => TaskStage)
  readonly stage!: string;

  @Field(() => DateTimeScalar)
  readonly lastsUntil!: Date;
}

/** What the caller has drawn and not handed in; nobody else sees it. */
@ObjectType({ simpleResolvers: true })
export class TaskDraft {
  @Field(() => JsonScalar)
  readonly body!: unknown;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

/** Of a copy that the browser of whoever has the task keeps of what he draws, while the server cannot be reached. */
@ObjectType({ simpleResolvers: true })
export class TaskCopyKey {
  @Field(() => String, { description: "Where the browser keeps it. It tells its holder nothing." })
  readonly name!: string;
}

export const TaskConnection = connectionType("Task", () => Task);

@Resolver(() => Task)
export class TaskResolver {
  @Query(() => Task, { nullable: true })
  @Does("task.read")
  task(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<TaskRow | null> {
    return node(context, "task", localId("task", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: TaskRow): string {
    return globalId("task", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: TaskRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => Project, { nullable: true })
  project(@Ctx() context: Context, @Root() row: TaskRow): Promise<ProjectRow | null> {
    return context.projects.get(row.projectId);
  }

  @FieldResolver(() => Asset, { nullable: true })
  asset(@Ctx() context: Context, @Root() row: TaskRow): Promise<AssetRow | null> {
    return context.assets.get(row.assetId);
  }

  @FieldResolver(() => TaskLease, { nullable: true, description: "Null where it is not the caller's just now." })
  lease(@Ctx() context: Context, @Root() row: TaskRow): Promise<TaskLease | null> {
    return context.operation.nested((grant) => leaseOf(grant, row.id));
  }

  @FieldResolver(() => TaskDraft, { nullable: true, description: "The caller's newest, also after he lost the task." })
  draft(@Ctx() context: Context, @Root() row: TaskRow): Promise<TaskDraftRow | null> {
    return context.operation.nested((grant) => draftOf(grant, row.id));
  }

  @FieldResolver(() => TaskCopyKey, {
    nullable: true,
    description:
      "For a copy that the caller's browser keeps sealed, as a draft would be marked now; null where it is not his.",
  })
  copyKey(@Ctx() context: Context, @Root() row: TaskRow): Promise<TaskCopy | null> {
    return context.operation.nested((grant) => copyOf(grant, context.copyKeys, row));
  }

  @FieldResolver(() => [TaskAct], { description: "What was handed in in this round, oldest first; at most nine." })
  opinions(@Ctx() context: Context, @Root() row: TaskRow): Promise<TaskActRow[]> {
    return context.operation.nested((grant) => grant.tasks.opinions(row));
  }

  @FieldResolver(() => String, {
    description: "SHA-384 over which revisions the opinions are, as the caller sees them: a verdict may name it.",
  })
  opinionsSha384(@Ctx() context: Context, @Root() row: TaskRow): Promise<string> {
    return context.operation.nested((grant) => opinionsDigest(grant, row));
  }

  @FieldResolver(() => TaskAct, { nullable: true, description: "By which it was last sent back." })
  sentBack(@Ctx() context: Context, @Root() row: TaskRow): Promise<TaskActRow | null> {
    return context.operation.nested((grant) => grant.tasks.sentBack(row.id));
  }

  @FieldResolver(() => [TaskAct], {
    description: "What was handed in in the round before; of several opinions the caller's own.",
  })
  earlier(@Ctx() context: Context, @Root() row: TaskRow): Promise<readonly TaskActRow[]> {
    return context.operation.nested((grant) => earlierOf(grant, row));
  }

  @FieldResolver(() => [Label], { description: "What a model proposes for its image, no higher than the task." })
  preLabels(
    @Ctx() context: Context,
    @Root() row: TaskRow,
    @Args(() => SkippingArgs) { first, skip }: SkippingArgs,
  ): Promise<readonly LabelRow[]> {
    const from = Math.max(0, skip ?? 0);
    return context.operation.nested((grant) => preLabelsOf(grant, row, from, pageSize(first)));
  }

  @FieldResolver(() => [TaskAct], { description: "Newest first." })
  acts(@Ctx() context: Context, @Root() row: TaskRow, @Args(() => FirstArgs) args: FirstArgs): Promise<TaskActRow[]> {
    return context.operation.nested((grant) => actsOf(grant, row.id, pageSize(args.first)));
  }
}

@Resolver(() => TaskDraft)
export class TaskDraftResolver {
  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: TaskDraftRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }
}
