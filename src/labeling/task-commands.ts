import { randomUUID } from "node:crypto";
import { UserError, command } from "../policy/command.ts";
import type { Command, UserErrorCode } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { sqlState } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";

type Kind = "lease" | "examine" | "extend" | "submit" | "skip" | "accept" | "reject" | "choose" | "fix" | "reopen";

/** What an act says beside where it stands. */
export type ActContent = Partial<
  Pick<RowOf<"taskAct">, "id" | "comment" | "activeMs" | "labelIds" | "chosenId" | "keptIds" | "pins" | "guidelineId">
>;

/** A place of a task that an act is about. */
export type Place = Pick<RowOf<"taskAct">, "round" | "stage" | "slot" | "epoch">;

/** Which task, and the epoch under which the caller took it: an older one changes nothing. */
export interface Held {
  readonly taskId: string;
  readonly epoch: number;
}

/** What the triggers of migrations/0057 refuse, by SQLSTATE. What was raised since it was read, they refuse as no act of his. */
const REFUSALS: Readonly<Record<string, readonly [UserErrorCode, string]>> = {
  CV005: ["LEASE_OVER", "the task is not yours any more"],
  42501: ["STALE", "what it belongs to has changed"],
  CV006: ["NOT_PERMITTED", "not at this stage of this project"],
};

const JUDGING: ReadonlySet<Kind> = new Set<Kind>(["examine", "accept", "reject", "choose", "fix"]);
const COMMENT = /^[^\p{Cc}\p{Cs}]{0,2000}$/u;

/** A comment from a caller. Throws INVALID_INPUT. */
export function commentOf(text: string, path: readonly string[], least = 0): string {
  const comment = text.normalize("NFC").trim();
  if (comment.length < least || !COMMENT.test(comment))
    throw new UserError("INVALID_INPUT", `${least} to 2,000 characters without control characters`, path);
  return comment;
}

/** The columns of an act or a draft that come from its task. */
export function taskColumns(task: RowOf<"task">) {
  return {
    taskId: task.id,
    projectId: task.projectId,
    datasetId: task.datasetId,
    assetId: task.assetId,
    programId: task.programId,
    datasetMarkingId: task.datasetMarkingId,
    assetMarkingId: task.assetMarkingId,
    projectMarkingId: task.projectMarkingId,
  };
}

/** What PostgreSQL's refusal of an act or a draft is told as. */
export function refusalOf(error: unknown, path: readonly string[] = []): unknown {
  const refusal = REFUSALS[sqlState(error)];
  return refusal ? new UserError(refusal[0], refusal[1], [...path]) : error;
}

/** Writes an act; PostgreSQL checks it against its place. Throws LEASE_OVER or NOT_PERMITTED. */
export async function perform(
  grant: Grant,
  task: RowOf<"task">,
  kind: Kind,
  { round, stage, slot, epoch }: Place,
  content: ActContent = {},
): Promise<void> {
  const marking = await grant.marking(task.markingId);
  const row = {
    id: randomUUID(),
    ...taskColumns(task),
    markingId: task.markingId,
    personId: grant.principal.personId,
    round,
    stage,
    slot,
    epoch,
    kind,
    lastsUntil: null,
    comment: "",
    activeMs: null,
    labelIds: [],
    chosenId: null,
    keptIds: [],
    pins: [],
    guidelineId: null,
    createdAt: grant.now(),
    ...content,
  };
  const action = JUDGING.has(kind) ? "task.review" : kind === "reopen" ? "task.create" : "task.work";
  try {
    await grant.insert("taskAct", [row], action, [marking], grant.facts(task.programId, null));
  } catch (error) {
    throw refusalOf(error, ["epoch"]);
  }
}

