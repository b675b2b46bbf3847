import { randomUUID } from "node:crypto";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { dominates } from "../markings/index.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { handIn } from "./handed-in.ts";
import type { SubmittedLabel } from "./handed-in.ts";
import { commentOf, heldTask, perform, refusalOf, taskColumns } from "./task-commands.ts";
import type { Held } from "./task-commands.ts";

const MOST_BYTES = 512 * 1_024;
/** As many as a project may have. */
const MOST_VERSIONS = 201;
/** A day: more than anybody works on one task without handing it in. */
const MOST_ACTIVE = 86_400_000;

/** What is handed in. */
export interface SubmitInput extends Held {
  readonly labels: readonly SubmittedLabel[];
  /** How long the caller worked on it, as his client says, in milliseconds. */
  readonly activeMs: number;
  readonly comment: string;
}

/** The newest guidelines that the caller sees and that stand no higher than the task: an act must not name what is above it. */
async function guidelineOf(grant: Grant, task: RowOf<"task">, marking: InternedMarking): Promise<string | null> {
  const key = { parent: "project", id: task.projectId } as const;
  for (const { id, markingId } of await grant.read.all("guideline", key, MOST_VERSIONS, "t.created_at desc, t.id"))
    if (dominates(marking.effective, (await grant.marking(markingId)).effective)) return id;
  return null;
}

/** What somebody says of what he hands in: a row of its own, for it may be his alone where the act is not. */
async function remark(
  grant: Grant,
  task: RowOf<"task">,
  said: Pick<RowOf<"taskRemark">, "id" | "body" | "round">,
): Promise<void> {
  const { personId } = grant.principal;
  const row = { ...taskColumns(task), ...said, markingId: task.markingId, personId, state: "ACTIVE" };
  try {
    await grant.insert("taskRemark", [row], "task.work", [await grant.marking(task.markingId)]);
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Hands a task in: its labels and the act are written together or not at all. No label is below the task. */
export const submitTask: Command<SubmitInput, Held> = command({
  name: "taskSubmit",
  action: "task.work",
  target: ({ taskId }) => ({ noun: "task", id: taskId }),
  async run(grant, { labels, activeMs, comment, ...held }) {
    const { task, place } = await heldTask(grant, held);
    if (!Number.isInteger(activeMs) || activeMs < 0 || activeMs > MOST_ACTIVE)
      throw new UserError("INVALID_INPUT", "milliseconds, at most a day", ["activeMs"]);
    const id = randomUUID();
    const body = commentOf(comment, ["comment"]);
    const labelIds = await handIn(grant, task, id, labels);
    await perform(grant, task, "submit", place, {
      id,
      activeMs,
      labelIds,
      guidelineId: await guidelineOf(grant, task, await grant.marking(task.markingId)),
    });
    if (body !== "") await remark(grant, task, { id, body, round: place.round });
    return held;
  },
});

/** A draft as the caller's client keeps it: any JSON. */
export interface DraftInput {
  readonly taskId: string;
  readonly body: unknown;
}

/**
 * Keeps what somebody has drawn and not handed in, also after he lost the task. It stands at the marking of all that his
 * session was shown, so that nobody is asked whether something of that is in it, and nothing of it goes down.
 */
export const saveDraft: Command<DraftInput, { taskId: string }> = command({
  name: "taskDraftSave",
  action: "task.work",
  target: ({ taskId }) => ({ noun: "task", id: taskId }),
  async run(grant, { taskId, body }) {
    const task = await grant.read.byId("task", taskId);
    if (!task) throw new UserError("NOT_FOUND", "not found");
    const text = JSON.stringify(body ?? null);
    // PostgreSQL keeps no NUL, whether in a value or in a name.
    if (body === null || body === undefined || text.includes("\\u0000") || Buffer.byteLength(text) > MOST_BYTES)
      throw new UserError("INVALID_INPUT", "at most 512 KiB of JSON without NUL characters", ["body"]);
    const own = await grant.marking(task.markingId);
    const marking = await grant.aboveShown(own);
    const { personId } = grant.principal;
    const row = {
      id: randomUUID(),
      ...taskColumns(task),
      taskMarkingId: task.markingId,
      markingId: marking.id,
      personId,
      body,
      createdAt: grant.now(),
    };
    try {
      await grant.insert("taskDraft", [row], "task.draft", [own], grant.facts(task.programId, personId));
    } catch (error) {
      throw refusalOf(error);
    }
    return { taskId: task.id };
  },
});
