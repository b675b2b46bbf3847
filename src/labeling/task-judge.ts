import { createHash, randomUUID } from "node:crypto";
import { labelsByIds } from "../datasets/queries.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import type { RowOf } from "../storage/tables.ts";
import { handIn } from "./handed-in.ts";
import type { SubmittedLabel } from "./handed-in.ts";
import { commentOf, heldTask, perform } from "./task-commands.ts";
import type { Held } from "./task-commands.ts";

const MOST_PINS = 50;
const MOST_PIN_TEXT = 500;
/** As many as one may hand in, of as many opinions as a project may have. */
const MOST_KEPT = 9_000;

/** A place on the image that a verdict points at. All of it comes from the caller. */
export interface GivenPin {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** What somebody says of what others handed in. */
export interface JudgeInput extends Held {
  readonly verdict: "accept" | "reject" | "choose" | "fix";
  readonly comment: string;
  /** With `choose`, the act by which the chosen opinion was handed in. */
  readonly chosenId: string | null;
  readonly pins: readonly GivenPin[];
  /** With `fix`: labels of the opinions that stand as they are. */
  readonly keptIds: readonly string[];
  /** With `fix`: labels of the caller's own beside them. */
  readonly labels: readonly SubmittedLabel[];
  /** Of the opinions that he looked at; null where he does not say. */
  readonly opinionsSha384: string | null;
}

/**
 * SHA-384 in hex over which revisions of which labels the opinions of a task's round are, as the caller sees them: a verdict
 * that names it is of these and no others.
 */
export async function opinionsDigest(grant: Grant, task: RowOf<"task">): Promise<string> {
  const hash = createHash("sha384");
  for (const act of await grant.tasks.opinions(task)) {
    const shown = (await labelsByIds(grant, act.datasetId, act.labelIds)).map(({ id }) => id);
    const revisions = await grant.read.latestRevisions(shown);
    hash.update(JSON.stringify([act.id, revisions.map(({ labelId, id }) => [labelId, id])]));
  }
  return hash.digest("hex");
}

async function pinsOf(grant: Grant, task: RowOf<"task">, pins: readonly GivenPin[]): Promise<GivenPin[]> {
  if (pins.length === 0) return [];
  if (pins.length > MOST_PINS) throw new UserError("INVALID_INPUT", "at most 50 pins", ["pins"]);
  const grid = await grant.read.byId("assetContent", task.assetId, "asset");
  return pins.map(({ x, y, text }, index) => {
    const path = ["pins", String(index)];
    if (!grid || !(x >= 0 && x <= grid.width && y >= 0 && y <= grid.height))
      throw new UserError("INVALID_INPUT", "a place on the image", path);
    const said = commentOf(text, [...path, "text"]);
    if (said.length > MOST_PIN_TEXT) throw new UserError("INVALID_INPUT", "at most 500 characters", [...path, "text"]);
    return { x, y, text: said };
  });
}

/**
 * Judges what was handed in: accepts it, chooses one of several, sends the task back with what is wrong, or fixes it: keeps
 * labels of the opinions and adds his own. What he keeps stands as its author's; what he adds is his.
 */
export const judgeTask: Command<JudgeInput, Held> = command({
  name: "taskReview",
  action: "task.review",
  target: ({ taskId }) => ({ noun: "task", id: taskId }),
  async run(grant, { verdict, comment, chosenId, pins, keptIds, labels, opinionsSha384, ...held }) {
    const { task, place } = await heldTask(grant, held);
    const text = commentOf(comment, ["comment"], verdict === "reject" ? 1 : 0);
    if ((verdict === "choose") !== (chosenId !== null))
      throw new UserError("INVALID_INPUT", "with CHOOSE, and only then, one of the opinions", ["chosenId"]);
    const chosen = chosenId !== null && isId(chosenId) ? await grant.read.byId("taskAct", chosenId) : null;
    if (chosenId !== null && chosen?.taskId !== task.id) throw new UserError("NOT_FOUND", "not found", ["chosenId"]);
    if (verdict !== "fix" && (keptIds.length > 0 || labels.length > 0))
      throw new UserError("INVALID_INPUT", "only with FIX", [keptIds.length > 0 ? "keptIds" : "labels"]);
    if (keptIds.length > MOST_KEPT || new Set(keptIds).size < keptIds.length || !keptIds.every(isId))
      throw new UserError("INVALID_INPUT", "labels of the opinions, each once", ["keptIds"]);
    // What he does not see he does not keep.
    if ((await labelsByIds(grant, task.datasetId, keptIds)).length < keptIds.length)
      throw new UserError("NOT_FOUND", "not found", ["keptIds"]);
    if (opinionsSha384 !== null && opinionsSha384 !== (await opinionsDigest(grant, task)))
      throw new UserError("STALE", "what was handed in was changed meanwhile: look again", ["opinionsSha384"]);
    const id = randomUUID();
    const content = { id, comment: text, chosenId, pins: await pinsOf(grant, task, pins), keptIds };
    const labelIds = verdict === "fix" ? await handIn(grant, task, id, labels) : [];
    await perform(grant, task, verdict, place, { ...content, labelIds });
    return held;
  },
});
