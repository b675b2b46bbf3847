import { ActiveTime } from "./active-time.ts";
import { fixed } from "./dom.ts";

const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"] as const;

/** The time of whoever works on what the page shows: under the lock, and while the page is hidden, nothing counts. */
export class WatchedTime {
  readonly #time: ActiveTime;
  readonly #onSign = (): void => {
    const now = performance.now();
    if (document.hidden || fixed("screen").hidden) this.#time.rest(now);
    else this.#time.sign(now);
  };
  readonly #onHidden = (): void => {
    if (document.hidden) this.#time.rest(performance.now());
  };

  /** Begins now, with what there was before, in milliseconds. */
  constructor(before: number) {
    this.#time = new ActiveTime(before);
    this.#onSign();
    for (const sign of SIGNS) addEventListener(sign, this.#onSign, { passive: true, capture: true });
    document.addEventListener("visibilitychange", this.#onHidden);
  }

  /** Milliseconds until now. */
  get ms(): number {
    return this.#time.until(performance.now());
  }

  end(): void {
    for (const sign of SIGNS) removeEventListener(sign, this.#onSign, { capture: true });
    document.removeEventListener("visibilitychange", this.#onHidden);
  }
}
