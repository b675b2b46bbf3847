import { element, oneLine } from "./dom.ts";
import { TEXT } from "./text.ts";

/** As the server takes it. */
const MOST_TEXT = 2_000;

/** What somebody says of what he hands in or judges, beside the labels: one line, however it is typed. Escape goes to the image. */
export class RemarkField {
  readonly #field: HTMLTextAreaElement;
  readonly element: HTMLElement;

  /** What is said stands at the portion mark. `changed` is called with the text after every change, `back` when the keyboard is to go to the image again. */
  constructor(
    [portion, name]: readonly [portion: string, name: string],
    text: string,
    around: { changed: (text: string) => void; back: () => void },
  ) {
    this.#field = element("textarea", { rows: "2", maxlength: String(MOST_TEXT) });
    this.#field.value = text;
    this.#field.addEventListener("input", () => around.changed(this.#field.value));
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      around.back();
    });
    this.element = element("details", { class: "remark" }, [
      element("summary", {}, [element("span", {}, [portion]), " ", element("span", {}, [name])]),
      element("label", {}, [TEXT.remark.help, this.#field]),
    ]);
    this.element.toggleAttribute("open", text !== "");
  }

  get text(): string {
    return oneLine(this.#field.value);
  }
}
