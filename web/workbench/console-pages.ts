import { button, element } from "./dom.ts";
import { TEXT } from "./text.ts";

/** What the server says of where a page ends. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
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

  /** Buttons to the page after and the one before; `go` asks for the page that is wanted then. */
  buttons({ hasNextPage, endCursor }: PageInfo, go: () => void): HTMLElement {
    const to = (cursors: readonly (string | null)[]) => () => {
      this.#cursors = cursors;
      go();
    };
    return element("div", { class: "row" }, [
      ...(this.number > 1 ? [button(TEXT.console.before, to(this.#cursors.slice(0, -1)))] : []),
      element("span", { class: "quiet" }, [TEXT.console.page(this.number)]),
      ...(hasNextPage && endCursor !== null ? [button(TEXT.console.more, to([...this.#cursors, endCursor]))] : []),
    ]);
  }
}
