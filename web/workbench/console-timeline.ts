import { query } from "./api.ts";
import type { Answer } from "./api.ts";
import { actOf, entryBlock, shortTime, statesOf, whoCell } from "./console-entry.ts";
import { Pages } from "./list-pages.ts";
import { boundaries, countOf, totals } from "./console-parts.ts";
import { Picture } from "./console-picture.ts";
import type { Chosen } from "./console-picture.ts";
import { openingTable, plainTable } from "./console-rows.ts";
import { Shown, refusal } from "./console-shown.ts";
import type { Told } from "./console-shown.ts";
import type { Links, View } from "./console-view.ts";
import { button, element } from "./dom.ts";
import { ENTRIES_BETWEEN, SIGNED_SIZES, TIMELINE_PARTS } from "./generated/console.ts";
import type { TimelinePart } from "./generated/console.ts";
import { TEXT } from "./text.ts";

/** Columns of the picture: a document may have 20 root fields. */
const MOST_PARTS = 20;
/** Entries of a page, and signed sizes. */
const PAGE = 50;
const SIZES = 100;

/** Each part by a field of its own in one question, so that one answer holds the picture. Throws Refused. */
async function partsOf(cuts: readonly number[]): Promise<Answer<readonly (TimelinePart | null)[]>> {
  const parts = cuts.slice(1).map((to, n) => ({ from: cuts[n] ?? 0, to }));
  const { data, marking } = await query(TIMELINE_PARTS, { parts });
  return { data: data.parts, marking };
}

const field = (id: string): HTMLInputElement =>
  element("input", { id, inputmode: "numeric", list: "signed-sizes", autocomplete: "off" });

/** A stretch of the log as a picture, and its entries. */
export class TimelineView implements View {
  readonly name = TEXT.console.timeline;
  readonly panel: HTMLElement;
  readonly #links: Links;
  readonly #shown: Shown;
  readonly #from = field("stretch-from");
  readonly #to = field("stretch-to");
  readonly #sizes = element("datalist", { id: "signed-sizes" });
  readonly #earlier = button(TEXT.console.earlier, () => void this.#begin());
  #signed: readonly number[] = [];
  #next: string | null = null;
  #begun = false;

