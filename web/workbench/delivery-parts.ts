import { storedId } from "./delivery-manifest.ts";
import { element } from "./dom.ts";
import type { Worker } from "./generated/delivery.ts";
import { TEXT } from "./text.ts";

const GROUP = 8;

/** Who somebody is: a person's name is shown to nobody but himself. */
export const whoIs = (id: string, viewer: Worker): string =>
  id === viewer.id ? TEXT.delivery.you : TEXT.delivery.person(storedId(id));

/** A moment of the server as it is shown: UTC, to the minute. */
export function moment(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Names with what they are, each in a place of its own, so that no text of others runs into what follows it. */
export function facts(rows: readonly (readonly [name: string, value: string | null])[]): HTMLElement {
  return element(
    "dl",
    { class: "facts" },
    rows.flatMap(([name, value]) =>
      value === null ? [] : [element("dt", {}, [name]), element("dd", { dir: "auto" }, [value])],
    ),
  );
}

/** A table of texts; the first of each row is its head. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
): HTMLTableElement {
  const head = element(
    "tr",
    {},
    columns.map((name) => (name === "" ? element("td") : element("th", { scope: "col" }, [name]))),
  );
  return element("table", {}, [
    element("caption", {}, [caption]),
    element("thead", {}, [head]),
    element(
      "tbody",
      {},
      rows.map((cells) =>
        element(
          "tr",
          {},
          cells.map((cell, at) => (at === 0 ? element("th", { scope: "row" }, [cell]) : element("td", {}, [cell]))),
        ),
      ),
    ),
  ]);
}

/** A hash in full, in groups that can be compared by eye; copied it is one word. */
export function hashOf(hex: string): HTMLElement {
  const groups = hex.match(new RegExp(`.{1,${GROUP}}`, "gs")) ?? [];
  return element(
    "code",
    { class: "hash" },
    groups.flatMap((group) => [element("span", {}, [group]), element("wbr")]),
  );
}

/** Puts the keyboard where what was just shown begins. */
export function headed(text: string): HTMLHeadingElement {
  return element("h1", { tabindex: "-1" }, [text]);
}
