import { MOST_ACTIVE_MS } from "./active-time.ts";
import { halvesOf } from "./kept-halves.ts";
import type { Half } from "./kept-halves.ts";
import { pinsOf } from "./pin.ts";
import type { Pin } from "./pin.ts";
import type { Shape } from "./shapes.ts";
import { lastSteps, withinBytes } from "./steps.ts";

export type { Position, Shape } from "./shapes.ts";

/** A value of an attribute. */
export type AttributeValue = string | number | boolean;

/** One label as it is drawn. */
export interface Drawn {
  readonly id: string;
  readonly classKey: string;
  readonly shape: Shape;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The model's proposal that it was taken over from. */
  readonly preLabelId?: string;
}

/** The same as a label of its own, taken over from no proposal. */
export const asNew = ({ classKey, shape, attributes }: Pick<Drawn, "classKey" | "shape" | "attributes">): Drawn => ({
  id: crypto.randomUUID(),
  classKey,
  shape,
  attributes,
});

/** What one step changed: something came, went, or became something else. Places in the list are told where they matter. */
interface Change {
  readonly before: Drawn | null;
  readonly after: Drawn | null;
  readonly from?: number;
  readonly to?: number;
  /** Whether it is one step with the change before it. */
  readonly joined?: true;
}

/** A drawing as a draft keeps it: steps that were undone can be done again after a reload, too. */
export interface Kept {
  readonly format: 2;
  readonly drawn: readonly Drawn[];
  readonly done: readonly Change[];
  readonly undone: readonly Change[];
  /** What is said of it when it is handed in. */
  readonly remark?: string;
  /** Lines and outlines that are half drawn, the last one last. */
  readonly half?: readonly Half[];
  /** What whoever judges says of places. */
  readonly pins?: readonly Pin[];
  /** How long somebody worked on it, in milliseconds. */
  readonly activeMs?: number;
  /** Set where it was being judged, not drawn on; and then whether a fix of it had begun, which is what is drawn. */
  readonly judged?: { readonly fixes: boolean };
}

/** What a draft says of whoever judges: that he was setting it right, or whether he had begun to before he judged it again. */
export function fixIn(draft: unknown): "open" | "begun" | "none" {
  if (draft === null || draft === undefined) return "none";
  const { judged } = draft as { readonly judged?: { readonly fixes?: unknown } };
  return !judged ? "open" : judged.fixes === true ? "begun" : "none";
}

const MOST_STEPS = 200;
/** Of each kind; the server takes drafts of half a mebibyte. */
const KEPT_STEPS_BYTES = 60_000;

const back = ({ before, after, from, to }: Change): Change => ({
  before: after,
  after: before,
  ...(to === undefined ? {} : { from: to }),
  ...(from === undefined ? {} : { to: from }),
});

/** Drafts of format 1 know no attributes. */
const whole = (drawn: Drawn): Drawn => ({ ...drawn, attributes: drawn.attributes ?? {} });
const wholeChange = (change: Change): Change => ({
  ...change,
  before: change.before && whole(change.before),
  after: change.after && whole(change.after),
});

/** What is drawn on one image, in the order in which it is painted, with its steps. Knows nothing of the page. */
export class Drawing {
  #drawn: readonly Drawn[] = [];
  #done: readonly Change[] = [];
  #undone: readonly Change[] = [];
  /** What goes on with the last step: a key that is held, a text that is being typed. */
  #gesture: string | null = null;
  #remark = "";
  #half: readonly Half[] = [];
  #pins: readonly Pin[] = [];
  /** What of its draft is said of judging; null where it is drawn on. */
  judged: Kept["judged"] | null = null;
  /** How long somebody worked on it until it was looked at last, in milliseconds. Time alone is no change that is to be saved. */
  activeMs = 0;
  /** Grows with every step: what was saved at this number is all there is. */
  version = 0;

  /** What is to be said of it when it is handed in; no step, and not undone. */
  get remark(): string {
    return this.#remark;
  }

  set remark(text: string) {
    this.#remark = text;
    this.version += 1;
  }

  /** What is said of places of it by whoever judges; no step, and not undone. */
  get pins(): readonly Pin[] {
    return this.#pins;
  }

  set pins(pins: readonly Pin[]) {
    this.#pins = pins;
    this.version += 1;
  }

  /** What is half drawn and waits for its next corner, at most one of each tool, the last one last; no step, and not undone. */
  get half(): readonly Half[] {
    return this.#half;
  }

