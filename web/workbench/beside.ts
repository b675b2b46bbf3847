import { CanvasTools } from "./canvas-tools.ts";
import type { LabelClasses } from "./classes.ts";
import { paintOnlyHere, paintSide } from "./difference-painting.ts";
import { element } from "./dom.ts";
import { Drawing } from "./drawing.ts";
import type { Drawn } from "./drawing.ts";
import type { TaskOpinion } from "./generated/tasks.ts";
import { differencesOf } from "./opinion-differences.ts";
import { drawnOf } from "./task.ts";
import { TEXT } from "./text.ts";
import { Viewer } from "./viewer.ts";

/** Another opinion beside the one that is looked at: a window of its own on the same image, and both show the same place. */
class Beside {
  readonly canvas = element("canvas", { tabindex: "0" });
  readonly #main: () => Viewer | null;
  readonly #tools: CanvasTools;
  #viewer: Viewer | null = null;
  #drawing = new Drawing();
  #number = 0;
  #only: readonly Drawn[] = [];
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
      const more = this.#tools.paint(context);
      paintOnlyHere(context, this.#only, "B", viewer);
      paintSide(context, "B", this.#number, viewer);
      return more;
    });
    if (this.#ended) return viewer.end();
    this.#viewer = viewer;
    this.#tools.listen(this.canvas);
    this.follow();
    this.#update();
  }

  /** Shows the labels of an opinion, and says which it is; `only` are those that the other one lacks. */
  show(number: number, drawn: readonly Drawn[], only: readonly Drawn[]): void {
    this.#number = number;
    this.#only = only;
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
  readonly opinions: readonly TaskOpinion[];
}

/** Where two opinions are looked at: the window of the first, and the list of what is told of it. */
interface Around {
  readonly main: () => Viewer | null;
  readonly canvases: HTMLElement;
  /** Shows another opinion in the first window; `show` is told of it. */
  readonly look: (at: number) => void;
  readonly refused: (error: unknown) => void;
}

/** One opinion alone, or with any other in a window beside it, and in what the two differ. */
export class SideBySide {
  readonly #of: Compared;
  readonly #around: Around;
  readonly #a: HTMLSelectElement;
  readonly #b: HTMLSelectElement;
  readonly #differ = element("p", { role: "status" });
  /** Which opinion is on which side, and in words in what they differ. */
  readonly element: HTMLElement;
  #left = 0;
  #right = 1;
  #only: readonly Drawn[] = [];
  #beside: Beside | null = null;

  constructor(of: Compared, around: Around) {
    this.#of = of;
    this.#around = around;
    this.#a = this.#select(TEXT.judging.sides.A);
    this.#b = this.#select(TEXT.judging.sides.B);
    this.element = element("div", { class: "sides" }, [
      element("label", {}, ["A ", this.#a]),
      element("label", {}, ["B ", this.#b]),
      this.#differ,
      element("p", { class: "quiet" }, [TEXT.judging.differHelp]),
    ]);
    this.element.hidden = true;
    this.#a.addEventListener("change", () => around.look(Number(this.#a.value)));
    this.#b.addEventListener("change", () => this.#chooseRight(Number(this.#b.value)));
  }

  #select(name: string): HTMLSelectElement {
    const options = this.#of.opinions.map(({ marking }, at) =>
      element("option", { value: String(at) }, [TEXT.judging.chosen(marking.portion, at + 1)]),
    );
    return element("select", { "aria-label": name }, options);
  }

  get isOn(): boolean {
    return this.#beside !== null;
  }

  /** Opens the window beside the opinion that is looked at, with the next one, or closes it. */
  toggle(opinion: number): void {
    if (this.#beside) return this.end();
    const beside = new Beside(this.#around.main, this.#of.classes);
    this.#beside = beside;
    this.#around.canvases.append(beside.canvas);
    this.element.hidden = false;
    this.#left = opinion;
    this.#right = (opinion + 1) % Math.max(this.#of.opinions.length, 1);
    this.#compare();
    beside.open(this.#of.assetId).catch((error: unknown) => {
      if (this.#beside === beside) this.#around.refused(error);
    });
  }

  /** Told which opinion is looked at. Where it was the one beside, they change places. */
  show(opinion: number): void {
    if (this.#right === opinion) this.#right = this.#left;
    this.#left = opinion;
    this.#compare();
  }

  #chooseRight(opinion: number): void {
    const before = this.#right;
    this.#right = opinion;
    // The one that was beside takes the place of the one that is there now.
    if (this.#left === opinion) {
      this.#around.look(before);
    } else this.#compare();
  }

  #compare(): void {
    const [a, b] = [this.#of.opinions[this.#left], this.#of.opinions[this.#right]];
    if (!this.#beside || !a || !b) return;
    const { onlyA, onlyB, both } = differencesOf(drawnOf(a), drawnOf(b));
    [this.#a.value, this.#b.value] = [String(this.#left), String(this.#right)];
    this.#differ.textContent = TEXT.judging.differ(onlyA.length, onlyB.length, both);
    this.#only = onlyA;
    this.#beside.show(this.#right + 1, drawnOf(b), onlyB);
    this.#around.main()?.draw();
  }

  /** Draws over the first window what only its opinion has; the other one goes where the first is. */
  paint(context: CanvasRenderingContext2D): void {
    const main = this.#around.main();
    if (!this.#beside || !main) return;
    this.#beside.follow();
    paintOnlyHere(context, this.#only, "A", main);
    paintSide(context, "A", this.#left + 1, main);
  }

  end(): void {
    this.element.hidden = true;
    this.#only = [];
    this.#beside?.end();
    this.#beside = null;
  }
}
