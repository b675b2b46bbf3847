import { Refused, mutate } from "./api.ts";
import { button, element } from "./dom.ts";
import { TASKS_ADD } from "./generated/steward.ts";
import type { StewardProjects } from "./generated/steward.ts";
import { PagedSelect } from "./paged-select.ts";
import { TEXT } from "./text.ts";

/** Images that are made tasks by one act. */
const AT_ONCE = 500;
const { steward } = TEXT;

/** What is asked and told where tasks are made. */
export interface TasksTold {
  /** Ids of the images that are there. */
  readonly images: () => readonly string[];
  /** Whether nothing higher that the session was shown is in them; asks where nobody said so yet. */
  readonly below: () => Promise<boolean>;
  /** Projects behind a cursor are wanted: they come by {@link Tasks.list}. */
  readonly turned: (after: string | null) => void;
  readonly said: (text: string) => void;
  readonly over: (error: unknown) => void;
}

/** Makes the images that were loaded tasks of a project, with one button. */
export class Tasks {
  readonly element = element("section", { class: "row", "aria-label": steward.tasks });
  readonly #told: TasksTold;
  readonly #projects = new PagedSelect({ "aria-label": steward.project }, "projects", () =>
    this.#told.turned(this.#projects.after),
  );
  readonly #project = this.#projects.select;
  readonly #make = button("", () => void this.#add());
  /** Images that are tasks of a project by this hand. */
  readonly #added = new Set<string>();
  /** Keys of acts that were not answered: sent again under the same. */
  readonly #keys = new Map<string, string>();
  #busy = false;

  constructor(projects: StewardProjects, told: TasksTold) {
    this.#told = told;
    this.#project.addEventListener("change", () => this.update());
    this.element.append(
      element("h2", {}, [steward.tasks]),
      ...(projects.edges.length === 0
        ? [element("span", {}, [steward.noProject])]
        : [this.#project, this.#projects.turns, this.#make]),
    );
    this.list(projects);
  }

  /** Shows a page of the projects. */
  list(projects: StewardProjects): void {
    this.#projects.fill(projects);
    this.update();
  }

  #left(): readonly string[] {
    return this.#told.images().filter((id) => !this.#added.has(`${this.#project.value} ${id}`));
  }

  /** Shows how many there are. */
  update(): void {
    const { length } = this.#left();
    this.element.hidden = this.#told.images().length === 0;
    this.#make.textContent = steward.make(length);
    this.#make.disabled = this.#busy || length === 0;
  }

  async #add(): Promise<void> {
    const projectId = this.#project.value;
    const ids = this.#left();
    this.#busy = true;
    this.update();
    let added = 0;
    try {
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some = ids.slice(at, at + AT_ONCE);
        added += await this.#addSome(projectId, some);
        for (const id of some) this.#added.add(`${projectId} ${id}`);
      }
      this.#told.said(steward.made(added));
    } catch (error) {
      const code = error instanceof Refused ? error.code : "UNAVAILABLE";
      if (code === "UNAUTHENTICATED") this.#told.over(error);
      else this.#told.said(steward.notMade(code));
    } finally {
      this.#busy = false;
      this.update();
    }
  }

  async #addSome(projectId: string, assetIds: readonly string[]): Promise<number> {
    const input = { projectId, assetIds };
    const about = JSON.stringify(input);
    const key = this.#keys.get(about) ?? crypto.randomUUID();
    this.#keys.set(about, key);
    const act = async (more: { readonly belowHighWater?: boolean }): Promise<number> =>
      (await mutate(TASKS_ADD, { ...input, ...more }, key)).data.added ?? 0;
    try {
      return await act({});
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "BELOW_HIGHWATER" || !(await this.#told.below())) throw error;
      return act({ belowHighWater: true });
    }
  }
}
