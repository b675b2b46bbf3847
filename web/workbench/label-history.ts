import { Refused } from "./api.ts";
import { showBanner, shownBanner } from "./banner.ts";
import { paintSelected } from "./canvas-painting.ts";
import { storedId } from "./delivery-manifest.ts";
import { facts, moment } from "./delivery-parts.ts";
import { button, element, fixed, say } from "./dom.ts";
import { isSwitchedOff } from "./key-help.ts";
import { changesOf, sameShape } from "./label-changes.ts";
import { historyOf } from "./label-history-data.ts";
import type { History, Revision } from "./label-history-data.ts";
import { LabelStyles, traceShape } from "./label-style.ts";
import type { Shape } from "./shapes.ts";
import { worded } from "./text/worded.ts";
import { TEXT } from "./text.ts";
import { Viewer } from "./viewer.ts";

const SAID = TEXT.history;

/** What follows when a history is closed, or nobody is signed in any more. */
interface After {
  readonly closed: () => void;
  readonly refused: (error: unknown) => void;
}

/** What was drawn before, dashed, dark and light so that it is seen on any ground. */
function paintBefore(context: CanvasRenderingContext2D, shape: Shape, viewer: Viewer): void {
  for (const [color, width] of [
    ["#000000", 4],
    ["#ffffff", 2],
  ] as const) {
    context.beginPath();
    traceShape(context, shape, (at) => viewer.toScreen(at));
    context.setLineDash([6, 5]);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * All revisions of a label in the place of the screen that it was opened from, under the banner of what is told: the screen's own
 * may be lower. What was there is hidden meanwhile, and shown again under its own.
 */
export class LabelHistory {
  readonly #id: string;
  readonly #after: After;
  readonly #banner = shownBanner();
  readonly #hidden: readonly HTMLElement[];
  readonly #heading = element("h1", { tabindex: "-1" }, [SAID.title]);
  readonly #body = element("div", { class: "history-body", "aria-busy": "true" }, [element("p", {}, [SAID.asking])]);
  readonly #element: HTMLElement;
  readonly #canvas = element("canvas", { tabindex: "0", "aria-label": SAID.canvas });
  readonly #legend = element("p", { class: "quiet", role: "status" });
  readonly #chosen = new Map<string, HTMLButtonElement>();
  #viewer: Viewer | null = null;
  #styles = new LabelStyles([]);
  #shown: readonly [after: Revision, before: Revision | null] | null = null;
  #over = false;
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event);

  constructor(id: string, after: After) {
    this.#id = id;
    this.#after = after;
    const screen = fixed("screen");
    this.#hidden = [...screen.children].filter(
      (child): child is HTMLElement => child instanceof HTMLElement && !child.hidden,
    );
    for (const one of this.#hidden) one.hidden = true;
    this.#element = element("section", { class: "history", "aria-label": SAID.title }, [
      element("header", { class: "row" }, [this.#heading, button(SAID.close, () => this.close())]),
      this.#body,
    ]);
    showBanner(null);
    say("");
    screen.append(this.#element);
    document.addEventListener("keydown", this.#onKey);
    this.#heading.focus();
  }

  /** Asks for the history and shows it. */
  async open(): Promise<void> {
    try {
      const { data, marking } = await historyOf(this.#id);
      if (this.#over) return;
      if (!data.label) {
        this.#tell(SAID.none);
        return;
      }
      showBanner(marking);
      this.#show(data.label, data.viewer?.id ?? "");
      if (data.label.asset) await this.#picture(data.label.asset.id);
    } catch (error) {
      this.#refused(error);
    }
  }

  #refused(error: unknown): void {
    if (this.#over) return;
    const code = error instanceof Refused ? error.code : "UNAVAILABLE";
    if (code === "UNAUTHENTICATED") {
      this.#after.refused(error);
      return;
    }
    showBanner(null);
    this.#tell(code === "NO_ANSWER" ? TEXT.noAnswer : TEXT.refused(code), true);
  }

  #tell(text: string, again = false): void {
    this.#viewer?.end();
    this.#viewer = null;
    this.#heading.textContent = SAID.title;
    this.#body.removeAttribute("aria-busy");
    this.#body.replaceChildren(
      element("p", { role: "alert" }, [text]),
      ...(again
        ? [
            button(SAID.again, () => {
              this.#body.replaceChildren(element("p", {}, [SAID.asking]));
              this.#heading.focus();
              void this.open();
            }),
          ]
        : []),
    );
  }

  #show(history: History, viewerId: string): void {
    const { revisions, asset, marking } = history;
    const name = revisions[0]?.class?.name ?? SAID.hiddenClass;
    this.#heading.textContent = SAID.of(marking.portion, name);
    const names = new Map(revisions.map((one) => [one.class?.key ?? "", one.class?.name ?? ""]));
    this.#styles = new LabelStyles([...names.keys()].toSorted(), (key) => names.get(key) ?? key);
    this.#chosen.clear();
    const who = (id: string): string => (id === viewerId ? TEXT.delivery.you : TEXT.delivery.person(storedId(id)));
    this.#body.removeAttribute("aria-busy");
    this.#body.replaceChildren(
      element("div", { class: "history-picture" }, [this.#canvas, this.#legend]),
      element("section", { class: "right", "aria-label": SAID.revisions }, [
        this.#about(history, who),
        ...(asset ? [] : [element("p", {}, [SAID.noImage])]),
        ...(revisions.length === 0 ? [element("p", {}, [SAID.empty])] : []),
        element(
          "ol",
          { class: "revisions" },
          revisions.map((one, at) => this.#revision(one, revisions[at + 1] ?? null, history, who)),
        ),
      ]),
    );
    const [newest] = revisions;
    if (newest) this.#choose(newest, revisions[1] ?? null);
  }

  /** What is said of the label as a whole: time, tool and guidelines are those of the act by which it was handed in. */
  #about(
    { origin, standing, judgedBy, judgedAt, takenFrom, handedIn }: History,
    who: (id: string) => string,
  ): HTMLElement {
    const tool =
      origin === "model" ? SAID.byModel : takenFrom ? SAID.takenFrom(takenFrom.latest?.score ?? null) : SAID.byHand;
    return facts([
      [SAID.stands, SAID.standings[standing] ?? standing],
      [SAID.tool, tool],
      [SAID.handedIn, handedIn ? `${handedIn.marking.portion} ${moment(handedIn.createdAt)}` : SAID.outsideTasks],
      [SAID.time, handedIn ? TEXT.judging.time(handedIn.activeMs) : null],
      [
        SAID.guidelines,
        handedIn ? (handedIn.guideline ? SAID.version(handedIn.guideline.version) : SAID.noGuidelines) : null,
      ],
      [SAID.said, handedIn && handedIn.comment !== "" ? handedIn.comment : null],
      [SAID.judged, judgedBy === null ? null : `${who(judgedBy)}, ${moment(judgedAt ?? "")}`],
    ]);
  }

  #revision(one: Revision, before: Revision | null, { reviews }: History, who: (id: string) => string): HTMLElement {
    const { id, ordinal, kind, authorId, createdAt, marking, ontologyVersion, score } = one;
    const text = SAID.revision(
      marking.portion,
      ordinal,
      worded(SAID.kinds, kind) ?? kind,
      who(authorId),
      moment(createdAt),
    );
    const choose = button(text, () => this.#choose(one, before), { "aria-pressed": "false" });
    this.#chosen.set(id, choose);
    const list = (texts: readonly string[]): HTMLElement =>
      element(
        "ul",
        {},
        texts.map((line) => element("li", { dir: "auto" }, [line])),
      );
    const versions = ontologyVersion ? SAID.ontology(ontologyVersion.version) : SAID.hiddenOntology;
    const said = reviews
      .filter(({ revisionId }) => revisionId === id)
      .map((review) =>
        SAID.review(
          review.marking.portion,
          review.verdict,
          who(review.reviewerId),
          moment(review.createdAt),
          review.comment,
        ),
      );
    return element("li", {}, [
      choose,
      list([...changesOf(one, before), ...(score === null ? [] : [SAID.score(score)]), versions, ...said]),
    ]);
  }

  #choose(after: Revision, before: Revision | null): void {
    this.#shown = [after, before];
    for (const [id, made] of this.#chosen) made.setAttribute("aria-pressed", String(id === after.id));
    this.#legend.textContent =
      before === null
        ? SAID.first(after.ordinal)
        : sameShape(before.shape, after.shape)
          ? SAID.unmoved(after.ordinal, before.ordinal)
          : SAID.compared(after.ordinal, before.ordinal);
    this.#viewer?.draw();
  }

  /** The image under it; where there is none to be had, the revisions stand without. */
  async #picture(assetId: string): Promise<void> {
    let viewer: Viewer;
    try {
      viewer = await Viewer.open(this.#canvas, assetId, (context) => this.#paint(context));
    } catch (error) {
      if (this.#over) return;
      if (!(error instanceof Refused) || error.code === "UNAUTHENTICATED") this.#refused(error);
      else this.#legend.textContent = SAID.notPictured(error.code);
      return;
    }
    if (this.#over) {
      viewer.end();
      return;
    }
    this.#viewer = viewer;
    viewer.draw();
  }

  #paint(context: CanvasRenderingContext2D): boolean {
    const viewer = this.#viewer;
    if (!viewer || !this.#shown) return false;
    const [{ id, shape, attributes, class: of }, before] = this.#shown;
    paintSelected(context, { id, classKey: of?.key ?? "", shape, attributes }, this.#styles, (at) =>
      viewer.toScreen(at),
    );
    if (before && !sameShape(before.shape, shape)) paintBefore(context, before.shape, viewer);
    return false;
  }

  #key(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (isSwitchedOff(event)) return;
    if (this.#over || fixed("screen").hidden || ctrlKey || metaKey || altKey || document.querySelector("dialog[open]"))
      return;
    const acts: Readonly<Record<string, () => void>> = {
      Escape: () => this.close(),
      "+": () => this.#viewer?.zoom(1),
      "=": () => this.#viewer?.zoom(1),
      "-": () => this.#viewer?.zoom(-1),
      "0": () => this.#viewer?.fit(),
    };
    const act = Object.hasOwn(acts, key) ? acts[key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Shows again what it was opened from, under the banner that that had. */
  close(): void {
    if (this.#over) return;
    this.end();
    this.#element.remove();
    for (const one of this.#hidden) one.hidden = false;
    showBanner(this.#banner);
    this.#after.closed();
  }

  /** Ends it: nothing of it listens, asks or draws any more. */
  end(): void {
    this.#over = true;
    document.removeEventListener("keydown", this.#onKey);
    this.#viewer?.end();
  }
}
