import { Refused, mutate } from "./api.ts";
import { say } from "./dom.ts";
import type { Drawing } from "./drawing.ts";
import { TEXT } from "./text.ts";

const SAVED_AFTER_MS = 2_000;
const CHECKED_EVERY_MS = 5_000;

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
  #lasts: number;
  #saved = 0;
  #active = performance.now();
  #timer = 0;
  #under: Promise<void> | null = null;
  readonly #checks = setInterval(() => void this.#check(), CHECKED_EVERY_MS);
  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    if (this.#dirty) event.preventDefault();
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
    this.#lasts = Math.max(this.#until - Date.now(), 10_000);
    this.#saved = drawing()?.version ?? 0;
    addEventListener("beforeunload", this.#onLeave);
    for (const kind of ["pointermove", "keydown"]) addEventListener(kind, this.#onActive);
  }

  get #dirty(): boolean {
    const drawing = this.#drawing();
    return drawing !== null && drawing.version !== this.#saved;
  }

  /** Told after whatever may have changed. */
  changed(): void {
    if (!this.#dirty || this.#timer !== 0) return;
    say(TEXT.saving);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      void this.save();
    }, SAVED_AFTER_MS);
  }

  /** Saves what is not saved yet; one after another. */
  async save(): Promise<void> {
    await this.#under;
    const drawing = this.#drawing();
    if (!this.#dirty || !drawing) return;
    const { version } = drawing;
    this.#under = mutate("taskDraftSave", { taskId: this.#taskId, body: drawing.keep() }, "task { id }").then(
      () => {
        this.#saved = version;
        say(TEXT.saved);
      },
      () => {
        say(TEXT.unsaved);
        this.changed();
      },
    );
    await this.#under;
    this.#under = null;
  }

  /** Keeps the lease where somebody worked since the last look, before half of it is over. */
  async #check(): Promise<void> {
    const left = this.#until - Date.now();
    const works = performance.now() - this.#active < this.#lasts / 2;
    if (left > this.#lasts / 2 || !works) return;
    try {
      const { data } = await mutate<{ task: { lease: { lastsUntil: string } | null } | null }>(
        "taskLeaseExtend",
        { taskId: this.#taskId, epoch: this.#epoch },
        "task { lease { lastsUntil } }",
      );
      if (data.task?.lease) this.#until = Date.parse(data.task.lease.lastsUntil);
    } catch (error) {
      if (error instanceof Refused && ["LEASE_OVER", "NOT_FOUND"].includes(error.code)) this.#lost();
    }
  }

  end(): void {
    clearInterval(this.#checks);
    clearTimeout(this.#timer);
    removeEventListener("beforeunload", this.#onLeave);
    for (const kind of ["pointermove", "keydown"]) removeEventListener(kind, this.#onActive);
  }
}
