import { Refused, mutate, serverNow } from "./api.ts";
import { element, say } from "./dom.ts";
import type { Drawing } from "./drawing.ts";
import { DRAFT_SAVE, LEASE_EXTEND } from "./generated/tasks.ts";
import type { LocalCopy } from "./local-copy.ts";
import { TEXT } from "./text.ts";

const SAVED_AFTER_MS = 2_000;
const CHECKED_EVERY_MS = 5_000;
/** After these the same draft would be refused again. */
const FINAL: ReadonlySet<string> = new Set([
  "INVALID_INPUT",
  "LEASE_OVER",
  "NOT_FOUND",
  "UNAUTHENTICATED",
  "TOO_LARGE",
]);

/** After these there is nothing to keep: it was handed in, or is not this person's to see. */
const GONE: ReadonlySet<string> = new Set(["LEASE_OVER", "NOT_FOUND"]);

/** Where all that is drawn is. */
type Where = "server" | "machine" | "nowhere";

/**
 * Keeps what is drawn as a draft on the server a moment after it changed, sealed on this machine until it is there, and the lease
 * for as long as somebody works. What is not acknowledged is not saved, and is tried again; leaving the page with what is kept
 * nowhere asks first.
 */
export class Saving {
  readonly #where = element("span", { class: "where" });
  readonly #lease = element("span", { class: "quiet" });
  /** Where what is drawn is kept just now. */
  readonly element: HTMLElement;
  readonly #copy: LocalCopy | null;

