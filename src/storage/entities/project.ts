import { defineEntity, p } from "@mikro-orm/core";

const ofDataset = {
  datasetId: p.uuid(),
  programId: p.uuid(),
  datasetMarkingId: p.uuid(),
  markingId: p.uuid(),
} as const;

const ofProject = { projectId: p.uuid(), ...ofDataset, projectMarkingId: p.uuid() } as const;

const ofTask = { taskId: p.uuid(), ...ofProject, assetId: p.uuid(), assetMarkingId: p.uuid() } as const;

/** A place on an image that a verdict points at, in pixels of the original, with what is to be said of it. */
export interface Pin {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Work on a dataset: its classes, and how many people label and judge an image. */
export const Project = defineEntity({
  name: "Project",
  schema: "data",
  tableName: "project",
  properties: {
    id: p.uuid().primary(),
    ...ofDataset,
    authorId: p.uuid(),
    ontologyVersionId: p.uuid(),
    name: p.text(),
    opinions: p.integer(),
    reviewed: p.boolean(),
    leaseSeconds: p.integer(),
    skipLimit: p.integer(),
    createdAt: p.datetime(),
  },
});

/** A version of a project's guidelines. */
export const Guideline = defineEntity({
  name: "Guideline",
  schema: "data",
  tableName: "guideline",
  properties: {
    id: p.uuid().primary(),
    ...ofProject,
    authorId: p.uuid(),
    countedMarkingId: p.uuid(),
    version: p.integer(),
    body: p.text(),
    createdAt: p.datetime(),
  },
});

/** An image to be labeled in a project. Stage, round and lease follow from the acts. */
export const Task = defineEntity({
  name: "Task",
  schema: "data",
  tableName: "task",
  properties: {
    id: p.uuid().primary(),
    ...ofProject,
    assetId: p.uuid(),
    assetMarkingId: p.uuid(),
    authorId: p.uuid(),
    madeMarkingId: p.uuid(),
    priority: p.integer(),
    stage: p.text(),
    round: p.integer(),
    leasedUntil: p.datetime().nullable(),
    createdAt: p.datetime(),
  },
});

/** What somebody did to a task, at its marking. */
export const TaskAct = defineEntity({
  name: "TaskAct",
  schema: "data",
  tableName: "task_act",
  properties: {
    id: p.uuid().primary(),
    ...ofTask,
    personId: p.uuid(),
    round: p.integer(),
    stage: p.text(),
    slot: p.integer(),
    epoch: p.integer(),
    kind: p.text(),
    lastsUntil: p.datetime().nullable(),
    comment: p.text(),
    activeMs: p.integer().nullable(),
    labelIds: p.json<readonly string[]>(),
    chosenId: p.uuid().nullable(),
    keptIds: p.json<readonly string[]>(),
    pins: p.json<readonly Pin[]>(),
    guidelineId: p.uuid().nullable(),
    createdAt: p.datetime(),
  },
});

/** What somebody says of what he hands in, with the id of that act; his alone while it is BLIND. */
export const TaskRemark = defineEntity({
  name: "TaskRemark",
  schema: "data",
  tableName: "task_remark",
  properties: {
    id: p.uuid().primary(),
    ...ofTask,
    personId: p.uuid(),
    round: p.integer(),
    body: p.text(),
    state: p.text(),
  },
});

/** What somebody has drawn and not handed in; nobody but him sees it. */
export const TaskDraft = defineEntity({
  name: "TaskDraft",
  schema: "data",
  tableName: "task_draft",
  properties: {
    id: p.uuid().primary(),
    ...ofTask,
    taskMarkingId: p.uuid(),
    personId: p.uuid(),
    body: p.json<unknown>(),
    createdAt: p.datetime(),
  },
});
