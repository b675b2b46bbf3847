import { element } from "./dom.ts";
import { changesTold } from "./hand-changes.ts";
import type { AtHand } from "./hand-changes.ts";

/**
 * Says to readers what a hand does on the image: corners, labels, what is selected, and where the crosshair came to rest. It speaks
 * when something was done, or a key let go, and not at every step of one that is held.
 */
export class CanvasVoice {
  readonly element = element("p", { class: "unseen", role: "status" });
  #last: AtHand | null = null;

  /** Told after every change, with where the crosshair is; what was there at first is not said. */
  changed(now: AtHand, place: string): void {
    const told = this.#last ? changesTold(this.#last, now) : [];
    this.#last = now;
    if (told.length > 0) this.#say([...told, place]);
  }

  /** Told where the crosshair came to rest. */
  rested(place: string): void {
    this.#say([place]);
  }

  #say(told: readonly string[]): void {
    const text = told.filter(Boolean).join(". ");
    if (this.element.textContent !== text) this.element.textContent = text;
  }
}
