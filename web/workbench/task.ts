import { mutate, query } from "./api.ts";
import type { Answer } from "./api.ts";
import type { Drawn, Shape } from "./drawing.ts";
import { stands } from "./fix.ts";
import type { TaskPart } from "./generated/schema.ts";
import { LEASE_NEXT, TASK_TO_JUDGE, TASK_TO_LABEL } from "./generated/tasks.ts";
import type { ShownTask, TaskLabel, TaskOpinion } from "./generated/tasks.ts";
import type { Operation } from "./operation.ts";
import type { PreLabel } from "./pre-labels.ts";

/** A task with everything that is shown of it, in one answer: its banner is that of the screen. */
export interface Task extends ShownTask {
  /** To judge: what was handed in in this round, oldest first, and the digest over it. */
  readonly opinions?: readonly TaskOpinion[];
  readonly opinionsSha384?: string;
  /** To label: what was handed in in the round before, and what a model proposes. */
  readonly earlier?: readonly TaskOpinion[];
  readonly preLabels?: readonly TaskLabel[];
}

/** A hundred labels of each come at once, and at most a thousand are handed in, or proposed, together. */
const AT_ONCE = 100;
const MOST = 1_000;

function joinedActs(
  acts: readonly TaskOpinion[] | undefined,
  more: readonly TaskOpinion[] | undefined,
): readonly TaskOpinion[] {
  return (acts ?? []).map((act) => ({
    ...act,
    labels: [...act.labels, ...(more?.find((one) => one.id === act.id)?.labels ?? [])],
  }));
}

const isFull =
  (length: number) =>
  (labels: readonly TaskLabel[]): boolean =>
    labels.length === length;

/** The next task; null where there is none. Throws Refused. */
export async function nextTask(projectId: string, part: TaskPart, below: boolean): Promise<Answer<Task | null>> {
  const input = { projectId, part, ...(below ? { belowHighWater: true } : {}) };
  const { data } = await mutate(LEASE_NEXT, input);
  if (!data.task) return { data: null, marking: null };
  const { id } = data.task;
  const operation: Operation<{ readonly task: Task | null }, { id: string; first: number; skip: number }> =
    part === "LABEL" ? TASK_TO_LABEL : TASK_TO_JUDGE;
  const ask = (skip: number): Promise<Answer<{ readonly task: Task | null }>> =>
    query(operation, { id, first: AT_ONCE, skip });
  const { data: first, marking } = await ask(0);
  let task = first.task;
  for (let skip = AT_ONCE; skip < MOST && task; skip += AT_ONCE) {
    const acts = [...(task.opinions ?? []), ...(task.earlier ?? [])];
    if (![...acts.map(({ labels }) => labels), task.preLabels ?? []].some(isFull(skip))) break;
    const more = (await ask(skip)).data.task;
    task = {
      ...task,
      opinions: joinedActs(task.opinions, more?.opinions),
      earlier: joinedActs(task.earlier, more?.earlier),
      preLabels: [...(task.preLabels ?? []), ...(more?.preLabels ?? [])],
    };
  }
  return { data: task, marking };
}

const drawn = ({ id, latest }: TaskLabel): readonly Drawn[] =>
  latest
    ? [
        {
          id,
          classKey: latest.class?.key ?? "",
          // As it was handed in, or imported: the server takes no other.
          shape: latest.shape as Shape,
          attributes: latest.attributes as Drawn["attributes"],
        },
      ]
    : [];

/** Labels of an act, as they are drawn. */
export const drawnOf = ({ labels }: TaskOpinion): readonly Drawn[] => labels.flatMap(drawn);

/** What a model proposes for the image, as it is drawn. */
export const preLabelsOf = ({ preLabels = [] }: Task): readonly PreLabel[] =>
  preLabels.flatMap((one) =>
    drawn(one).map((of) => ({ id: one.id, portion: one.marking.portion, score: one.latest?.score ?? null, drawn: of })),
  );

/**
 * What tells the portion mark of a label of a task. One that was changed is another one's, and comes with the task; what stands
 * as it was handed in has the mark that the answer tells, not one that a draft kept.
 */
export function portionsOf({ opinions = [], marking }: Task): (drawn: Drawn) => string {
  const handedIn = new Map(
    opinions
      .flatMap(({ labels }) => labels)
      .flatMap((label) => drawn(label).map((one) => [one.id, { one, portion: label.marking.portion }] as const)),
  );
  return (drawing) => {
    const was = handedIn.get(drawing.id);
    return was && stands(drawing, was.one) ? was.portion : marking.portion;
  };
}

/** The labels of a task that the server has: those that were handed in, and those that a model proposes. */
export const labelIdsOf = ({ opinions = [], earlier = [], preLabels = [] }: Task): ReadonlySet<string> =>
  new Set([...[...opinions, ...earlier].flatMap(({ labels }) => labels), ...preLabels].map(({ id }) => id));
