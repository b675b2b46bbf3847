import { nodes, query } from "./api.ts";
import type { Edges } from "./api.ts";
import { showBanner } from "./banner.ts";
import { element } from "./dom.ts";
import type { Project } from "./steward-tasks.ts";
import { TEXT } from "./text.ts";

const { steward } = TEXT;
/** Images, one of each marking, that the banner is asked for together with what else is on the screen. */
const MOST_MARKINGS = 16;

interface Named {
  readonly id: string;
  readonly name: string;
  readonly marking: { readonly portion: string };
}

interface Programs {
  readonly programs: Edges<Named & { readonly datasets: Edges<Named> }>;
}

/** The dataset that images are loaded into. */
export interface Dataset extends Named {
  readonly projects: readonly Project[];
}

const NAMED = "id name marking { portion }";
const PROGRAMS = `programs(first: 50) { edges { node { ${NAMED} datasets(first: 100) { edges { node { ${NAMED} } } } } } }`;
const DATASET = `dataset(id: $dataset) { ${NAMED} projects(first: 50) { edges { node { ${NAMED} } } } }`;

function fill(select: HTMLSelectElement, of: readonly Named[]): void {
  select.replaceChildren(
    ...of.map(({ id, name, marking }) => element("option", { value: id }, [`${marking.portion} ${name}`])),
  );
}

/** Where images are loaded to: a program, and a dataset of it. It keeps the banner over the whole screen, too. */
export class Place {
  readonly element: HTMLElement;
  readonly #programs = element("select", { id: "steward-program" });
  readonly #datasets = element("select", { id: "steward-dataset" });
  readonly #own = element("span", { class: "quiet" });
  readonly #chosen: (dataset: Dataset | null) => void;
  readonly #refused: (error: unknown) => void;
  #found: Programs["programs"] = { edges: [] };
  /** An image of each marking that is on the screen. */
  readonly #images = new Map<string, string>();
  readonly #covered = new Set<string>();
  #over = false;

  constructor(chosen: (dataset: Dataset | null) => void, refused: (error: unknown) => void) {
    this.#chosen = chosen;
    this.#refused = refused;
    this.element = element("div", { class: "row" }, [
      element("label", { for: "steward-program" }, [steward.program]),
      this.#programs,
      element("label", { for: "steward-dataset" }, [steward.dataset]),
      this.#datasets,
      this.#own,
    ]);
    this.#programs.addEventListener("change", () => this.#choseProgram());
    this.#datasets.addEventListener("change", () => void this.#choseDataset());
  }

  /** Asks for what there is to choose, and chooses the first. Throws Refused. */
  async open(): Promise<void> {
    const { data, marking } = await query<Programs>(`{ ${PROGRAMS} }`);
    if (this.#over) return;
    this.#found = data.programs;
    showBanner(marking);
    fill(this.#programs, nodes(data.programs));
    this.#choseProgram();
  }

  /** What is asked for says nothing more. */
  end(): void {
    this.#over = true;
  }

  /** Nothing else can be chosen while files are listed for this dataset. */
  hold(held: boolean): void {
    for (const select of [this.#programs, this.#datasets]) select.disabled = held;
  }

  /** Whether the banner covers images of a marking; where it does not yet, it is asked for, and `then` told. */
  covers(portion: string, assetId: string, then: () => void): boolean {
    if (this.#covered.has(portion)) return true;
    if (!this.#images.has(portion)) {
      this.#images.set(portion, assetId);
      void this.#look(this.#datasets.value).then((dataset) => {
        if (dataset) then();
      });
    }
    return false;
  }

  #choseProgram(): void {
    const program = nodes(this.#found).find(({ id }) => id === this.#programs.value);
    fill(this.#datasets, program ? nodes(program.datasets) : []);
    void this.#choseDataset();
  }

  async #choseDataset(): Promise<void> {
    const id = this.#datasets.value;
    this.#chosen(null);
    this.#own.textContent = nodes(this.#found).length === 0 ? steward.noProgram : id === "" ? steward.noDataset : "";
    const dataset = id === "" ? null : await this.#look(id);
    if (!dataset) return;
    this.#own.textContent = steward.own(dataset.marking.portion);
    this.#chosen(dataset);
  }

  /** Asks for everything that is on the screen at once: the answer's banner is that of the screen. */
  async #look(datasetId: string): Promise<Dataset | null> {
    const asked = [...this.#images];
    // Of more markings than can be asked for together, the server's own word over the whole dataset stands. It is not asked
    // for otherwise: who is shown it is asked at everything lower that he writes.
    const whole = asked.length > MOST_MARKINGS;
    const images = asked.slice(0, MOST_MARKINGS);
    const given = images.map((_, at) => `, $i${at}: ID!`).join("");
    const fields = [
      ...images.map((_, at) => `i${at}: asset(id: $i${at}) { title marking { portion } }`),
      ...(whole ? ["whole: dataset(id: $dataset) { contentMarking }"] : []),
    ].join(" ");
    const variables = Object.fromEntries(images.map(([, id], at) => [`i${at}`, id]));
    try {
      const { data, marking } = await query<
        Programs & {
          dataset: (Named & { projects: Edges<Project> }) | null;
          whole?: { contentMarking: string } | null;
        }
      >(`query ($dataset: ID!${given}) { ${PROGRAMS} ${DATASET} ${fields} }`, { dataset: datasetId, ...variables });
      if (this.#over || this.#datasets.value !== datasetId || !data.dataset) return null;
      // Answers may come in another order: the last one that was asked for knows of every marking.
      if (asked.length < this.#images.size) return null;
      showBanner(data.whole?.contentMarking ?? marking);
      for (const [portion] of asked) this.#covered.add(portion);
      return { ...data.dataset, projects: nodes(data.dataset.projects) };
    } catch (error) {
      if (!this.#over) this.#refused(error);
      return null;
    }
  }
}
