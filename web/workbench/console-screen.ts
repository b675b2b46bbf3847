import type { View, Links } from "./console-view.ts";
import { SearchView } from "./console-search.ts";
import { TailView } from "./console-tail.ts";
import { TimelineView } from "./console-timeline.ts";
import type { Screen, Then } from "./desk.ts";
import { button, element, show } from "./dom.ts";
import { LogView } from "./log-view.ts";
import { TEXT } from "./text.ts";

/** What a compliance officer works with: the log as a picture, in answers, as it comes, and verified. */
export class ConsoleScreen implements Screen {
  readonly #then: Then;
  readonly #views: readonly View[];
  readonly #tabs: readonly HTMLButtonElement[];
  #current: View | null = null;

  constructor(then: Then) {
    this.#then = then;
    const { refused } = then;
    const ask =
      (question: "auditAccesses" | "auditOfPerson"): Links["whoSaw"] =>
      (about) => {
        this.#select(search);
        search.asks(question, about);
      };
    const links: Links = { whoSaw: ask("auditAccesses"), seenBy: ask("auditOfPerson") };
    const search = new SearchView(links, refused);
    this.#views = [new TimelineView(links, refused), search, new TailView(links, refused), new LogView(refused)];
    this.#tabs = this.#views.map((view, n) =>
      button(view.name, () => this.#select(view), { role: "tab", id: `tab-${n}`, "aria-controls": `panel-${n}` }),
    );
    for (const [n, { panel }] of this.#views.entries())
      for (const [name, value] of [
        ["role", "tabpanel"],
        ["id", `panel-${n}`],
        ["aria-labelledby", `tab-${n}`],
      ] as const)
        panel.setAttribute(name, value);
  }

  show(): void {
    const list = element("div", { role: "tablist", "aria-label": TEXT.console.parts, class: "row" }, this.#tabs);
    list.addEventListener("keydown", (event) => this.#key(event));
    show([
      element("header", { class: "row" }, [
        element("h1", {}, [TEXT.console.title]),
        button(TEXT.backToProjects, () => this.#then.leave()),
      ]),
      list,
      element("p", { class: "quiet" }, [TEXT.console.recorded]),
      element(
        "div",
        { class: "console" },
        this.#views.map(({ panel }) => panel),
      ),
    ]);
    const [first] = this.#views;
    if (first) this.#select(first);
    this.#tabs[0]?.focus();
  }

  end(): void {
    for (const view of this.#views) view.end();
  }

  #select(chosen: View): void {
    if (chosen !== this.#current) this.#current?.leave();
    for (const [n, view] of this.#views.entries()) {
      const selected = view === chosen;
      view.panel.hidden = !selected;
      this.#tabs[n]?.setAttribute("aria-selected", `${selected}`);
      this.#tabs[n]?.setAttribute("tabindex", selected ? "0" : "-1");
    }
    if (chosen !== this.#current) chosen.enter();
    this.#current = chosen;
  }

  /** Arrows, Home and End go from tab to tab; Enter opens one, because opening may ask the server, which is on record. */
  #key(event: KeyboardEvent): void {
    const at = this.#tabs.findIndex((tab) => tab === document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: this.#tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.#tabs.at(to % this.#tabs.length)?.focus();
  }
}
