import { Refused, query } from "./api.ts";
import { canKeep, keep, removeKept } from "./copy-store.ts";
import type { Drawing } from "./drawing.ts";
import { markOf } from "./drawing-mark.ts";
import type { Based, Mark, Marked } from "./drawing-mark.ts";
import { COPY_KEY } from "./generated/tasks.ts";
import { restoredOf } from "./kept-copies.ts";
import type { Restored } from "./kept-copies.ts";
import { copyKeyOf, sealCopy } from "./sealed-copy.ts";
import type { CopyBound, CopyKey } from "./sealed-copy.ts";
import type { Task } from "./task.ts";

/** So long after a change it is written, and what changes meanwhile with it. */
const KEPT_AFTER_MS = 200;

interface Given {
  readonly name: string;
  readonly key: string;
}

/** The sealed copy of one drawing on this machine, for as long as the server has not taken all of it. */
export class LocalCopy {
  /** What is to be said of what was found here when the task was opened. */
  readonly told: string;
  readonly #bound: CopyBound;
  readonly #epoch: number;
  readonly #page = crypto.randomUUID();
  /** Changes that were restored: they count as this page's own. */
  readonly restored: number;
  #base: Mark | null;
  #to: { readonly name: string; readonly key: CopyKey } | null = null;
  /** Where something of this task may be. */
  readonly #names = new Set<string>();
  #held = -1;
  #timer = 0;
  #over = false;
  /** Acts on the store one after another, so that none that is older comes last. */
  #chain: Promise<unknown> = Promise.resolve();

  private constructor(bound: CopyBound, epoch: number, base: Mark | null, found: Restored | null, told: string) {
    this.told = told;
    this.#bound = bound;
    this.#epoch = epoch;
    this.#base = base;
    this.restored = found?.changes ?? 0;
    if (found) this.#names.add(found.name);
  }

  /**
   * Opens the copy of a task that is held, and the task with what is drawn on: the server's draft, or what this machine has
   * beyond it. Where the server gives no key, nothing is kept here. Throws Refused where something is, and it does not answer.
   */
  static async open(task: Task): Promise<{ readonly task: Task; readonly copy: LocalCopy | null }> {
    const { id: taskId, round, stage, lease, draft } = task;
    if (!lease) return { task, copy: null };
    const { found, told } = await restoredOf(taskId);
    try {
      const { viewer, task: given } = (await query(COPY_KEY, { id: taskId })).data;
      const bound = { personId: viewer?.id ?? "", taskId, round, stage };
      const copy = new LocalCopy(bound, lease.epoch, markOf(draft?.body), found, told);
      await copy.#give(given?.copyKey ?? null);
      return { task: found ? { ...task, draft: { body: found.content } } : task, copy };
    } catch (error) {
      if (error instanceof Refused && !found) return { task, copy: null };
      throw error;
    }
  }

  async #give(given: Given | null): Promise<void> {
    if (given?.name === this.#to?.name) return;
    this.#to = given && canKeep() ? { name: given.name, key: await copyKeyOf(given.key) } : null;
  }

  /** Whether all of a drawing's changes up to this version are here. */
  holds(version: number): boolean {
    return this.#held === version;
  }

  /** Whether anything is kept here at all. */
  get keeps(): boolean {
    return this.#to !== null && canKeep();
  }

  /** A drawing as it is kept, at the server or here. */
  marked(drawing: Drawing): Marked {
    return { ...drawing.keep(), mark: this.#mark(drawing.version) };
  }

  #mark(version: number): Mark {
    return { epoch: this.#epoch, page: this.#page, count: this.restored + version };
  }

  /** Told after every change; `then` is called when it is here. */
  changed(drawing: () => Drawing | null, then: () => void): void {
    if (this.#over || this.#timer !== 0 || !this.keeps) return;
    this.#timer = setTimeout(() => void this.#write(drawing, then), KEPT_AFTER_MS);
  }

  #write(drawing: () => Drawing | null, then: () => void): Promise<unknown> {
    this.#timer = 0;
    this.#chain = this.#chain.then(async () => {
      const [now, to] = [drawing(), this.#to];
      if (!now || !to || this.#over) return;
      const { version } = now;
      const content: Based = { ...this.marked(now), base: this.#base };
      const sealed = await sealCopy(to.key, this.#bound, content);
      // Whoever signed out, or handed it in, meanwhile leaves nothing.
      if (this.#over || !(await keep(to.name, sealed, [...this.#names]))) return;
      this.#names.clear();
      this.#names.add(to.name);
      this.#held = version;
      then();
    });
    return this.#chain;
  }

  /** Told when the server has a version: it is the one that what comes is made from. With all of it there nothing stays here. */
  async taken(version: number, given: Given | null, isAll: boolean): Promise<void> {
    this.#base = this.#mark(version);
    await this.#give(given);
    if (isAll) await this.#remove();
  }

  #remove(): Promise<unknown> {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#chain = this.#chain.then(async () => {
      this.#held = -1;
      await removeKept([...this.#names]).catch(() => undefined);
      this.#names.clear();
    });
    return this.#chain;
  }

  /** Removes it, and keeps nothing any more: it was handed in, judged or put back, or is not this person's. */
  async forget(): Promise<void> {
    this.#over = true;
    await this.#remove();
  }

  /** Keeps nothing more, once what was drawn last is here, too. */
  async end(drawing: () => Drawing | null, isAll: boolean): Promise<void> {
    const waits = this.#timer !== 0 && !isAll;
    clearTimeout(this.#timer);
    if (waits) await this.#write(drawing, () => undefined);
    await this.#chain;
    this.#over = true;
  }
}
