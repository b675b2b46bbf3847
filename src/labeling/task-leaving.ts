import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { refusalOf } from "./task-commands.ts";

/** A task that somebody has in sessions of browsers (SHA-256 of their secrets, hex) that have ended. */
interface Left {
  readonly taskId: string;
  readonly sessions: readonly string[];
}

/** The tasks that the caller has in sessions, as far as he reaches them: what was raised is left to the end of its lease. */
export function heldIn(
  grant: Grant,
  sessions: readonly string[],
): Promise<readonly { readonly taskId: string; readonly stage: string }[]> {
  return grant.tasks.heldIn(sessions, grant.now());
}

function leaving(name: string, action: "task.work" | "task.review") {
  return command<Left, { readonly left: boolean }>({
    name,
    action,
    target: ({ taskId }) => ({ noun: "task", id: taskId }),
    async run(grant, { taskId, sessions }) {
      const task = await grant.read.byId("task", taskId);
      if (!task) throw new UserError("NOT_FOUND", "not found");
      const marking = await grant.marking(task.markingId);
      try {
        // He may have handed it in meanwhile on another page.
        const left = await grant.tasks.leave(taskId, sessions, grant.now());
        if (!left) return { left };
        grant.changed.push({ object: `task:${taskId}`, marking });
        // No act of writing, which the site might refuse: nobody chooses what it says. SECURITY.md lists what it tells.
        if (await grant.isBelowShown(marking)) grant.wroteBelow = "ended";
        return { left };
      } catch (error) {
        throw refusalOf(error);
      }
    },
  });
}

/**
 * Gives back what the caller labels in sessions that have ended, as if its lease were over: his draft stays, it does not count as put
 * back, and what he hands in late is refused.
 */
export const leaveToLabel: Command<Left, { readonly left: boolean }> = leaving("taskLeave", "task.work");

/** As {@link leaveToLabel}, what he judges. */
export const leaveToJudge: Command<Left, { readonly left: boolean }> = leaving("taskExamineLeave", "task.review");