/** The task and the place that the caller holds in it. Throws NOT_FOUND, LEASE_OVER, or ALREADY_DONE after his own last word. */
export async function heldTask(grant: Grant, { taskId, epoch }: Held): Promise<{ task: RowOf<"task">; place: Place }> {
  const task = await grant.read.byId("task", taskId);
  if (!task) throw new UserError("NOT_FOUND", "not found");
  const last = Number.isInteger(epoch) ? await grant.tasks.lastAct(taskId, grant.principal.personId, epoch) : null;
  if (!last) throw new UserError("LEASE_OVER", "the task is not yours", ["epoch"]);
  if (!["lease", "examine", "extend"].includes(last.kind))
    throw new UserError("ALREADY_DONE", "you are done with it", ["epoch"]);
  return { task, place: last };
}

function leasing(name: string, kind: "lease" | "examine", action: "task.work" | "task.review") {
  return command<{ projectId: string; stage: string }, { taskId: string | null }>({
    name,
    action,
    target: ({ projectId }) => ({ noun: "project", id: projectId }),
    async run(grant, { projectId, stage }) {
      const project = await grant.read.byId("project", projectId);
      if (!project) throw new UserError("NOT_FOUND", "not found");
      const held = await grant.tasks.heldMarkings(project.datasetId);
      const [writable, below]: [string[], string[]] = [[], []];
      for (const id of held) {
        const isBelow = await grant.isBelowShown(await grant.marking(id));
        (isBelow && !grant.writesBelow ? below : writable).push(id);
      }
      const next = await grant.tasks.next(projectId, stage, writable, grant.now());
      if (!next) {
        // To take a task is to say something at its marking: whoever was shown more is asked first.
        if (below.length > 0 && (await grant.tasks.next(projectId, stage, below, grant.now())))
          throw new UserError(
            "BELOW_HIGHWATER",
            "this session was shown higher things: confirm that none of them is in what you do",
            ["belowHighWater"],
          );
        return { taskId: null };
      }
      const task = await grant.read.byId("task", next.taskId);
      if (!task) return { taskId: null };
      // A new lease gets its epoch from PostgreSQL.
      await perform(grant, task, next.held ? "extend" : kind, { ...next, stage });
      // Whoever goes on with it in another session has it there: only the end of that one gives it back.
      await grant.tasks.takeIn(task.id, grant.principal.session.browser).catch((error: unknown) => {
        throw refusalOf(error);
      });
      return { taskId: task.id };
    },
  });
}

/** Hands out the next task to label: the one that the caller has, or the most urgent one that nobody has. */
export const leaseToLabel: Command<{ projectId: string; stage: string }, { taskId: string | null }> = leasing(
  "taskLeaseNext",
  "lease",
  "task.work",
);

/** Hands out the next task to review or to choose of: never one that the caller worked on. */
export const leaseToJudge: Command<{ projectId: string; stage: string }, { taskId: string | null }> = leasing(
  "taskExamineNext",
  "examine",
  "task.review",
);

/** Keeps a task for another while. */
export const extendLease: Command<Held, Held> = command({
  name: "taskLeaseExtend",
  action: "task.work",
  target: ({ taskId }) => ({ noun: "task", id: taskId }),
  async run(grant, held) {
    const { task, place } = await heldTask(grant, held);
    await perform(grant, task, "extend", place);
    return held;
  },
});

/** Puts a task back for somebody else, with a reason; put back by as many people as the project says, it is set aside. */
export const skipTask: Command<Held & { readonly reason: string }, Held> = command({
  name: "taskSkip",
  action: "task.work",
  target: ({ taskId }) => ({ noun: "task", id: taskId }),
  async run(grant, { reason, ...held }) {
    const { task, place } = await heldTask(grant, held);
    await perform(grant, task, "skip", place, { comment: commentOf(reason, ["reason"], 1) });
    return held;
  },
});

/** Gives a task that was set aside back to those who label: a new round of it. */
export const reopenTask: Command<{ taskId: string }, { taskId: string }> = command({
  name: "taskReopen",
  action: "task.create",
  target: ({ taskId }) => ({ noun: "task", id: taskId }),
  async run(grant, { taskId }) {
    const task = await grant.read.byId("task", taskId);
    if (!task) throw new UserError("NOT_FOUND", "not found");
    await perform(grant, task, "reopen", { round: task.round, stage: "LABEL", slot: 0, epoch: 0 });
    return { taskId };
  },
});
