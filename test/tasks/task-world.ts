import type { Principal } from "../../src/identity/principal.ts";
import { addTasks, createProject } from "../../src/labeling/project-commands.ts";
import type { CreateProjectInput } from "../../src/labeling/project-commands.ts";
import { extendLease, leaseToJudge, leaseToLabel, reopenTask, skipTask } from "../../src/labeling/task-commands.ts";
import type { SubmittedLabel } from "../../src/labeling/handed-in.ts";
import { judgeTask } from "../../src/labeling/task-judge.ts";
import type { JudgeInput } from "../../src/labeling/task-judge.ts";
import { draftOf, leaseOf, progressOf } from "../../src/labeling/task-queries.ts";
import type { Progress } from "../../src/labeling/task-queries.ts";
import { saveDraft, submitTask } from "../../src/labeling/task-submit.ts";
import { inputDigest } from "../../src/policy/idempotency.ts";
import type { RowOf } from "../../src/storage/tables.ts";
import { BOX, makeAsset, makeDataset, makeOntology } from "../access/harbor-world.ts";
import type { TestHouse } from "../house.ts";

/** A task that somebody holds. */
export interface Held {
  readonly taskId: string;
  readonly epoch: number;
}

const DEFAULTS = {
  name: "Ships",
  opinions: 1,
  reviewed: true,
  leaseSeconds: 60,
  skipLimit: 2,
  marking: null,
  readers: null,
  guidelines: "Draw what floats.",
} as const;

/** A dataset with images, and what people do with tasks of its projects. */
export class TaskWorld {
  readonly house: TestHouse;
  readonly datasetId: string;
  readonly assetIds: readonly string[];

  private constructor(house: TestHouse, datasetId: string, assetIds: readonly string[]) {
    this.house = house;
    this.datasetId = datasetId;
    this.assetIds = assetIds;
  }

  /** Of a dataset that is there. */
  static of(house: TestHouse, datasetId: string, assetIds: readonly string[]): TaskWorld {
    return new TaskWorld(house, datasetId, assetIds);
  }

  /** Loads a dataset with one image for each marking. */
  static async load(house: TestHouse, markings: readonly string[], name = "Overview"): Promise<TaskWorld> {
    const { programId } = house;
    return house.run(await house.as("sam"), async (operation) => {
      const { versionId } = await makeOntology(operation, { programId, name: `Classes of ${name}` });
      const datasetId = await makeDataset(operation, { programId, versionId, name });
      const assetIds: string[] = [];
      for (const marking of markings) assetIds.push(await makeAsset(house, operation, { datasetId, marking }));
      return new TaskWorld(house, datasetId, assetIds);
    });
  }

  /** Makes a project with all of the dataset's images as tasks; returns its id. */
  async project(input: Partial<CreateProjectInput> = {}, assetIds = this.assetIds): Promise<string> {
    return this.house.run(await this.house.as("sam"), async (operation) => {
      const { id } = await operation.mutate(createProject, { datasetId: this.datasetId, ...DEFAULTS, ...input });
      await operation.mutate(addTasks, { projectId: id, assetIds, priority: 5, marking: null });
      return id;
    });
  }

  /** Asks for the next task; null where there is none. */
  async next(who: Principal, projectId: string, stage = "LABEL", confirms = true): Promise<Held | null> {
    return this.house.run(who, async (operation) => {
      const command = stage === "LABEL" ? leaseToLabel : leaseToJudge;
      const { taskId } = await operation.mutate(command, { projectId, stage }, undefined, confirms);
      if (taskId === null) return null;
      const lease = await operation.nested((grant) => leaseOf(grant, taskId));
      if (!lease) throw new Error("handed out and not held");
      return { taskId, epoch: lease.epoch };
    });
  }

  submit(
    who: Principal,
    held: Held,
    labels = 1,
    key: string | null = null,
    last: Partial<SubmittedLabel> = {},
  ): Promise<Held> {
    const label = { classKey: "ship", shape: BOX, attributes: {}, marking: null, preLabelId: null };
    const input = {
      ...held,
      labels: Array.from({ length: labels }, (_, at) => (at === labels - 1 ? { ...label, ...last } : label)),
      activeMs: 1_000,
      comment: "",
    };
    const once = key === null ? undefined : { key, inputDigest: inputDigest(submitTask.name, input) };
    return this.house.run(who, (operation) => operation.mutate(submitTask, input, once));
  }

  extend(who: Principal, held: Held): Promise<Held> {
    return this.house.run(who, (operation) => operation.mutate(extendLease, held));
  }

  skip(who: Principal, held: Held, reason = "too dark"): Promise<Held> {
    return this.house.run(who, (operation) => operation.mutate(skipTask, { ...held, reason }));
  }

  reopen(who: Principal, taskId: string): Promise<unknown> {
    return this.house.run(who, (operation) => operation.mutate(reopenTask, { taskId }));
  }

  judge(
    who: Principal,
    held: Held,
    verdict: JudgeInput["verdict"],
    chosenId: string | null = null,
    more: Partial<JudgeInput> = {},
  ) {
    const comment = verdict === "reject" ? "one is missing" : "";
    const input = {
      ...held,
      verdict,
      comment,
      chosenId,
      pins: [],
      keptIds: [],
      labels: [],
      opinionsSha384: null,
      ...more,
    };
    return this.house.run(who, (operation) => operation.mutate(judgeTask, input));
  }

  draft(who: Principal, taskId: string, body: unknown, confirms = false): Promise<unknown> {
    return this.house.run(who, (operation) => operation.mutate(saveDraft, { taskId, body }, undefined, confirms));
  }

  drafted(who: Principal, taskId: string): Promise<unknown> {
    return this.house.run(who, async (operation) => {
      const draft = await operation.nested((grant) => draftOf(grant, taskId));
      return draft && draft.body;
    });
  }

  task(who: Principal, taskId: string): Promise<RowOf<"task"> | null> {
    return this.house.run(who, (operation) => operation.nested((grant) => grant.read.byId("task", taskId)));
  }

  progress(who: Principal, projectId: string): Promise<Progress> {
    return this.house.run(who, (operation) =>
      operation.nested(async (grant) => {
        const project = await grant.read.byId("project", projectId);
        if (!project) throw new Error("no project");
        return progressOf(grant, project);
      }),
    );
  }

  /** How many labels an image has, whoever may see them. */
  async labels(assetId: string): Promise<number> {
    const { rows } = await this.house.admin.query<{ n: number }>(
      "select count(*)::int as n from data.label where asset_id = $1",
      [assetId],
    );
    return rows[0]?.n ?? -1;
  }
}
