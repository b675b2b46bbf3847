import { ask, button, element } from "./dom.ts";
import { MOST_PINS } from "./pin.ts";
import type { Pin } from "./pin.ts";
import type { Position } from "./shapes.ts";
import { TEXT } from "./text.ts";
import type { Viewer } from "./viewer.ts";

/** As the server takes it. */
const MOST_TEXT = 500;
const RADIUS = 9;

/** Draws pins: a numbered disc that is seen on any ground. */
export function paintPins(context: CanvasRenderingContext2D, pins: readonly Pin[], viewer: Viewer): void {
  for (const [at, pin] of pins.entries()) {
    const [x, y] = viewer.toScreen([pin.x, pin.y]);
    context.beginPath();
    context.arc(x, y, RADIUS, 0, 2 * Math.PI);
    context.fillStyle = "#101214";
    context.fill();
    context.strokeStyle = "#ffffff";
    context.lineWidth = 2;
    context.stroke();
    context.fillStyle = "#ffffff";
    context.font = "700 11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(at + 1), x, y);
    context.textAlign = "start";
    context.textBaseline = "alphabetic";
  }
}

/** Pins that somebody puts on the image while he judges. */
export class Pins {
  readonly #changed: (pins: readonly Pin[]) => void;
  readonly #list = element("ol", { class: "pins" });
  readonly #heading = element("h2", {}, [TEXT.judging.pins]);
  readonly element = element("div", {}, [this.#heading, this.#list]);
  #pins: readonly Pin[];
  readonly #portion: string;

  /** Each stands under its portion mark; `changed` is called with all of them after every change. */
  constructor(pins: readonly Pin[], portion: string, changed: (pins: readonly Pin[]) => void) {
    this.#portion = portion;
    this.#pins = pins;
    this.#changed = changed;
    this.#show();
  }

  get all(): readonly Pin[] {
    return this.#pins;
  }

  /** Asks what is to be said of a place, and puts a pin there. */
  async put([x, y]: Position, { width, height }: { readonly width: number; readonly height: number }): Promise<void> {
    if (this.#pins.length >= MOST_PINS) return;
    const text = await ask(TEXT.judging.pinText, true, TEXT.ok, TEXT.cancel);
    if (text === null) return;
    const within = (value: number, most: number): number => Math.round(Math.min(Math.max(value, 0), most) * 100) / 100;
    const said = text.replaceAll(/\s+/g, " ").trim().slice(0, MOST_TEXT);
    this.#pins = [...this.#pins, { x: within(x, width), y: within(y, height), text: said }];
    this.#show();
    this.#changed(this.#pins);
  }

  #show(): void {
    this.#heading.hidden = this.#pins.length === 0;
    this.#list.replaceChildren(
      ...this.#pins.map((pin, at) =>
        element("li", {}, [
          element("span", {}, [`${this.#portion} ${pin.text}`]),
          button(TEXT.judging.removePin(at + 1), () => {
            this.#pins = this.#pins.filter((one) => one !== pin);
            this.#show();
            this.#changed(this.#pins);
          }),
        ]),
      ),
    );
  }
}
