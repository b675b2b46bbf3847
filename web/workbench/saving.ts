import { Refused, mutate, serverNow } from "./api.ts";
import { say } from "./dom.ts";
import type { Drawing } from "./drawing.ts";
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

/**
 * Keeps what is drawn as a draft on the server a moment after it changed, and the lease for as long as somebody works. What is
 * not acknowledged is not saved, and is tried again; leaving the page with it asks first.
 */
export class Saving {
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
  readonly #checks = setInterval(() => void this.#check(), CHECKED_EVERY_MS);
  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    if (this.dirty) event.preventDefault();
  };
  readonly #onActive = (): void => {
    this.#active = performance.now();
  };

  constructor(
    taskId: string,
    lease: { readonly epoch: number; readonly lastsUntil: string },
    drawing: () => Drawing | null,
    lost: () => void,
  ) {
    this.#taskId = taskId;
    this.#epoch = lease.epoch;
    this.#drawing = drawing;
    this.#lost = lost;
    this.#until = Date.parse(lease.lastsUntil);
    this.#lasts = Math.max(this.#until - serverNow(), 10_000);
    this.#saved = drawing()?.version ?? 0;
    addEventListener("beforeunload", this.#onLeave);
    for (const kind of ["pointermove", "keydown"]) addEventListener(kind, this.#onActive);
  }

  /** Whether something is drawn that the server did not acknowledge. */
  get dirty(): boolean {
    const drawing = this.#drawing();
    return !this.#over && drawing !== null && drawing.version !== this.#saved;
  }

  /** Told after whatever may have changed. */
  changed(): void {
    if (!this.dirty || this.#timer !== 0) return;
    say(TEXT.saving);
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
    if (!this.dirty || !drawing) return;
    const { version } = drawing;
    try {
      await mutate("taskDraftSave", { taskId: this.#taskId, body: drawing.keep() }, "task { id }");
      this.#saved = version;
      // What was drawn meanwhile is not saved yet, and has its turn.
      if (!this.dirty) say(TEXT.saved);
    } catch (error) {
      const code = error instanceof Refused ? error.code : "UNAVAILABLE";
      if (FINAL.has(code)) say(TEXT.notSaved(code));
      else {
        say(TEXT.unsaved);
        this.changed();
      }
    }
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
      const { data } = await mutate<{ task: { lease: { lastsUntil: string } | null } | null }>(
        "taskLeaseExtend",
        { taskId: this.#taskId, epoch: this.#epoch },
        "task { lease { lastsUntil } }",
      );
      if (data.task?.lease) this.#until = Date.parse(data.task.lease.lastsUntil);
    } catch (error) {
      if (!this.#over && error instanceof Refused && ["LEASE_OVER", "NOT_FOUND"].includes(error.code)) this.#lost();
    }
  }

  /** Saves nothing more, once what is being saved is there. */
  async end(): Promise<void> {
    this.#over = true;
    clearInterval(this.#checks);
    clearTimeout(this.#timer);
    removeEventListener("beforeunload", this.#onLeave);
    for (const kind of ["pointermove", "keydown"]) removeEventListener(kind, this.#onActive);
    await this.#chain;
  }
}
