import type { Tool } from "./canvas-tools.ts";
import type { Drawing } from "./drawing.ts";
import { DRAWING_TOOLS } from "./half-drawn.ts";
import type { DrawingTool } from "./half-drawn.ts";
import { lasts } from "./kept-halves.ts";
import type { Position } from "./shapes.ts";

/** Whether a tool draws. */
export const drawsWith = (tool: Tool): tool is DrawingTool => DRAWING_TOOLS.some((one) => one === tool);

/** What the pointer does from where it was pressed, in pixels of the window. */
export interface Drag {
  readonly screen: Position;
  readonly does: "pan" | "overview" | "edit" | "draw" | "nothing";
  moves: boolean;
  /** Whether it began beside every label: where nothing is moved, nothing stays selected. */
  readonly beside: boolean;
}

/** What the hand needs of the tools that it is part of. */
interface Held {
  readonly tool: () => Tool;
  /** Class of what is drawn next. */
  readonly classKey: () => string;
  readonly drawing: () => Drawing;
}

/** What is half drawn with the tool in hand, corner by corner: of lines and outlines the drawing keeps it, of a box the hand. */
export class Hand {
  readonly #held: Held;
  #short: readonly Position[] = [];
  /** The tool that was used before the image was moved: what is half drawn with it waits. */
  #before: Tool = "box";
  /** Corners that were taken back, the one that is set again first last. */
  #takenBack: readonly Position[] = [];

  constructor(held: Held) {
    this.#held = held;
  }

  /** The tool in hand, also while the image is moved. */
  get tool(): Tool {
    const tool = this.#held.tool();
    return tool === "pan" ? this.#before : tool;
  }

  /** Corners of what is half drawn with it. */
  get corners(): readonly Position[] {
    const { tool } = this;
    if (!lasts(tool)) return this.#short;
    return this.#held.drawing().half.find((one) => one.tool === tool)?.corners ?? [];
  }

  set corners(corners: readonly Position[]) {
    this.#takenBack = [];
    this.#put(corners);
  }

  #put(corners: readonly Position[]): void {
    const { tool } = this;
    if (!drawsWith(tool) || !lasts(tool)) this.#short = corners;
    else this.#held.drawing().setHalf({ tool, classKey: this.#held.classKey(), corners });
  }

  /** Whether there is a corner that was taken back. */
  get canRedo(): boolean {
    return this.#takenBack.length > 0;
  }

  /** Says that another tool is about to be used: a box that is half drawn waits only while the image is moved. */
  changes(to: Tool): void {
    const goesOn = to === "pan" || (this.#held.tool() === "pan" && this.#before === to);
    this.#before = this.tool;
    if (!goesOn) [this.#short, this.#takenBack] = [[], []];
  }

  /** Forgets the corners that were taken back. */
  forget(): void {
    this.#takenBack = [];
  }

  /** Takes the last corner back, or sets the one again that was; false where there is none. */
  step(again: boolean): boolean {
    const { corners } = this;
    const corner = (again ? this.#takenBack : corners).at(-1);
    if (!corner) return false;
    this.#takenBack = again ? this.#takenBack.slice(0, -1) : [...this.#takenBack, corner];
    this.#put(again ? [...corners, corner] : corners.slice(0, -1));
    return true;
  }
}
