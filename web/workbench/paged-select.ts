import { nodes } from "./api.ts";
import type { Edges } from "./api.ts";
import { element, say } from "./dom.ts";
import type { DatasetNamed, PageEnd, ProgramNamed, ProjectNamed } from "./generated/fragments.ts";
import { Pages } from "./list-pages.ts";
import { TEXT } from "./text.ts";

/** A page of what can be chosen. */
export interface Choice extends Edges<ProgramNamed | DatasetNamed | ProjectNamed> {
  readonly pageInfo: PageEnd;
}

/** One of a list that comes in pages: what is on one page can be chosen, and buttons lead to the others. */
export class PagedSelect {
  readonly select: HTMLSelectElement;
  /** Buttons to the other pages; nothing where there is one only. */
  readonly turns = element("span");
  readonly #words: { readonly before: string; readonly more: string };
  readonly #go: () => void;
  #pages = new Pages();
  #turned = false;
  #held = false;

  /** `go` asks for the page that was turned to. */
  constructor(
    attributes: Readonly<Record<string, string>>,
    list: "programs" | "datasets" | "projects",
    go: () => void,
  ) {
    this.select = element("select", attributes);
    this.#words = TEXT.listing[list];
    this.#go = go;
  }

  /** Behind which cursor the page begins. */
  get after(): string | null {
    return this.#pages.after;
  }

  /** Has nothing to choose, until the first page of another list comes. */
  begin(): void {
    this.#pages = new Pages();
    this.#turned = false;
    this.select.replaceChildren();
    this.turns.replaceChildren();
  }

  /** Shows a page, and goes to it where somebody turned to it. */
  fill(choice: Choice): void {
    this.select.replaceChildren(
      ...nodes(choice).map(({ id, name, marking }) => element("option", { value: id }, [`${marking.portion} ${name}`])),
    );
    const turn = (): void => {
      this.#turned = true;
      this.#update();
      this.#go();
    };
    this.turns.replaceChildren(
      ...(this.#pages.turns(choice.pageInfo) ? [this.#pages.buttons(choice.pageInfo, turn, this.#words)] : []),
    );
    const turned = this.#turned;
    this.#turned = false;
    this.#update();
    if (!turned) return;
    this.select.focus();
    say(TEXT.console.page(this.#pages.number));
  }

  /** Nothing else can be chosen while it is held. */
  hold(held: boolean): void {
    this.#held = held;
    this.#update();
  }

  /** While a page is asked for, nothing of the one before is chosen: the answer has the names of the page that was turned to. */
  #update(): void {
    for (const one of [this.select, ...this.turns.querySelectorAll("button")])
      one.disabled = this.#held || this.#turned;
  }
}
