import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from "type-graphql";
import { guidelinesOf, progressOf, tasksOf } from "../../labeling/task-queries.ts";
import type { Progress } from "../../labeling/task-queries.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { FirstArgs, PageArgs, connectionById, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { Dataset } from "./dataset.ts";
import { pageSize } from "./limits.ts";
import { Marking, Node } from "./node.ts";
import { OntologyVersion } from "./ontology-version.ts";
import type { OntologyVersionRow } from "./ontology-version.ts";
import type { DatasetRow, GuidelineRow, MarkingValue, ProjectRow, TaskRow } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";
import { TaskConnection } from "./task.ts";

/** Work on a dataset: who labels its images how. */
@ObjectType({ implements: Node, simpleResolvers: true })
export class Project extends Node {
  @Field(() => String)
  readonly name!: string;

  @Field(() => Int, {
    description: "How many people label each image apart from each other; where more than one, another chooses.",
  })
  readonly opinions!: number;

  @Field(() => Boolean, { description: "Whether somebody else judges what one person labeled." })
  readonly reviewed!: boolean;

  @Field(() => Int, { description: "How long a task is somebody's without a sign of life." })
  readonly leaseSeconds!: number;

  @Field(() => Int, { description: "Put back by so many people a task is set aside; 0 where nobody may." })
  readonly skipLimit!: number;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

/** A version of a project's guidelines. */
@ObjectType({ simpleResolvers: true })
export class Guideline {
  @Field(() => Int, { description: "Counted at the marking under which it was written." })
  readonly version!: number;

  @Field(() => String, { description: "Plain text." })
  readonly body!: string;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

@ObjectType({ simpleResolvers: true, description: "Of the tasks that the caller may see alone." })
export class ProjectProgress implements Progress {
  @Field(() => Int)
  readonly tasks!: number;

  @Field(() => Int)
  readonly toLabel!: number;

  @Field(() => Int, { description: "Of those to label, how many somebody has just now." })
  readonly beingLabeled!: number;

  @Field(() => Int, { description: "To review, or to choose of." })
  readonly toJudge!: number;

  @Field(() => Int, { description: "Of those to judge, how many somebody has just now." })
  readonly beingJudged!: number;

  @Field(() => Int)
  readonly done!: number;

  @Field(() => Int, { description: "Put back by as many people as the project says." })
  readonly setAside!: number;
}

export const ProjectConnection = connectionType("Project", () => Project);

@Resolver(() => Project)
export class ProjectResolver {
  @Query(() => Project, { nullable: true })
  @Does("project.read")
  project(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<ProjectRow | null> {
    return node(context, "project", localId("project", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: ProjectRow): string {
    return globalId("project", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: ProjectRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => Dataset, { nullable: true })
  dataset(@Ctx() context: Context, @Root() row: ProjectRow): Promise<DatasetRow | null> {
    return context.datasets.get(row.datasetId);
  }

  @FieldResolver(() => OntologyVersion, { nullable: true, description: "What its labels are checked against." })
  ontologyVersion(@Ctx() context: Context, @Root() row: ProjectRow): Promise<OntologyVersionRow | null> {
    return context.versions.get(row.ontologyVersionId);
  }

  @FieldResolver(() => [Guideline], { description: "Newest first." })
  guidelines(
    @Ctx() context: Context,
    @Root() row: ProjectRow,
    @Args(() => FirstArgs) args: FirstArgs,
  ): Promise<GuidelineRow[]> {
    return context.operation.nested((grant) => guidelinesOf(grant, row.id, pageSize(args.first)));
  }

  @FieldResolver(() => TaskConnection)
  tasks(
    @Ctx() context: Context,
    @Root() row: ProjectRow,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<TaskRow>> {
    return connectionById(context, { field: "Project.tasks", parent: row.id }, args, (page) =>
      context.operation.nested((grant) => tasksOf(grant, row, page)),
    );
  }

  @FieldResolver(() => ProjectProgress)
  progress(@Ctx() context: Context, @Root() row: ProjectRow): Promise<Progress> {
    return context.operation.nested((grant) => progressOf(grant, row));
  }
}

@Resolver(() => Guideline)
export class GuidelineResolver {
  @FieldResolver(() => ID)
  id(@Root() row: GuidelineRow): string {
    return globalId("guideline", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: GuidelineRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => ID)
  authorId(@Root() row: GuidelineRow): string {
    return globalId("person", row.authorId);
  }
}
