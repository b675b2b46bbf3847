import { nodes, query } from "./api.ts";
import type { Edges } from "./api.ts";
import { showBanner } from "./banner.ts";
import type { Screen, Then } from "./desk.ts";
import { button, element, say, show, svg } from "./dom.ts";
import { TEXT } from "./text.ts";

interface Named {
  readonly id: string;
  readonly name: string;
  readonly marking: { readonly portion: string };
}

interface Work {
  readonly people: readonly {
    readonly handle: string;
    readonly handedIn: number;
    readonly refused: number;
    readonly waiting: number;
    readonly putBack: number;
    readonly judged: number;
    readonly activeMs: number;
  }[];
  readonly days: readonly {
    readonly day: string;
    readonly handedIn: number;
    readonly judged: number;
    readonly sentBack: number;
  }[];
  readonly held: readonly {
    readonly handle: string;
    readonly stage: string;
    readonly since: string;
    readonly lastsUntil: string;
  }[];
}

interface Project extends Named {
  readonly opinions: number;
  readonly reviewed: boolean;
  readonly progress: Readonly<
    Record<"tasks" | "toLabel" | "beingLabeled" | "toJudge" | "beingJudged" | "done" | "setAside", number>
  >;
  readonly work: Work | null;
}

interface Answered {
  readonly programs: Edges<{ readonly datasets: Edges<{ readonly projects: Edges<Named> }> }>;
  readonly project?: Project | null;
}

const LIST = `programs(first: 5) { edges { node { datasets(first: 10) { edges { node {
  projects(first: 10) { edges { node { id name marking { portion } } } } } } } } } }`;
const PROJECT = `project(id: $id) { id name marking { portion } opinions reviewed
  progress { tasks toLabel beingLabeled toJudge beingJudged done setAside }
  work(days: $days) { people { handle handedIn refused waiting putBack judged activeMs }
    days { day handedIn judged sentBack } held { handle stage since lastsUntil } } }`;

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

/** What was done on each day, as bars; the table beside it says the same in numbers. */
function picture(days: Work["days"]): SVGElement {
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

/** How the work on a project goes: progress, what was done by whom, what came back, and who has what just now. */
export class LeadScreen implements Screen {
  readonly #then: Then;
  readonly #projects = element("select", { "aria-label": TEXT.lead.project });
  readonly #days = element("select", { "aria-label": TEXT.lead.days });
  readonly #body = element("section", { class: "lead" });
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
    const { data } = await query<Answered>(`{ ${LIST} }`);
    if (this.#over) return;
    for (const { id, name, marking } of nodes(data.programs).flatMap(({ datasets }) =>
      nodes(datasets).flatMap(({ projects }) => nodes(projects)),
    ))
      this.#projects.append(element("option", { value: id }, [`${marking.portion} ${name}`]));
    await this.#load();
    if (this.#over) return;
    show([
      element("header", { class: "row" }, [
        element("h1", {}, [TEXT.lead.title]),
        this.#projects,
        this.#days,
        button(TEXT.lead.again, () => void this.#again()),
        button(TEXT.backToProjects, () => this.#then.leave()),
      ]),
      this.#body,
    ]);
    this.#projects.focus();
  }

  end(): void {
    this.#over = true;
  }

  async #again(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      if (!this.#over) this.#then.refused(error);
    }
  }

  /** Asks for the project and for the names of all of them in one answer, so that its banner is that of the screen. */
  async #load(): Promise<void> {
    this.#turn += 1;
    const own = this.#turn;
    if (this.#projects.value === "") {
      showBanner(null);
      this.#body.replaceChildren(element("p", {}, [TEXT.noProjects]));
      return;
    }
    const variables = { id: this.#projects.value, days: Number(this.#days.value) };
    const asked = `query ($id: ID!, $days: Int!) { ${LIST} ${PROJECT} }`;
    const { data, marking } = await query<Answered>(asked, variables);
    if (this.#over || own !== this.#turn) return;
    showBanner(marking);
    this.#body.replaceChildren(...this.#shown(data.project ?? null));
  }

  #shown(project: Project | null): readonly Node[] {
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
            work.held.map(({ handle, stage, since, lastsUntil }) => [
              handle,
              TEXT.lead.stages[stage] ?? stage,
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
