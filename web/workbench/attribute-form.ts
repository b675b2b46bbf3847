import { attributeOf, attributeProblem } from "./classes.ts";
import type { AttributeDefinition, LabelClasses } from "./classes.ts";
import { element } from "./dom.ts";
import type { AttributeValue, Drawn } from "./drawing.ts";
import { TEXT } from "./text.ts";

type Control = HTMLInputElement | HTMLSelectElement;

interface Field {
  readonly definition: AttributeDefinition;
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
  #fields: readonly Field[] = [];
  #drawn: Drawn | null = null;
  #of = "";
  #typed = 0;

  /** Without `changed` attributes are looked at only. */
  constructor(classes: LabelClasses, changed: ((drawn: Drawn, gesture: string) => void) | null) {
    this.#classes = classes;
    this.#changed = changed;
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
      ...this.#fields.map(({ definition, control, problem }) =>
        element("label", {}, [TEXT.drawing.attribute(definition.key, definition.required), control, problem]),
      ),
    );
  }

  #field(definition: AttributeDefinition): Field {
    const { type, choices, min, max, maxLength, required } = definition;
    const options = type === "boolean" ? ["true", "false"] : choices;
    const control =
      type === "choice" || type === "boolean"
        ? element("select", {}, [
            element("option", { value: "" }, [TEXT.drawing.nothing]),
            ...options.map((value) =>
              element("option", { value }, [
                type === "boolean" ? TEXT.drawing.booleans[value === "true" ? 0 : 1] : value,
              ]),
            ),
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
    return { definition, control, problem };
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
