import { Clipboard } from "./clipboard.ts";
import { paintHandles, paintLine, paintCross, paintRuler, paintSelected } from "./canvas-painting.ts";
import type { LabelClasses } from "./classes.ts";
import { asNew } from "./drawing.ts";
import type { Drawing, Drawn } from "./drawing.ts";
import { DRAWING_TOOLS, previewOf, withCorner } from "./half-drawn.ts";
import type { DrawingTool } from "./half-drawn.ts";
import { distanceText } from "./ground-text.ts";
import { handlesOf } from "./handles.ts";
import { LabelLayer } from "./label-layer.ts";
import { LabelScene } from "./label-scene.ts";
import { LabelStyles } from "./label-style.ts";
import { joined } from "./rings.ts";
import { SelectionEdit } from "./selection-edit.ts";
import { within } from "./shapes.ts";
import type { Position, Shape } from "./shapes.ts";
import { snapped } from "./snapping.ts";
import { TEXT } from "./text.ts";
import type { Viewer } from "./viewer.ts";

/** What a click or a drag on the image does. */
export const TOOLS = ["select", "pan", ...DRAWING_TOOLS, "ruler", "pin"] as const;

/** A tool. */
export type Tool = (typeof TOOLS)[number];

/** Pixels of the screen. */
const NEAR = 8;
/** So near to the edge of the window the crosshair is moved by keys. */
const EDGE = 24;

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

interface Drag {
  readonly screen: Position;
  readonly does: "pan" | "overview" | "edit" | "draw" | "nothing";
  moves: boolean;
}

