import { Clipboard } from "./clipboard.ts";
import { paintHandles, paintLine, paintCross, paintRuler, paintSelected } from "./canvas-painting.ts";
import type { LabelClasses } from "./classes.ts";
import { asNew } from "./drawing.ts";
import type { Drawing, Drawn } from "./drawing.ts";
import { DRAWING_TOOLS, previewOf, withCorner } from "./half-drawn.ts";
import { Hand, drawsWith } from "./hand.ts";
import type { Drag } from "./hand.ts";
import { distanceText } from "./ground-text.ts";
import { handlesOf } from "./handles.ts";
import { isSwitchedOff } from "./key-help.ts";
import { LabelLayer } from "./label-layer.ts";
import { LabelScene } from "./label-scene.ts";
import { LabelStyles } from "./label-style.ts";
import { joined } from "./rings.ts";
import { Ruler, lengthsOf } from "./ruler.ts";
import type { Ends } from "./ruler.ts";
import { SelectionEdit } from "./selection-edit.ts";
import type { Position, Shape } from "./shapes.ts";
import { snappedTo } from "./snapping.ts";
import { TEXT } from "./text.ts";
import type { Viewer } from "./viewer.ts";
import { zoomSteps } from "./wheel.ts";

/** What a click or a drag on the image does. */
export const TOOLS = ["select", "pan", ...DRAWING_TOOLS, "ruler", "pin"] as const;

/** A tool. */
export type Tool = (typeof TOOLS)[number];

/** Pixels of the screen. */
const NEAR = 8;

/** What the tools need of the screen that they are on. */
export interface Surroundings {
  readonly drawing: () => Drawing;
  readonly classes: LabelClasses;
  /** Called after whatever changed. */
  readonly changed: () => void;
  /** Called where only the crosshair moved. */
  readonly pointed: () => void;
  /** Called with the code of what is wrong, or empty where nothing is. */
  readonly told: (code: string) => void;
  /** Called with a place at which a pin is wanted. */
  readonly pinned: (at: Position) => void;
  /** False where labels are looked at only. */
  readonly draws: boolean;
}

/** Tools on a canvas, by mouse and by keyboard alike: Enter at the crosshair is a click there. */
export class CanvasTools {
  readonly #viewer: () => Viewer | null;
  readonly #around: Surroundings;
  readonly #styles: LabelStyles;
  readonly #layer: LabelLayer;
  readonly scene = new LabelScene();
  readonly clipboard: Clipboard;
  readonly #edit: SelectionEdit;
  tool: Tool = "box";
  classKey: string;
  selected: string | null = null;
  /** Whether corners go to those of other labels that are near. */
  snaps = true;
  /** Where the crosshair is, in pixels of the image. */
  cross: Position | null = null;
  readonly #hand: Hand;
  /** The tool that comes back when the space bar is let go. */
  #beforeSpace: Tool | null = null;
  readonly #ruler = new Ruler();
  #drag: Drag | null = null;
  /** Grows when a key is let go: what is done while it is held is one step. */
  #held = 0;

