import { button, element } from "./dom.ts";
import type { PageEnd } from "./generated/fragments.ts";
import { TEXT } from "./text.ts";

/** What the buttons of a list are called, where it is not the only one on its screen. */
interface Words {
  readonly before: string;
  readonly more: string;
}

/** A list that is gone through page by page, one at a time. */
export class Pages {
  #cursors: readonly (string | null)[] = [null];

  /** Where the page that is shown begins: after this cursor, or at the beginning. */
  get after(): string | null {
    return this.#cursors.at(-1) ?? null;
  }

  get number(): number {
    return this.#cursors.length;
  }

  /** Whether there is another page to go to. */
  turns({ hasNextPage }: PageEnd): boolean {
    return hasNextPage || this.number > 1;
  }

  /** Buttons to the page after and the one before; `go` asks for the page that is wanted then. */
  buttons({ hasNextPage, endCursor }: PageEnd, go: () => void, words: Words = TEXT.console): HTMLElement {
    const to = (cursors: readonly (string | null)[]) => () => {
      this.#cursors = cursors;
      go();
    };
    return element("div", { class: "row" }, [
      ...(this.number > 1 ? [button(words.before, to(this.#cursors.slice(0, -1)))] : []),
      element("span", { class: "quiet" }, [TEXT.console.page(this.number)]),
      ...(hasNextPage && endCursor !== null ? [button(words.more, to([...this.#cursors, endCursor]))] : []),
    ]);
  }
}
