import type { LabelClass } from "./classes.ts";
import { button, element } from "./dom.ts";
import { TEXT } from "./text.ts";

/** Classes that have a key of their own. */
const WITH_KEYS = 9;

/**
 * The classes of a task, the first nine with their keys. Where there are more they are found by typing: Enter takes the first that
 * is listed, Escape leaves it, and both go back to the image.
 */
export class ClassChooser {
  readonly #take: (key: string) => void;
  readonly #back: () => void;
  readonly #all: readonly { readonly key: string; readonly text: string; readonly made: HTMLButtonElement }[];
  readonly #find = element("input", {
    type: "search",
    "aria-label": TEXT.findClass,
    placeholder: TEXT.findClass,
    autocomplete: "off",
  });
  readonly element: HTMLElement;

  /** `take` is called with the key of a class that was chosen, `back` when the keyboard is to go to the image again. */
  constructor(classes: readonly LabelClass[], around: { take: (key: string) => void; back: () => void }) {
    this.#take = around.take;
    this.#back = around.back;
    this.#all = classes.map(({ key, name }, at) => ({
      key,
      text: `${key} ${name}`.toLowerCase(),
      made: button(at < WITH_KEYS ? `${at + 1} ${name}` : name, () => this.#chosen(key), { "aria-pressed": "false" }),
    }));
    this.#find.addEventListener("input", () => this.#narrow());
    this.#find.addEventListener("keydown", (event) => this.#key(event));
    this.element = element("div", { class: "classes" }, [
      element("h2", {}, [TEXT.classes]),
      ...(classes.length > WITH_KEYS ? [this.#find] : []),
      ...this.#all.map(({ made }) => made),
    ]);
    this.element.hidden = classes.length === 0;
  }

  /** Shows which class is chosen. */
  update(classKey: string): void {
    for (const { key, made } of this.#all) made.setAttribute("aria-pressed", String(key === classKey));
  }

  /** Puts the keyboard where a class is found by typing; where each has a key there is no such place. */
  find(): void {
    this.#find.focus();
  }

  #narrow(): void {
    const words = this.#find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { text, made } of this.#all) made.hidden = !words.every((word) => text.includes(word));
  }

  #key(event: KeyboardEvent): void {
    const { key, isComposing } = event;
    if (isComposing || (key !== "Enter" && key !== "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    const typed = this.#find.value.trim() !== "";
    const first = key === "Enter" && typed ? this.#all.find(({ made }) => !made.hidden) : undefined;
    if (first) this.#chosen(first.key);
    else this.#widen();
    this.#back();
  }

  #chosen(key: string): void {
    this.#widen();
    this.#take(key);
  }

  #widen(): void {
    this.#find.value = "";
    this.#narrow();
  }
}
