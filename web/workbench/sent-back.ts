import { button, element } from "./dom.ts";
import { asNew } from "./drawing.ts";
import type { Drawn, Drawing } from "./drawing.ts";
import type { SentBack } from "./generated/tasks.ts";
import { TEXT } from "./text.ts";

/** What was wrong in the round before, and a beginning from what was handed in then. */
export function sentBackPanel(
  { comment, marking, pins }: SentBack,
  earlier: readonly Drawn[],
  around: { readonly drawing: () => Drawing; readonly changed: () => void },
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
            pins.map(({ text }) => element("li", {}, [`${marking.portion} ${text}`])),
          ),
        ]),
    ...(earlier.length === 0 ? [] : [begin]),
  ]);
}
