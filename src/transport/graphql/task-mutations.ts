import {
  Arg,
  Ctx,
  Field,
  Float,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  registerEnumType,
} from "type-graphql";
import { extendLease, leaseToJudge, leaseToLabel, reopenTask, skipTask } from "../../labeling/task-commands.ts";
import type { SubmittedLabel } from "../../labeling/handed-in.ts";
import { judgeTask } from "../../labeling/task-judge.ts";
import { saveDraft, submitTask } from "../../labeling/task-submit.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import { Input, Payload, act } from "./payload.ts";
import type { TaskRow } from "./rows.ts";
import { JsonScalar } from "./scalars.ts";
import { Task } from "./task.ts";

const TaskPart = { LABEL: "LABEL", ADJUDICATE: "ADJUDICATE", REVIEW: "REVIEW" } as const;
registerEnumType(TaskPart, { name: "TaskPart", description: "What somebody wants to do." });

const TaskVerdict = { ACCEPT: "accept", REJECT: "reject", CHOOSE: "choose", FIX: "fix" } as const;
registerEnumType(TaskVerdict, {
  name: "TaskVerdict",
  description:
    "ACCEPT what one labeled, CHOOSE one of several opinions, FIX it oneself, or REJECT: it is labeled anew.",
});

@InputType()
export class TaskLeaseNextInput extends Input {
  @Field(() => ID)
  readonly projectId!: string;

  @Field(() => TaskPart, { nullable: true, description: "LABEL where nothing is given." })
  readonly part?: keyof typeof TaskPart | null;
}

@InputType()
abstract class HeldInput extends Input {
  @Field(() => ID)
  readonly taskId!: string;

  @Field(() => Int, { description: "Of the lease under which it is done." })
  readonly epoch!: number;
}

@InputType()
export class TaskLeaseExtendInput extends HeldInput {}

@InputType()
export class TaskSkipInput extends HeldInput {
  @Field(() => String, { description: "1 to 2,000 characters." })
  readonly reason!: string;
}

@InputType()
export class TaskDraftSaveInput extends Input {
  @Field(() => ID)
  readonly taskId!: string;

  @Field(() => JsonScalar, { description: "Whatever the client needs to go on: at most 512 KiB." })
  readonly body!: unknown;
}

@InputType()
export class TaskLabelInput {
  @Field(() => String)
  readonly classKey!: string;

  @Field(() => JsonScalar, { description: "A shape by its kind, in pixels of the original." })
  readonly shape!: unknown;

  @Field(() => JsonScalar, { nullable: true })
  readonly attributes?: unknown;

  @Field(() => String, {
    nullable: true,
    description: "Banner or portion; the join of task, image and class where none is given.",
  })
  readonly marking?: string | null;

  @Field(() => ID, { nullable: true, description: "The model's pre-label that it was made from." })
  readonly preLabelId?: string | null;
}

@InputType()
export class TaskPinInput {
  @Field(() => Float, { description: "In pixels of the original." })
  readonly x!: number;

  @Field(() => Float)
  readonly y!: number;

  @Field(() => String, { description: "At most 500 characters." })
  readonly text!: string;
}

@InputType()
export class TaskSubmitInput extends HeldInput {
  @Field(() => [TaskLabelInput], { description: "At most 1,000; none where nothing is to be seen." })
  readonly labels!: TaskLabelInput[];

  @Field(() => Int, { description: "How long the caller worked on it, in milliseconds." })
  readonly activeMs!: number;

  @Field(() => String, { nullable: true, description: "At most 2,000 characters." })
  readonly comment?: string | null;
}

@InputType()
export class TaskReviewInput extends HeldInput {
  @Field(() => TaskVerdict)
  readonly verdict!: "accept" | "reject" | "choose" | "fix";

  @Field(() => String, { nullable: true, description: "At most 2,000 characters; a rejection needs one." })
  readonly comment?: string | null;

  @Field(() => ID, { nullable: true, description: "With CHOOSE, the act by which the chosen opinion was handed in." })
  readonly chosenId?: string | null;

  @Field(() => [TaskPinInput], { nullable: true, description: "At most 50 places that it points at." })
  readonly pins?: TaskPinInput[] | null;

  @Field(() => [ID], { nullable: true, description: "With FIX, labels of the opinions that stand as they are." })
  readonly keptIds?: string[] | null;

  @Field(() => [TaskLabelInput], { nullable: true, description: "With FIX, labels of one's own beside them." })
  readonly labels?: TaskLabelInput[] | null;

  @Field(() => String, {
    nullable: true,
    description: "The task's opinionsSha384 that was looked at: STALE where it is another one now.",
  })
  readonly opinionsSha384?: string | null;
}

@InputType()
export class TaskReopenInput extends Input {
  @Field(() => ID)
  readonly taskId!: string;
}

@ObjectType()
abstract class TaskPayload extends Payload {
  @Field(() => Task, { nullable: true })
  readonly task?: TaskRow | null;
}

@ObjectType({ simpleResolvers: true, description: "Without a task and without refusals there is none to hand out." })
export class TaskLeaseNextPayload extends TaskPayload {}

