import { Args, ArgsType, Ctx, Field, FieldResolver, Float, ID, Int, ObjectType, Resolver, Root } from "type-graphql";
import { projectWork } from "../../labeling/project-work.ts";
import type { DayWork, HeldTask, PersonWork, ProjectWork as Work, WaitingStage } from "../../labeling/project-work.ts";
import { globalId } from "../global-id.ts";
import { Asset } from "./asset.ts";
import type { Context } from "./context.ts";
import { pageSize } from "./limits.ts";
import { Holds } from "./price.ts";
import { Project } from "./project.ts";
import type { AssetRow, ProjectRow } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";
import { TaskStage } from "./task-stage.ts";

/** What somebody did on a project. */
@ObjectType({ simpleResolvers: true })
export class ProjectPersonWork implements PersonWork {
  @Field(() => String)
  readonly handle!: string;

  @Field(() => Int)
  readonly handedIn!: number;

  @Field(() => Int, { description: "Of what was handed in, how much was sent back or not chosen." })
  readonly refused!: number;

  @Field(() => Int, { description: "Of what was handed in, how much nobody has judged yet." })
  readonly waiting!: number;

  @Field(() => Int)
  readonly putBack!: number;

  @Field(() => Int)
  readonly judged!: number;

  @Field(() => Float, { description: "Over all that was handed in, as clients told it, in milliseconds." })
  readonly activeMs!: number;
}

/** What was done on one day. */
@ObjectType({ simpleResolvers: true })
export class ProjectDayWork implements DayWork {
  @Field(() => String, { description: "YYYY-MM-DD, UTC." })
  readonly day!: string;

  @Field(() => Int)
  readonly handedIn!: number;

  @Field(() => Int)
  readonly judged!: number;

  @Field(() => Int)
  readonly sentBack!: number;
}

/** Tasks that wait for one step of the workflow. */
@ObjectType({ simpleResolvers: true, description: "Of tasks that nobody has just now." })
export class ProjectWaitingStage implements WaitingStage {
  @Field(() => TaskStage)
  readonly stage!: string;

  @Field(() => Int)
  readonly tasks!: number;

  @Field(() => DateTimeScalar, { description: "When the one that waits longest came to this step." })
  readonly since!: Date;
}

/** A task that somebody has just now. */
@ObjectType({ simpleResolvers: true })
export class ProjectHeldTask implements Omit<HeldTask, "taskId" | "assetId"> {
  @Field(() => String)
  readonly handle!: string;

  @Field(() => TaskStage)
  readonly stage!: string;

  @Field(() => DateTimeScalar)
  readonly since!: Date;

  @Field(() => DateTimeScalar)
  readonly lastsUntil!: Date;
}

@ObjectType({ simpleResolvers: true, description: "Of the tasks that the caller may see alone." })
export class ProjectWork {
  @Field(() => DateTimeScalar, { description: "The moment of which it tells." })
  readonly at!: Date;

  @Field(() => [ProjectPersonWork])
  readonly people!: readonly PersonWork[];

  @Field(() => [ProjectDayWork], { description: "Every day that was asked for, also those without work." })
  readonly days!: readonly DayWork[];

  @Field(() => [ProjectWaitingStage], { description: "Steps for which nothing waits are left out." })
  readonly waiting!: readonly WaitingStage[];

  @Field(() => [ProjectHeldTask], { description: "Those that end first first; at most a hundred." })
  @Holds(100)
  readonly held!: readonly HeldTask[];
}

@ArgsType()
class DaysArgs {
  @Field(() => Int, { description: "1 to 100, today among them." })
  readonly days!: number;
}

@Resolver(() => Project)
export class ProjectWorkResolver {
  @FieldResolver(() => ProjectWork, { nullable: true, description: "For who may plan its tasks; null for others." })
  work(
    @Ctx() context: Context,
    @Root() row: ProjectRow,
    @Args(() => DaysArgs) { days }: DaysArgs,
  ): Promise<Work | null> {
    return context.operation.nested((grant) => projectWork(grant, row, pageSize(days)));
  }
}

@Resolver(() => ProjectHeldTask)
export class ProjectHeldTaskResolver {
  @FieldResolver(() => ID)
  taskId(@Root() { taskId }: HeldTask): string {
    return globalId("task", taskId);
  }

  @FieldResolver(() => Asset, { nullable: true })
  asset(@Ctx() context: Context, @Root() { assetId }: HeldTask): Promise<AssetRow | null> {
    return context.assets.get(assetId);
  }
}
