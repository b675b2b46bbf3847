import { Acts } from "./acts.ts";
import { Refused } from "./api.ts";
import { showBanner } from "./banner.ts";
import { Pages } from "./list-pages.ts";
import type { Screen, Then } from "./desk.ts";
import { ask, button, element, say, show } from "./dom.ts";
import { QUARANTINE_LIFT } from "./generated/quarantine.ts";
import { Card } from "./quarantine-card.ts";
import type { Stated } from "./quarantine-card.ts";
import { programsOf, queueOf } from "./quarantine-data.ts";
import type { Program, Queue, Waiting } from "./quarantine-data.ts";
import { worded } from "./text/worded.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.quarantine;

/** Files whose own marking was not taken at its word, and the lifting of them. */
export class QuarantineScreen implements Screen {
  readonly #then: Then;
  readonly #programs = element("select", { id: "quarantine-program" });
  readonly #heading = element("h1", { tabindex: "-1" }, [SAID.title]);
  readonly #body = element("div", { class: "queue" });
  readonly #acts = new Acts();
  /** What is on the screen by its image: what was typed there outlives another one's lifting. */
  #cards = new Map<string, Card>();
  #pages = new Pages();
  #program: string | null = null;
  #made = 0;
  #over = false;
  /** Counted, so that what was asked for before comes too late. */
  #turn = 0;

  constructor(then: Then) {
    this.#then = then;
    this.#programs.addEventListener("change", () => {
      this.#pages = new Pages();
      this.#program = this.#programs.value;
      void this.#look("");
    });
  }

  async show(): Promise<void> {
    const [first] = await programsOf();
    if (this.#over) return;
    this.#program = first?.id ?? null;
    show([
      element("header", { class: "row" }, [
        this.#heading,
        button(SAID.again, () => void this.#look("")),
        button(TEXT.backToProjects, () => this.#then.leave()),
      ]),
      element("p", { class: "quiet" }, [SAID.help]),
      element("div", { class: "row" }, [
        element("label", { for: "quarantine-program" }, [SAID.program]),
        this.#programs,
      ]),
      this.#body,
    ]);
    await this.#look("");
    if (!this.#over) this.#heading.focus();
  }

  /** Ends it: what is asked for shows nothing any more. */
  end(): void {
    this.#over = true;
  }

  /** Asks anew for everything that is on the screen; the answer's banner is that of the screen. */
  async #look(said: string): Promise<void> {
    this.#turn += 1;
    const own = this.#turn;
    say("");
    if (this.#program === null) {
      showBanner(null);
      this.#body.replaceChildren(element("p", {}, [SAID.noProgram]));
      return;
    }
    this.#body.setAttribute("aria-busy", "true");
    try {
      const { data, marking } = await queueOf(this.#program, this.#pages.after);
      if (this.#over || own !== this.#turn) return;
      // The last of a page was lifted: the pages before it are as they were.
      if (data.waiting.length === 0 && this.#pages.number > 1) {
        this.#pages = new Pages();
        await this.#look(said);
        return;
      }
      showBanner(marking);
      this.#fill(data.programs);
      this.#shown(data);
      say(said);
    } catch (error) {
      if (!this.#over && own === this.#turn) this.#then.refused(error);
    } finally {
      if (own === this.#turn) this.#body.removeAttribute("aria-busy");
    }
  }

  #fill(programs: readonly Program[]): void {
    this.#programs.replaceChildren(
      ...programs.map(({ id, name, marking }) => element("option", { value: id }, [`${marking.portion} ${name}`])),
    );
    this.#programs.value = this.#program ?? "";
  }

  #shown({ waiting, pageInfo }: Queue): void {
    const before = this.#cards;
    const cards = waiting.map((one) => {
      const known = before.get(one.id);
      if (known && JSON.stringify(known.waiting) === JSON.stringify(one)) return known;
      this.#made += 1;
      return new Card(one, { lift: (lifted, stated) => void this.#lift(lifted, stated) }, this.#made);
    });
    this.#cards = new Map(cards.map((card) => [card.waiting.id, card]));
    this.#body.replaceChildren(
      ...(cards.length === 0 ? [element("p", {}, [SAID.none])] : cards.map((card) => card.element)),
      ...(pageInfo.hasNextPage || this.#pages.number > 1
        ? [
            this.#pages.buttons(pageInfo, () => {
              this.#heading.focus();
              void this.#look("");
            }),
          ]
        : []),
    );
  }

  async #lift({ id, title }: Waiting, { marking, reason }: Stated): Promise<void> {
    const card = this.#cards.get(id);
    if (!card || this.#acts.acting) return;
    if (marking === "" || reason === "") {
      card.tell(SAID.needed, false);
      return;
    }
    if ((await ask(SAID.sure(title, marking, reason), false, TEXT.ok, TEXT.cancel)) === null || this.#over) return;
    card.tell(SAID.lifting, true);
    try {
      const lifted = await this.#acts.once(
        QUARANTINE_LIFT,
        { assetId: id, marking, reason },
        { isOver: () => this.#over },
      );
      if (this.#over) return;
      card.tell("", false);
      if (lifted) await this.#after(SAID.lifted);
    } catch (error) {
      if (!this.#over) await this.#refused(card, error);
    }
  }

  async #refused(card: Card, error: unknown): Promise<void> {
    const code = error instanceof Refused ? error.code : "UNAVAILABLE";
    if (code === "UNAUTHENTICATED") {
      this.#then.refused(error);
      return;
    }
    card.tell(SAID.refused(code, worded(SAID.refusals, code) ?? ""), false);
    // Somebody else was faster, or it was raised out of sight.
    if (code === "ALREADY_DONE" || code === "NOT_FOUND") await this.#after(SAID.gone);
  }

  /** What is left, with the keyboard at its beginning. */
  async #after(said: string): Promise<void> {
    await this.#look(said);
    if (this.#over) return;
    const [next] = this.#cards.values();
    if (next) next.focus();
    else this.#heading.focus();
  }
}
