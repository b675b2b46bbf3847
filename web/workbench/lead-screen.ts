import { query } from "./api.ts";
import type { Answer } from "./api.ts";
import { showBanner } from "./banner.ts";
import { awaitScreen } from "./coming.ts";
import type { Screen, Then } from "./desk.ts";
import { button, element, say, show, svg } from "./dom.ts";
import type { ProjectNamed } from "./generated/fragments.ts";
import { LEAD_PROJECT, LEAD_PROJECT_OF_DATASET, LEAD_PROJECT_OF_PROGRAM } from "./generated/lead.ts";
import type { LeadShown, LeadWork } from "./generated/lead.ts";
import type { TaskStage } from "./generated/schema.ts";
import { Listing, listPage } from "./listed-projects.ts";
import type { Found, ListPage } from "./listed-projects.ts";
import { SetAside } from "./set-aside.ts";
import { TEXT } from "./text.ts";

const DAYS = [7, 14, 30] as const;
/** Of the picture: a day is so wide, and the most that was done on one is so high. */
const [WIDE, HIGH] = [16, 60] as const;

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[], name: string): HTMLElement =>
  element("table", { "aria-label": name }, [
    element("thead", {}, [
      element(
        "tr",
        {},
        head.map((text) => element("th", { scope: "col" }, [text])),
      ),
    ]),
    element(
      "tbody",
      {},
      rows.map(([first, ...rest]) =>
        element("tr", {}, [
          element("th", { scope: "row" }, [String(first)]),
          ...rest.map((cell) => element("td", {}, [String(cell)])),
        ]),
      ),
    ),
  ]);

/** Steps of a project's workflow, in their order. */
function stepsOf({ opinions, reviewed }: LeadShown): readonly TaskStage[] {
  if (opinions > 1) return ["LABEL", "ADJUDICATE"];
  return reviewed ? ["LABEL", "REVIEW"] : ["LABEL"];
}

/** What waits for which step, and how long the oldest of it does. */
function waitingTable(project: LeadShown, { at, waiting }: LeadWork): HTMLElement {
  const rows = stepsOf(project).map((step) => {
    const found = waiting.find(({ stage }) => stage === step);
    const since = found ? TEXT.lead.waits(new Date(found.since), new Date(at)) : ["–", "–"];
    return [TEXT.lead.stages[step] ?? step, found?.tasks ?? 0, ...since];
  });
  return table(TEXT.lead.waitingHead, rows, TEXT.lead.waiting);
}

/** What was done on each day, as bars; the table beside it says the same in numbers. */
function picture(days: LeadWork["days"]): SVGElement {
  const most = Math.max(1, ...days.map(({ handedIn, judged }) => Math.max(handedIn, judged)));
  const bar = (at: number, place: 0 | 1, kind: "handed-in" | "judged", number: number): SVGElement => {
    const height = (number / most) * (HIGH - 2);
    const x = at * WIDE + 1 + place * (WIDE / 2 - 1);
    const title = svg("title", {}, [`${days[at]?.day ?? ""}: ${TEXT.lead.kinds[kind]} ${number}`]);
    return svg("rect", { x, y: HIGH - height, width: WIDE / 2 - 2, height, class: kind }, [title]);
  };
  return svg(
    "svg",
    { viewBox: `0 0 ${days.length * WIDE} ${HIGH}`, role: "img", "aria-label": TEXT.lead.perDay, class: "bars" },
    days.flatMap(({ handedIn, judged }, at) => [bar(at, 0, "handed-in", handedIn), bar(at, 1, "judged", judged)]),
  );
}

/** A project with the names of those that are listed, in one answer: its banner is that of the screen. Throws Refused. */
function projectWithin(
  { of, after }: Listing,
  id: string,
  days: number,
): Promise<Answer<Found<ProjectNamed> & { readonly project: LeadShown | null }>> {
  const variables = { id, days, after };
  if (of.kind === "programs") return query(LEAD_PROJECT, variables);
  if (of.kind === "program") return query(LEAD_PROJECT_OF_PROGRAM, { ...variables, program: of.id });
  return query(LEAD_PROJECT_OF_DATASET, { ...variables, dataset: of.id });
}

/** How the work on a project goes: progress, what was done by whom, what came back, and who has what just now. */
export class LeadScreen implements Screen {
  readonly #then: Then;
  readonly #projects = element("select", { "aria-label": TEXT.lead.project });
  readonly #days = element("select", { "aria-label": TEXT.lead.days });
  readonly #listing = new Listing();
  readonly #further = element("div");
  readonly #body = element("section", { class: "lead" });
  #aside: SetAside | null = null;
  #over = false;
  /** Counted, so that what was asked for before comes too late. */
  #turn = 0;

  constructor(then: Then) {
    this.#then = then;
  }