const drawsWith = (tool: Tool): tool is DrawingTool => DRAWING_TOOLS.some((one) => one === tool);

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
  #corners: readonly Position[] = [];
  /** What is half drawn while the image is moved. */
  #waiting: { readonly tool: Tool; readonly corners: readonly Position[] } | null = null;
  /** The tool that comes back when the space bar is let go. */
  #beforeSpace: Tool | null = null;
  #ruler: readonly Position[] = [];
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
    this.#edit = new SelectionEdit({
      viewer,
      drawing: around.drawing,
      selected: () => this.#drawn(),
      snap: (...of) => this.#snap(...of),
      changed: around.changed,
      told: around.told,
    });
  }

  /** Ends what is kept for painting. */
  end(): void {
    this.#layer.end();
  }

  get #ends(): readonly [from: Position, to: Position] | null {
    const [from, to = this.tool === "ruler" ? this.cross : null] = this.#ruler;
    return from && to ? [from, to] : null;
  }

  /** The way over the ground between the ends of the ruler; null without a ruler or a transform. */
  get measuredOnGround(): string | null {
    const [viewer, ends] = [this.#viewer(), this.#ends];
    return viewer && ends && distanceText(viewer, ...ends);
  }

  /** The length between the ends of the ruler and its ways along both axes, in pixels of the stored grid; null without one. */
  get measured(): readonly [length: number, dx: number, dy: number] | null {
    const [from, to] = this.#ends ?? [];
    if (!from || !to) return null;
    const [dx, dy] = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
    return [Math.hypot(dx, dy), dx, dy];
  }

  /**
   * Chooses a tool; what was half drawn is dropped, but waits while the image is moved, and so is the selection where the tool is not
   * for what is selected.
   */
  use(tool: Tool): void {
    const kept = tool === "ring" || tool === "select" || tool === "pan" ? this.selected : null;
    const halfDrawn = this.#waiting ?? { tool: this.tool, corners: this.#corners };
    const goesOn = this.tool === "pan" && halfDrawn.tool === tool;
    this.#waiting = tool === "pan" ? halfDrawn : null;
    this.#beforeSpace = null;
    if (tool !== "pan" && !(tool === "ruler" && this.tool === "pan")) this.#ruler = [];
    this.tool = tool;
    this.#corners = goesOn ? halfDrawn.corners : [];
    this.#drag = null;
    this.#edit.drop();
    this.select(kept);
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
    const busy = this.#drag !== null || this.#corners.length > 0 || this.#ruler.length > 0;
    const handle = this.#edit.handle !== null;
    this.#waiting = null;
    this.#corners = [];
    this.#ruler = [];
    this.#drag = null;
    this.#edit.drop();
    this.#edit.handle = null;
    this.select(busy || handle ? this.selected : null);
  }

  remove(): void {
    if (this.selected === null) return;
    this.#around.drawing().remove(this.selected);
    this.select(null);
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
      if (event.button > 1) return;
      canvas.setPointerCapture(event.pointerId);
      canvas.focus();
      const overview = event.button === 0 && this.#viewer()?.goByOverview(at(event), false) === true;
      this.#press(at(event), overview ? "overview" : event.button === 1 ? "pan" : null, event.altKey);
    });
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
        this.#viewer()?.zoom(event.deltaY < 0 ? 1 : -1, at(event));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => {
      if (this.#key(event)) event.preventDefault();
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
    if (!viewer || !this.snaps || suspended) return at;
    const near = NEAR / viewer.scale;
    const area = { left: at[0] - near, top: at[1] - near, right: at[0] + near, bottom: at[1] + near };
    const others = this.scene.within(area).filter(({ drawn }) => drawn.id !== own);
    return (
      snapped(
        at,
        near,
        others.map(({ drawn }) => drawn.shape),
      ) ?? at
    );
  }

  #press(screen: Position, does: "pan" | "overview" | null, free: boolean): void {
    const viewer = this.#viewer();
    if (!viewer) return;
    const from = viewer.toImage(screen);
    const drag = (what: Drag["does"]): void => {
      this.#drag = { screen, does: what, moves: false };
    };
    if (does === "overview") return drag("overview");
    this.cross = from;
    if (does === "pan" || this.tool === "pan") return drag("pan");
    if (this.tool === "pin") {
      drag("nothing");
      this.#around.pinned(from);
    } else if (this.tool === "ruler") {
      this.#ruler = this.#ruler.length === 1 ? [...this.#ruler, from] : [from];
      drag("draw");
      this.#around.changed();
    } else if (this.tool === "select") {
      const handle = this.#around.draws && !this.scene.isHidden(this.selected ?? "") ? this.#edit.at(screen) : null;
      if (!handle) this.select(this.scene.hit(from, NEAR / viewer.scale)?.id ?? null);
      drag(this.#around.draws && this.selected !== null ? "edit" : "nothing");
      this.#edit.take(handle, from);
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
    if (drag?.does === "pan") viewer.move(movementX, movementY);
    else if (drag?.does === "overview") viewer.goByOverview(screen, true);
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
    if (drag.does === "edit") this.#edit.release();
    else if (drag.does === "draw" && drag.moves && (this.tool === "box" || this.tool === "ruler")) {
      const to = viewer.toImage(screen);
      if (this.tool === "box" && this.#corners.length > 0) this.#corner(this.#snap(to, free, null));
      else if (this.tool === "ruler" && this.#ruler.length === 1) this.#ruler = [...this.#ruler, to];
    }
    this.#around.changed();
  }

  /** Sets a corner of what is being drawn. */
  #corner(at: Position): void {
    const viewer = this.#viewer();
    if (!viewer || !drawsWith(this.tool)) return;
    if (this.tool === "ring" && this.#drawn()?.shape.kind !== "polygon") return this.#around.told("RING_OF_POLYGON");
    const { corners, shape, told } = withCorner(this.tool, this.#corners, at, NEAR / viewer.scale, viewer);
    this.#corners = corners;
    if (shape) this.#finish(shape);
    this.#around.changed();
    if (told) this.#around.told(told);
  }

  #finish(shape: Shape): void {
    const viewer = this.#viewer();
    const drawn = this.#drawn();
    if (this.tool !== "ring") {
      this.#around.told("");
      this.#around.drawing().add(asNew({ classKey: this.classKey, shape, attributes: {} }));
      return;
    }
    const [ring] = shape.kind === "polygon" ? shape.rings : [];
    if (!viewer || !ring || drawn?.shape.kind !== "polygon") return;
    const whole = joined(drawn.shape, ring, viewer);
    this.#around.told(typeof whole === "string" ? whole : "");
    if (typeof whole !== "string") this.#around.drawing().replace({ ...drawn, shape: whole });
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
      this.#press(viewer.toScreen(this.cross ?? this.#middle(viewer)), null, false);
      this.#drag = null;
      if (this.tool === "select") this.#edit.release();
      this.#around.changed();
      return true;
    }
    if (key === "Backspace" && this.#corners.length > 0) {
      this.#corners = this.#corners.slice(0, -1);
      this.#around.changed();
      return true;
    }
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

  #middle(viewer: Viewer): Position {
    return viewer.toImage([viewer.canvas.clientWidth / 2, viewer.canvas.clientHeight / 2]);
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
      const cross = this.cross ?? this.#middle(viewer);
      const step = far ? 1 : 12 / viewer.scale;
      this.cross = [cross[0] + dx * step, cross[1] + dy * step];
      this.#bringIntoView(viewer, this.cross);
      this.#around.pointed();
    }
    return true;
  }

  /** Moves the window where the crosshair would leave it: what is larger than the window is drawn by keys, too. */
  #bringIntoView(viewer: Viewer, cross: Position): void {
    const [x, y] = viewer.toScreen(cross);
    const { clientWidth, clientHeight } = viewer.canvas;
    viewer.move(
      within(x, EDGE, Math.max(EDGE, clientWidth - EDGE)) - x,
      within(y, EDGE, Math.max(EDGE, clientHeight - EDGE)) - y,
    );
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
    const { tool, corners } = this.#waiting ?? { tool: this.tool, corners: this.#corners };
    const half = drawsWith(tool) && this.cross ? previewOf(tool, corners, this.cross, viewer) : null;
    if (half) paintLine(context, half, toScreen);
    const [ends, measured] = [this.#ends, this.measured];
    if (ends && measured) {
      const text = this.measuredOnGround ?? TEXT.drawing.pixels(measured[0]);
      paintRuler(context, toScreen(ends[0]), toScreen(ends[1]), text);
    }
    if (this.cross) paintCross(context, toScreen(this.cross));
    return more;
  }
}
