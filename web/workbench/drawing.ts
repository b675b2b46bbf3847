/** A position in pixels of the original. */
export type Position = readonly [x: number, y: number];

/** What can be drawn here, as the server takes it. */
export type Shape =
  | { readonly kind: "box"; readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  | { readonly kind: "polygon"; readonly rings: readonly (readonly Position[])[] }
  | { readonly kind: "point"; readonly x: number; readonly y: number };

/** One label as it is drawn. */
export interface Drawn {
  readonly id: string;
  readonly classKey: string;
  readonly shape: Shape;
}

/** What one step changed: something came, went, or became something else. */
interface Change {
  readonly before: Drawn | null;
  readonly after: Drawn | null;
}

/** A drawing as a draft keeps it: steps that were undone can be done again after a reload, too. */
export interface Kept {
  readonly format: 1;
  readonly drawn: readonly Drawn[];
  readonly done: readonly Change[];
  readonly undone: readonly Change[];
}

const MOST_STEPS = 200;
/** Of each kind; the server takes drafts of half a mebibyte. */
const KEPT_STEPS_BYTES = 60_000;

/** Hundredths of a pixel are more than anybody can point at. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** What is drawn on one image, with its steps. Knows nothing of the page. */
export class Drawing {
  #drawn: readonly Drawn[] = [];
  #done: readonly Change[] = [];
  #undone: readonly Change[] = [];
  /** Grows with every step: what was saved at this number is all there is. */
  version = 0;

  get drawn(): readonly Drawn[] {
    return this.#drawn;
  }

  #apply({ before, after }: Change): void {
    const at = before ? this.#drawn.findIndex(({ id }) => id === before.id) : -1;
    if (before && after && at >= 0) this.#drawn = this.#drawn.with(at, after);
    else if (before) this.#drawn = this.#drawn.filter(({ id }) => id !== before.id);
    else if (after) this.#drawn = [...this.#drawn, after];
    this.version += 1;
  }

  #step(change: Change): void {
    this.#apply(change);
    this.#done = [...this.#done.slice(1 - MOST_STEPS), change];
    this.#undone = [];
  }

  add(drawn: Drawn): void {
    this.#step({ before: null, after: drawn });
  }

  remove(id: string): void {
    const before = this.#drawn.find((one) => one.id === id);
    if (before) this.#step({ before, after: null });
  }

  /** Puts another one in the place of one; nothing where it is the same. */
  replace(after: Drawn): void {
    const before = this.#drawn.find((one) => one.id === after.id);
    if (before && JSON.stringify(before) !== JSON.stringify(after)) this.#step({ before, after });
  }

  undo(): void {
    const change = this.#done.at(-1);
    if (!change) return;
    this.#done = this.#done.slice(0, -1);
    this.#undone = [...this.#undone, change];
    this.#apply({ before: change.after, after: change.before });
  }

  redo(): void {
    const change = this.#undone.at(-1);
    if (!change) return;
    this.#undone = this.#undone.slice(0, -1);
    this.#done = [...this.#done, change];
    this.#apply(change);
  }

  /** What a draft keeps: all that is drawn, and as many of the last steps as there is room for. */
  keep(): Kept {
    const room = (steps: readonly Change[], most: number): readonly Change[] => {
      let left = most;
      const from = steps.findLastIndex((one) => {
        left -= JSON.stringify(one).length;
        return left < 0;
      });
      return steps.slice(from + 1);
    };
    const undone = room(this.#undone, KEPT_STEPS_BYTES);
    return { format: 1, drawn: this.#drawn, done: room(this.#done, KEPT_STEPS_BYTES), undone };
  }

  /** The drawing of a draft; an empty one for what is none. */
  static from(kept: unknown): Drawing {
    const drawing = new Drawing();
    const { format, drawn, done, undone } = (kept ?? {}) as Partial<Kept>;
    if (format !== 1 || ![drawn, done, undone].every(Array.isArray)) return drawing;
    drawing.#drawn = drawn ?? [];
    drawing.#done = done ?? [];
    drawing.#undone = undone ?? [];
    return drawing;
  }
}

/** The box between two corners, whichever way it was drawn, inside an image; null where it has no area. */
export function boxBetween([ax, ay]: Position, [bx, by]: Position, width: number, height: number): Shape | null {
  const within = (value: number, most: number): number => rounded(Math.min(Math.max(value, 0), most));
  const [left, right] = [within(Math.min(ax, bx), width), within(Math.max(ax, bx), width)];
  const [top, bottom] = [within(Math.min(ay, by), height), within(Math.max(ay, by), height)];
  if (right - left < 1 || bottom - top < 1) return null;
  return { kind: "box", x: left, y: top, width: right - left, height: bottom - top };
}

/** Corners of a shape. */
export function cornersOf(shape: Shape): readonly Position[] {
  if (shape.kind === "polygon") return shape.rings.flat();
  if (shape.kind === "point") return [[shape.x, shape.y]];
  const { x, y, width, height } = shape;
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}

/** A shape moved by so many pixels, no further than the image goes. */
export function moved(shape: Shape, [dx, dy]: Position, width: number, height: number): Shape {
  const corners = cornersOf(shape);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const x = Math.min(Math.max(dx, -Math.min(...xs)), width - Math.max(...xs));
  const y = Math.min(Math.max(dy, -Math.min(...ys)), height - Math.max(...ys));
  if (shape.kind === "polygon")
    return {
      ...shape,
      rings: shape.rings.map((ring) => ring.map(([cx, cy]): Position => [rounded(cx + x), rounded(cy + y)])),
    };
  return { ...shape, x: rounded(shape.x + x), y: rounded(shape.y + y) };
}

/** Whether a position is on a shape, or as near to a point as `near`. */
export function isOn(shape: Shape, [x, y]: Position, near: number): boolean {
  if (shape.kind === "point") return Math.hypot(shape.x - x, shape.y - y) <= near;
  if (shape.kind === "box")
    return (
      x >= shape.x - near &&
      y >= shape.y - near &&
      x <= shape.x + shape.width + near &&
      y <= shape.y + shape.height + near
    );
  // Even-odd over all rings: what is in a hole is not on the shape.
  let inside = false;
  for (const ring of shape.rings)
    for (const [at, [ax, ay]] of ring.entries()) {
      const [bx, by] = ring.at(at - 1) ?? [ax, ay];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  return inside;
}

/** The polygon of these corners, rounded and without repeated ones; null where it has no area. */
export function polygonOf(corners: readonly Position[]): Shape | null {
  const ring = corners
    .map(([x, y]): Position => [rounded(x), rounded(y)])
    .filter(([x, y], at, all) => at === 0 || x !== all[at - 1]?.[0] || y !== all[at - 1]?.[1]);
  let twice = 0;
  for (const [at, [x, y]] of ring.entries()) {
    const [px, py] = ring.at(at - 1) ?? [x, y];
    twice += px * y - x * py;
  }
  return ring.length > 2 && Math.abs(twice) > 1 ? { kind: "polygon", rings: [ring] } : null;
}
