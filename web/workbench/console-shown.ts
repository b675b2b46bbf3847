import { Refused } from "./api.ts";
import type { Answer } from "./api.ts";
import { showBanner } from "./banner.ts";
import { element, say } from "./dom.ts";
import { TEXT } from "./text.ts";

/** Refusals after which nothing of the page can be shown: everything else concerns the question that was asked. */
const ENDS = new Set(["UNAUTHENTICATED", "NO_ANSWER"]);

/** What is shown of an answer, and what is said of it in short. */
export interface Told {
  readonly nodes: readonly Node[];
  readonly said: string;
}

/**
 * Where a view shows an answer: one at a time, under the banner that the server put on just that one. A further page takes
 * the place of the one before, because nobody but the server could tell the banner over both.
 */
export class Shown {
  readonly area = element("section", { class: "answer", tabindex: "-1" });
  readonly #refused: (error: unknown) => void;
  #marking: string | null = null;
  #visible = false;
  #turn = 0;

  /** @param refused takes what ends the whole screen */
  constructor(refused: (error: unknown) => void) {
    this.#refused = refused;
  }

  enter(): void {
    this.#visible = true;
    showBanner(this.#marking);
    say("");
  }

  leave(): void {
    this.#visible = false;
  }

  /** Drops what is shown, and whatever is still to come. */
  end(): void {
    this.put(null, []);
    this.leave();
  }

  /** Shows something that is here already, under its own banner, in place of what was shown or asked for. */
  put(marking: string | null, nodes: readonly Node[]): void {
    this.#turn += 1;
    this.#show(marking, nodes);
  }

  /** Says why nothing can be asked, in place of an answer. */
  refuse({ nodes, said }: Told): void {
    this.put(null, nodes);
    if (this.#visible) say(said);
  }

  #show(marking: string | null, nodes: readonly Node[]): void {
    // Who paged by a button in here would be nowhere when it is gone.
    const within = this.area.contains(document.activeElement) && document.activeElement !== this.area;
    this.#marking = marking;
    if (this.#visible) showBanner(marking);
    this.area.removeAttribute("aria-busy");
    this.area.replaceChildren(...nodes);
    if (within) this.area.focus();
  }

  /** Asks, and shows the answer or why there is none. What was shown before goes at once. */
  async ask<T>(asking: () => Promise<Answer<T>>, told: (data: T, marking: string | null) => Told): Promise<void> {
    this.put(null, [element("p", { class: "quiet" }, [TEXT.console.asking])]);
    const own = this.#turn;
    this.area.setAttribute("aria-busy", "true");
    let result: Told;
    let marking: string | null = null;
    try {
      const answer = await asking();
      if (own !== this.#turn) return;
      marking = answer.marking;
      result = told(answer.data, marking);
    } catch (error) {
      if (own !== this.#turn) return;
      if (!(error instanceof Refused) || ENDS.has(error.code)) {
        this.end();
        this.#refused(error);
        return;
      }
      result = refusal(TEXT.refusedAs(error.code), TEXT.console.why(error.code));
    }
    this.#show(marking, result.nodes);
    if (this.#visible) say(result.said);
  }
}

/** Why there is no answer, in words, and what can be done about it. */
export function refusal(text: string, hint?: string): Told {
  const nodes = [element("p", { class: "bad" }, [text]), ...(hint === undefined ? [] : [element("p", {}, [hint])])];
  return { nodes, said: text };
}
