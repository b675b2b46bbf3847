import type { CanvasTools } from "./canvas-tools.ts";
import { button, element } from "./dom.ts";
import { TEXT } from "./text.ts";

/** What takes steps back and does them again, and removes what is selected; each is off where there is nothing for it. */
export class StepButtons {
  readonly #tools: CanvasTools;
  readonly #back: () => void;
  readonly #undo = button(TEXT.undo, () => this.#tools.undo(false));
  readonly #redo = button(TEXT.redo, () => this.#tools.undo(true));
  readonly element = element("div", { class: "pair" }, [
    this.#undo,
    this.#redo,
    button(TEXT.remove, () => this.#tools.remove()),
  ]);

  /** `back` is called when the keyboard is to go to the image again. */
  constructor(tools: CanvasTools, back: () => void) {
    this.#tools = tools;
    this.#back = back;
  }

  update(): void {
    for (const [made, can] of [
      [this.#undo, this.#tools.canUndo],
      [this.#redo, this.#tools.canRedo],
    ] as const) {
      // A button that is off has no keyboard: it does not get lost with it.
      if (!can && document.activeElement === made) this.#back();
      made.disabled = !can;
    }
  }
}
