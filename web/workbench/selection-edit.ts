import type { Drawing, Drawn } from "./drawing.ts";
import { again, dragged, handlesOf, inserted, nextHandle, turnedBy, without } from "./handles.ts";
import type { Handle } from "./handles.ts";
import { moved } from "./shapes.ts";
import type { Position } from "./shapes.ts";
import type { Viewer } from "./viewer.ts";

/** Pixels of the screen. */
const NEAR = 8;

/** What changing the selected label needs of the tools. */
interface Edited {
  readonly viewer: () => Viewer | null;
  readonly drawing: () => Drawing;
  readonly selected: () => Drawn | null;
  readonly snap: (at: Position, suspended: boolean, own: string | null) => Position;
  readonly changed: () => void;
  readonly told: (code: string) => void;
}

/** Changes the selected label by its handles, or moves it: one step for each gesture, by mouse or by keyboard. */
export class SelectionEdit {
  readonly #of: Edited;
  /** The handle that was taken last. */
  handle: Handle | null = null;
  /** The label as it becomes while it is dragged. */
  becoming: Drawn | null = null;
  #start: Drawn | null = null;
  #dragged: Handle | null = null;
  #from: Position = [0, 0];

  constructor(of: Edited) {
    this.#of = of;
  }

  /** The handle of the selected label at a position of the screen. */
  at(screen: Position): Handle | null {
    const viewer = this.#of.viewer();
    const drawn = this.#of.selected();
    if (!viewer || !drawn) return null;
    let best: Handle | null = null;
    let least = NEAR;
    for (const handle of handlesOf(drawn.shape, viewer.scale)) {
      const [x, y] = viewer.toScreen(handle.at);
      const far = Math.hypot(x - screen[0], y - screen[1]);
      if (far < least) [best, least] = [handle, far];
    }
    return best;
  }

  /** Begins to drag a handle, or the whole label with null. A middle becomes a vertex in the same step. */
  take(handle: Handle | null, from: Position): void {
    const drawn = this.#of.selected();
    const more = drawn && handle?.kind === "middle" ? inserted(drawn.shape, handle) : null;
    this.#from = from;
    this.#dragged = more?.[1] ?? handle;
    this.#start = drawn && more ? { ...drawn, shape: more[0] } : drawn;
    this.becoming = more ? this.#start : null;
    if (handle) this.handle = this.#dragged;
  }

  /** Brings what was taken to a position; what the server would not take is told, and not made. */
  drag(at: Position, free: boolean): void {
    const viewer = this.#of.viewer();
    const start = this.#start;
    if (!viewer || !start) return;
    const handle = this.#dragged;
    const made = handle
      ? dragged(start.shape, handle, handle.kind === "turn" ? at : this.#of.snap(at, free, start.id), viewer)
      : moved(start.shape, [at[0] - this.#from[0], at[1] - this.#from[1]], viewer.width, viewer.height);
    this.#of.told(made ? "" : "SHAPE_EMPTY");
    if (made) this.becoming = { ...start, shape: made };
  }

  /** Ends the drag: what it made is one step. */
  release(): void {
    const { becoming } = this;
    this.drop();
    if (becoming) this.#of.drawing().replace(becoming);
  }

  /** Ends the drag without a step. */
  drop(): void {
    this.#start = null;
    this.#dragged = null;
    this.becoming = null;
  }

  /** Finds the handle anew on what the label has become. */
  refresh(): void {
    const drawn = this.#of.selected();
    this.handle = drawn && this.handle ? again(drawn.shape, this.handle, this.#of.viewer()?.scale ?? 1) : null;
  }

  /** Whether a key was one for handles: next and previous one, a vertex more or less. */
  key(key: string, backwards: boolean): boolean {
    const viewer = this.#of.viewer();
    const drawn = this.#of.selected();
    if (!viewer || !drawn) return false;
    if (key.toLowerCase() === "n") this.handle = nextHandle(drawn.shape, this.handle, viewer.scale, backwards ? -1 : 1);
    else if (this.handle && key === "Insert") {
      const more = inserted(drawn.shape, this.handle);
      if (!more) return true;
      this.#replace(drawn, more[0], null);
      [, this.handle] = more;
    } else if (this.handle && key === "Backspace") {
      const before = this.handle;
      const less = without(drawn.shape, before, viewer);
      if (!less) {
        this.#of.told("VERTEX_NEEDED");
        return true;
      }
      this.#replace(drawn, less, null);
      this.handle = again(less, { ...before, index: Math.max(0, before.index - 1) }, viewer.scale);
    } else return false;
    this.#of.changed();
    return true;
  }

  /** Moves the label, or the handle that is taken, or turns by it. */
  nudge(by: Position, gesture: string | null): void {
    const viewer = this.#of.viewer();
    const drawn = this.#of.selected();
    if (!viewer || !drawn) return;
    const { shape } = drawn;
    const { handle } = this;
    const made = !handle
      ? moved(shape, by, viewer.width, viewer.height)
      : shape.kind === "rotatedBox" && handle.kind === "turn"
        ? turnedBy(shape, by[0] + by[1])
        : dragged(shape, handle, [handle.at[0] + by[0], handle.at[1] + by[1]], viewer);
    if (made) this.#replace(drawn, made, gesture);
    else this.#of.told("SHAPE_EMPTY");
  }

  #replace(drawn: Drawn, shape: Drawn["shape"], gesture: string | null): void {
    this.#of.drawing().replace({ ...drawn, shape }, gesture);
    this.#of.changed();
  }
}
