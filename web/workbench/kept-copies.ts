import { Refused, mutate, query } from "./api.ts";
import { keptNames, readKept, removeKept } from "./copy-store.ts";
import { changesBeyond } from "./drawing-mark.ts";
import type { Based } from "./drawing-mark.ts";
import { DRAFT_SAVE, KEPT_COPIES, KEPT_COPY } from "./generated/tasks.ts";
import type { KeptTask } from "./generated/tasks.ts";
import { copyKeyOf, openCopy } from "./sealed-copy.ts";
import { TEXT } from "./text.ts";

/** As many names as the server looks at in one question. */
const AT_ONCE = 20;

/** A copy that this browser has and its person may open. */
interface Mine {
  readonly name: string;
  readonly task: KeptTask;
}

/**
 * What this browser keeps that is of whoever is signed in; what is of anybody else, or of a task that went on, is removed: the
 * server gives no key for it. Throws Refused.
 */
async function ownCopies(): Promise<readonly Mine[]> {
  const names = await keptNames();
  const mine: Mine[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const { copyKeys } = (await query(KEPT_COPIES, { names: some })).data;
    const found = some.flatMap((name, index) => {
      const task = copyKeys?.[index]?.task;
      return task ? [{ name, task }] : [];
    });
    await removeKept(some.filter((name) => !found.some((one) => one.name === name)));
    mine.push(...found);
  }
  return mine;
}

/** A copy that was opened, with how many changes it has that the draft has not. */
interface Found {
  readonly content: Based;
  readonly changes: number;
}

/** What a copy holds beyond the server's draft, or why it holds nothing that counts. Throws Refused. */
async function openedOf(name: string): Promise<Found | "none" | "older" | "damaged"> {
  const { viewer, copyKeys } = (await query(KEPT_COPY, { name })).data;
  const given = copyKeys?.[0];
  if (!viewer || !given) return "none";
  const { id: taskId, round, stage, draft } = given.task;
  const bound = { personId: viewer.id, taskId, round, stage };
  const content = (await openCopy(await copyKeyOf(given.key), bound, await readKept(name))) as Based | null;
  if (!content) return "damaged";
  const changes = changesBeyond(content, draft?.body);
  return changes === null ? "older" : changes === 0 ? "none" : { content, changes };
}

/** What was found on this machine of a task: what is drawn on, and what is to be said of it. */
export interface Restored extends Found {
  /** Where it is, until the server has taken it. */
  readonly name: string;
}

/** What this machine keeps of a task beyond the server's draft; what counts for nothing is removed, and told. Throws Refused. */
export async function restoredOf(taskId: string): Promise<{ readonly found: Restored | null; readonly told: string }> {
  let [found, told]: [Restored | null, string] = [null, ""];
  for (const { name, task } of await ownCopies()) {
    if (task.id !== taskId) continue;
    const opened = await openedOf(name);
    if (typeof opened === "string") {
      await removeKept([name]);
      if (opened !== "none") told = TEXT.copies[opened];
    } else {
      if (found) await removeKept([found.name]);
      found = { ...opened, name };
    }
  }
  return { found, told: found ? TEXT.copies.restored(found.changes) : told };
}

/**
 * Looks through what this browser keeps: what is not its person's any more is removed; what is of a task that he lost becomes
 * its draft, which is offered again with it. Answers what is to be said. Nothing is removed where the server does not answer.
 */
export async function tidyCopies(): Promise<string> {
  let told = "";
  try {
    for (const { name, task } of await ownCopies()) {
      if (task.lease) continue;
      const opened = await openedOf(name);
      if (typeof opened === "object") {
        const { base: _base, ...body } = opened.content;
        await mutate(DRAFT_SAVE, { taskId: task.id, body });
        told = TEXT.copies.handedOver(opened.changes);
      } else if (opened !== "none") told = TEXT.copies[opened];
      await removeKept([name]);
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  return told;
}
