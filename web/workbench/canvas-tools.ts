import { boxBetween, cornersOf, isOn, moved, polygonOf } from "./drawing.ts";
import type { Drawing, Position, Shape } from "./drawing.ts";
import type { Viewer } from "./viewer.ts";

/** What a click or a drag on the image does. */
export const TOOLS = ["select", "pan", "box", "polygon", "point"] as const;

/** A tool. */
export type Tool = (typeof TOOLS)[number];

const NEAR = 8;
const COLORS = [
  "#ff5c39",
  "#39c5ff",
  "#9dff39",
  "#ffd039",
  "#e07bff",
  "#39ffc0",
  "#ff7bb0",
  "#b0b0ff",
  "#ffffff",
] as const;
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

/** What the tools need of the screen that they are on. */
export interface Surroundings {
  readonly drawing: () => Drawing;
  readonly classes: readonly string[];
  /** Called after whatever changed. */
  readonly changed: () => void;
  /** Called where only the crosshair moved. */
  readonly pointed: () => void;
  /** False where labels are looked at only. */
  readonly draws: boolean;
}

/** Tools on a canvas, by mouse and by keyboard alike: Enter at the crosshair is a click there. */
export class CanvasTools {
  readonly #viewer: () => Viewer | null;
  readonly #around: Surroundings;
  tool: Tool = "box";
  classKey: string;
  selected: string | null = null;
  /** Where the crosshair is, in pixels of the image. */
  cross: Position | null = null;
  #corners: Position[] = [];
  #drag: { readonly from: Position; readonly screen: Position; readonly pans: boolean; moves: boolean } | null = null;

  constructor(viewer: () => Viewer | null, around: Surroundings) {
    this.#viewer = viewer;
    this.#around = around;
    this.classKey = around.classes[0] ?? "";
  }

  /** Chooses a tool; what was half drawn is dropped. */
  use(tool: Tool): void {
    this.tool = tool;
    this.drop();
  }

  /** Chooses the class of what is drawn next, and gives it to what is selected. */
  classify(key: string): void {
    this.classKey = key;
    const drawn = this.#around.drawing().drawn.find(({ id }) => id === this.selected);
    if (drawn) this.#around.drawing().replace({ ...drawn, classKey: key });
    this.#around.changed();
  }

  select(id: string | null): void {
    this.selected = id;
    this.#around.changed();
  }

  drop(): void {
    this.#corners = [];
    this.#drag = null;
    this.selected = null;
    this.#around.changed();
  }

  remove(): void {
    if (this.selected === null) return;
    this.#around.drawing().remove(this.selected);
    this.select(null);
  }

