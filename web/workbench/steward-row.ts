import { button, element } from "./dom.ts";
import { isReady, isUnderWay } from "./steward-item.ts";
import type { Item } from "./steward-item.ts";
import { worded } from "./text/worded.ts";
import { TEXT } from "./text.ts";

const { steward } = TEXT;

/** Bytes for people. */
export function sizeOf(bytes: number): string {
  const [unit, of] =
    bytes < 1_000_000 ? [1_000, "kB"] : bytes < 1_000_000_000 ? [1_000_000, "MB"] : [1_000_000_000, "GB"];
  return `${(bytes / unit).toFixed(1)} ${of}`;
}

function stateOf(item: Item): string {
  const { state, code, sent, derived, file, type, marking } = item;
  switch (state) {
    case "sending":
      return steward.state.sending(Math.floor((100 * sent) / Math.max(file.size, 1)));
    case "deriving":
      return derived === null ? steward.state.deriving : steward.state.derived(derived);
    case "refused":
      return steward.state.refused(code);
    case "failed":
      return steward.state.failed(code);
    case "waiting":
      return type !== null && marking === "" ? steward.state.asks : steward.state.waiting;
    default:
      return steward.state[state];
  }
}

function noteOf({ proposal }: Item): string {
  if (!proposal) return "";
  const [first = ""] = proposal.portions;
  if (proposal.portions.length > 1) return steward.differ(proposal.portions.map((one) => one || steward.blank));
  if (first === "") return steward.saysNothing;
  return proposal.portion === null ? steward.unknown(first) : steward.from[proposal.from];
}

/** What can be done with one file. */
export interface RowActs {
  readonly marked: (item: Item, marking: string) => void;
  readonly again: (item: Item) => void;
  readonly leaveOut: (item: Item) => void;
  /** Its thumbnail; null while there is none to show. */
  readonly thumbnail: (item: Item) => HTMLElement | null;
}

/** A file as a row of the table. Its name is whatever somebody called it, and always text. */
export class Row {
  readonly element = element("tr");
  readonly #item: Item;
  readonly #acts: RowActs;
  readonly #picture = element("td");
  readonly #marking: HTMLInputElement;
  readonly #state = element("span");
  readonly #why = element("span", { class: "quiet" });
  readonly #bar: HTMLProgressElement;
  readonly #again: HTMLButtonElement;
  readonly #leaveOut: HTMLButtonElement;
  #pictured = false;

  constructor(item: Item, acts: RowActs) {
    const { path, file, type } = item;
    this.#item = item;
    this.#acts = acts;
    this.#marking = element("input", {
      "aria-label": steward.markingOf(path),
      maxlength: "500",
      spellcheck: "false",
      autocomplete: "off",
    });
    this.#marking.addEventListener("input", () => acts.marked(item, this.#marking.value.trim()));
    this.#bar = element("progress", { "aria-label": path });
    this.#again = button(steward.again, () => acts.again(item), { "aria-label": steward.of(steward.again, path) });
    this.#leaveOut = button(steward.leaveOut, () => acts.leaveOut(item), {
      "aria-label": steward.of(steward.leaveOut, path),
    });
    const note = noteOf(item);
    this.element.append(
      this.#picture,
      element("th", { scope: "row" }, [path]),
      element("td", {}, [sizeOf(file.size)]),
      element("td", {}, [type ?? steward.noImage]),
      element("td", {}, [this.#marking, ...(note === "" ? [] : [element("span", { class: "quiet" }, [note])])]),
      element("td", {}, [this.#state, this.#bar, this.#why]),
      element("td", {}, [this.#again, this.#leaveOut]),
    );
    this.update();
  }

  /** The bar: as far as what is said beside it, which is read out with it, and without an end where that is not known. */
  #advance(): void {
    const { state, sent, derived, file } = this.#item;
    const [done, all] =
      state === "sending" ? [sent, Math.max(file.size, 1)] : state === "deriving" ? [derived, 100] : [null, 100];
    this.#bar.max = all;
    if (done === null) this.#bar.removeAttribute("value");
    else this.#bar.value = done;
    this.#bar.setAttribute("aria-valuetext", this.#state.textContent);
  }

  /** Shows how far the file is. */
  update(): void {
    const item = this.#item;
    const { state, code, asset } = item;
    const there = state === "loaded" || state === "there";
    const waits = state === "quarantined";
    const underWay = isUnderWay(item);
    this.element.dataset["state"] = state;
    this.#state.textContent = stateOf(item);
    this.#state.className = there ? "good" : state === "refused" || state === "failed" ? "bad" : "";
    this.#why.textContent = waits
      ? steward.waits
      : state === "refused" || state === "failed"
        ? (worded(steward.why, code) ?? "")
        : "";
    this.#bar.hidden = !underWay;
    this.#advance();
    // What the server says of an image that is there counts, not what was asked for.
    const shown = there && asset ? asset.marking.portion : item.marking;
    if (this.#marking.value.trim() !== shown) this.#marking.value = shown;
    this.#marking.disabled = there || waits || underWay || item.type === null;
    this.#again.hidden = state === "waiting" || !isReady(item);
    this.#leaveOut.hidden = there || waits || underWay;
    if (!there || this.#pictured) return;
    const picture = this.#acts.thumbnail(item);
    if (!picture) return;
    this.#picture.append(picture);
    this.#pictured = true;
  }
}
