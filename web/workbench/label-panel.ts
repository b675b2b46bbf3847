import { AttributeForm } from "./attribute-form.ts";
import type { CanvasTools } from "./canvas-tools.ts";
import type { LabelClasses, LabelProblem } from "./classes.ts";
import { button, element } from "./dom.ts";
import type { Drawing, Drawn } from "./drawing.ts";
import { centerText } from "./ground-text.ts";
import { LabelList } from "./label-list.ts";
import { TEXT } from "./text.ts";
import type { Viewer } from "./viewer.ts";

/** Screen pixels that a duplicate lies beside. */
const BESIDE = 12;
/** As many as are handed in with one task. */
const MOST_LABELS = 1_000;

/** What the panel needs of the screen that it is on. */
export interface PanelSurroundings {
  readonly drawing: () => Drawing;
  readonly viewer: () => Viewer | null;
  readonly tools: CanvasTools;
  readonly classes: LabelClasses;
  readonly changed: () => void;
  readonly draws: boolean;
  /** The portion mark of labels that come with the task, and of one that is drawn or was handed in. */
  readonly portion: string;
  readonly portionOf: (drawn: Drawn) => string;
  /** Puts the keyboard on the image again. */
  readonly back: () => void;
  /** Whether the server has a history of a label: it knows nothing of what was drawn here. */
  readonly hasHistory: (id: string) => boolean;
  readonly showHistory: (id: string, from: HTMLElement) => void;
}