  constructor(links: Links, refused: (error: unknown) => void) {
    this.#links = links;
    this.#shown = new Shown(refused);
    const form = element("form", { class: "row", novalidate: "" }, [
      element("label", { for: "stretch-from" }, [TEXT.console.fromSize]),
      this.#from,
      element("label", { for: "stretch-to" }, [TEXT.console.toSize]),
      this.#to,
      this.#sizes,
      element("button", { type: "submit" }, [TEXT.console.showStretch]),
      this.#earlier,
      button(TEXT.console.newest, () => this.#anew()),
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#stretch();
    });
    this.#earlier.hidden = true;
    const help = element("p", { class: "quiet" }, [TEXT.console.timelineHelp]);
    this.panel = element("div", {}, [help, form, this.#shown.area]);
  }

  enter(): void {
    this.#shown.enter();
    if (this.#begun) return;
    this.#begun = true;
    void this.#begin();
  }

  leave(): void {
    this.#shown.leave();
  }

  end(): void {
    this.#shown.end();
  }

  /** Fetches signed sizes, the newest first and each time the ones before, and shows what stands between them. */
  #begin(): Promise<void> {
    return this.#shown.ask(async () => {
      const { data } = await query(SIGNED_SIZES, { first: SIZES, after: this.#next });
      const { edges, pageInfo } = data.auditCheckpoints;
      this.#signed = [...new Set([...this.#signed, ...edges.map(({ node }) => node.size)])];
      this.#next = pageInfo.endCursor;
      this.#earlier.hidden = !pageInfo.hasNextPage;
      this.#sizes.replaceChildren(...this.#signed.map((size) => element("option", { value: `${size}` })));
      const oldest = pageInfo.hasNextPage ? (this.#signed.at(-1) ?? 0) : 0;
      this.#from.value = `${oldest}`;
      this.#to.value ||= `${this.#signed[0] ?? 0}`;
      return this.#asked();
    }, this.#picture);
  }

  #anew(): void {
    [this.#signed, this.#next, this.#to.value] = [[], null, ""];
    void this.#begin();
  }

  #stretch(): void {
    if ([this.#from, this.#to].every(({ value }) => /^\d{1,15}$/.test(value.trim())))
      void this.#shown.ask(() => this.#asked(), this.#picture);
    else this.#shown.refuse(refusal(TEXT.console.notSizes));
  }

  #asked(): Promise<Answer<readonly (TimelinePart | null)[]>> {
    const [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    return partsOf(boundaries(this.#signed, from, to, MOST_PARTS));
  }

  readonly #picture = (answered: readonly (TimelinePart | null)[], marking: string | null): Told => {
    const parts = answered.filter((part) => part !== null);
    if (parts.length < answered.length) return refusal(TEXT.console.notSigned);
    let chosen: Chosen = { first: 0, last: parts.length - 1 };
    const [first, last] = (["first", "last"] as const).map((end) => this.#chooser(parts, end));
    if (!first || !last) return refusal(TEXT.console.notSigned);
    const choose = (now: Chosen): void => {
      chosen = now;
      picture.choose(now);
      [first.value, last.value] = [`${now.first}`, `${now.last}`];
    };
    const picture = new Picture(parts, choose);
    const read = (): void =>
      choose({ first: Math.min(+first.value, +last.value), last: Math.max(+first.value, +last.value) });
    first.addEventListener("change", read);
    last.addEventListener("change", read);
    choose(chosen);
    const range = (): { from: number; to: number } => ({
      from: parts[chosen.first]?.from ?? 0,
      to: parts[chosen.last]?.to ?? 0,
    });
    const nodes: readonly Node[] = [
      picture.root,
      element("div", { class: "row" }, [
        element("label", { for: "part-first" }, [TEXT.console.firstPart]),
        first,
        element("label", { for: "part-last" }, [TEXT.console.lastPart]),
        last,
        button(TEXT.console.showEntries, () => {
          const back = (): void => this.#shown.put(marking, nodes);
          this.#list(range(), new Pages(), back);
        }),
        button(TEXT.console.closer, () => {
          const { from, to } = range();
          [this.#from.value, this.#to.value] = [`${from}`, `${to}`];
          this.#stretch();
        }),
      ]),
      element("div", { class: "tables" }, [this.#kinds(parts), this.#columns(parts)]),
    ];
    return { nodes, said: TEXT.console.picture(parts.length) };
  };

  #chooser(parts: readonly TimelinePart[], end: "first" | "last"): HTMLSelectElement {
    const options = parts.map(({ from, to, firstAt, lastAt }, n) =>
      element("option", { value: `${n}` }, [
        end === "first" ? TEXT.console.begins(shortTime(firstAt), from) : TEXT.console.ends(shortTime(lastAt), to),
      ]),
    );
    return element("select", { id: `part-${end}` }, options);
  }

  #kinds(parts: readonly TimelinePart[]): HTMLElement {
    const rows = totals(parts).map(({ kind, count }) => [kind, `${count}`]);
    return plainTable(TEXT.console.kindsCaption, [TEXT.console.kind, TEXT.console.entries], rows);
  }

  /** The picture in words. */
  #columns(parts: readonly TimelinePart[]): HTMLElement {
    const { time, sizes, entries, kind } = TEXT.console;
    const rows = parts.map((part) => [
      `${shortTime(part.firstAt)} – ${shortTime(part.lastAt)}`,
      `${part.from} – ${part.to}`,
      `${countOf(part)}`,
      totals([part])
        .map((one) => `${one.kind} ${one.count}`)
        .join(", "),
    ]);
    return plainTable(TEXT.console.partsCaption, [time, sizes, entries, kind], rows);
  }

  #list(range: { readonly from: number; readonly to: number }, pages: Pages, back: () => void): void {
    const asking = () => query(ENTRIES_BETWEEN, { ...range, first: PAGE, after: pages.after });
    void this.#shown.ask(asking, ({ auditBetween }) => {
      if (!auditBetween) return refusal(TEXT.console.notSigned);
      const { edges, pageInfo } = auditBetween.entries;
      const { time, kind, who, act, sections } = TEXT.console;
      const rows = edges.map(({ node: entry }) => {
        const cells = [shortTime(entry.at), entry.kind, whoCell(entry, this.#links), actOf(entry), statesOf(entry)];
        return { index: entry.index, cells, detail: () => entryBlock(entry, this.#links) };
      });
      const caption = TEXT.console.listed(range.from, range.to);
      const nodes = [
        element("div", { class: "row" }, [button(TEXT.console.toPicture, back)]),
        openingTable(caption, [time, kind, who, act, sections], rows),
        pages.buttons(pageInfo, () => this.#list(range, pages, back)),
      ];
      return { nodes, said: TEXT.console.shownEntries(rows.length) };
    });
  }
}
