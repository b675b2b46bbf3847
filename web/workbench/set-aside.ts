import { Acts } from "./acts.ts";
import { Refused, nodes, query } from "./api.ts";
import { showBanner } from "./banner.ts";
import { button, element, say, show } from "./dom.ts";
import { LEAD_SET_ASIDE, LEAD_TASKS, TASK_REOPEN } from "./generated/lead.ts";
import type { LeadPutBack } from "./generated/lead.ts";
import { TEXT } from "./text.ts";
import { Thumbnails } from "./thumbnails.ts";

const SAID = TEXT.lead.setAside;
/** Shown at once: with what was said of them they are one answer. */
const MOST_SHOWN = 10;
const STAGE = "SET_ASIDE";

/** What follows. */
interface Then {
  /** Back to the project, looked at anew. */
  readonly back: () => void;
  readonly refused: (error: unknown) => void;
}

/** Tasks of a project that were put back too often, why, and a way to give each back to those who label. */
export class SetAside {
  readonly #projectId: string;
  /** How many there are, as the project told: no more is looked for. */
  readonly #due: number;
  readonly #then: Then;
  readonly #list = element("ul", { class: "projects" });
  readonly #acts = new Acts();
  readonly #thumbnails = new Thumbnails();
  #over = false;

  constructor(projectId: string, due: number, then: Then) {
    this.#projectId = projectId;
    this.#due = due;
    this.#then = then;
  }

  end(): void {
    this.#over = true;
    this.#thumbnails.end();
  }

  /** Looks for them and shows them. Throws Refused. */
  async open(): Promise<void> {
    const found = await this.#found();
    if (this.#over) return;
    const tasks = found.slice(0, MOST_SHOWN).map((task) => ({ task }));
    const { data, marking } = await query(LEAD_SET_ASIDE, { id: this.#projectId, tasks });
    if (this.#over) return;
    say("");
    showBanner(marking);
    const name = `${data.project?.marking.portion ?? ""} ${data.project?.name ?? ""}`;
    const heading = element("h1", { tabindex: "-1" }, [SAID.title(name)]);
    show([
      element("header", { class: "row" }, [heading, button(SAID.back, () => this.#then.back())]),
      element("p", {}, [found.length === 0 ? SAID.none : SAID.help]),
      ...(found.length > MOST_SHOWN ? [element("p", { role: "note" }, [SAID.more(MOST_SHOWN, this.#due)])] : []),
      this.#list,
    ]);
    this.#list.replaceChildren(...data.tasks.flatMap((task) => (task ? [this.#row(task)] : [])));
    heading.focus();
  }

  async #found(): Promise<readonly string[]> {
    const found: string[] = [];
    let after: string | null = null;
    let seen = 0;
    // One more than is shown, so that it is known that there are more.
    while (found.length < Math.min(this.#due, MOST_SHOWN + 1)) {
      const page = await this.#page(after);
      if (this.#over || !page) break;
      for (const { id, stage } of nodes(page)) if (stage === STAGE) found.push(id);
      seen += page.edges.length;
      say(SAID.looking(seen));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    return found;
  }

  async #page(after: string | null) {
    return (await query(LEAD_TASKS, { id: this.#projectId, after })).data.project?.tasks ?? null;
  }

  #row({ id, asset, marking, acts }: LeadPutBack): HTMLElement {
    const title = `${asset?.marking.portion ?? marking.portion} ${asset?.title ?? ""}`;
    const why = acts.filter(({ kind }) => kind === "skip");
    const told = element("p", { role: "status" });
    const give = button(SAID.give, () => void this.#give(id, give, told), { "aria-label": SAID.giveOf(title) });
    return element("li", {}, [
      element("h2", {}, [title]),
      ...(asset ? [this.#thumbnails.place(title, asset.id)] : []),
      element(
        "ul",
        {},
        why.map((act) => element("li", {}, [SAID.why(act.marking.portion, act.comment, act.createdAt)])),
      ),
      element("div", { class: "row" }, [give, told]),
    ]);
  }

  async #give(taskId: string, pressed: HTMLButtonElement, told: HTMLElement): Promise<void> {
    try {
      const done = await this.#acts.once(TASK_REOPEN, { taskId }, { isOver: () => this.#over });
      if (this.#over || done === null) return;
      pressed.disabled = true;
      told.textContent = SAID.given;
    } catch (error) {
      if (this.#over) return;
      if (!(error instanceof Refused) || error.code === "UNAUTHENTICATED") return this.#then.refused(error);
      told.textContent = TEXT.refused(error.code);
    }
  }
}
