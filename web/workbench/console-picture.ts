import { shortTime } from "./console-entry.ts";
import { bandsOf, columnAt, columnsOf, countOf, totals } from "./console-parts.ts";
import { element, svg } from "./dom.ts";
import type { TimelinePart } from "./generated/console.ts";
import { TEXT } from "./text.ts";

const [WIDTH, HEIGHT] = [1_000, 160];
/** A column is at least so wide, as a fraction. */
const LEAST = 0.02;
/** Kinds with a band of their own; the rest share one. The style names one more class, band-0 to band-6. */
const BANDS = 6;

/** The first and the last of the columns that are chosen. */
export interface Chosen {
  readonly first: number;
  readonly last: number;
}

/** A picture of a stretch of the log: entries by kind over time, in columns of which some can be chosen. */
export class Picture {
  readonly root: HTMLElement;
  readonly #columns: ReturnType<typeof columnsOf>;
  readonly #mark = svg("rect", { class: "chosen", y: 0, height: HEIGHT });

  /** `choose` is told when columns are drawn over with the pointer. */
  constructor(parts: readonly TimelinePart[], choose: (chosen: Chosen) => void) {
    this.#columns = columnsOf(parts, LEAST);
    const drawn = totals(parts)
      .slice(0, BANDS)
      .map(({ kind }) => kind);
    const highest = Math.max(1, ...parts.map(countOf));
    const drawing = svg("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": TEXT.console.picture(parts.length),
    });
    for (const [n, part] of parts.entries()) drawing.append(...this.#bars(part, n, drawn, highest));
    drawing.append(this.#mark);
    this.#listen(drawing, choose);
    const [first, last] = [parts[0], parts.at(-1)];
    this.root = element("figure", {}, [
      element("p", { class: "quiet" }, [TEXT.console.highest(highest)]),
      drawing,
      element("p", { class: "ends quiet" }, [
        element("span", {}, [first ? shortTime(first.firstAt) : ""]),
        element("span", {}, [last ? shortTime(last.lastAt) : ""]),
      ]),
      element(
        "ul",
        { class: "legend" },
        [...drawn, ...(totals(parts).length > BANDS ? [TEXT.console.otherKinds] : [])].map((kind, band) =>
          element("li", {}, [element("span", { class: `swatch band-${band}`, "aria-hidden": "true" }), kind]),
        ),
      ),
    ]);
  }

  /** Shows which columns are chosen. */
  choose({ first, last }: Chosen): void {
    const [from, to] = [this.#columns[first], this.#columns[last]];
    if (!from || !to) return;
    this.#mark.setAttribute("x", `${from.left * WIDTH}`);
    this.#mark.setAttribute("width", `${(to.left + to.width - from.left) * WIDTH}`);
  }

  #bars(part: TimelinePart, n: number, drawn: readonly string[], highest: number): readonly SVGElement[] {
    const { left = 0, width = 0 } = this.#columns[n] ?? {};
    let top = HEIGHT;
    return bandsOf(part, drawn).flatMap((count, band) => {
      if (count === 0) return [];
      const height = (count / highest) * HEIGHT;
      top -= height;
      const place = { x: left * WIDTH + 1, width: Math.max(1, width * WIDTH - 2), y: top, height };
      return [svg("rect", { class: `band-${band}`, ...place })];
    });
  }

  #listen(drawing: SVGElement, choose: (chosen: Chosen) => void): void {
    let began: number | null = null;
    const at = ({ clientX }: PointerEvent): number => {
      const { left, width } = drawing.getBoundingClientRect();
      return columnAt(this.#columns, (clientX - left) / Math.max(width, 1));
    };
    const told = (event: PointerEvent): void => {
      if (began === null) return;
      const here = at(event);
      choose({ first: Math.min(began, here), last: Math.max(began, here) });
    };
    drawing.addEventListener("pointerdown", (event) => {
      began = at(event);
      drawing.setPointerCapture(event.pointerId);
      told(event);
    });
    drawing.addEventListener("pointermove", told);
    drawing.addEventListener("pointerup", () => (began = null));
    drawing.addEventListener("pointercancel", () => (began = null));
  }
}