  async show(): Promise<void> {
    say("");
    for (const days of DAYS) this.#days.append(element("option", { value: String(days) }, [TEXT.lead.lastDays(days)]));
    this.#days.value = String(DAYS[1]);
    for (const select of [this.#projects, this.#days]) select.addEventListener("change", () => void this.#again());
    await this.#load("");
    if (!this.#over) this.#put();
  }

  #put(): void {
    show([
      element("header", { class: "row" }, [
        element("h1", {}, [TEXT.lead.title]),
        this.#projects,
        this.#days,
        button(TEXT.lead.again, () => void this.#again()),
        button(TEXT.backToProjects, () => this.#then.leave()),
      ]),
      this.#further,
      this.#body,
    ]);
    this.#projects.focus();
  }

  end(): void {
    this.#over = true;
    this.#aside?.end();
  }

  /** Shows what was set aside in the place of the screen; back from there the project is looked at anew. */
  async #showSetAside(projectId: string, due: number): Promise<void> {
    this.#aside?.end();
    awaitScreen();
    const { refused } = this.#then;
    const aside = new SetAside(projectId, due, {
      refused,
      back: () => {
        aside.end();
        this.#aside = null;
        void this.#again(projectId).then((came) => came && this.#put());
      },
    });
    this.#aside = aside;
    try {
      await aside.open();
    } catch (error) {
      if (!this.#over && this.#aside === aside) refused(error);
    }
  }

  /** Looks at a project anew; at the first one of the page where none is named. */
  async #again(id = this.#projects.value): Promise<boolean> {
    try {
      return await this.#load(id);
    } catch (error) {
      if (!this.#over) this.#then.refused(error);
      return false;
    }
  }

  /** Shows the page of the listing that was turned to, with its first project. */
  async #turned(): Promise<void> {
    if (!(await this.#again(""))) return;
    this.#projects.focus();
    say(TEXT.console.page(this.#listing.number));
  }

  /** Everything on the screen comes out of one answer. Whether it was still wanted. */
  async #load(id: string): Promise<boolean> {
    this.#turn += 1;
    const own = this.#turn;
    const late = (): boolean => this.#over || this.#aside !== null || own !== this.#turn;
    let chosen = id;
    if (chosen === "") {
      const { data, marking } = await this.#listing.ask();
      if (late()) return false;
      const first = data.page.entries.find((entry) => "project" in entry);
      if (!first) {
        showBanner(marking);
        this.#list(data.page, null);
        const none = this.#further.hasChildNodes() ? TEXT.listing.none : TEXT.noProjects;
        this.#body.replaceChildren(element("p", {}, [none]));
        return true;
      }
      chosen = first.project.id;
    }
    const { data, marking } = await projectWithin(this.#listing, chosen, Number(this.#days.value));
    if (late()) return false;
    showBanner(marking);
    this.#list(listPage(data), data.project);
    this.#body.replaceChildren(...this.#shown(data.project));
    return true;
  }

  /** What there is to choose, with what is chosen, and where there is more of it. */
  #list(page: ListPage<ProjectNamed>, chosen: ProjectNamed | null): void {
    const listed = page.entries.flatMap((entry) => ("project" in entry ? [entry.project] : []));
    // What was chosen may have left the page meanwhile, and is shown all the same.
    const all = chosen === null || listed.some(({ id }) => id === chosen.id) ? listed : [chosen, ...listed];
    this.#projects.replaceChildren(
      ...all.map(({ id, name, marking }) => element("option", { value: id }, [`${marking.portion} ${name}`])),
    );
    if (chosen !== null) this.#projects.value = chosen.id;
    const turn = (): void => void this.#turned();
    const more = page.entries.flatMap((entry) => ("more" in entry ? [this.#listing.more(entry, turn)] : []));
    const where = page.of === "" ? [] : [element("span", {}, [this.#listing.heading(page)])];
    this.#further.replaceChildren(...this.#listing.row(page, turn, [...where, ...more]));
  }

  #shown(project: LeadShown | null): readonly Node[] {
    if (!project?.work) return [element("p", {}, [TEXT.lead.notYours])];
    const { progress, work, opinions, reviewed } = project;
    const { done, tasks, toLabel, beingLabeled, toJudge, beingJudged, setAside } = progress;
    const bar = element("progress", {
      max: String(Math.max(tasks, 1)),
      value: String(done),
      "aria-label": TEXT.lead.done,
    });
    const time = (at: string): string => new Date(at).toISOString().slice(11, 16);
    return [
      element("div", { class: "row" }, [
        bar,
        element("span", {}, [TEXT.progress(done, tasks, toLabel, toJudge, setAside)]),
      ]),
      element("p", {}, [TEXT.lead.workflow(opinions, reviewed)]),
      element("p", {}, [TEXT.lead.now(beingLabeled, beingJudged)]),
      ...(setAside === 0
        ? []
        : [
            element("div", { class: "row" }, [
              button(TEXT.lead.setAside.show(setAside), () => void this.#showSetAside(project.id, setAside)),
            ]),
          ]),
      element("h2", {}, [TEXT.lead.waiting]),
      waitingTable(project, work),
      element("h2", {}, [TEXT.lead.people]),
      work.people.length === 0
        ? element("p", {}, [TEXT.lead.nothing])
        : table(
            TEXT.lead.peopleHead,
            work.people.map((one) => [
              one.handle,
              one.handedIn,
              one.handedIn === 0 ? "–" : `${one.refused} (${Math.round((100 * one.refused) / one.handedIn)} %)`,
              one.waiting,
              one.putBack,
              one.judged,
              one.handedIn === 0 ? "–" : (one.activeMs / one.handedIn / 60_000).toFixed(1),
            ]),
            TEXT.lead.people,
          ),
      element("h2", {}, [TEXT.lead.held]),
      work.held.length === 0
        ? element("p", {}, [TEXT.lead.nobody])
        : table(
            TEXT.lead.heldHead,
            work.held.map(({ handle, stage, since, lastsUntil, asset }) => [
              handle,
              TEXT.lead.stages[stage] ?? stage,
              asset ? `${asset.marking.portion} ${asset.title}` : "–",
              time(since),
              time(lastsUntil),
            ]),
            TEXT.lead.held,
          ),
      element("h2", {}, [TEXT.lead.perDay]),
      element("p", { class: "quiet" }, [TEXT.lead.legend]),
      picture(work.days),
      table(
        TEXT.lead.daysHead,
        work.days.toReversed().map(({ day, handedIn, judged, sentBack }) => [day, handedIn, judged, sentBack]),
        TEXT.lead.perDay,
      ),
    ];
  }
}