  constructor(viewer: () => Viewer | null, around: Surroundings) {
    this.#viewer = viewer;
    this.#around = around;
    const keys = around.classes.all.map(({ key }) => key);
    this.classKey = keys[0] ?? "";
    this.#styles = new LabelStyles(keys, around.classes.nameOf);
    this.#layer = new LabelLayer(this.scene, this.#styles);
    this.clipboard = new Clipboard(around.drawing, (id) => this.select(id));
    const { drawing } = around;
    this.#hand = new Hand({ tool: () => this.tool, classKey: () => this.classKey, drawing });
    this.#edit = new SelectionEdit({
      viewer,
      drawing,
      selected: () => this.#drawn(),
      snap: (...of) => this.#snap(...of),
      changed: around.changed,
      told: around.told,
    });
  }

  /** Goes on with what a draft kept half drawn: its tool is in hand again, and its class where there is such a one. */
  resume(): void {
    const half = this.#around.drawing().half.at(-1);
    if (!half) return;
    this.tool = half.tool;
    if (this.#around.classes.all.some(({ key }) => key === half.classKey)) this.classKey = half.classKey;
  }

  /** Whether handing it in would leave out more than a single corner of what is half drawn. */
  get leavesOut(): boolean {
    return this.#around.drawing().half.some(({ corners }) => corners.length > 1);
  }

  /** Ends what is kept for painting. */
  end(): void {
    this.#layer.end();
  }

  get #ends(): Ends | null {
    return this.#ruler.ends(this.tool === "ruler" ? this.cross : null);
  }

  /** The way over the ground between the ends of the ruler; null without a ruler or a transform. */
  get measuredOnGround(): string | null {
    const [viewer, ends] = [this.#viewer(), this.#ends];
    return viewer && ends && distanceText(viewer, ...ends);
  }

  /** The length of the ruler and its ways along both axes, in pixels of the stored grid; null without one. */
  get measured(): ReturnType<typeof lengthsOf> | null {
    return this.#ends && lengthsOf(this.#ends);
  }

  /**
   * Chooses a tool. Lines and outlines that are half drawn wait for theirs, a box only while the image is moved; the selection is
   * dropped where the tool is not for what is selected.
   */
  use(tool: Tool): void {
    const kept = tool === "ring" || tool === "select" || tool === "pan" ? this.selected : null;
    this.#hand.changes(tool);
    this.#beforeSpace = null;
    if (tool !== "pan" && !(tool === "ruler" && this.tool === "pan")) this.#ruler.drop();
    this.tool = tool;
    this.#drag = null;
    this.#edit.drop();
    this.select(kept);
    if (this.#around.drawing().half.some((half) => half.tool !== this.#hand.tool)) this.#around.told("HALF_WAITS");
    this.#tellOfTool();
  }

  #tellOfTool(): void {
    const kind = this.tool === "ring" ? "polygon" : this.tool;
    if (!this.#around.draws || !drawsWith(this.tool)) return;
    if (this.tool === "ring" && this.#drawn()?.shape.kind !== "polygon") this.#around.told("RING_OF_POLYGON");
    else if (!this.#around.classes.allows(this.classKey, kind)) this.#around.told("SHAPE_OF_CLASS");
  }

  /** Chooses the class of what is drawn next, and gives it to what is selected. */
  classify(key: string): void {
    this.classKey = key;
    const drawn = this.#drawn();
    if (drawn) this.#around.drawing().replace(this.#around.classes.reclassified(drawn, key));
    this.#around.changed();
    this.#tellOfTool();
  }

  select(id: string | null): void {
    if (id !== this.selected) this.#edit.handle = null;
    this.selected = id;
    this.#around.told("");
    this.#around.changed();
  }

  /** Goes one step back: what is being dragged, what is half drawn, the ruler, the handle, the selection. */
  drop(): void {
    const busy = this.#drag !== null || this.#hand.corners.length > 0 || this.#ruler.isBegun;
    const handle = this.#edit.handle !== null;
    this.#hand.corners = [];
    this.#ruler.drop();
    this.#drag = null;
    this.#edit.drop();
    this.#edit.handle = null;
    this.select(busy || handle ? this.selected : null);
  }

  /** What is half drawn, also while it waits. */
  get halfDrawn(): { readonly tool: Tool; readonly corners: readonly Position[] } {
    return this.#hand;
  }

  get canUndo(): boolean {
    return this.#hand.corners.length > 0 || this.#around.drawing().canUndo;
  }

  get canRedo(): boolean {
    return this.#hand.canRedo || this.#around.drawing().canRedo;
  }

  /** Takes the last step back, or does it again: the last corner of what is half drawn, and only without one a step of the drawing. */
  undo(again: boolean): void {
    if (this.#stepCorner(again)) return;
    this.#hand.forget();
    const drawing = this.#around.drawing();
    if (again) drawing.redo();
    else drawing.undo();
    this.#around.changed();
  }

  /** Takes the last corner back, or sets the one again that was; false where there is none. */
  #stepCorner(again: boolean): boolean {
    if (!this.#hand.step(again)) return false;
    this.#around.changed();
    this.#around.told("");
    return true;
  }

  remove(): void {
    if (this.selected === null) return;
    this.#around.drawing().remove(this.selected);
    this.select(null);
  }

  /** Puts the crosshair at a place, and brings that into view. */
  goTo(at: Position): void {
    this.cross = at;
    this.#viewer()?.reveal(at);
    this.#around.changed();
  }

  /** Hides what is selected, or shows it again; all with null. */
  toggleHidden(id: string | null): void {
    this.#layer.changed(this.scene.toggle(id));
    this.#around.changed();
  }

  /** Puts what is selected above (true) or below all others. */
  order(front: boolean): void {
    if (this.selected === null || !this.#around.draws) return;
    this.#around.drawing().order(this.selected, front);
    this.#around.changed();
  }

  toggleSnaps(): void {
    this.snaps = !this.snaps;
    this.#around.changed();
  }

  /** Takes over what is drawn now. */
  update(): void {
    const { drawn } = this.#around.drawing();
    this.#layer.changed(this.scene.update(drawn));
    if (this.selected !== null && !this.scene.get(this.selected)) this.selected = null;
    this.#edit.refresh();
    this.#layer.leaveOut(this.selected);
  }

  #drawn(): Drawn | null {
    return this.#around.drawing().get(this.selected);
  }

  listen(canvas: HTMLCanvasElement): void {
    const at = (event: MouseEvent): Position => [event.offsetX, event.offsetY];
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button === 2) this.#stepCorner(false);
      if (event.button > 1) return;
      canvas.setPointerCapture(event.pointerId);
      canvas.focus();
      const overview = event.button === 0 && this.#viewer()?.goByOverview(at(event), false) === true;
      this.#press(at(event), overview ? "overview" : event.button === 1 ? "pan" : null, event.altKey);
    });
    // The right button takes a corner back: no menu opens over what is half drawn.
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("pointermove", (event) => this.#hover(at(event), event));
    canvas.addEventListener("pointerup", (event) => this.#release(at(event), event.altKey));
    canvas.addEventListener("pointercancel", () => {
      this.#drag = null;
      this.#edit.drop();
      this.#around.changed();
    });
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const steps = zoomSteps(event);
        if (steps !== 0) this.#viewer()?.zoom(steps, at(event));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => {
      if (!isSwitchedOff(event) && this.#key(event)) event.preventDefault();
    });
    canvas.addEventListener("keyup", ({ key }) => {
      this.#held += 1;
      if (key === " ") this.#letGo();
    });
    canvas.addEventListener("blur", () => this.#letGo());
  }

  /** The place of another label that is near, or the position itself. */
  #snap(at: Position, suspended: boolean, own: string | null): Position {
    const viewer = this.#viewer();
    return viewer && this.snaps && !suspended ? snappedTo(this.scene, at, NEAR / viewer.scale, own) : at;
  }

  #press(screen: Position, does: "pan" | "overview" | null, free: boolean): void {
    const viewer = this.#viewer();
    if (!viewer) return;
    const from = viewer.toImage(screen);
    const drag = (what: Drag["does"], beside = false): void => {
      this.#drag = { screen, does: what, moves: false, beside };
    };
    if (does === "overview") return drag("overview");
    this.cross = from;
    if (does === "pan" || this.tool === "pan") return drag("pan");
    if (this.tool === "pin") {
      drag("nothing");
      this.#around.pinned(from);
    } else if (this.tool === "ruler") {
      this.#ruler.put(from);
      drag("draw");
      this.#around.changed();
    } else if (this.tool === "select") {
      const handle = this.#around.draws && !this.scene.isHidden(this.selected ?? "") ? this.#edit.at(screen) : null;
      const hit = handle ? this.selected : (this.scene.hit(from, NEAR / viewer.scale)?.id ?? null);
      if (!handle && hit !== null) this.select(hit);
      const edits = this.#around.draws && hit !== null;
      drag(edits ? "edit" : "pan", hit === null);
      if (edits) this.#edit.take(handle, from);
      this.#around.changed();
    } else if (this.#around.draws) {
      drag("draw");
      this.#corner(this.#snap(from, free, null));
    }
  }

  #hover(screen: Position, { movementX, movementY, altKey }: PointerEvent): void {
    const viewer = this.#viewer();
    if (!viewer) return;
    const drag = this.#drag;
    const at = viewer.toImage(screen);
    this.cross = at;
    if (drag && Math.hypot(screen[0] - drag.screen[0], screen[1] - drag.screen[1]) > 3) drag.moves = true;
    // A hand that selects may tremble: the image waits until it is dragged.
    if (drag?.does === "pan" && (drag.moves || this.tool !== "select")) {
      viewer.move(movementX, movementY);
      this.cross = viewer.toImage(screen);
    } else if (drag?.does === "overview") viewer.goByOverview(screen, true);
    else if (drag?.does === "edit" && drag.moves) this.#edit.drag(at, altKey);
    else if (drawsWith(this.tool) && this.#around.draws) this.cross = this.#snap(at, altKey, null);
    viewer.draw();
    this.#around.pointed();
  }

  #release(screen: Position, free: boolean): void {
    const viewer = this.#viewer();
    const drag = this.#drag;
    this.#drag = null;
    if (!viewer || !drag) return;
    if (drag.beside && !drag.moves) this.select(null);
    if (drag.does === "edit") this.#edit.release();
    else if (drag.does === "draw" && drag.moves && (this.tool === "box" || this.tool === "ruler")) {
      const to = viewer.toImage(screen);
      if (this.tool === "box" && this.#hand.corners.length > 0) this.#corner(this.#snap(to, free, null));
      else if (this.tool === "ruler" && this.#ruler.isOpen) this.#ruler.put(to);
    }
    this.#around.changed();
  }

  /** Sets a corner of what is being drawn. */
  #corner(at: Position): void {
    const viewer = this.#viewer();
    if (!viewer || !drawsWith(this.tool)) return;
    if (this.tool === "ring" && this.#drawn()?.shape.kind !== "polygon") return this.#around.told("RING_OF_POLYGON");
    const { corners, shape, told } = withCorner(this.tool, this.#hand.corners, at, NEAR / viewer.scale, viewer);
    const refused = shape ? this.#finish(shape) : null;
    // What cannot become what it should be is not dropped for it: a corner may be taken back.
    if (refused === null) this.#hand.corners = corners;
    else this.#hand.forget();
    this.#around.changed();
    if (told ?? refused) this.#around.told(told ?? refused ?? "");
  }

  /** Puts what is finished into the drawing; answers why it cannot be what it should, or null. */
  #finish(shape: Shape): string | null {
    const viewer = this.#viewer();
    const drawn = this.#drawn();
    this.#around.told("");
    if (this.tool !== "ring") {
      this.#around.drawing().add(asNew({ classKey: this.classKey, shape, attributes: {} }));
      return null;
    }
    const [ring] = shape.kind === "polygon" ? shape.rings : [];
    if (!viewer || !ring || drawn?.shape.kind !== "polygon") return null;
    const whole = joined(drawn.shape, ring, viewer);
    if (typeof whole === "string") return whole;
    this.#around.drawing().replace({ ...drawn, shape: whole });
    return null;
  }

  #letGo(): void {
    const [tool, { selected }] = [this.#beforeSpace, this];
    if (tool === null) return;
    this.use(tool);
    if (selected !== null) this.select(selected);
  }

  /** Whether a key on the image was one of ours. */
  #key({ key, shiftKey, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
    const viewer = this.#viewer();
    if (!viewer || ctrlKey || altKey || metaKey) return false;
    const directions: Readonly<Record<string, Position>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const direction = directions[key];
    if (direction) return this.#arrow(viewer, direction, shiftKey);
    if (key === " ") {
      const { tool } = this;
      if (tool === "pan") return true;
      this.use("pan");
      this.#beforeSpace = tool;
      return true;
    }
    if (key === "Enter") {
      this.#press(viewer.toScreen(this.cross ?? viewer.middle), null, false);
      if (this.tool === "select") this.#release(viewer.toScreen(this.cross ?? viewer.middle), false);
      this.#drag = null;
      this.#around.changed();
      return true;
    }
    if (key === "Backspace" && this.#hand.corners.length > 0) return this.#stepCorner(false);
    if (this.tool !== "select" || !this.#around.draws || !this.#edit.key(key, shiftKey)) return false;
    this.#follow();
    return true;
  }

  /** Brings the crosshair to the handle that is taken. */
  #follow(): void {
    if (this.#edit.handle) this.cross = this.#edit.handle.at;
    this.#viewer()?.draw();
    this.#around.pointed();
  }

  #arrow(viewer: Viewer, direction: Position, far: boolean): boolean {
    const [dx, dy] = viewer.place.along(direction).map((value) => value * viewer.scale);
    if (dx === undefined || dy === undefined) return false;
    if (this.tool === "pan") viewer.move(-60 * direction[0], -60 * direction[1]);
    else if (this.tool === "select" && this.selected !== null) {
      const by = far ? 10 : 1;
      const { kind, line, index } = this.#edit.handle ?? {};
      if (this.#around.draws)
        this.#edit.nudge([dx * by, dy * by], [this.selected, kind, line, index, this.#held].join(" "));
      this.#follow();
    } else {
      const cross = this.cross ?? viewer.middle;
      const step = far ? 1 : 12 / viewer.scale;
      this.cross = [cross[0] + dx * step, cross[1] + dy * step];
      viewer.keepInView(this.cross);
      this.#around.pointed();
    }
    return true;
  }

  /** Zooms in (1) or out (-1), to the crosshair where it is in the window. */
  zoom(direction: 1 | -1): void {
    const viewer = this.#viewer();
    const [x = -1, y = -1] = (this.cross && viewer?.toScreen(this.cross)) ?? [];
    const { clientWidth = 0, clientHeight = 0 } = viewer?.canvas ?? {};
    const inView = x >= 0 && y >= 0 && x <= clientWidth && y <= clientHeight;
    viewer?.zoom(direction, inView ? [x, y] : undefined);
  }

  /** Draws labels, what is half drawn and the crosshair. True where labels are still to be drawn. */
  paint(context: CanvasRenderingContext2D): boolean {
    const viewer = this.#viewer();
    if (!viewer) return false;
    const { clientWidth: width, clientHeight: height } = viewer.canvas;
    const more = this.#layer.paint(context, viewer.place, { width, height });
    const toScreen = (at: Position): Position => viewer.toScreen(at);
    const drawn = this.#edit.becoming ?? this.#drawn();
    if (drawn && !this.scene.isHidden(drawn.id)) {
      paintSelected(context, drawn, this.#styles, toScreen);
      if (this.tool === "select" && this.#around.draws)
        paintHandles(context, handlesOf(drawn.shape, viewer.scale), this.#edit.handle, toScreen, { width, height });
    }
    const { tool: hand, corners: begun } = this.#hand;
    const half = drawsWith(hand) && this.cross ? previewOf(hand, begun, this.cross, viewer) : null;
    if (half) paintLine(context, half, toScreen);
    for (const { tool, corners } of this.#around.drawing().half)
      if (tool !== hand || !this.cross) paintLine(context, { kind: "polyline", points: corners }, toScreen);
    const [ends, measured] = [this.#ends, this.measured];
    if (ends && measured) {
      const text = this.measuredOnGround ?? TEXT.drawing.pixels(measured[0]);
      paintRuler(context, toScreen(ends[0]), toScreen(ends[1]), text);
    }
    if (this.cross) paintCross(context, toScreen(this.cross));
    return more;
  }
}
