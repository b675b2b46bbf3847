import { element } from "./dom.ts";
import { pixelText } from "./ground-text.ts";
import type { OnGround } from "./ground-text.ts";
import type { Position } from "./shapes.ts";
import { TEXT } from "./text.ts";

/** Where the pixel at the crosshair lies on the ground, or why that is not known. How the image is looked at changes nothing. */
export class GroundPanel {
  readonly #decimal = element("span", { class: "decimal" });
  readonly #sexagesimal = element("span", { class: "sexagesimal" });
  readonly #mgrs = element("span", { class: "mgrs" });
  readonly #note = element("span", { class: "note" });
  /** `beside` stands before it: which pixel is told. */
  readonly element: HTMLElement;

  constructor(beside: HTMLElement) {
    this.element = element("div", { class: "ground", role: "group", "aria-label": TEXT.ground.title }, [
      element("div", {}, [beside, this.#note]),
      element("div", {}, [this.#decimal, this.#sexagesimal, this.#mgrs]),
    ]);
  }

  update(image: OnGround | null, at: Position | null): void {
    const text = image && at ? pixelText(image, at) : null;
    this.#decimal.textContent = text?.decimal ?? "";
    this.#sexagesimal.textContent = text?.sexagesimal ?? "";
    this.#mgrs.textContent = text ? TEXT.ground.mgrs(text.mgrs) : "";
    this.#note.textContent = image ? note(image, at !== null && text === null) : "";
  }
}

function note({ ground }: OnGround, outside: boolean): string {
  if (!ground) return TEXT.ground.notRead;
  if (ground.kind === "none") return TEXT.ground.why(ground.why, ground.system ?? "");
  return outside ? TEXT.ground.outside : TEXT.ground.datum(ground.datum, ground.kind === "corners");
}