  listen(canvas: HTMLCanvasElement): void {
    const at = (event: MouseEvent): Position => [event.offsetX, event.offsetY];
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button > 1) return;
      canvas.setPointerCapture(event.pointerId);
      canvas.focus();
      this.#press(at(event), event.button === 1);
    });
    canvas.addEventListener("pointermove", (event) => this.#hover(at(event), event.movementX, event.movementY));
    canvas.addEventListener("pointerup", (event) => this.#release(at(event)));
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
  }

  #press(screen: Position, pans: boolean): void {
    const viewer = this.#viewer();
    if (!viewer) return;
    const from = viewer.toImage(screen);
    this.cross = from;
    this.#drag = { from, screen, pans: pans || this.tool === "pan", moves: false };
    if (this.#drag.pans) return;
    if (this.tool === "select") {
      const near = NEAR / viewer.scale;
      // What was drawn last lies on top.
      const hit = this.#around.drawing().drawn.findLast(({ shape }) => isOn(shape, from, near));
      this.select(hit?.id ?? null);
    } else if (this.#around.draws) this.#corner(from);
  }

  #hover(screen: Position, dx: number, dy: number): void {
    const viewer = this.#viewer();
    if (!viewer) return;
    const drag = this.#drag;
    this.cross = viewer.toImage(screen);
    if (drag && Math.hypot(screen[0] - drag.screen[0], screen[1] - drag.screen[1]) > 3) drag.moves = true;
    if (drag?.pans) viewer.move(dx, dy);
    viewer.draw();
    this.#around.pointed();
  }

  #release(screen: Position): void {
    const viewer = this.#viewer();
    const drag = this.#drag;
    this.#drag = null;
    if (!viewer || !drag?.moves || drag.pans) return;
    const to = viewer.toImage(screen);
    if (this.tool === "box" && this.#around.draws) this.#corner(to);
    if (this.tool === "select" && this.#around.draws) this.nudge([to[0] - drag.from[0], to[1] - drag.from[1]]);
  }

  /** Moves what is selected. */
  nudge(by: Position): void {
    const viewer = this.#viewer();
    const drawn = this.#around.drawing().drawn.find(({ id }) => id === this.selected);
    if (!viewer || !drawn || !this.#around.draws) return;
    this.#around.drawing().replace({ ...drawn, shape: moved(drawn.shape, by, viewer.width, viewer.height) });
    this.#around.changed();
  }

  /** Sets a corner of what is being drawn. */
  #corner(at: Position): void {
    const viewer = this.#viewer();
    if (!viewer) return;
    const place: Position = [Math.min(Math.max(at[0], 0), viewer.width), Math.min(Math.max(at[1], 0), viewer.height)];
    if (this.tool === "point")
      this.#finish({ kind: "point", x: Math.round(place[0] * 100) / 100, y: Math.round(place[1] * 100) / 100 });
    else if (this.tool === "box") {
      const [first] = this.#corners;
      this.#corners = first ? [] : [place];
      const box = first && boxBetween(first, place, viewer.width, viewer.height);
      if (box) this.#finish(box);
    } else if (this.tool === "polygon") {
      const [first] = this.#corners;
      const closes = first && Math.hypot(first[0] - place[0], first[1] - place[1]) * viewer.scale < NEAR;
      const polygon = closes ? polygonOf(this.#corners) : null;
      if (polygon) this.#finish(polygon);
      else if (!closes) this.#corners = [...this.#corners, place];
    }
    this.#around.changed();
  }

  #finish(shape: Shape): void {
    this.#corners = [];
    this.#around.drawing().add({ id: crypto.randomUUID(), classKey: this.classKey, shape });
  }

  /** Whether a key on the image was one of ours. */
  #key({ key, shiftKey, ctrlKey, altKey }: KeyboardEvent): boolean {
    const viewer = this.#viewer();
    if (!viewer || ctrlKey || altKey) return false;
    const cross = this.cross ?? viewer.toImage([viewer.canvas.clientWidth / 2, viewer.canvas.clientHeight / 2]);
    const directions: Readonly<Record<string, Position>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const direction = directions[key];
    if (direction) {
      if (this.tool === "pan") viewer.move(-60 * direction[0], -60 * direction[1]);
      else if (this.tool === "select" && this.selected !== null) {
        const by = shiftKey ? 10 : 1;
        this.nudge([direction[0] * by, direction[1] * by]);
      } else {
        const step = shiftKey ? 1 : 12 / viewer.scale;
        this.cross = [cross[0] + direction[0] * step, cross[1] + direction[1] * step];
        viewer.draw();
        this.#around.pointed();
      }
      return true;
    }
    if (key !== "Enter") return false;
    this.#press(viewer.toScreen(cross), false);
    this.#drag = null;
    return true;
  }

  /** Draws labels, what is half drawn and the crosshair. A class has a color, a dash and its name: color is never alone. */
  paint(context: CanvasRenderingContext2D): void {
    const viewer = this.#viewer();
    if (!viewer) return;
    const pathOf = (rings: readonly (readonly Position[])[], closed: boolean): void => {
      context.beginPath();
      for (const corners of rings) {
        for (const [at, corner] of corners.entries()) {
          const [x, y] = viewer.toScreen(corner);
          if (at === 0) context.moveTo(x, y);
          else context.lineTo(x, y);
        }
        if (closed) context.closePath();
      }
    };
    for (const { id, classKey, shape } of this.#around.drawing().drawn) {
      const index = Math.max(0, this.#around.classes.indexOf(classKey));
      context.strokeStyle = COLORS[index % COLORS.length] ?? COLORS[0];
      context.setLineDash([...(DASHES[Math.floor(index / COLORS.length) % DASHES.length] ?? [])]);
      context.lineWidth = id === this.selected ? 4 : 2;
      const corners = cornersOf(shape);
      const [first] = corners;
      if (!first) continue;
      const [x, y] = viewer.toScreen(first);
      if (shape.kind === "point") {
        context.beginPath();
        context.arc(x, y, 6, 0, 2 * Math.PI);
      } else pathOf(shape.kind === "polygon" ? shape.rings : [corners], true);
      context.stroke();
      context.setLineDash([]);
      context.fillStyle = context.strokeStyle;
      context.font = "600 12px system-ui, sans-serif";
      // Readable on any ground.
      context.strokeStyle = "#101214";
      context.lineWidth = 3;
      context.strokeText(classKey, x + 2, y - 5);
      context.fillText(classKey, x + 2, y - 5);
    }
    const cross = this.cross && viewer.toScreen(this.cross);
    if (!cross) return;
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1;
    const [first] = this.#corners;
    if (this.tool === "box" && first && this.cross) {
      const box = boxBetween(first, this.cross, viewer.width, viewer.height);
      if (box) pathOf([cornersOf(box)], true);
      context.stroke();
    } else if (this.#corners.length > 0 && this.cross) {
      pathOf([[...this.#corners, this.cross]], false);
      context.stroke();
    }
    for (const [color, width] of [
      ["#000000", 3],
      ["#ffffff", 1],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(cross[0] - 12, cross[1]);
      context.lineTo(cross[0] + 12, cross[1]);
      context.moveTo(cross[0], cross[1] - 12);
      context.lineTo(cross[0], cross[1] + 12);
      context.stroke();
    }
  }
}
