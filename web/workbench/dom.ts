/** An element with attributes and children. Text is always text: nothing here reads markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** An element of a picture. */
export function svg(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  children: readonly (Node | string)[] = [],
): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, `${value}`);
  made.append(...children);
  return made;
}

/** A button that does something; refusals of what it does are for whoever made it. */
export function button(
  text: string,
  act: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, [text]);
  made.addEventListener("click", act);
  return made;
}

/** An element of the page that is always there. */
export function fixed(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page lacks ${id}`);
  return found;
}

/** Shows a screen in place of the one before. */
export function show(children: readonly Node[]): void {
  fixed("screen").replaceChildren(...children);
}

/** Says something short, to eyes and to readers. */
export function say(text: string): void {
  fixed("status").textContent = text;
}

/** Takes every question off the screen, as if it had been left. */
export function forgetDialogs(): void {
  for (const dialog of document.querySelectorAll("dialog")) dialog.dispatchEvent(new Event("cancel"));
}

/** Asks for a line of text, or for a yes; null where it was left. Its banner is the page's own, above and below it. */
export function ask(question: string, withText: boolean, yes: string, no: string): Promise<string | null> {
  return new Promise((resolve) => {
    const field = element("textarea", { rows: "3", maxlength: "2000", "aria-label": question });
    const dialog = element("dialog", { "aria-label": question }, [element("p", {}, [question])]);
    const end = (value: string | null): void => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    dialog.append(
      ...(withText ? [field] : []),
      element("div", { class: "row" }, [
        button(yes, () => end(withText ? field.value : "yes")),
        button(no, () => end(null)),
      ]),
    );
    dialog.addEventListener("cancel", () => end(null));
    document.body.append(dialog);
    dialog.showModal();
  });
}
