import type { LabelClasses } from "./classes.ts";
import { button, element } from "./dom.ts";
import { asNew } from "./drawing.ts";
import type { Drawing, Drawn } from "./drawing.ts";
import { traceShape } from "./label-style.ts";
import { linesOf } from "./shapes.ts";
import type { Position } from "./shapes.ts";
import { TEXT } from "./text.ts";
import type { Viewer } from "./viewer.ts";

/** A model's proposal for this image. */
export interface PreLabel {
  readonly id: string;
  readonly portion: string;
  readonly score: number | null;
  readonly drawn: Drawn;
}

interface Around {
  readonly drawing: () => Drawing;
  readonly classes: LabelClasses;
  readonly changed: () => void;
}

const FONT = "600 12px system-ui, sans-serif";

/** What a model proposes, shown apart from what people drew. It becomes a label only when somebody takes it over. */
export class PreLabels {
  readonly #all: readonly PreLabel[];
  readonly #around: Around;
  readonly #list = element("ol", { class: "shapes proposals", "aria-label": TEXT.proposals.title });
  readonly #hide = button(TEXT.proposals.hide, () => this.toggle(), { "aria-pressed": "false" });
  readonly #takeAll = button(TEXT.proposals.takeAll, () => this.#take(this.#left()));
  readonly element: HTMLElement;
  #hidden = false;
  #shown = "";

  constructor(all: readonly PreLabel[], around: Around) {
    this.#all = all;
    this.#around = around;
    this.element = element("div", {}, [
      element("h2", {}, [TEXT.proposals.title]),
      element("p", { class: "quiet" }, [TEXT.proposals.help]),
      element("div", { class: "pair" }, [this.#takeAll, this.#hide]),
      this.#list,
    ]);
    this.element.hidden = all.length === 0;
    this.update();
  }

  /** Hides what is proposed, or shows it again. */
  toggle(): void {
    this.#hidden = !this.#hidden;
    this.#hide.setAttribute("aria-pressed", String(this.#hidden));
    this.#around.changed();
  }

  #left(): readonly PreLabel[] {
    const taken = new Set(this.#around.drawing().drawn.flatMap(({ preLabelId }) => preLabelId ?? []));
    return this.#all.filter(({ id }) => !taken.has(id));
  }

  #take(some: readonly PreLabel[]): void {
    for (const { id, drawn } of some) this.#around.drawing().add({ ...asNew(drawn), preLabelId: id });
    this.#around.changed();
  }

  /** Lists what nobody has taken over yet. */
  update(): void {
    const left = this.#left();
    const shown = left.map(({ id }) => id).join(" ");
    this.#takeAll.disabled = left.length === 0;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#list.replaceChildren(
      ...left.map((one) =>
        element("li", {}, [
          button(
            TEXT.proposals.take(
              one.portion,
              this.#around.classes.nameOf(one.drawn.classKey),
              one.drawn.shape.kind,
              one.score,
            ),
            () => this.#take([one]),
          ),
        ]),
      ),
    );
  }

  /** Draws what is left of the proposals: thin, dotted, white on dark, each with the word that says what it is. */
  paint(context: CanvasRenderingContext2D, viewer: Viewer): void {
    if (this.#hidden) return;
    const toScreen = (at: Position): Position => viewer.toScreen(at);
    for (const { drawn, score } of this.#left()) {
      context.beginPath();
      traceShape(context, drawn.shape, toScreen);
      for (const [color, width] of [
        ["#000000", 3],
        ["#ffffff", 1],
      ] as const) {
        context.setLineDash([2, 4]);
        context.strokeStyle = color;
        context.lineWidth = width;
        context.stroke();
      }
      context.setLineDash([]);
      const [first] = linesOf(drawn.shape)[0] ?? [];
      if (!first) continue;
      const [x, y] = toScreen(first);
      context.font = FONT;
      context.strokeStyle = "#000000";
      context.lineWidth = 3;
      const text = TEXT.proposals.name(this.#around.classes.nameOf(drawn.classKey), score);
      context.strokeText(text, x + 2, y + 14);
      context.fillStyle = "#ffffff";
      context.fillText(text, x + 2, y + 14);
    }
  }
}
