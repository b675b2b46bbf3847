import { mutate, query } from "./api.ts";
import type { Answer } from "./api.ts";
import type { LabelClass } from "./classes.ts";
import type { Drawn, Shape } from "./drawing.ts";
import type { PreLabel } from "./pre-labels.ts";
import type { SentBack } from "./sent-back.ts";

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
  /** By what it was last sent back. */
  readonly sentBack: SentBack | null;
  /** To judge: what was handed in in this round, oldest first, and the digest over it. */
  readonly opinions?: readonly Act[];
  readonly opinionsSha384?: string;
  /** To label: what was handed in in the round before, and what a model proposes. */
  readonly earlier?: readonly Act[];
  readonly preLabels?: readonly LabelOfTask[];
}

interface LabelOfTask {
  readonly id: string;
  readonly latest: {
    readonly shape: Shape;
    readonly attributes: Drawn["attributes"];
    readonly score?: number | null;
    readonly class: { readonly key: string } | null;
  } | null;
}

/** What somebody did to it. */
export interface Act {
  readonly id: string;
  readonly comment: string;
  readonly activeMs: number | null;
  readonly marking: { readonly portion: string };
  readonly labels: readonly LabelOfTask[];
}

const LABEL = "id latest { shape attributes score class { key } }";
const ACT = `id comment activeMs marking { portion } labels(first: 100, skip: $skip) { ${LABEL} }`;
const TASK = `id stage round marking { portion } lease { epoch lastsUntil } draft { body }
  project { id name skipLimit ontologyVersion { classes { key name shapes attributes } } guidelines(first: 1) { version body marking { portion } } }
  asset { id title marking { portion } } sentBack { comment marking { portion } pins { x y text } }`;
const TO_JUDGE = `opinionsSha384 opinions { ${ACT} }`;
const TO_LABEL = `earlier { ${ACT} } preLabels(first: 100, skip: $skip) { ${LABEL} }`;

/** A hundred labels of each come at once, and at most a thousand are handed in, or proposed, together. */
const AT_ONCE = 100;
const MOST = 1_000;

/** What is to be done with the tasks that are asked for. */
export type Part = "LABEL" | "REVIEW" | "ADJUDICATE";

function joinedActs(acts: readonly Act[] | undefined, more: readonly Act[] | undefined): readonly Act[] {
  return (acts ?? []).map((act) => ({
    ...act,
    labels: [...act.labels, ...(more?.find((one) => one.id === act.id)?.labels ?? [])],
  }));
}

const isFull =
  (length: number) =>
  (labels: readonly LabelOfTask[]): boolean =>
    labels.length === length;

/** The next task; null where there is none. Throws Refused. */
export async function nextTask(projectId: string, part: Part, below: boolean): Promise<Answer<Task | null>> {
  const input = { projectId, part, ...(below ? { belowHighWater: true } : {}) };
  const { data } = await mutate<{ task: { id: string } | null }>("taskLeaseNext", input, "task { id }");
  if (!data.task) return { data: null, marking: null };
  const { id } = data.task;
  const fields = `${TASK} ${part === "LABEL" ? TO_LABEL : TO_JUDGE}`;
  const ask = (skip: number): Promise<Answer<{ task: Task | null }>> =>
    query(`query ($id: ID!, $skip: Int!) { task(id: $id) { ${fields} } }`, { id, skip });
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

const drawn = ({ id, latest }: LabelOfTask): readonly Drawn[] =>
  latest ? [{ id, classKey: latest.class?.key ?? "", shape: latest.shape, attributes: latest.attributes }] : [];

/** Labels of an act, as they are drawn. */
export const drawnOf = ({ labels }: Act): readonly Drawn[] => labels.flatMap(drawn);

/** What a model proposes for the image, as it is drawn. */
export const preLabelsOf = ({ preLabels = [] }: Task): readonly PreLabel[] =>
  preLabels.flatMap((one) => drawn(one).map((of) => ({ id: one.id, score: one.latest?.score ?? null, drawn: of })));
