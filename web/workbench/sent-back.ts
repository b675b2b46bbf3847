import { button, element } from "./dom.ts";
import { asNew } from "./drawing.ts";
import type { Drawn, Drawing } from "./drawing.ts";
import type { SentBack } from "./generated/tasks.ts";
import type { Position } from "./shapes.ts";
import { TEXT } from "./text.ts";

/** What was wrong in the round before, with the places that it is about, and a beginning from what was handed in then. */
export function sentBackPanel(
  { comment, marking, pins }: SentBack,
  earlier: readonly Drawn[],
  around: {
    readonly drawing: () => Drawing;
    readonly changed: () => void;
    /** Brings a place of the image into view. */
    readonly reveal: (at: Position) => void;
  },
): HTMLElement {
  const begin = button(TEXT.judging.beginWithIt(earlier.length), () => {
    around.drawing().addAll(earlier.map(asNew));
    begin.disabled = true;
    around.changed();
  });
  return element("div", { class: "sent-back", role: "note" }, [
    element("h2", {}, [TEXT.judging.sentBack]),
    element("p", {}, [`${marking.portion} ${comment}`]),
    ...(pins.length === 0
      ? []
      : [
          element(
            "ol",
            { class: "pins" },
            pins.map(({ x, y, text }) =>
              element("li", {}, [button(`${marking.portion} ${text}`, () => around.reveal([x, y]))]),
            ),
          ),
        ]),
    ...(earlier.length === 0 ? [] : [begin]),
  ]);
}
