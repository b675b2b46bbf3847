import { button, element } from "./dom.ts";
import { TEXT } from "./text.ts";

/** A row that opens: its entry's number, what it shows, and what stands below it when it is open. */
export interface OpeningRow {
  readonly index: number;
  readonly cells: readonly (Node | string)[];
  /** Null where there is nothing more to show. */
  readonly detail: (() => readonly Node[]) | null;
}

/** Headings of a table, in their order. */
const heads = (columns: readonly string[]): HTMLElement =>
  element("thead", {}, [
    element(
      "tr",
      {},
      columns.map((column) => element("th", { scope: "col" }, [column])),
    ),
  ]);

const cell = (content: Node | string): HTMLElement => element("td", {}, [content]);

/** A table of texts. */
export function plainTable(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLTableElement {
  const body = rows.map((row) => element("tr", {}, row.map(cell)));
  return element("table", {}, [element("caption", {}, [caption]), heads(columns), element("tbody", {}, body)]);
}

function opening({ index, cells, detail }: OpeningRow, columns: number): HTMLTableRowElement {
  const first = element("td");
  const row = element("tr", {}, [first, ...cells.map(cell)]);
  if (!detail) {
    first.append(`${index}`);
    return row;
  }
  const toggle = button(
    `${index}`,
    () => {
      const open = toggle.getAttribute("aria-expanded") !== "true";
      toggle.setAttribute("aria-expanded", `${open}`);
      if (open) row.after(element("tr", { class: "detail" }, [element("td", { colspan: `${columns}` }, detail())]));
      else row.nextElementSibling?.remove();
    },
    { class: "opens", "aria-expanded": "false", "aria-label": TEXT.console.entry(index) },
  );
  first.append(toggle);
  return row;
}

/** A table of entries; the first column is the entry's number, which opens the row. */
export function openingTable(
  caption: string,
  columns: readonly string[],
  rows: readonly OpeningRow[],
): HTMLTableElement {
  const all = [TEXT.console.index, ...columns];
  const body = rows.map((row) => opening(row, all.length));
  return element("table", {}, [element("caption", {}, [caption]), heads(all), element("tbody", {}, body)]);
}
