import { Refused, query } from "./api.ts";
import type { Answer } from "./api.ts";
import { showBanner } from "./banner.ts";
import { element } from "./dom.ts";
import { STEWARD_DATASET, STEWARD_PROGRAM, STEWARD_PROGRAMS, STEWARD_WHOLE_DATASET } from "./generated/steward.ts";
import type { StewardPlace, StewardProjects } from "./generated/steward.ts";
import { PagedSelect } from "./paged-select.ts";
import { TEXT } from "./text.ts";

const { steward } = TEXT;
/** Images, one of each marking, that the banner is asked for together with what else is on the screen. */
const MOST_MARKINGS = 16;

/** What is chosen, with the pages of the lists that it is chosen from. */
interface Chosen {
  readonly programs: string | null;
  readonly program: string;
  readonly datasets: string | null;
  readonly dataset: string;
  readonly projects: string | null;
}

/** A dataset together with images and with what there is to choose, so that the answer's banner is over all of it. */
async function datasetWith(chosen: Chosen, images: readonly string[]): Promise<Answer<StewardPlace | null>> {
  const variables = { ...chosen, images: images.slice(0, MOST_MARKINGS).map((image) => ({ image })) };
  if (images.length <= MOST_MARKINGS) {
    const { data, marking } = await query(STEWARD_DATASET, variables);
    return { data: data.dataset, marking };
  }
  // Of more markings than can be asked for together, the server's own word over the whole dataset stands. It is not asked
  // for otherwise: who is shown it is asked at everything lower that he writes.
  const { data, marking } = await query(STEWARD_WHOLE_DATASET, variables);
  return { data: data.dataset, marking: data.whole?.contentMarking ?? marking };
}

/** What is told of the place. */
interface PlaceTold {
  /** The dataset that images are loaded into; null until it is there. */
  readonly chosen: (dataset: StewardPlace | null) => void;
  /** Another page of the dataset's projects. */
  readonly projects: (projects: StewardProjects) => void;
  readonly refused: (error: unknown) => void;
}

/** Where images are loaded to: a program, and a dataset of it. It keeps the banner over the whole screen, too. */
export class Place {
  readonly element: HTMLElement;
  readonly #programs = new PagedSelect({ id: "steward-program" }, "programs", () => void this.#try(() => this.open()));
  readonly #datasets = new PagedSelect({ id: "steward-dataset" }, "datasets", () => void this.#listDatasets());
  readonly #own = element("span", { class: "quiet" });
  readonly #told: PlaceTold;
  /** The page of the dataset's projects that is wanted, and the one that was told of. */
  #projects: string | null = null;
  #projectsTold: string | null = null;
  /** An image of each marking that is on the screen. */
  readonly #images = new Map<string, string>();
  readonly #covered = new Set<string>();
  /** What waits for the banner to cover an image. */
  #waiting: (() => void)[] = [];
  #over = false;
  /** Counted, so that what was asked for before comes too late. */
  #turn = 0;

  constructor(told: PlaceTold) {
    this.#told = told;
    this.element = element("div", { class: "row" }, [
      element("label", { for: "steward-program" }, [steward.program]),
      this.#programs.select,
      this.#programs.turns,
      element("label", { for: "steward-dataset" }, [steward.dataset]),
      this.#datasets.select,
      this.#datasets.turns,
      this.#own,
    ]);
    this.#programs.select.addEventListener("change", () => void this.#choseProgram());
    this.#datasets.select.addEventListener("change", () => void this.#choseDataset());
  }

  /** Asks for a page of what there is to choose, and chooses the first. Throws Refused. */
  async open(): Promise<void> {
    const own = this.#begin();
    this.#datasets.begin();
    const { data, marking } = await query(STEWARD_PROGRAMS, { programs: this.#programs.after });
    if (this.#over || own !== this.#turn) return;
    showBanner(marking);
    this.#programs.fill(data.programs);
    void this.#choseProgram();
  }

  /** What is asked for says nothing more. */
  end(): void {
    this.#over = true;
  }

  /** Nothing else can be chosen while files are listed for this dataset. */
  hold(held: boolean): void {
    for (const list of [this.#programs, this.#datasets]) list.hold(held);
  }

  /** Whether the banner covers images of a marking; where it does not yet, it is asked for, and `then` told. */
  covers(portion: string, assetId: string, then: () => void): boolean {
    if (this.#covered.has(portion)) return true;
    if (!this.#images.has(portion)) {
      this.#images.set(portion, assetId);
      this.#waiting.push(then);
      void this.#look(this.#datasets.select.value);
    }
    return false;
  }

  /** Asks for the page of the dataset's projects that begins behind a cursor. */
  turnProjects(after: string | null): void {
    this.#projects = after;
    void this.#look(this.#datasets.select.value);
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!this.#over) this.#told.refused(error);
    }
  }

  /** Nothing is chosen any more; answers to what was asked before say nothing. */
  #begin(): number {
    this.#told.chosen(null);
    this.#own.textContent = "";
    this.#turn += 1;
    return this.#turn;
  }

  #choseProgram(): Promise<void> {
    this.#datasets.begin();
    return this.#listDatasets();
  }

  /** Asks for a page of the program's datasets, and chooses the first. */
  #listDatasets(): Promise<void> {
    return this.#try(async () => {
      const own = this.#begin();
      const program = this.#programs.select.value;
      if (program === "") {
        this.#own.textContent = steward.noProgram;
        return;
      }
      const lists = { programs: this.#programs.after, datasets: this.#datasets.after };
      const { data, marking } = await query(STEWARD_PROGRAM, { ...lists, program });
      if (this.#over || own !== this.#turn) return;
      showBanner(marking);
      this.#datasets.fill(data.program?.datasets ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
      await this.#choseDataset();
    });
  }

  async #choseDataset(): Promise<void> {
    this.#begin();
    [this.#projects, this.#projectsTold] = [null, null];
    const id = this.#datasets.select.value;
    if (id === "") this.#own.textContent = steward.noDataset;
    const dataset = id === "" ? null : await this.#look(id);
    if (!dataset) return;
    this.#own.textContent = steward.own(dataset.marking.portion);
    this.#told.chosen(dataset);
  }

  /** Asks for everything that is on the screen at once: the answer's banner is that of the screen. */
  async #look(dataset: string): Promise<StewardPlace | null> {
    const images = [...this.#images];
    const asked: Chosen = {
      programs: this.#programs.after,
      program: this.#programs.select.value,
      datasets: this.#datasets.after,
      dataset,
      projects: this.#projects,
    };
    const own = this.#turn;
    try {
      const { data, marking } = await datasetWith(
        asked,
        images.map(([, image]) => image),
      );
      if (this.#over || own !== this.#turn) return null;
      // It is not there for him any more.
      if (!data) throw new Refused("NOT_FOUND");
      // Answers may come in another order: the last one that was asked for knows of every marking, and of the page of projects.
      if (images.length < this.#images.size || asked.projects !== this.#projects) return null;
      showBanner(marking);
      for (const [portion] of images) this.#covered.add(portion);
      if (asked.projects !== this.#projectsTold) {
        this.#projectsTold = asked.projects;
        this.#told.projects(data.projects);
      }
      for (const then of this.#waiting.splice(0)) then();
      return data;
    } catch (error) {
      if (!this.#over) this.#told.refused(error);
      return null;
    }
  }
}
