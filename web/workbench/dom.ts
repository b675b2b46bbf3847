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

/** So long what is over stays on the screen, so that nothing flickers where the next comes at once. */
const COMES_AT_ONCE_MS = 300;
let coming = 0;

/** Shows a screen in place of the one before. */
export function show(children: readonly Node[]): void {
  clearTimeout(coming);
  const screen = fixed("screen");
  screen.inert = false;
  screen.removeAttribute("aria-busy");
  screen.replaceChildren(...children);
}

/** Nothing on the screen takes anything any more; where the next one is not there in a moment, `late` is called. */
export function awaitNext(late: () => void): void {
  clearTimeout(coming);
  const screen = fixed("screen");
  screen.inert = true;
  screen.setAttribute("aria-busy", "true");
  coming = setTimeout(late, COMES_AT_ONCE_MS);
}

/** Says something short, to eyes and to readers. */
export function say(text: string): void {
  fixed("status").textContent = text;
}

/** Takes every question off the screen, as if it had been left. */
export function forgetDialogs(): void {
  for (const dialog of document.querySelectorAll("dialog")) dialog.dispatchEvent(new Event("cancel"));
}

/** A text as one line: the server takes no control characters. */
export const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();

/** The page's banner once more: what lies under a dialog is no part of the page for whoever does not see it. */
function bannerAgain(id: "banner-top" | "banner-bottom"): HTMLElement {
  const { textContent, dataset } = fixed(id);
  const made = element("p", { class: "banner", "data-level": dataset["level"] ?? "none" }, [textContent ?? ""]);
  if (id === "banner-bottom") made.setAttribute("aria-hidden", "true");
  return made;
}

/**
 * Asks for a line of text, or for a yes; null where it was left. The banner of what is on the screen stands above and below the
 * question, and the page's own stay free of it; `more` comes below the question and is always in sight.
 */
export function ask(
  question: string,
  withText: boolean,
  yes: string,
  no: string,
  more: readonly HTMLElement[] = [],
): Promise<string | null> {
  return new Promise((resolve) => {
    const field = element("textarea", { rows: "3", maxlength: "2000", "aria-label": question });
    const end = (value: string | null): void => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const said = element("div", { class: "said" }, [element("p", {}, [question]), ...(withText ? [field] : [])]);
    const agree = button(yes, () => end(withText ? oneLine(field.value) : "yes"));
    const dialog = element("dialog", { "aria-label": question }, [
      bannerAgain("banner-top"),
      said,
      ...more,
      element("div", { class: "row" }, [agree, button(no, () => end(null))]),
      bannerAgain("banner-bottom"),
    ]);
    dialog.addEventListener("cancel", () => end(null));
    document.body.append(dialog);
    dialog.showModal();
    // What is longer than the window is read on by keys, too.
    if (said.scrollHeight > said.clientHeight) {
      said.tabIndex = 0;
      (withText ? field : said).focus();
    }
  });
}
