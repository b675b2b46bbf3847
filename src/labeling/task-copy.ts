import { CaveatError } from "../errors.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Facts } from "../policy/facts.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import type { CopyKeys, CopyOf } from "./copy-keys.ts";
import { leaseOf } from "./task-queries.ts";

/** Copies that one request may ask for: more tasks than somebody has open in one browser. */
const MOST_NAMES = 20;

/** What the browser of somebody keeps of a task that he draws on, as far as it is his to open. */
export interface TaskCopy {
  readonly name: string;
  readonly copy: CopyOf;
  readonly task: RowOf<"task">;
}

const factsOf = (grant: Grant, { programId }: RowOf<"task">): Facts => grant.facts(programId, grant.principal.personId);

/** Whether the caller would be given a draft of the task that stands at this marking: the decision about one, on the record. */
function mayDraft(grant: Grant, task: RowOf<"task">, marking: InternedMarking): Promise<boolean> {
  return grant.allows("task.draft", marking, factsOf(grant, task), `task:${task.id}`);
}

/** The copy of a task that the caller holds just now, at the marking that a draft would have; null where he does not. */
export async function copyOf(grant: Grant, keys: CopyKeys, task: RowOf<"task">): Promise<TaskCopy | null> {
  const lease = await leaseOf(grant, task.id);
  if (!lease || lease.stage !== task.stage) return null;
  const marking = await grant.aboveShown(await grant.marking(task.markingId));
  if (!(await mayDraft(grant, task, marking))) return null;
  const { id: taskId, round, stage, markingId: taskMarkingId } = task;
  const copy = { taskId, round, stage, taskMarkingId, markingId: marking.id };
  return { name: keys.name(grant.principal.personId, copy), copy, task };
}

/**
 * What a copy that a browser has is of: only while the task stands where it stood, the caller sees it and was not done with it,
 * and may be given a draft at the marking of that day. To everything else the answer is one: null.
 */
async function openedCopy(grant: Grant, keys: CopyKeys, name: string): Promise<TaskCopy | null> {
  const { personId } = grant.principal;
  const copy = keys.open(personId, name);
  const task = copy && (await grant.read.byId("task", copy.taskId));
  if (!copy || !task) return null;
  if (task.round !== copy.round || task.stage !== copy.stage || task.markingId !== copy.taskMarkingId) return null;
  const last = await grant.tasks.lastAct(task.id, personId);
  if (!last || !["lease", "examine", "extend"].includes(last.kind) || last.round !== copy.round) return null;
  return (await mayDraft(grant, task, await grant.marking(copy.markingId))) ? { name, copy, task } : null;
}

interface Named {
  readonly keys: CopyKeys;
  readonly names: readonly string[];
}

/** For each name that a browser has, in their order, what the caller may open of it. Throws INVALID_REQUEST above 20. */
export const copiesOf: Command<Named, readonly (TaskCopy | null)[]> = command({
  name: "copyKeys",
  action: "task.draft",
  target: () => null,
  async run(grant: Grant, { keys, names }: Named) {
    if (names.length > MOST_NAMES) throw new CaveatError("INVALID_REQUEST", "too many names");
    const copies: (TaskCopy | null)[] = [];
    for (const name of names) copies.push(await openedCopy(grant, keys, name));
    return copies;
  },
});

/** The key of a copy. Its marking is disclosed with it: what is opened by it may hold what was shown at that. */
export async function copyKey(grant: Grant, keys: CopyKeys, { copy, task }: TaskCopy): Promise<string> {
  const marking = await grant.marking(copy.markingId);
  await grant.disclose("task.draft", marking, `task:${task.id}`, factsOf(grant, task));
  return keys.key(grant.principal.personId, copy);
}
