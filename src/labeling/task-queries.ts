import { labelsByIds, shownLabels } from "../datasets/queries.ts";
import { dominates } from "../markings/index.ts";
import type { Grant } from "../policy/grant.ts";
import type { Page, PageRequest } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";

/** A page of the projects of a dataset. */
export function projectsOf(grant: Grant, datasetId: string, page: PageRequest): Promise<Page<RowOf<"project">>> {
  return grant.read.page("project", { parent: "dataset", id: datasetId }, page, { dataset: datasetId });
}

/** A page of the tasks of a project. */
export function tasksOf(grant: Grant, project: RowOf<"project">, page: PageRequest): Promise<Page<RowOf<"task">>> {
  return grant.read.page("task", { parent: "project", id: project.id }, page, { dataset: project.datasetId });
}

/** Versions of a project's guidelines, newest first. */
export function guidelinesOf(grant: Grant, projectId: string, limit: number): Promise<RowOf<"guideline">[]> {
  return grant.read.all("guideline", { parent: "project", id: projectId }, limit, "t.created_at desc, t.id");
}

/** What was done to a task, newest first. */
export function actsOf(grant: Grant, taskId: string, limit: number): Promise<RowOf<"taskAct">[]> {
  return grant.read.all("taskAct", { parent: "task", id: taskId }, limit, "t.created_at desc, t.id");
}

/** The newest draft of the caller that his session may see; null where there is none. */
export async function draftOf(grant: Grant, taskId: string): Promise<RowOf<"taskDraft"> | null> {
  const key = { parent: "task", id: taskId } as const;
  return (await grant.read.all("taskDraft", key, 1, "t.created_at desc, t.id"))[0] ?? null;
}

/** The caller's lease of a task; null where it is not his, or over. */
export async function leaseOf(
  grant: Grant,
  taskId: string,
): Promise<{ readonly epoch: number; readonly stage: string; readonly lastsUntil: Date } | null> {
  const last = await grant.tasks.lastAct(taskId, grant.principal.personId);
  if (!last?.lastsUntil || last.lastsUntil <= grant.now()) return null;
  return { epoch: last.epoch, stage: last.stage, lastsUntil: last.lastsUntil };
}

/**
 * What a task's next round may begin with: what was handed in in the round before, where one person labels each image; of
 * several opinions nobody is shown another's before his own is there.
 */
export async function earlierOf(grant: Grant, task: RowOf<"task">): Promise<readonly RowOf<"taskAct">[]> {
  const project = task.round > 1 ? await grant.read.byId("project", task.projectId) : null;
  if (!project) return [];
  const acts = await grant.tasks.opinions({ id: task.id, round: task.round - 1 });
  return project.opinions === 1 ? acts : acts.filter(({ personId }) => personId === grant.principal.personId);
}

/** How many pre-labels of an image are handed out at most. */
const MOST_PRE_LABELS = 1_000;

/**
 * A model's pre-labels of a task's image, no higher than the task: what is above it could not be taken over into it, and
 * would raise what its person was shown. Those that a rule withholds are left out.
 */
export async function preLabelsOf(
  grant: Grant,
  task: RowOf<"task">,
  from: number,
  count: number,
): Promise<readonly RowOf<"label">[]> {
  const { effective } = await grant.marking(task.markingId);
  const below: string[] = [];
  for (const id of await grant.tasks.heldMarkings(task.datasetId, "label"))
    if (dominates(effective, (await grant.marking(id)).effective)) below.push(id);
  const most = Math.min(count, Math.max(0, MOST_PRE_LABELS - from));
  if (below.length === 0 || most === 0) return [];
  return shownLabels(grant, task.datasetId, await grant.tasks.preLabels(task, below, from, most));
}

/** Some of the labels that were handed in by an act, as far as the caller may see them. */
export function labelsOf(
  grant: Grant,
  act: RowOf<"taskAct">,
  from: number,
  count: number,
): Promise<readonly RowOf<"label">[]> {
  return labelsByIds(grant, act.datasetId, act.labelIds.slice(from, from + count));
}

/**
 * Ids of the labels that a fix kept, as far as the caller may see them: one that was raised since, or that a rule withholds, is not
 * counted to him either.
 */
export async function keptOf(grant: Grant, act: RowOf<"taskAct">): Promise<readonly string[]> {
  // Most acts keep nothing.
  if (act.keptIds.length === 0) return [];
  return (await labelsByIds(grant, act.datasetId, act.keptIds)).map(({ id }) => id);
}

/** How many of the tasks that the caller sees stand where. */
export interface Progress {
  readonly tasks: number;
  /** To be labeled, and of these those that somebody has just now. */
  readonly toLabel: number;
  readonly beingLabeled: number;
  /** To be judged: reviewed, or chosen of. */
  readonly toJudge: number;
  readonly beingJudged: number;
  readonly done: number;
  readonly setAside: number;
}

/** Progress of a project: of the tasks that the caller sees alone, and of what was done at their markings. */
export async function progressOf(grant: Grant, project: RowOf<"project">): Promise<Progress> {
  const counts = await grant.tasks.counts(project, grant.now());
  const of = (stages: readonly string[], what: "tasks" | "leased"): number =>
    counts.filter(({ stage }) => stages.includes(stage)).reduce((sum, count) => sum + count[what], 0);
  const judging = ["ADJUDICATE", "REVIEW"];
  return {
    tasks: counts.reduce((sum, { tasks }) => sum + tasks, 0),
    toLabel: of(["LABEL"], "tasks"),
    beingLabeled: of(["LABEL"], "leased"),
    toJudge: of(judging, "tasks"),
    beingJudged: of(judging, "leased"),
    done: of(["DONE"], "tasks"),
    setAside: of(["SET_ASIDE"], "tasks"),
  };
}
