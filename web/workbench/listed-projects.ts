import { caller, nodes, query } from "./api.ts";
import type { Answer, Edges } from "./api.ts";
import { button, element } from "./dom.ts";
import type { DatasetNamed, PageEnd, ProgramNamed } from "./generated/fragments.ts";
import { PROJECTS, PROJECTS_OF_DATASET, PROJECTS_OF_PROGRAM } from "./generated/projects.ts";
import type { ListedProject, Person } from "./generated/projects.ts";
import { Pages } from "./list-pages.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.listing;

/** Of what projects are listed: of all programs, of one program, or of one dataset. */
type Of =
  | { readonly kind: "programs" }
  | { readonly kind: "program"; readonly id: string }
  | { readonly kind: "dataset"; readonly id: string };

interface Listed<T> extends Edges<T> {
  readonly pageInfo: PageEnd;
}
type Dataset<P> = DatasetNamed & { readonly projects: Listed<P> };
type Datasets<P> = Listed<Dataset<P>>;

/** A page of projects, as an answer has it: by what they are listed of. */
export interface Found<P> {
  readonly programs?: Listed<ProgramNamed & { readonly datasets: Datasets<P> }>;
  readonly program?: (ProgramNamed & { readonly datasets: Datasets<P> }) | null;
  readonly dataset?: Dataset<P> | null;
}

/** A program or dataset of which there is more than is listed here. */
interface More {
  readonly more: Exclude<Of, { kind: "programs" }>;
  readonly named: string;
}

/** A project with its dataset, or what there is more of. */
type Entry<P> = { readonly project: P; readonly dataset: DatasetNamed } | More;

/** A page of projects in its order. */
export interface ListPage<P> {
  readonly entries: readonly Entry<P>[];
  /** The program or the dataset that is listed alone; "" of all programs, and where there is none for the caller. */
  readonly of: string;
  readonly end: PageEnd;
}

const named = ({ name, marking }: ProgramNamed | DatasetNamed): string => `${marking.portion} ${name}`;
const END: PageEnd = { hasNextPage: false, endCursor: null };
/** What the pages of a list are pages of. */
const LISTED = { programs: "programs", program: "datasets", dataset: "projects" } as const;

const ofDataset = <P>(dataset: Dataset<P>): readonly Entry<P>[] =>
  nodes(dataset.projects).map((project) => ({ project, dataset }));

const ofDatasets = <P>(datasets: Datasets<P>): readonly Entry<P>[] =>
  nodes(datasets).flatMap((dataset) => [
    ...ofDataset(dataset),
    ...(dataset.projects.pageInfo.hasNextPage
      ? [{ more: { kind: "dataset", id: dataset.id }, named: named(dataset) } as const]
      : []),
  ]);

/** The page of projects that an answer has. */
export function listPage<P>({ programs, program, dataset }: Found<P>): ListPage<P> {
  if (dataset) return { entries: ofDataset(dataset), of: named(dataset), end: dataset.projects.pageInfo };
  if (program) return { entries: ofDatasets(program.datasets), of: named(program), end: program.datasets.pageInfo };
  const entries = nodes(programs ?? { edges: [] }).flatMap((one) => [
    ...ofDatasets(one.datasets),
    ...(one.datasets.pageInfo.hasNextPage
      ? [{ more: { kind: "program", id: one.id }, named: named(one) } as const]
      : []),
  ]);
  return { entries, of: "", end: programs?.pageInfo ?? END };
}

interface Place {
  readonly of: Of;
  readonly pages: Pages;
}
const allPrograms = (): Place => ({ of: { kind: "programs" }, pages: new Pages() });

/**
 * Which page of the projects is shown: of all programs, or of a program or a dataset alone where there is more of it. A page takes the
 * place of the one before, for the banner is that of its answer alone.
 */
export class Listing {
  /** Where it stands. */
  #place = allPrograms();
  /** The longer lists that it was come from. */
  #before: readonly Place[] = [];

  /** Goes back to the first page of all programs. */
  begin(): void {
    this.#place = allPrograms();
    this.#before = [];
  }

  get of(): Of {
    return this.#place.of;
  }

  /** Behind which cursor the page begins. */
  get after(): string | null {
    return this.#place.pages.after;
  }

  get number(): number {
    return this.#place.pages.number;
  }

  /** Asks for the page, and for who asks. Throws Refused. */
  async ask(): Promise<Answer<{ readonly viewer: Person; readonly page: ListPage<ListedProject> }>> {
    const { data, marking } = await this.#asked();
    return { data: { viewer: caller(data.viewer), page: listPage(data) }, marking };
  }

  #asked(): Promise<Answer<Found<ListedProject> & { readonly viewer: Person | null }>> {
    const { of, after } = this;
    if (of.kind === "programs") return query(PROJECTS, { after });
    const variables = { id: of.id, after };
    return of.kind === "program" ? query(PROJECTS_OF_PROGRAM, variables) : query(PROJECTS_OF_DATASET, variables);
  }

  /** What stands over a page. */
  heading({ of }: ListPage<unknown>): string {
    return SAID.heading(of, this.number);
  }

  /** A button to a program or a dataset alone, of which there is more; `go` asks for it then. */
  more({ more, named: name }: More, go: () => void): HTMLElement {
    const before = [...this.#before, this.#place];
    return this.#button(SAID.more[more.kind](name), { of: more, pages: new Pages() }, before, go);
  }

  /** Buttons in a row: those that are given, back to the longer list, and to the other pages; nothing where all is on this page. */
  row({ end }: ListPage<unknown>, go: () => void, given: readonly HTMLElement[] = []): readonly HTMLElement[] {
    const { of, pages } = this.#place;
    const longer = this.#before.at(-1);
    const all = [
      ...given,
      ...(longer && longer.of.kind !== "dataset"
        ? [this.#button(SAID.back[longer.of.kind], longer, this.#before.slice(0, -1), go)]
        : []),
      ...(pages.turns(end) ? [pages.buttons(end, go, SAID[LISTED[of.kind]])] : []),
    ];
    return all.length === 0 ? [] : [element("div", { class: "row", role: "group", "aria-label": SAID.further }, all)];
  }

  #button(text: string, place: Place, before: readonly Place[], go: () => void): HTMLElement {
    return button(text, () => {
      [this.#place, this.#before] = [place, before];
      go();
    });
  }
}
