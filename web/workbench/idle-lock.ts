import { showBanner, shownBanner } from "./banner.ts";
import { button, element, fixed, forgetDialogs } from "./dom.ts";
import { TEXT } from "./text.ts";

/** So long without a key or a pointer, and the screen is hidden. */
const IDLE_MS = 10 * 60_000;
const CHECKED_EVERY_MS = 5_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"] as const;

/** What the lock needs of the page. */
interface Locked {
  /** Whether something is on the screen that is to be hidden. */
  readonly shows: () => boolean;
  /** Saves what is drawn, and keeps the lease for one grace period; answers until when, in words, or nothing. */
  readonly keep: () => Promise<string>;
  /** Proves that the session is still there. Throws Refused. */
  readonly prove: () => Promise<void>;
  readonly refused: (error: unknown) => void;
  readonly signOut: () => void;
}

/** Hides all that is shown where nobody did anything for a while. What was drawn is kept; the session decides who sees it again. */
export class IdleLock {
  readonly #page: Locked;
  #active = performance.now();
  #cover: HTMLElement | null = null;

  constructor(page: Locked) {
    this.#page = page;
    for (const sign of SIGNS)
      addEventListener(
        sign,
        () => {
          this.#active = performance.now();
        },
        { passive: true, capture: true },
      );
    setInterval(() => {
      if (this.#cover === null && performance.now() - this.#active > IDLE_MS) this.lock();
    }, CHECKED_EVERY_MS);
    // A machine that slept wakes up with what was shown: it is hidden before somebody sees it.
    document.addEventListener("visibilitychange", () => {
      if (this.#cover === null && performance.now() - this.#active > IDLE_MS) this.lock();
    });
  }

  /** Hides the screen now. */
  lock(): void {
    if (this.#cover !== null || !this.#page.shows()) return;
    forgetDialogs();
    const marking = shownBanner();
    const told = element("p", { role: "status" });
    const cover = element("section", { class: "lock", "aria-label": TEXT.lock.title }, [
      element("h1", {}, [TEXT.lock.title]),
      element("p", {}, [TEXT.lock.why(IDLE_MS / 60_000)]),
      told,
      element("div", { class: "row" }, [
        button(TEXT.lock.unlock, () => void this.#unlock(marking)),
        button(TEXT.signOut, () => this.#page.signOut()),
      ]),
    ]);
    this.#cover = cover;
    this.#hide(true);
    showBanner(null);
    fixed("screen").before(cover);
    cover.querySelector("button")?.focus();
    void this.#page.keep().then((until) => {
      told.textContent = until;
    });
  }

  /** Takes the cover off without a question: what was under it is gone. */
  forget(): void {
    this.#cover?.remove();
    this.#cover = null;
    this.#hide(false);
  }

  #hide(hidden: boolean): void {
    for (const id of ["screen", "status"]) fixed(id).hidden = hidden;
  }

  async #unlock(marking: string | null): Promise<void> {
    try {
      await this.#page.prove();
    } catch (error) {
      this.forget();
      return this.#page.refused(error);
    }
    this.#active = performance.now();
    this.forget();
    // What came while it was hidden has told its own.
    showBanner(shownBanner() ?? marking);
    fixed("screen").focus();
  }
}
