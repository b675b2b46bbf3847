import type { LabelClasses } from "./classes.ts";
import { button, element } from "./dom.ts";
import { asNew } from "./drawing.ts";
import type { Drawing, Drawn } from "./drawing.ts";
import { LabelLayer } from "./label-layer.ts";
import { LabelScene } from "./label-scene.ts";
import { LabelStyles } from "./label-style.ts";
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

/** Thin, dotted, white on dark. */
const PROPOSED = {
  color: "#ffffff",
  dash: [2, 4],
  lines: [
    { color: "#000000", width: 3 },
    { color: "#ffffff", width: 1 },
  ],
} as const;

/** What a model proposes, shown apart from what people drew. It becomes a label only when somebody takes it over. */
export class PreLabels {
  readonly #all: readonly PreLabel[];
  readonly #around: Around;
  readonly #list = element("ol", { class: "shapes proposals", "aria-label": TEXT.proposals.title });
  readonly #hide = button(TEXT.proposals.hide, () => this.toggle(), { "aria-pressed": "false" });
  readonly #takeAll = button(TEXT.proposals.takeAll, () => this.#take(this.#left()));
  readonly element: HTMLElement;
  /** As they are painted, each with the words that say what it is in place of its class. */
  readonly #painted: readonly Drawn[];
  readonly #scene = new LabelScene();
  readonly #layer = new LabelLayer(this.#scene, new LabelStyles([], undefined, PROPOSED));
  #hidden = false;
  #shown = "";

  constructor(all: readonly PreLabel[], around: Around) {
    this.#all = all;
    this.#around = around;
    this.#painted = all.map(({ id, drawn, score }) => ({
      ...drawn,
      id,
      classKey: TEXT.proposals.name(around.classes.nameOf(drawn.classKey), score),
    }));
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
    this.#around.drawing().addAll(some.map(({ id, drawn }) => ({ ...asNew(drawn), preLabelId: id })));
    this.#around.changed();
  }

  /** Lists what nobody has taken over yet. */
  update(): void {
    const left = this.#left();
    const shown = left.map(({ id }) => id).join(" ");
    this.#takeAll.disabled = left.length === 0;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const ids = new Set(left.map(({ id }) => id));
    this.#layer.changed(this.#scene.update(this.#painted.filter(({ id }) => ids.has(id))));
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

  /** Draws what is left of the proposals. True where some are still to be drawn. */
  paint(context: CanvasRenderingContext2D, { canvas, place }: Viewer): boolean {
    if (this.#hidden || this.#all.length === 0) return false;
    return this.#layer.paint(context, place, { width: canvas.clientWidth, height: canvas.clientHeight });
  }

  /** Ends what is kept for painting. */
  end(): void {
    this.#layer.end();
  }
}