  /** Puts what is half drawn with a tool in the place of what was; nothing is half drawn with it where there are no corners. */
  setHalf(half: Half): void {
    const others = this.#half.filter(({ tool }) => tool !== half.tool);
    if (half.corners.length === 0 && others.length === this.#half.length) return;
    this.#half = half.corners.length === 0 ? others : [...others, half];
    this.version += 1;
  }

  get drawn(): readonly Drawn[] {
    return this.#drawn;
  }

  get(id: string | null): Drawn | null {
    return this.#drawn.find((one) => one.id === id) ?? null;
  }

  #apply({ before, after, to }: Change): void {
    const at = before ? this.#drawn.findIndex(({ id }) => id === before.id) : -1;
    if (before && after && at >= 0 && to === undefined) this.#drawn = this.#drawn.with(at, after);
    else {
      const others = at >= 0 ? this.#drawn.toSpliced(at, 1) : this.#drawn;
      this.#drawn = after ? others.toSpliced(to ?? others.length, 0, after) : others;
    }
    this.version += 1;
  }

  #step(change: Change, gesture: string | null = null): void {
    const last = this.#done.at(-1);
    // One gesture is one step, however many moves it is made of.
    const goesOn = gesture !== null && gesture === this.#gesture && last?.after?.id === change.before?.id;
    this.#apply(change);
    this.#done =
      goesOn && last
        ? this.#done.with(this.#done.length - 1, { ...last, after: change.after })
        : [...lastSteps(this.#done, MOST_STEPS - (change.joined ? 0 : 1)), change];
    this.#undone = [];
    this.#gesture = gesture;
  }

  add(drawn: Drawn): void {
    this.#step({ before: null, after: drawn });
  }

  /** Puts several into it at once, which is one step. */
  addAll(all: readonly Drawn[]): void {
    for (const [at, drawn] of all.entries())
      this.#step({ before: null, after: drawn, ...(at === 0 ? {} : { joined: true }) });
  }

  remove(id: string): void {
    const from = this.#drawn.findIndex((one) => one.id === id);
    const before = this.#drawn[from];
    if (before) this.#step({ before, after: null, from });
  }

  /** Puts another one in the place of one; nothing where it is the same. Changes of one gesture are one step. */
  replace(after: Drawn, gesture: string | null = null): void {
    const before = this.get(after.id);
    if (before && JSON.stringify(before) !== JSON.stringify(after)) this.#step({ before, after }, gesture);
  }

  /** Paints a label last (true) or first: above or below all others. */
  order(id: string, front: boolean): void {
    const from = this.#drawn.findIndex((one) => one.id === id);
    const drawn = this.#drawn[from];
    const to = front ? this.#drawn.length - 1 : 0;
    if (drawn && from !== to) this.#step({ before: drawn, after: drawn, from, to });
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  undo(): void {
    this.#gesture = null;
    for (let goesOn = true; goesOn;) {
      const change = this.#done.at(-1);
      if (!change) return;
      this.#done = this.#done.slice(0, -1);
      this.#undone = [...this.#undone, change];
      this.#apply(back(change));
      goesOn = change.joined === true;
    }
  }

  redo(): void {
    this.#gesture = null;
    for (let goesOn = true; goesOn;) {
      const change = this.#undone.at(-1);
      if (!change) return;
      this.#undone = this.#undone.slice(0, -1);
      this.#done = [...this.#done, change];
      this.#apply(change);
      goesOn = this.#undone.at(-1)?.joined === true;
    }
  }

  /** What a draft keeps: all that is drawn, and as many of the last steps as there is room for. */
  keep(): Kept {
    const undone = withinBytes(this.#undone, KEPT_STEPS_BYTES, true);
    const remark = this.#remark === "" ? {} : { remark: this.#remark };
    const half = this.#half.length === 0 ? {} : { half: this.#half };
    const pins = this.#pins.length === 0 ? {} : { pins: this.#pins };
    const judged = this.judged ? { judged: this.judged } : {};
    const active = this.activeMs === 0 ? {} : { activeMs: this.activeMs };
    const done = withinBytes(this.#done, KEPT_STEPS_BYTES, false);
    return { format: 2, drawn: this.#drawn, done, undone, ...remark, ...half, ...pins, ...judged, ...active };
  }

  /** The drawing of a draft, also of one from before there were attributes; an empty one for what is none. */
  static from(kept: unknown): Drawing {
    const drawing = new Drawing();
    const { format, drawn, done, undone, remark, half, pins, activeMs } = (kept ?? {}) as Partial<
      Omit<Kept, "format">
    > & {
      readonly format?: unknown;
    };
    if ((format !== 1 && format !== 2) || ![drawn, done, undone].every(Array.isArray)) return drawing;
    drawing.#drawn = (drawn ?? []).map(whole);
    drawing.#done = (done ?? []).map(wholeChange);
    drawing.#undone = (undone ?? []).map(wholeChange);
    drawing.#remark = typeof remark === "string" ? remark : "";
    drawing.#half = halvesOf(half);
    drawing.#pins = pinsOf(pins);
    drawing.activeMs = Number.isInteger(activeMs) ? Math.min(Math.max(0, activeMs ?? 0), MOST_ACTIVE_MS) : 0;
    return drawing;
  }
}
