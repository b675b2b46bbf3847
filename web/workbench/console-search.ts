import { find, findingsTable, holdsBlock } from "./console-answers.ts";
import type { Holds, Question } from "./console-answers.ts";
import { burstNodes, findBursts, limitFields, limitsIn } from "./console-bursts.ts";
import { globalId, named, person, plainName } from "./console-ids.ts";
import type { Named } from "./console-ids.ts";
import { Pages } from "./list-pages.ts";
import { Shown, refusal } from "./console-shown.ts";
import type { Links, View } from "./console-view.ts";
import { element } from "./dom.ts";
import { TEXT } from "./text.ts";

type Choice = Question | "auditBursts";

/** Characters of what is no id that are repeated to whoever pasted it. */
const MOST_REPEATED = 100;
const CHOICES: readonly Choice[] = ["auditAccesses", "auditOfPerson", "auditRefusals", "auditBursts"];
const isChoice = (text: string): text is Choice => CHOICES.some((choice) => choice === text);

/** Questions about the log: who saw something, what somebody saw, what was refused, and much at once. */
export class SearchView implements View {
  readonly name = TEXT.console.search;
  readonly panel: HTMLElement;
  readonly #links: Links;
  readonly #shown: Shown;
  readonly #question = element("select", { id: "question" });
  readonly #label = element("label", { for: "about" });
  readonly #about = element("input", { id: "about", spellcheck: "false", autocomplete: "off", size: "56" });
  readonly #limits = limitFields();
  readonly #idRow: HTMLElement;
  readonly #limitRow: HTMLElement;

  constructor(links: Links, refused: (error: unknown) => void) {
    this.#links = links;
    this.#shown = new Shown(refused);
    this.#question.append(
      ...CHOICES.map((choice) => element("option", { value: choice }, [TEXT.console.questions[choice]])),
    );
    this.#idRow = element("span", { class: "row" }, [this.#label, this.#about]);
    this.#limitRow = element(
      "span",
      { class: "row" },
      (["from", "seconds", "objects", "refusals"] as const).flatMap((name) => [
        element("label", { for: `burst-${name}` }, [TEXT.console.limits[name]]),
        this.#limits[name],
      ]),
    );
    const form = element("form", { class: "row", novalidate: "" }, [
      element("label", { for: "question" }, [TEXT.console.question]),
      this.#question,
      this.#idRow,
      this.#limitRow,
      element("button", { type: "submit" }, [TEXT.console.ask]),
    ]);
    this.#question.addEventListener("change", () => this.#choose(this.#choice));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
    this.#choose("auditAccesses");
    const help = element("p", { class: "quiet" }, [TEXT.console.searchHelp]);
    this.panel = element("div", {}, [help, form, this.#shown.area]);
  }

  enter(): void {
    this.#shown.enter();
  }

  leave(): void {
    this.#shown.leave();
  }

  end(): void {
    this.#shown.end();
  }

  /** Asks a question that something on the screen leads to. */
  asks(question: Question, about: Named): void {
    this.#choose(question);
    this.#about.value = plainName(about);
    this.#ask();
    this.#shown.area.focus();
  }

  get #choice(): Choice {
    return isChoice(this.#question.value) ? this.#question.value : "auditAccesses";
  }

  #choose(choice: Choice): void {
    this.#question.value = choice;
    this.#idRow.hidden = choice === "auditBursts";
    this.#limitRow.hidden = choice !== "auditBursts";
    this.#label.textContent = TEXT.console.about[choice];
  }

  #ask(): void {
    const choice = this.#choice;
    if (choice === "auditBursts") {
      this.#bursts();
      return;
    }
    const text = this.#about.value;
    const anything = choice === "auditRefusals" && text.trim() === "";
    const about = choice === "auditOfPerson" ? person(text) : named(text);
    if (about || anything) this.#find(choice, about, new Pages(), null);
    else {
      const begin = text.trim().slice(0, MOST_REPEATED).toWellFormed();
      this.#shown.refuse(refusal(TEXT.console.notId(begin), TEXT.console.idHelp));
    }
  }

  /** Shows a page. `first` is how far the first one held: what came to the log after that is on none of the pages. */
  #find(question: Question, about: Named | null, pages: Pages, first: Holds | null): void {
    const asking = () => find(question, about && globalId(about), pages.after);
    void this.#shown.ask(asking, (found) => {
      if (!found) return refusal(TEXT.console.notThere);
      const holds = first ?? found;
      const caption = TEXT.console.answerTo(TEXT.console.questions[question], about && plainName(about));
      const { edges, pageInfo } = found.findings;
      const nodes = [
        holdsBlock(holds),
        edges.length === 0
          ? element("p", {}, [TEXT.console.noFindings(caption)])
          : findingsTable(caption, found, this.#links),
        pages.buttons(pageInfo, () => this.#find(question, about, pages, holds)),
      ];
      return { nodes, said: TEXT.console.shownEntries(edges.length) };
    });
  }

  #bursts(): void {
    const limits = limitsIn(this.#limits);
    if (!limits) {
      this.#shown.refuse(refusal(TEXT.console.notNumbers));
      return;
    }
    const goOn = (from: number): void => {
      this.#limits.from.value = `${from}`;
      this.#bursts();
    };
    void this.#shown.ask(
      () => findBursts(limits),
      (found) => {
        if (!found) return refusal(TEXT.console.notThere);
        return { nodes: burstNodes(found, this.#links, goOn), said: TEXT.console.shownEntries(found.bursts.length) };
      },
    );
  }
}
