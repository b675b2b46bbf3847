import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from "type-graphql";
import { addGuideline, addTasks, createProject } from "../../labeling/project-commands.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import { ReadersInput, readersOf } from "./distribution-list.ts";
import { Input, Payload, act } from "./payload.ts";
import { Project } from "./project.ts";
import type { ProjectRow } from "./rows.ts";

@InputType()
export class ProjectCreateInput extends Input {
  @Field(() => ID)
  readonly datasetId!: string;

  @Field(() => String)
  readonly name!: string;

  @Field(() => Int, { nullable: true, description: "1 to 9 people who label each image apart from each other; 1." })
  readonly opinions?: number | null;

  @Field(() => Boolean, { nullable: true, description: "Whether somebody else judges what one labeled; true." })
  readonly reviewed?: boolean | null;

  @Field(() => Int, { nullable: true, description: "10 to 28,800; 900." })
  readonly leaseSeconds?: number | null;

  @Field(() => Int, { nullable: true, description: "1 to 9, or 0 where nobody may put a task back; 3." })
  readonly skipLimit?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "Banner or portion; the join of dataset and classes where none is given.",
  })
  readonly marking?: string | null;

  @Field(() => ReadersInput, { nullable: true, description: "Lists of those who take part." })
  readonly readers?: ReadersInput | null;

  @Field(() => String, { nullable: true, description: "The first version: plain text, at most 20,000 characters." })
  readonly guidelines?: string | null;
}

@InputType()
export class GuidelineAddInput extends Input {
  @Field(() => ID)
  readonly projectId!: string;

  @Field(() => String, { description: "Plain text, at most 20,000 characters." })
  readonly text!: string;

  @Field(() => String, { nullable: true, description: "Banner or portion; that of the project where none is given." })
  readonly marking?: string | null;
}

@InputType()
export class ProjectTasksAddInput extends Input {
  @Field(() => ID)
  readonly projectId!: string;

  @Field(() => [ID], { description: "1 to 500 images of its dataset." })
  readonly assetIds!: string[];

  @Field(() => Int, { nullable: true, description: "0 to 9; those with the highest are handed out first; 5." })
  readonly priority?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "Banner or portion; for each the join of image, classes and project where none is given.",
  })
  readonly marking?: string | null;
}

@ObjectType()
abstract class ProjectPayload extends Payload {
  @Field(() => Project, { nullable: true })
  readonly project?: ProjectRow | null;
}

@ObjectType({ simpleResolvers: true })
export class ProjectCreatePayload extends ProjectPayload {}

@ObjectType({ simpleResolvers: true })
export class GuidelineAddPayload extends ProjectPayload {}

@ObjectType({ simpleResolvers: true })
export class ProjectTasksAddPayload extends ProjectPayload {
  @Field(() => Int, { nullable: true, description: "How many were not tasks of it yet." })
  readonly added?: number | null;
}

const shown = async (context: Context, id: string): Promise<{ project: ProjectRow | null }> => ({
  project: await node(context, "project", id),
});

@Resolver()
export class ProjectMutations {
  @Mutation(() => ProjectCreatePayload)
  @Does("project.create")
  projectCreate(
    @Ctx() context: Context,
    @Arg("input", () => ProjectCreateInput) input: ProjectCreateInput,
  ): Promise<Payload> {
    const value = {
      datasetId: localId("dataset", input.datasetId),
      name: input.name,
      opinions: input.opinions ?? 1,
      reviewed: input.reviewed ?? true,
      leaseSeconds: input.leaseSeconds ?? 900,
      skipLimit: input.skipLimit ?? 3,
      marking: input.marking ?? null,
      readers: readersOf(input.readers),
      guidelines: input.guidelines ?? null,
    };
    return act(context, createProject, input, value, ({ id }) => shown(context, id));
  }

  @Mutation(() => GuidelineAddPayload, { description: "Writes the next version of a project's guidelines." })
  @Does("project.create")
  guidelineAdd(
    @Ctx() context: Context,
    @Arg("input", () => GuidelineAddInput) input: GuidelineAddInput,
  ): Promise<Payload> {
    const { text, marking = null } = input;
    const value = { projectId: localId("project", input.projectId), text, marking };
    return act(context, addGuideline, input, value, ({ id }) => shown(context, id));
  }

  @Mutation(() => ProjectTasksAddPayload, { description: "Makes images tasks of a project." })
  @Does("task.create")
  projectTasksAdd(
    @Ctx() context: Context,
    @Arg("input", () => ProjectTasksAddInput) input: ProjectTasksAddInput,
  ): Promise<Payload> {
    const value = {
      projectId: localId("project", input.projectId),
      assetIds: input.assetIds.map((id) => localId("asset", id)),
      priority: input.priority ?? 5,
      marking: input.marking ?? null,
    };
    return act(context, addTasks, input, value, async ({ id, added }) => ({ ...(await shown(context, id)), added }));
  }
}
