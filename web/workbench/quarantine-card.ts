import { facts, moment } from "./delivery-parts.ts";
import { button, element } from "./dom.ts";
import { GROUP_TEXTS } from "./quarantine-data.ts";
import type { QuarantineGroup } from "./generated/quarantine.ts";
import type { Waiting } from "./quarantine-data.ts";
import { worded } from "./text/worded.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.quarantine;

/** A marking and a reason as somebody typed them. */
export interface Stated {
  readonly marking: string;
  readonly reason: string;
}

/** What can be done with one image that waits. */
export interface CardActs {
  readonly lift: (waiting: Waiting, stated: Stated) => void;
}

const found = (code: string): string => `${code}: ${worded(SAID.findings, code) ?? ""}`;

function groupRow({ places, more, findings, ...texts }: QuarantineGroup): HTMLElement {
  const cell = (text: string): HTMLElement =>
    text === "" ? element("td", { class: "quiet" }, [SAID.blank]) : element("td", {}, [element("bdi", {}, [text])]);
  return element("tr", {}, [
    element("th", { scope: "row" }, [places.join(", ")]),
    ...GROUP_TEXTS.map((name) => cell(texts[name])),
    element("td", {}, [SAID.other[more ? 1 : 0]]),
    element("td", {}, [findings.join(", ")]),
  ]);
}

function readingPart({ title, quarantine: { reading } }: Waiting): readonly HTMLElement[] {
  if (!reading) return [element("p", { class: "quiet" }, [SAID.notSaid])];
  const head = element("thead", {}, [
    element(
      "tr",
      {},
      SAID.columns.map((name) => element("th", { scope: "col" }, [name])),
    ),
  ]);
  const table = element("table", {}, [head, element("tbody", {}, reading.groups.map(groupRow))]);
  return [
    element("h3", {}, [SAID.says]),
    element("div", { class: "groups", tabindex: "0", role: "region", "aria-label": SAID.saysOf(title) }, [table]),
    ...(reading.whole ? [] : [element("p", {}, [SAID.notWhole])]),
  ];
}

function aboutIt({ marking, dataset, quarantine }: Waiting): HTMLElement {
  return facts([
    [SAID.dataset, dataset ? SAID.of(dataset.marking.portion, dataset.name) : SAID.unknown],
    [SAID.declared, quarantine.declared ?? SAID.unknown],
    [SAID.stands, marking.banner],
    [SAID.received, moment(quarantine.receivedAt)],
  ]);
}

/** One image that waits: why, what its file says, and where the person may, a form by which it is lifted. */
export class Card {
  readonly element: HTMLElement;
  readonly waiting: Waiting;
  readonly #heading: HTMLElement;
  readonly #marking: HTMLInputElement;
  readonly #reason: HTMLInputElement;
  readonly #told = element("p", { role: "alert" });
  readonly #lift: HTMLButtonElement;

  constructor(waiting: Waiting, acts: CardActs, at: number) {
    const { title, marking, quarantine } = waiting;
    this.waiting = waiting;
    const input = (id: string, maxlength: string): HTMLInputElement =>
      element("input", { id, maxlength, spellcheck: "false", autocomplete: "off" });
    this.#marking = input(`quarantine-marking-${at}`, "500");
    this.#marking.setAttribute("aria-describedby", `quarantine-help-${at}`);
    this.#marking.value = marking.banner;
    this.#reason = input(`quarantine-reason-${at}`, "400");
    this.#lift = button(
      SAID.lift,
      () => acts.lift(waiting, { marking: this.#marking.value.trim(), reason: this.#reason.value.trim() }),
      { "aria-label": SAID.liftOf(title) },
    );
    this.#heading = element("h2", { tabindex: "-1", id: `quarantine-${at}` }, [SAID.of(marking.portion, title)]);
    this.element = element("article", { class: "waiting", "aria-labelledby": `quarantine-${at}` }, [
      this.#heading,
      aboutIt(waiting),
      element("h3", {}, [SAID.why]),
      element(
        "ul",
        {},
        quarantine.findings.map((code) => element("li", {}, [found(code)])),
      ),
      ...readingPart(waiting),
      ...(quarantine.liftable ? this.#form(at) : [element("p", {}, [SAID.notYours])]),
    ]);
  }

  #form(at: number): readonly HTMLElement[] {
    const label = (field: HTMLInputElement, text: string): HTMLElement => element("label", { for: field.id }, [text]);
    return [
      element("div", { class: "row" }, [
        label(this.#marking, SAID.marking),
        this.#marking,
        label(this.#reason, SAID.reason),
        this.#reason,
        this.#lift,
      ]),
      element("p", { class: "quiet", id: `quarantine-help-${at}` }, [SAID.markingHelp]),
      this.#told,
    ];
  }

  /** Says what became of the act; while it is under way nothing of the form can be changed. */
  tell(text: string, underWay: boolean): void {
    this.#told.textContent = text;
    for (const field of [this.#marking, this.#reason, this.#lift]) field.disabled = underWay;
    if (!underWay && text !== "") (this.#reason.value.trim() === "" ? this.#reason : this.#marking).focus();
  }

  focus(): void {
    this.#heading.focus();
  }
}
