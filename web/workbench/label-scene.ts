import type { Drawn } from "./drawing.ts";
import { LabelIndex } from "./label-index.ts";
import { boundsOf, isOn } from "./shapes.ts";
import type { Bounds, Position } from "./shapes.ts";

/** A label with its place in the order of painting. */
export interface Placed {
  readonly drawn: Drawn;
  readonly at: number;
}

/** What is drawn as it is looked at: found by place, kept up to date by what changed, some of it hidden. */
export class LabelScene {
  #drawn: readonly Drawn[] = [];
  readonly #placed = new Map<string, Placed>();
  readonly #bounds = new Map<string, Bounds>();
  readonly #index = new LabelIndex();
  readonly #hidden = new Set<string>();
  #allHidden = false;

  get hidesAll(): boolean {
    return this.#allHidden;
  }

  isHidden(id: string): boolean {
    return this.#allHidden || this.#hidden.has(id);
  }

  /** Hides a label, or shows it again; null for all of them. Returns the places that look different now. */
  toggle(id: string | null): readonly Bounds[] {
    if (id === null) {
      this.#allHidden = !this.#allHidden;
      if (!this.#allHidden) this.#hidden.clear();
      return [...this.#bounds.values()];
    }
    if (!this.#hidden.delete(id)) this.#hidden.add(id);
    const bounds = this.#bounds.get(id);
    return bounds ? [bounds] : [];
  }

  get(id: string | null): Placed | null {
    return id === null ? null : (this.#placed.get(id) ?? null);
  }

  /** Takes over what is drawn now. Returns the places where something changed. */
  update(drawn: readonly Drawn[]): readonly Bounds[] {
    if (drawn === this.#drawn) return [];
    const changed: Bounds[] = [];
    const gone = new Set(this.#placed.keys());
    for (const [at, one] of drawn.entries()) {
      gone.delete(one.id);
      const before = this.#placed.get(one.id);
      if (before?.drawn === one && before.at === at) continue;
      this.#placed.set(one.id, { drawn: one, at });
      const old = this.#bounds.get(one.id);
      if (before?.drawn === one) {
        // What is painted in another order may look different, but for those that only moved up where one went.
        if (this.#drawn.length === drawn.length && old) changed.push(old);
        continue;
      }
      const bounds = boundsOf(one.shape);
      if (old) changed.push(old);
      changed.push(bounds);
      this.#bounds.set(one.id, bounds);
      this.#index.set(one.id, bounds);
    }
    for (const id of gone) {
      const old = this.#bounds.get(id);
      if (old) changed.push(old);
      this.#placed.delete(id);
      this.#bounds.delete(id);
      this.#hidden.delete(id);
      this.#index.delete(id);
    }
    this.#drawn = drawn;
    return changed;
  }

  /** What is seen of an area, in the order of painting. */
  within(area: Bounds): Placed[] {
    const found: Placed[] = [];
    for (const id of this.#index.within(area)) {
      const placed = this.isHidden(id) ? undefined : this.#placed.get(id);
      if (placed) found.push(placed);
    }
    return found.sort((a, b) => a.at - b.at);
  }

  /** The topmost label at a position, or within `near` of it. */
  hit(at: Position, near: number): Drawn | null {
    const area = { left: at[0] - near, top: at[1] - near, right: at[0] + near, bottom: at[1] + near };
    let best: Placed | null = null;
    for (const id of this.#index.within(area)) {
      const placed = this.#placed.get(id);
      if (!placed || this.isHidden(id) || (best && placed.at < best.at)) continue;
      if (isOn(placed.drawn.shape, at, near)) best = placed;
    }
    return best?.drawn ?? null;
  }

  boundsOf(id: string): Bounds | null {
    return this.#bounds.get(id) ?? null;
  }
}
