import { button, element } from "./dom.ts";
import { AS_STORED } from "./tile-lights.ts";
import type { Lights } from "./tile-lights.ts";
import { TEXT } from "./text.ts";
import type { Viewer } from "./viewer.ts";

/** Degrees for one press. */
const TURN = 15;

const SLIDERS = [
  { key: "brightness", min: -1, max: 1, step: 0.02 },
  { key: "contrast", min: 0, max: 4, step: 0.05 },
  { key: "gamma", min: 0.2, max: 5, step: 0.05 },
] as const;

/** How the image is looked at: whole, turned, with the small map, in another light. Nothing of it is kept. */
export class ViewPanel {
  readonly #viewer: () => Viewer | null;
  readonly #overview = button(TEXT.drawing.overview, () => this.toggleOverview(), { "aria-pressed": "true" });
  readonly #scale = element("span", { class: "place scale" });
  readonly #angle = element("span", { class: "place" });
  readonly #sliders = SLIDERS.map(({ key, min, max, step }) => {
    const slider = element("input", { type: "range", min: `${min}`, max: `${max}`, step: `${step}` });
    slider.value = String(AS_STORED[key]);
    slider.addEventListener("input", () => this.#relight());
    return { key, slider };
  });
  readonly element = element("div", { class: "view" }, [
    element("div", { class: "pair" }, [
      button(TEXT.drawing.zoomIn, () => this.#viewer()?.zoom(1)),
      button(TEXT.drawing.zoomOut, () => this.#viewer()?.zoom(-1)),
      button(TEXT.fit, () => this.#viewer()?.fit()),
      this.#overview,
      button(TEXT.drawing.turnBack, () => this.turn(-1)),
      button(TEXT.drawing.turn, () => this.turn(1)),
      button(TEXT.drawing.upright, () => this.turn(null)),
    ]),
    element("div", { class: "row" }, [this.#scale, this.#angle]),
    element("details", {}, [
      element("summary", {}, [TEXT.drawing.light]),
      ...this.#sliders.map(({ key, slider }) => element("label", {}, [TEXT.drawing.lights[key], slider])),
      button(TEXT.drawing.asStored, () => {
        for (const { key, slider } of this.#sliders) slider.value = String(AS_STORED[key]);
        this.#relight();
      }),
    ]),
  ]);

  constructor(viewer: () => Viewer | null) {
    this.#viewer = viewer;
  }

  /** Turns what is seen by a step, or back with null. */
  turn(steps: number | null): void {
    const viewer = this.#viewer();
    viewer?.turn(steps === null ? null : steps * TURN);
    this.#angle.textContent = viewer && viewer.place.angle !== 0 ? TEXT.drawing.turned(viewer.place.angle) : "";
  }

  /** Says how large the image is shown; told whenever it is drawn. */
  follow({ scale }: Viewer): void {
    const text = TEXT.drawing.scale(scale);
    if (this.#scale.textContent !== text) this.#scale.textContent = text;
  }

  toggleOverview(): void {
    const viewer = this.#viewer();
    viewer?.toggleOverview();
    this.#overview.setAttribute("aria-pressed", String(viewer?.overview ?? true));
  }

  #relight(): void {
    const lights = Object.fromEntries(this.#sliders.map(({ key, slider }) => [key, slider.valueAsNumber]));
    this.#viewer()?.relight({ ...AS_STORED, ...(lights as Partial<Lights>) });
  }
}