  readonly #taskId: string;
  readonly #epoch: number;
  readonly #drawing: () => Drawing | null;
  readonly #lost: () => void;
  #until: number;
  readonly #lasts: number;
  #saved: number;
  #active = performance.now();
  #timer = 0;
  /** Saves run one after another, so that none that is older comes last. */
  #chain: Promise<void> = Promise.resolve();
  #over = false;
  #gone = false;
  readonly #checks = setInterval(() => void this.#check(), CHECKED_EVERY_MS);
  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    if (this.unkept) event.preventDefault();
  };
  readonly #onActive = (): void => {
    this.#active = performance.now();
  };

  constructor(
    taskId: string,
    lease: { readonly epoch: number; readonly lastsUntil: string },
    drawing: () => Drawing | null,
    { lost, copy }: { readonly lost: () => void; readonly copy: LocalCopy | null },
  ) {
    this.#copy = copy;
    const told = copy?.told ?? "";
    this.element = element("p", { class: "kept" }, [
      ...(drawing() ? [this.#where] : []),
      this.#lease,
      ...(told === "" ? [] : [element("span", { role: "note" }, [told])]),
    ]);
    this.#taskId = taskId;
    this.#epoch = lease.epoch;
    this.#drawing = drawing;
    this.#lost = lost;
    this.#until = this.#told(lease);
    this.#lasts = Math.max(this.#until - serverNow(), 10_000);
    // What was restored from this machine is not at the server yet.
    this.#saved = copy?.restored ? -1 : (drawing()?.version ?? 0);
    this.#show();
    addEventListener("beforeunload", this.#onLeave);
    for (const kind of ["pointermove", "keydown"]) addEventListener(kind, this.#onActive);
  }

  /** Whether something is drawn that the server did not acknowledge. */
  get dirty(): boolean {
    const drawing = this.#drawing();
    return !this.#over && drawing !== null && drawing.version !== this.#saved;
  }

  /** Whether something is drawn that is neither at the server nor sealed on this machine. */
  get unkept(): boolean {
    return this.#is() === "nowhere";
  }

  /** What becomes of the task that is left; nothing where something is on this machine alone, which goes with the session. */
  get leaving(): string {
    return this.dirty ? "" : TEXT.left(new Date(this.#until));
  }

  /** Says until when the task is this person's; answers it. */
  #told({ lastsUntil }: { readonly lastsUntil: string }): number {
    const until = new Date(lastsUntil);
    this.#lease.textContent = TEXT.leaseUntil(until);
    return until.getTime();
  }

  #is(): Where {
    const drawing = this.#drawing();
    if (!this.dirty || !drawing) return "server";
    return this.#copy?.holds(drawing.version) ? "machine" : "nowhere";
  }

  #show(): void {
    const where = this.#is();
    this.#where.dataset["where"] = where;
    this.#where.textContent = TEXT.copies[where === "nowhere" && !this.#copy?.keeps ? "never" : where];
  }

  /** Told after whatever may have changed. */
  changed(): void {
    if (this.dirty && this.unkept) this.#copy?.changed(this.#drawing, () => this.#show());
    this.#show();
    if (!this.dirty || this.#timer !== 0) return;
    say(TEXT.saving);
    this.#later();
  }

  #later(): void {
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      void this.save();
    }, SAVED_AFTER_MS);
  }

  /** Saves what is not saved yet, after whatever is being saved. */
  save(): Promise<void> {
    this.#chain = this.#chain.then(() => this.#save());
    return this.#chain;
  }

  async #save(): Promise<void> {
    const drawing = this.#drawing();
    if (!this.dirty || !drawing || this.#gone) return;
    const { version } = drawing;
    try {
      const body = this.#copy?.marked(drawing) ?? drawing.keep();
      const { data } = await mutate(DRAFT_SAVE, { taskId: this.#taskId, body });
      this.#saved = version;
      // What was drawn meanwhile is not saved yet: it has its turn, or lies sealed on this machine where the screen has ended.
      const isAll = drawing.version === version;
      if (isAll && !this.#over) this.#allSaved();
      await this.#copy?.taken(version, data.task?.copyKey ?? null, isAll);
      this.#show();
    } catch (error) {
      const code = error instanceof Refused ? error.code : "UNAVAILABLE";
      if (GONE.has(code)) await this.#take();
      const here = !this.unkept;
      if (FINAL.has(code)) say(here ? TEXT.copies.refused(code) : TEXT.notSaved(code));
      else {
        say(here ? TEXT.copies.kept : TEXT.unsaved);
        // What was said stands until it is tried again.
        if (this.#timer === 0 && !this.#over) this.#later();
      }
      this.#show();
    }
  }

  /** The task is nobody's any more, or not this person's to see: nothing of it stays here, or on the screen. */
  async #take(): Promise<void> {
    this.#gone = true;
    await this.#copy?.forget();
    if (!this.#over) this.#lost();
  }

  /** A turn that is still to come would save nothing, and keep the next change from telling that it is not saved. */
  #allSaved(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    say(TEXT.saved);
  }

  /** Leaves nothing on this machine: what is drawn was handed in, judged or put back. */
  forget(): void {
    void this.#copy?.forget();
  }

  /** Saves what is drawn, and keeps the lease once more; until when it lasts, by the server's clock. */
  async pause(): Promise<Date> {
    await this.save();
    await this.#extend();
    return new Date(this.#until);
  }

  /** Keeps the lease where somebody worked since the last look, before half of it is over. */
  async #check(): Promise<void> {
    const left = this.#until - serverNow();
    const works = performance.now() - this.#active < this.#lasts / 2;
    if (this.#over || left > this.#lasts / 2 || !works) return;
    await this.#extend();
  }

  async #extend(): Promise<void> {
    try {
      const { data } = await mutate(LEASE_EXTEND, { taskId: this.#taskId, epoch: this.#epoch });
      if (data.task?.lease) this.#until = this.#told(data.task.lease);
    } catch (error) {
      if (!this.#over && error instanceof Refused && ["LEASE_OVER", "NOT_FOUND"].includes(error.code)) this.#lost();
    }
  }

  /** Saves nothing more, once what is being saved is there. */
  async end(): Promise<void> {
    const isAll = !this.dirty;
    this.#over = true;
    clearInterval(this.#checks);
    clearTimeout(this.#timer);
    removeEventListener("beforeunload", this.#onLeave);
    for (const kind of ["pointermove", "keydown"]) removeEventListener(kind, this.#onActive);
    await this.#copy?.end(this.#drawing, isAll);
    await this.#chain;
  }
}