/** All labels, what can be done with the selected one, its attributes, and what is wrong just now. */
export class LabelPanel {
  readonly #around: PanelSurroundings;
  readonly #told = element("p", { class: "told", role: "status" });
  readonly #list: LabelList;
  readonly #form: AttributeForm;
  readonly #hide = button(TEXT.drawing.hide, () => this.hide(false), { "aria-pressed": "false" });
  readonly #hideAll = button(TEXT.drawing.hideAll, () => this.hide(true), { "aria-pressed": "false" });
  readonly #snap = button(TEXT.drawing.snap, () => this.#around.tools.toggleSnaps(), { "aria-pressed": "true" });
  readonly #center = element("p", { class: "quiet" });
  readonly #history = button(TEXT.history.open, () => {
    const { selected } = this.#around.tools;
    if (selected !== null) this.#around.showHistory(selected, this.#history);
  });
  readonly #ofSelected: readonly HTMLButtonElement[];
  readonly element: HTMLElement;
  #code = "";
  #lent: string | null = null;

  constructor(around: PanelSurroundings) {
    this.#around = around;
    const { tools, classes, draws, drawing, portion, portionOf, back } = around;
    this.#list = new LabelList({
      classes,
      grid: () => (draws ? around.viewer() : null),
      portionOf,
      isHidden: (id) => tools.scene.isHidden(id),
      select: (id) => this.#show(id),
    });
    const take = (drawn: Drawn, gesture: string): void => {
      drawing().replace(drawn, gesture);
      around.changed();
    };
    this.#form = new AttributeForm(classes, draws ? take : null, back);
    const acts = [
      button(TEXT.drawing.duplicate, () => this.duplicate()),
      button(TEXT.drawing.front, () => tools.order(true)),
      button(TEXT.drawing.behind, () => tools.order(false)),
    ];
    this.#history.disabled = true;
    this.#ofSelected = [this.#hide, ...(draws ? acts : [])];
    this.element = element("div", { class: "panel" }, [
      this.#told,
      element("h2", {}, [TEXT.shapes]),
      element("div", { class: "pair" }, [
        ...(draws ? [this.#snap] : []),
        this.#hideAll,
        ...this.#ofSelected,
        this.#history,
      ]),
      ...(draws ? [element("p", { class: "quiet", title: TEXT.newLabelsHelp }, [TEXT.newLabels(portion)])] : []),
      this.#center,
      this.#form.element,
      this.#list.element,
    ]);
  }

  /** Selects a label, and brings it into the window where that does not show its middle. */
  #show(id: string): void {
    const { tools, viewer } = this.#around;
    tools.select(id);
    const bounds = tools.scene.boundsOf(id);
    if (bounds) viewer()?.reveal([(bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2]);
  }

  /** Tells a code of what is wrong; with an empty one what is wrong with the selected label, or with the last. */
  tell(code: string): void {
    this.#code = code;
    this.#tell();
  }

  #tell(): void {
    const { drawing, tools, draws } = this.#around;
    const drawn = draws ? (drawing().get(tools.selected) ?? drawing().drawn.at(-1) ?? null) : null;
    const texts = this.#code
      ? [TEXT.drawing.problem(this.#code, "")]
      : drawn
        ? this.#problems(drawn).map(({ code, at }) => TEXT.drawing.problem(code, at))
        : [];
    const text = texts.join("; ");
    if (this.#told.textContent !== text) this.#told.textContent = text;
  }

  #problems(drawn: Drawn): readonly LabelProblem[] {
    return this.#around.classes.problemsOf(drawn, this.#around.viewer());
  }

  update(): void {
    const { drawing, tools } = this.#around;
    const { drawn } = drawing();
    const { selected } = tools;
    this.#list.update(drawn, selected);
    this.#form.update(drawing().get(selected));
    this.#center.textContent = this.#centerOf(drawing().get(selected));
    for (const one of this.#ofSelected) one.disabled = selected === null;
    this.#history.disabled = selected === null || !this.#around.hasHistory(selected);
    this.#hide.setAttribute("aria-pressed", String(selected !== null && tools.scene.isHidden(selected)));
    this.#hideAll.setAttribute("aria-pressed", String(tools.scene.hidesAll));
    this.#snap.setAttribute("aria-pressed", String(tools.snaps));
    this.#tell();
  }

  /** The selected label as the list names it; empty where none is. */
  get selectedName(): string {
    const { selected } = this.#around.tools;
    return selected === null ? "" : this.#list.nameOf(selected);
  }

  #centerOf(drawn: Drawn | null): string {
    const viewer = this.#around.viewer();
    const text = viewer && drawn && centerText(viewer, drawn.shape);
    return text === null ? "" : TEXT.ground.center(text, viewer?.ground?.kind === "corners");
  }

  /** Goes to another attribute of the selected label, or of the last one where none is selected. */
  stepAttribute(by: 1 | -1): void {
    this.#selectOne();
    this.#form.step(by);
  }

  /** Gives the attribute at hand its choice of this number; none with 0. */
  chooseValue(number: number): void {
    this.#selectOne();
    this.#form.choose(number);
  }

  /** Where nobody selected one, the last one is: for its attributes alone. */
  #selectOne(): void {
    const { tools, drawing } = this.#around;
    const last = drawing().drawn.at(-1);
    if (!last || (tools.selected !== null && tools.selected !== this.#lent)) return;
    tools.select(last.id);
    this.#lent = last.id;
  }

  /** Selects nothing any more that was selected for its attributes alone: a class is chosen for what is drawn next. */
  release(): void {
    const { tools } = this.#around;
    if (this.#lent !== null && tools.selected === this.#lent) tools.select(null);
    this.#lent = null;
  }

  /** Hides all labels, or the selected one; shows them again. */
  hide(all: boolean): void {
    const { selected } = this.#around.tools;
    if (all || selected !== null) this.#around.tools.toggleHidden(all ? null : selected);
  }

  duplicate(): void {
    const { tools, viewer } = this.#around;
    const shown = viewer();
    if (shown) tools.clipboard.duplicate(tools.selected, BESIDE / shown.scale, shown);
  }

  paste(): void {
    const { tools, viewer } = this.#around;
    const shown = viewer();
    if (!shown) return;
    const { clientWidth, clientHeight } = shown.canvas;
    tools.clipboard.paste(tools.cross ?? shown.toImage([clientWidth / 2, clientHeight / 2]), shown);
  }

  /** Whether all that is drawn can be handed in; where it cannot, selects the first label that is refused and says why. */
  ready(): boolean {
    const { drawn } = this.#around.drawing();
    if (drawn.length > MOST_LABELS) {
      this.tell("TOO_MANY_LABELS");
      return false;
    }
    const first = drawn.find((one) => this.#problems(one).some(({ refused }) => refused));
    if (first) this.#show(first.id);
    return !first;
  }
}
