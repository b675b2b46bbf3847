import type { CanvasTools } from "./canvas-tools.ts";
import { CanvasVoice } from "./canvas-voice.ts";
import { element } from "./dom.ts";
import { GroundPanel } from "./ground-panel.ts";
import type { AtHand } from "./hand-changes.ts";
import { TEXT } from "./text.ts";
import type { Coming, Viewer } from "./viewer.ts";

/** The window on an image: its canvases, below them what is told of the pixel at the crosshair, and in words what has not come. */
export class ImageWindow {
  readonly canvases = element("div", { class: "canvases" });
  readonly #coming = element("p", { class: "coming", role: "status" }, [TEXT.image.opening]);
  readonly #place = element("span", { class: "place" });
  readonly #voice = new CanvasVoice();
  readonly #ground = new GroundPanel(this.#place);
  readonly element = element("div", { class: "window", "aria-busy": "true" }, [
    this.canvases,
    this.#coming,
    this.#ground.element,
    this.#voice.element,
  ]);

  constructor() {
    this.canvases.addEventListener("keyup", ({ key }) => {
      if (key.startsWith("Arrow")) this.#voice.rested(this.#place.textContent ?? "");
    });
  }

  /** Told when tools work on the image: what was done before went nowhere. */
  opened(): void {
    this.element.removeAttribute("aria-busy");
  }

  /** Says how much of what is looked at has come. */
  tell(coming: Coming): void {
    this.#coming.textContent = { nothing: TEXT.image.coming, late: TEXT.image.late, there: "" }[coming];
  }

  /** Says where the crosshair is, and what the ruler measures. */
  point({ cross, measured, measuredOnGround }: CanvasTools, viewer: Viewer | null): void {
    const place = cross ? TEXT.place(Math.floor(cross[0]), Math.floor(cross[1])) : "";
    const ruler = measured ? [TEXT.drawing.measured(...measured)] : [];
    const ways = [...ruler, ...(measuredOnGround === null ? [] : [TEXT.ground.onGround(measuredOnGround)])];
    this.#place.textContent = ways.length > 0 ? `${place}: ${ways.join("; ")}` : place;
    this.#ground.update(viewer, cross);
  }

  /** Told of what changed on the image, for those who do not see it. */
  changed(now: AtHand): void {
    this.#voice.changed(now, this.#place.textContent ?? "");
  }
}