@ObjectType({ simpleResolvers: true })
export class TaskLeaseExtendPayload extends TaskPayload {}

@ObjectType({ simpleResolvers: true })
export class TaskSkipPayload extends TaskPayload {}

@ObjectType({ simpleResolvers: true })
export class TaskDraftSavePayload extends TaskPayload {}

@ObjectType({ simpleResolvers: true })
export class TaskSubmitPayload extends TaskPayload {}

@ObjectType({ simpleResolvers: true })
export class TaskReviewPayload extends TaskPayload {}

@ObjectType({ simpleResolvers: true })
export class TaskReopenPayload extends TaskPayload {}

async function shown(context: Context, taskId: string | null): Promise<{ task: TaskRow | null }> {
  return { task: taskId === null ? null : await node(context, "task", taskId) };
}

const held = ({ taskId, epoch }: HeldInput) => ({ taskId: localId("task", taskId), epoch });

const handedIn = (input: TaskLabelInput): SubmittedLabel => ({
  classKey: input.classKey,
  shape: input.shape,
  attributes: input.attributes ?? null,
  marking: input.marking ?? null,
  preLabelId: typeof input.preLabelId === "string" ? localId("label", input.preLabelId) : null,
});

@Resolver()
export class TaskMutations {
  @Mutation(() => TaskLeaseNextPayload, {
    description: "The task that the caller has in this project, or the most urgent one that nobody has.",
  })
  @Does("task.work", "task.review")
  taskLeaseNext(
    @Ctx() context: Context,
    @Arg("input", () => TaskLeaseNextInput) input: TaskLeaseNextInput,
  ): Promise<Payload> {
    const stage = input.part ?? "LABEL";
    const value = { projectId: localId("project", input.projectId), stage };
    return act(context, stage === "LABEL" ? leaseToLabel : leaseToJudge, input, value, ({ taskId }) =>
      shown(context, taskId),
    );
  }

  @Mutation(() => TaskLeaseExtendPayload, { description: "Keeps a task for another while." })
  @Does("task.work")
  taskLeaseExtend(
    @Ctx() context: Context,
    @Arg("input", () => TaskLeaseExtendInput) input: TaskLeaseExtendInput,
  ): Promise<Payload> {
    return act(context, extendLease, input, held(input), ({ taskId }) => shown(context, taskId));
  }

  @Mutation(() => TaskDraftSavePayload, { description: "Keeps what the caller has drawn and not handed in." })
  @Does("task.work", "task.draft")
  taskDraftSave(
    @Ctx() context: Context,
    @Arg("input", () => TaskDraftSaveInput) input: TaskDraftSaveInput,
  ): Promise<Payload> {
    const value = { taskId: localId("task", input.taskId), body: input.body };
    return act(context, saveDraft, input, value, ({ taskId }) => shown(context, taskId));
  }

  @Mutation(() => TaskSkipPayload, { description: "Puts a task back for somebody else." })
  @Does("task.work")
  taskSkip(@Ctx() context: Context, @Arg("input", () => TaskSkipInput) input: TaskSkipInput): Promise<Payload> {
    const value = { ...held(input), reason: input.reason };
    return act(context, skipTask, input, value, ({ taskId }) => shown(context, taskId));
  }

  @Mutation(() => TaskSubmitPayload, { description: "Hands a task in, with its labels." })
  @Does("task.work", "label.create")
  taskSubmit(@Ctx() context: Context, @Arg("input", () => TaskSubmitInput) input: TaskSubmitInput): Promise<Payload> {
    const labels = input.labels.map(handedIn);
    const value = { ...held(input), labels, activeMs: input.activeMs, comment: input.comment ?? "" };
    return act(context, submitTask, input, value, ({ taskId }) => shown(context, taskId));
  }

  @Mutation(() => TaskReviewPayload, { description: "Judges what others handed in; nobody judges his own work." })
  @Does("task.review", "label.create")
  taskReview(@Ctx() context: Context, @Arg("input", () => TaskReviewInput) input: TaskReviewInput): Promise<Payload> {
    const chosenId = typeof input.chosenId === "string" ? localId("taskAct", input.chosenId) : null;
    const value = {
      ...held(input),
      verdict: input.verdict,
      comment: input.comment ?? "",
      chosenId,
      pins: (input.pins ?? []).map(({ x, y, text }) => ({ x, y, text })),
      keptIds: (input.keptIds ?? []).map((id) => localId("label", id)),
      labels: (input.labels ?? []).map(handedIn),
      opinionsSha384: input.opinionsSha384 ?? null,
    };
    return act(context, judgeTask, input, value, ({ taskId }) => shown(context, taskId));
  }

  @Mutation(() => TaskReopenPayload, { description: "Gives a task that was set aside back to those who label." })
  @Does("task.create")
  taskReopen(@Ctx() context: Context, @Arg("input", () => TaskReopenInput) input: TaskReopenInput): Promise<Payload> {
    return act(context, reopenTask, input, { taskId: localId("task", input.taskId) }, ({ taskId }) =>
      shown(context, taskId),
    );
  }
}
