import { attributeOf, attributeProblem } from "./classes.ts";
import type { AttributeDefinition, LabelClasses } from "./classes.ts";
import { element } from "./dom.ts";
import type { AttributeValue, Drawn } from "./drawing.ts";
import { TEXT } from "./text.ts";

/** Choices that have a key of their own. */
const WITH_KEYS = 9;

type Control = HTMLInputElement | HTMLSelectElement;

interface Field {
  readonly definition: AttributeDefinition;
  readonly element: HTMLElement;
  readonly control: Control;
  readonly problem: HTMLElement;
}

/** What a control says: nothing, a value, or something that is none of its type. */
function valueOf({ type }: AttributeDefinition, control: Control): AttributeValue | undefined {
  if (control.value === "") return control.validity.badInput ? control.value : undefined;
  if (type === "number") return Number(control.value);
  return type === "boolean" ? control.value === "true" : control.value;
}

/** Attributes of the selected label: a control for each, by its type. What is typed is kept as it is typed. */
export class AttributeForm {
  readonly #classes: LabelClasses;
  /** Takes a label as it has become; one text that is being typed is one gesture. */
  readonly #changed: ((drawn: Drawn, gesture: string) => void) | null;
  readonly element = element("section", { class: "attributes", "aria-label": TEXT.drawing.attributes });
  readonly #back: () => void;
  #fields: readonly Field[] = [];
  /** Which of them keys give a value. */
  #current = 0;
  #drawn: Drawn | null = null;
  #of = "";
  #typed = 0;

  /** Without `changed` attributes are looked at only. `back` is called when the keyboard is to go to the image again. */
  constructor(classes: LabelClasses, changed: ((drawn: Drawn, gesture: string) => void) | null, back: () => void) {
    this.#classes = classes;
    this.#changed = changed;
    this.#back = back;
  }

  /** Goes to the next attribute (1) or the one before (-1): what is typed goes into its field, where it is one for typing. */
  step(by: 1 | -1): void {
    const { length } = this.#fields;
    if (length === 0 || !this.#changed) return;
    this.#current = (this.#current + by + length) % length;
    this.#mark();
    const { control } = this.#fields[this.#current] ?? {};
    if (control instanceof HTMLInputElement) control.focus();
    else control?.scrollIntoView({ block: "nearest" });
  }

  /** Gives the attribute at hand, or the next one that has choices, its choice of this number; none with 0. */
  choose(number: number): void {
    const { length } = this.#fields;
    for (let off = 0; off < length && this.#changed; off += 1) {
      const field = this.#fields[(this.#current + off) % length];
      if (!(field?.control instanceof HTMLSelectElement)) continue;
      this.#current = (this.#current + off) % length;
      this.#mark();
      if (number >= field.control.options.length) return;
      field.control.selectedIndex = number;
      this.#typed += 1;
      this.#take(field.definition, field.control);
      return;
    }
  }

  #mark(): void {
    for (const [at, { element: one }] of this.#fields.entries())
      one.toggleAttribute("data-current", this.#fields.length > 1 && at === this.#current);
  }

  /** Shows the attributes of a label, or of none. */
  update(drawn: Drawn | null): void {
    this.#drawn = drawn;
    const of = drawn ? `${drawn.id} ${drawn.classKey}` : "";
    if (of !== this.#of) this.#build(drawn);
    this.#of = of;
    for (const { definition, control, problem } of this.#fields) {
      const value = drawn ? attributeOf(drawn, definition.key) : undefined;
      // Not what somebody is typing just now and is not yet, or not any more, a value.
      if (valueOf(definition, control) !== value) control.value = value === undefined ? "" : String(value);
      const code = control.validity.badInput ? "ATTRIBUTE_TYPE" : attributeProblem(definition, value);
      problem.textContent = code ? (TEXT.drawing.problems[code] ?? code) : "";
      control.setAttribute("aria-invalid", String(code !== null));
    }
  }

  #build(drawn: Drawn | null): void {
    const definitions = drawn ? this.#classes.attributesOf(drawn.classKey) : [];
    this.#fields = definitions.map((definition) => this.#field(definition));
    this.element.replaceChildren(
      ...(definitions.length > 0 ? [element("h2", {}, [TEXT.drawing.attributes])] : []),
      ...this.#fields.map((field) => field.element),
    );
    if (this.#current >= this.#fields.length) this.#current = 0;
    this.#mark();
  }

  #field(definition: AttributeDefinition): Field {
    const { type, choices, min, max, maxLength, required } = definition;
    const options = type === "boolean" ? ["true", "false"] : choices;
    const control =
      type === "choice" || type === "boolean"
        ? element("select", {}, [
            element("option", { value: "" }, [TEXT.drawing.nothing]),
            ...options.map((value, at) => {
              const name = type === "boolean" ? TEXT.drawing.booleans[value === "true" ? 0 : 1] : value;
              return element("option", { value }, [at < WITH_KEYS ? TEXT.drawing.withKey(name, at + 1) : name]);
            }),
          ])
        : element("input", {
            type: type === "number" ? "number" : "text",
            ...(type === "number" ? { step: "any" } : { maxlength: String(maxLength) }),
            ...(min === undefined ? {} : { min: String(min) }),
            ...(max === undefined ? {} : { max: String(max) }),
          });
    if (required) control.setAttribute("aria-required", "true");
    if (!this.#changed) control.disabled = true;
    const problem = element("span", { class: "problem" });
    control.addEventListener("input", () => this.#take(definition, control));
    control.addEventListener("blur", () => {
      this.#typed += 1;
    });
    control.addEventListener("focus", () => {
      this.#current = Math.max(
        0,
        this.#fields.findIndex((field) => field.control === control),
      );
      this.#mark();
    });
    const typed: HTMLElement = control;
    typed.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key !== "Escape" && !(event.key === "Enter" && control instanceof HTMLInputElement)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#back();
    });
    const made = element("label", {}, [TEXT.drawing.attribute(definition.key, required), control, problem]);
    return { definition, element: made, control, problem };
  }

  #take(definition: AttributeDefinition, control: Control): void {
    const drawn = this.#drawn;
    if (!drawn || !this.#changed) return;
    const { [definition.key]: _, ...others } = drawn.attributes;
    const value = control.validity.badInput ? undefined : valueOf(definition, control);
    const attributes = value === undefined ? others : { ...others, [definition.key]: value };
    this.#changed({ ...drawn, attributes }, `${drawn.id} ${definition.key} ${this.#typed}`);
  }
}
