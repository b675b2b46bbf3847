import type { Grant } from "../policy/grant.ts";
import type { RowOf } from "../storage/tables.ts";

const DAY_MS = 86_400_000;

/** What somebody did on a project in the days that were asked for. */
export interface PersonWork {
  readonly handle: string;
  readonly handedIn: number;
  /** Of what he handed in: judged and sent back or not chosen, and not judged yet. */
  readonly refused: number;
  readonly waiting: number;
  readonly putBack: number;
  readonly judged: number;
  /** Milliseconds over all that he handed in, as his clients told them. */
  readonly activeMs: number;
}

/** What was done on one day, UTC. */
export interface DayWork {
  readonly day: string;
  readonly handedIn: number;
  readonly judged: number;
  readonly sentBack: number;
}

/** Tasks that wait for one step of the workflow: nobody has them. */
export interface WaitingStage {
  readonly stage: string;
  readonly tasks: number;
  /** When the one that waits longest came to this step. */
  readonly since: Date;
}

/** A task that somebody has. */
export interface HeldTask {
  readonly taskId: string;
  readonly assetId: string;
  readonly handle: string;
  readonly stage: string;
  readonly since: Date;
  readonly lastsUntil: Date;
}

/** Work on a project, as whoever plans its tasks sees it. */
export interface ProjectWork {
  /** The moment of which it tells. */
  readonly at: Date;
  readonly people: readonly PersonWork[];
  readonly days: readonly DayWork[];
  readonly waiting: readonly WaitingStage[];
  readonly held: readonly HeldTask[];
}

/**
 * Work on a project in its last days, today among them: of tasks that the caller sees alone. Null for who may not plan its tasks:
 * what people did is no matter of those who work beside them.
 */
export async function projectWork(grant: Grant, project: RowOf<"project">, days: number): Promise<ProjectWork | null> {
  const marking = await grant.marking(project.markingId);
  const facts = grant.facts(project.programId, null);
  if (!(await grant.allows("task.create", marking, facts, `project:${project.id}`))) return null;
  const now = grant.now();
  const from = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (days - 1) * DAY_MS);
  const counts = await grant.work.since(project, from);
  const waiting = await grant.work.waiting(project, now);
  const held = await grant.work.held(project, now);
  const handles = await grant.work.handles([...counts, ...held].map(({ personId }) => personId));
  const sum = (of: typeof counts, what: "acts" | "refused" | "waiting" | "activeMs", ...kinds: string[]): number =>
    of.filter(({ kind }) => kinds.includes(kind)).reduce((all, count) => all + count[what], 0);
  const people = Object.entries(Object.groupBy(counts, ({ personId }) => personId)).map(([id, of = []]) => ({
    handle: handles.get(id) ?? "",
    handedIn: sum(of, "acts", "submit"),
    refused: sum(of, "refused", "submit"),
    waiting: sum(of, "waiting", "submit"),
    putBack: sum(of, "acts", "skip"),
    judged: sum(of, "acts", "accept", "reject", "choose", "fix"),
    activeMs: sum(of, "activeMs", "submit"),
  }));
  const perDay = Object.groupBy(counts, ({ day }) => day);
  return {
    at: now,
    people: people.toSorted((one, other) => (one.handle < other.handle ? -1 : 1)),
    days: Array.from({ length: days }, (_, at) => {
      const day = new Date(from.getTime() + at * DAY_MS).toISOString().slice(0, 10);
      const of = perDay[day] ?? [];
      return {
        day,
        handedIn: sum(of, "acts", "submit"),
        judged: sum(of, "acts", "accept", "reject", "choose", "fix"),
        sentBack: sum(of, "acts", "reject"),
      };
    }),
    waiting: Object.entries(Object.groupBy(waiting, ({ stage }) => stage)).map(([stage, of = []]) => ({
      stage,
      tasks: of.reduce((all, { tasks }) => all + tasks, 0),
      since: new Date(Math.min(...of.map(({ since }) => since.getTime()))),
    })),
    held: held.map(({ taskId, assetId, personId, stage, since, lastsUntil }) => ({
      taskId,
      assetId,
      handle: handles.get(personId) ?? "",
      stage,
      since,
      lastsUntil,
    })),
  };
}
