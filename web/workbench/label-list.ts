import type { LabelClasses } from "./classes.ts";
import { button, element } from "./dom.ts";
import type { Drawn } from "./drawing.ts";
import type { Grid } from "./shapes.ts";
import { TEXT } from "./text.ts";

/** Rows that are shown at once: as many as are handed in with one task. More are found by the filter. */
const MOST_ROWS = 1_000;

/** What the list needs of the screen that it is on. */
export interface Listed {
  readonly classes: LabelClasses;
  readonly grid: () => Grid | null;
  /** The portion mark of a label: the one that it has, or gets. */
  readonly portionOf: (drawn: Drawn) => string;
  readonly isHidden: (id: string) => boolean;
  readonly select: (id: string) => void;
}

interface Row {
  readonly item: HTMLLIElement;
  readonly made: HTMLButtonElement;
  id: string;
}

/** All labels in the order in which they are painted, narrowed by what is typed: class, name of the class, kind of shape. */
export class LabelList {
  readonly #listed: Listed;
  readonly #rows: Row[] = [];
  readonly #list = element("ol", { class: "shapes", "aria-label": TEXT.shapes });
  readonly #count = element("p", { class: "quiet", role: "status" });
  readonly #filter = element("input", {
    type: "search",
    "aria-label": TEXT.drawing.filter,
    placeholder: TEXT.drawing.filter,
  });
  readonly element = element("div", { class: "labels" }, [this.#filter, this.#count, this.#list]);
  #drawn: readonly Drawn[] = [];
  #selected: string | null = null;

  constructor(listed: Listed) {
    this.#listed = listed;
    this.#filter.addEventListener("input", () => this.#show(false));
  }

  /** Brings the list up to date in place, so that whoever is in it stays where he is. */
  update(drawn: readonly Drawn[], selected: string | null): void {
    const moves = selected !== this.#selected;
    this.#drawn = drawn;
    this.#selected = selected;
    this.#show(moves);
  }

  #found(): readonly (readonly [at: number, drawn: Drawn])[] {
    const words = this.#filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found: (readonly [number, Drawn])[] = [];
    for (const [at, one] of this.#drawn.entries()) {
      const kind = TEXT.drawing.kinds[one.shape.kind] ?? one.shape.kind;
      const text =
        words.length === 0 ? "" : `${one.classKey} ${this.#listed.classes.nameOf(one.classKey)} ${kind}`.toLowerCase();
      if (words.every((word) => text.includes(word))) found.push([at, one]);
    }
    return found;
  }

  #text(at: number, drawn: Drawn): string {
    const [problem] = this.#listed.classes.problemsOf(drawn, this.#listed.grid());
    return [
      TEXT.drawn(
        this.#listed.portionOf(drawn),
        this.#listed.classes.nameOf(drawn.classKey),
        at + 1,
        TEXT.drawing.kinds[drawn.shape.kind] ?? drawn.shape.kind,
      ),
      ...(this.#listed.isHidden(drawn.id) ? [TEXT.drawing.hidden] : []),
      ...(problem ? [TEXT.drawing.problem(problem.code, problem.at)] : []),
    ].join(", ");
  }

  /** What the list says of a label; empty of one that is not there. */
  nameOf(id: string): string {
    const at = this.#drawn.findIndex((one) => one.id === id);
    const drawn = this.#drawn[at];
    return drawn ? this.#text(at, drawn) : "";
  }

  #show(moves: boolean): void {
    const found = this.#found();
    const shown = found.slice(0, MOST_ROWS);
    this.#count.textContent =
      this.#drawn.length === 0 ? TEXT.noShapes : TEXT.drawing.listed(shown.length, this.#drawn.length);
    for (const [place, [at, drawn]] of shown.entries()) {
      const row = this.#rows[place] ?? this.#row();
      if (place >= this.#rows.length) this.#rows.push(row);
      row.id = drawn.id;
      const pressed = String(drawn.id === this.#selected);
      if (row.made.getAttribute("aria-pressed") !== pressed) row.made.setAttribute("aria-pressed", pressed);
      const text = this.#text(at, drawn);
      if (row.made.textContent !== text) row.made.textContent = text;
      if (!row.item.isConnected || row.item.parentNode !== this.#list) this.#list.append(row.item);
      if (moves && drawn.id === this.#selected) row.item.scrollIntoView({ block: "nearest" });
    }
    for (const { item } of this.#rows.splice(shown.length)) item.remove();
  }

  #row(): Row {
    const made = button("", () => this.#listed.select(row.id));
    const row: Row = { item: element("li", {}, [made]), made, id: "" };
    return row;
  }
}
