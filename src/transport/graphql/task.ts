import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from "type-graphql";
import { actsOf, draftOf, labelsOf, leaseOf } from "../../labeling/task-queries.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Asset } from "./asset.ts";
import { FirstArgs, connectionType } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { Label } from "./label.ts";
import { pageSize } from "./limits.ts";
import { Marking, Node } from "./node.ts";
import { Project } from "./project.ts";
import type { AssetRow, LabelRow, MarkingValue, ProjectRow, TaskActRow, TaskDraftRow, TaskRow } from "./rows.ts";
import { DateTimeScalar, JsonScalar } from "./scalars.ts";

const TaskStage = {
  LABEL: "LABEL",
  ADJUDICATE: "ADJUDICATE",
  REVIEW: "REVIEW",
  DONE: "DONE",
  SET_ASIDE: "SET_ASIDE",
} as const;
registerEnumType(TaskStage, { name: "TaskStage", description: "What is to be done with a task next." });

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

/** What somebody did to a task, at its marking. */
@ObjectType({ simpleResolvers: true })
export class TaskAct {
  @Field(() => String, { description: "lease, examine, extend, submit, skip, accept, reject, choose or reopen." })
  readonly kind!: string;

  @Field(() => TaskStage)
  readonly stage!: string;

  @Field(() => Int)
  readonly round!: number;

  @Field(() => String)
  readonly comment!: string;

  @Field(() => Int, { nullable: true, description: "Time spent, as the client told it, in milliseconds." })
  readonly activeMs!: number | null;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

/** Which of the labels that were handed in together, in the order in which they were. */
@ArgsType()
class HandedInArgs extends FirstArgs {
  @Field(() => Int, { nullable: true, description: "How many to pass over." })
  readonly skip?: number | null;
}

/** What the caller has drawn and not handed in; nobody else sees it. */
@ObjectType({ simpleResolvers: true })
export class TaskDraft {
  @Field(() => JsonScalar)
  readonly body!: unknown;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
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
    return context.operation.nested((grant) => grant.read.byId("project", row.projectId));
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

  @FieldResolver(() => [TaskAct], { description: "What was handed in in this round, oldest first; at most nine." })
  opinions(@Ctx() context: Context, @Root() row: TaskRow): Promise<TaskActRow[]> {
    return context.operation.nested((grant) => grant.tasks.opinions(row));
  }

  @FieldResolver(() => [TaskAct], { description: "Newest first." })
  acts(@Ctx() context: Context, @Root() row: TaskRow, @Args(() => FirstArgs) args: FirstArgs): Promise<TaskActRow[]> {
    return context.operation.nested((grant) => actsOf(grant, row.id, pageSize(args.first)));
  }
}

@Resolver(() => TaskAct)
export class TaskActResolver {
  @FieldResolver(() => ID)
  id(@Root() row: TaskActRow): string {
    return globalId("taskAct", row.id);
  }

  @FieldResolver(() => ID)
  personId(@Root() row: TaskActRow): string {
    return globalId("person", row.personId);
  }

  @FieldResolver(() => ID, { nullable: true, description: "The guidelines that were in force below the task." })
  guidelineId(@Root() row: TaskActRow): string | null {
    return row.guidelineId ? globalId("guideline", row.guidelineId) : null;
  }

  @FieldResolver(() => ID, { nullable: true, description: "The opinion that was chosen." })
  chosenId(@Root() row: TaskActRow): string | null {
    return row.chosenId ? globalId("taskAct", row.chosenId) : null;
  }

  @FieldResolver(() => [Label], { description: "What was handed in, as far as the caller may see it." })
  labels(
    @Ctx() context: Context,
    @Root() row: TaskActRow,
    @Args(() => HandedInArgs) { first, skip }: HandedInArgs,
  ): Promise<readonly LabelRow[]> {
    const from = Math.max(0, skip ?? 0);
    return context.operation.nested((grant) => labelsOf(grant, row, from, pageSize(first)));
  }
}

@Resolver(() => TaskDraft)
export class TaskDraftResolver {
  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: TaskDraftRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }
}
