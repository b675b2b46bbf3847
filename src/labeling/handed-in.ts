import { dominates } from "../markings/index.ts";
import { UserError } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { labelRows } from "./commands.ts";
import { checkContent, labelContext } from "./label-content.ts";

const MOST_LABELS = 1_000;

/** A label as it is handed in with a task. Shape and attributes come from the caller. */
export interface SubmittedLabel {
  readonly classKey: string;
  readonly shape: unknown;
  readonly attributes: unknown;
  readonly marking: string | null;
  /** The model's pre-label that it was made from. */
  readonly preLabelId: string | null;
}

/** The pre-labels of an image that labels were made from, with their markings. Throws NOT_FOUND. */
async function preLabelsOf(
  grant: Grant,
  assetId: string,
  labels: readonly SubmittedLabel[],
): Promise<ReadonlyMap<string, InternedMarking>> {
  const asked = [...new Set(labels.flatMap(({ preLabelId }) => (preLabelId === null ? [] : [preLabelId])))];
  const found = new Map<string, InternedMarking>();
  for (const row of await grant.read.some("label", asked.filter(isId)))
    if (row.assetId === assetId && row.origin === "model") found.set(row.id, await grant.marking(row.markingId));
  for (const [index, { preLabelId }] of labels.entries())
    if (preLabelId !== null && !found.has(preLabelId))
      throw new UserError("NOT_FOUND", "not found", ["labels", String(index), "preLabelId"]);
  return found;
}

/**
 * Writes labels that come by an act on a task, and returns their ids; the act itself is the caller's to write. None of them is
 * below the task, nor above it. Throws INVALID_INPUT, INVALID_SHAPE, INVALID_ATTRIBUTES, INVALID_MARKING or NOT_FOUND, and
 * writes nothing then.
 */
export async function handIn(
  grant: Grant,
  task: RowOf<"task">,
  actId: string,
  labels: readonly SubmittedLabel[],
): Promise<readonly string[]> {
  if (labels.length > MOST_LABELS) throw new UserError("INVALID_INPUT", "at most 1,000 labels", ["labels"]);
  const project = await grant.read.byId("project", task.projectId);
  if (!project) throw new UserError("NOT_FOUND", "not found");
  const context = await labelContext(grant, task.assetId, project.ontologyVersionId);
  const taskMarking = await grant.marking(task.markingId);
  const preLabels = await preLabelsOf(grant, task.assetId, labels);
  const rows = [];
  for (const [index, input] of labels.entries()) {
    const content = checkContent(context, input, ["labels", String(index)]);
    const taken = input.preLabelId === null ? undefined : preLabels.get(input.preLabelId);
    const sources = [context.assetMarking, content.classMarking, taskMarking, ...(taken ? [taken] : [])] as const;
    const marking = await grant.markingOf(input.marking, [...sources], "label.create", task.programId);
    // An act names its labels at the task's marking: what is above that must not be counted there.
    if (!dominates(taskMarking.effective, marking.effective))
      throw new UserError("INVALID_MARKING", "a label above its task is not handed in with it", [
        "labels",
        String(index),
        "marking",
      ]);
    const source = { taskActId: actId, takenFrom: input.preLabelId };
    rows.push(labelRows(grant, context, content, marking, "human", null, source));
  }
  const sources = [context.assetMarking, taskMarking, ...preLabels.values()];
  await grant.insert(
    "label",
    rows.map(({ label }) => label),
    "label.create",
    sources,
  );
  await grant.insert(
    "labelRevision",
    rows.map(({ revision }) => revision),
    "label.create",
    sources,
  );
  return rows.map(({ label }) => label.id);
}
