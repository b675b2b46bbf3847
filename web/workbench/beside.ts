import { CanvasTools } from "./canvas-tools.ts";
import type { LabelClasses } from "./classes.ts";
import { element } from "./dom.ts";
import { Drawing } from "./drawing.ts";
import type { Drawn } from "./drawing.ts";
import { TEXT } from "./text.ts";
import { Viewer } from "./viewer.ts";

/** Another opinion beside the one that is looked at: a window of its own on the same image, and both show the same place. */
class Beside {
  readonly canvas = element("canvas", { tabindex: "0" });
  readonly #main: () => Viewer | null;
  readonly #tools: CanvasTools;
  #viewer: Viewer | null = null;
  #drawing = new Drawing();
  #ended = false;

  constructor(main: () => Viewer | null, classes: LabelClasses) {
    this.#main = main;
    this.#tools = new CanvasTools(() => this.#viewer, {
      drawing: () => this.#drawing,
      classes,
      changed: () => this.#update(),
      pointed: () => undefined,
      told: () => undefined,
      pinned: () => undefined,
      draws: false,
    });
    this.#tools.tool = "pan";
  }

  /** Opens the window; the image is opened once more for it, which the log says. Throws Refused. */
  async open(assetId: string): Promise<void> {
    const viewer = await Viewer.open(this.canvas, assetId, (context) => {
      this.#main()?.follow(viewer);
      return this.#tools.paint(context);
    });
    if (this.#ended) return viewer.end();
    this.#viewer = viewer;
    this.#tools.listen(this.canvas);
    this.follow();
    this.#update();
  }

  /** Shows the labels of an opinion, and says which it is. */
  show(number: number, drawn: readonly Drawn[]): void {
    this.canvas.setAttribute("aria-label", TEXT.judging.beside(number));
    this.#drawing = Drawing.from({ format: 2, drawn, done: [], undone: [] });
    this.#update();
  }

  /** Goes where the other window is. */
  follow(): void {
    const main = this.#main();
    if (main) this.#viewer?.follow(main);
  }

  #update(): void {
    this.#tools.update();
    this.#viewer?.draw();
  }

  end(): void {
    this.#ended = true;
    this.canvas.remove();
    this.#tools.end();
    this.#viewer?.end();
  }
}

/** What is looked at side by side, and where. */
interface Compared {
  readonly assetId: string;
  readonly classes: LabelClasses;
  /** The labels of each opinion. */
  readonly opinions: readonly (readonly Drawn[])[];
}

/** One opinion alone, or with the next one in a window beside it. */
export class SideBySide {
  readonly #of: Compared;
  readonly #main: () => Viewer | null;
  readonly #canvases: HTMLElement;
  readonly #refused: (error: unknown) => void;
  #beside: Beside | null = null;

  constructor(
    of: Compared,
    around: { main: () => Viewer | null; canvases: HTMLElement; refused: (error: unknown) => void },
  ) {
    this.#of = of;
    this.#main = around.main;
    this.#canvases = around.canvases;
    this.#refused = around.refused;
  }

  get isOn(): boolean {
    return this.#beside !== null;
  }

  /** Opens the window beside the opinion that is looked at, or closes it. */
  toggle(opinion: number): void {
    if (this.#beside) return this.end();
    const beside = new Beside(this.#main, this.#of.classes);
    this.#beside = beside;
    this.#canvases.append(beside.canvas);
    this.show(opinion);
    beside.open(this.#of.assetId).catch((error: unknown) => {
      if (this.#beside === beside) this.#refused(error);
    });
  }

  /** Told which opinion is looked at: the next one is shown beside it. */
  show(opinion: number): void {
    const { opinions } = this.#of;
    const other = (opinion + 1) % Math.max(opinions.length, 1);
    const drawn = opinions[other];
    if (drawn) this.#beside?.show(other + 1, drawn);
  }

  /** Goes where the first window is. */
  follow(): void {
    this.#beside?.follow();
  }

  end(): void {
    this.#beside?.end();
    this.#beside = null;
  }
}
