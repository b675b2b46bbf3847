import { mutate, query } from "./api.ts";
import type { Answer } from "./api.ts";
import type { LabelClass } from "./classes.ts";
import type { Drawn, Shape } from "./drawing.ts";

/** A task with everything that is shown of it, in one answer: its banner is that of the screen. */
export interface Task {
  readonly id: string;
  readonly stage: "LABEL" | "ADJUDICATE" | "REVIEW" | "DONE" | "SET_ASIDE";
  readonly round: number;
  readonly marking: { readonly portion: string };
  readonly lease: { readonly epoch: number; readonly lastsUntil: string } | null;
  readonly draft: { readonly body: unknown } | null;
  readonly project: {
    readonly id: string;
    readonly name: string;
    readonly skipLimit: number;
    readonly ontologyVersion: { readonly classes: readonly LabelClass[] } | null;
    readonly guidelines: readonly {
      readonly version: number;
      readonly body: string;
      readonly marking: { readonly portion: string };
    }[];
  } | null;
  readonly asset: {
    readonly id: string;
    readonly title: string;
    readonly marking: { readonly portion: string };
  } | null;
  /** What was handed in in this round, oldest first. */
  readonly opinions: readonly Act[];
}

/** What somebody did to it. */
export interface Act {
  readonly id: string;
  readonly comment: string;
  readonly labels: readonly {
    readonly id: string;
    readonly latest: {
      readonly shape: Shape;
      readonly attributes: Drawn["attributes"];
      readonly class: { readonly key: string } | null;
    } | null;
  }[];
}

const TASK = `id stage round marking { portion } lease { epoch lastsUntil } draft { body }
  project { id name skipLimit ontologyVersion { classes { key name shapes attributes } } guidelines(first: 1) { version body marking { portion } } }
  asset { id title marking { portion } }
  opinions { id comment labels(first: 100, skip: $skip) { id latest { shape attributes class { key } } } }`;

/** What is to be done with the tasks that are asked for. */
export type Part = "LABEL" | "REVIEW" | "ADJUDICATE";

/** The next task; null where there is none. Throws Refused. */
export async function nextTask(projectId: string, part: Part, below: boolean): Promise<Answer<Task | null>> {
  const input = { projectId, part, ...(below ? { belowHighWater: true } : {}) };
  const { data } = await mutate<{ task: { id: string } | null }>("taskLeaseNext", input, "task { id }");
  if (!data.task) return { data: null, marking: null };
  const { id } = data.task;
  const ask = (skip: number): Promise<Answer<{ task: Task | null }>> =>
    query(`query ($id: ID!, $skip: Int!) { task(id: $id) { ${TASK} } }`, { id, skip });
  const { data: first, marking } = await ask(0);
  let task = first.task;
  // A hundred labels of each opinion come at once, and at most a thousand are handed in together.
  for (let skip = 100; skip < 1_000 && task?.opinions.some(({ labels }) => labels.length === skip); skip += 100) {
    const more = (await ask(skip)).data.task?.opinions ?? [];
    const opinions = task.opinions.map((act) => ({
      ...act,
      labels: [...act.labels, ...(more.find((one) => one.id === act.id)?.labels ?? [])],
    }));
    task = { ...task, opinions };
  }
  return { data: task, marking };
}

/** Labels of an act, as they are drawn. */
export function drawnOf(act: Act): Drawn[] {
  return act.labels.flatMap(({ id, latest }) =>
    latest ? [{ id, classKey: latest.class?.key ?? "", shape: latest.shape, attributes: latest.attributes }] : [],
  );
}
