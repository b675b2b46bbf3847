import type { Screen, Then } from "./desk.ts";
import { ask, button, element, say, show } from "./dom.ts";
import type { StewardPlace } from "./generated/steward.ts";
import { DEEPEST, MOST_FILES, filesChosen, filesDropped } from "./steward-files.ts";
import type { Found } from "./steward-files.ts";
import { isReady, itemOf } from "./steward-item.ts";
import type { Item } from "./steward-item.ts";
import { Loading } from "./steward-load.ts";
import { Place } from "./steward-place.ts";
import { Row, sizeOf } from "./steward-row.ts";
import { Tasks } from "./steward-tasks.ts";
import { TEXT } from "./text.ts";
import { Thumbnails } from "./thumbnails.ts";

const { steward } = TEXT;
/** Files whose fronts are read at once. */
const READ_AT_ONCE = 16;

/** The desk of a steward: loads files of his machine as images of a dataset. */
export class StewardScreen implements Screen {
  readonly #then: Then;
  readonly #place = new Place({
    chosen: (dataset) => this.#chose(dataset),
    projects: (projects) => this.#tasks?.list(projects),
    refused: (error) => this.#refused(error),
  });
  readonly #files = element("input", { type: "file", multiple: "", id: "steward-files" });
  readonly #folder = element("input", { type: "file", webkitdirectory: "", id: "steward-folder" });
  readonly #markingOfAll = element("input", { id: "steward-marking", maxlength: "500", spellcheck: "false" });
  readonly #set = button(steward.setAll, () => this.#markAll());
  readonly #load = button("", () => this.#begin((item) => item.state === "waiting"));
  readonly #stop = button(steward.stop, () => this.#loading?.stop());
  readonly #again = button(steward.allAgain, () =>
    this.#begin(({ state }) => state === "failed" || state === "stopped"),
  );
  readonly #clear = button(steward.clear, () => this.#forget(this.#items));
  readonly #bar = element("progress", { "aria-label": steward.title });
  readonly #total = element("span");
  readonly #empty = element("p", {}, [steward.empty]);
  readonly #body = element("tbody");
  readonly #thumbnails = new Thumbnails();
  readonly #rows = new Map<Item, Row>();
  #items: Item[] = [];
  #tasks: Tasks | null = null;
  readonly #tasksPlace = element("div");
  #dataset: StewardPlace | null = null;
  #loading: Loading | null = null;
  #over = false;
  readonly #listening = new AbortController();

  constructor(then: Then) {
    this.#then = then;
  }

  async show(): Promise<void> {
    await this.#place.open();
    if (this.#over) return;
    say("");
    const { signal } = this.#listening;
    addEventListener(
      "beforeunload",
      (event) => {
        if (this.#loading?.active) event.preventDefault();
      },
      { signal },
    );
    // The whole page takes what is dropped: beside its place, the browser would open it in the page's stead.
    addEventListener("dragover", (event) => event.preventDefault(), { signal });
    addEventListener(
      "drop",
      (event) => {
        event.preventDefault();
        if (event.dataTransfer && this.#loading) void this.#take(filesDropped(event.dataTransfer));
      },
      { signal },
    );
    show(this.#layout());
    this.#update();
    this.#begins();
  }

  /** Whoever has just come begins with the files. */
  #begins(): void {
    if (document.activeElement === document.body) this.#files.focus();
  }

  /** Ends it: what is on its way is given up. */
  end(): void {
    this.#over = true;
    this.#place.end();
    this.#listening.abort();
    this.#loading?.stop();
    this.#thumbnails.end();
  }

  #layout(): HTMLElement[] {
    const label = (id: string, text: string): HTMLElement => element("label", { for: id }, [text]);
    const drop = element("div", { class: "drop" }, [
      element("p", {}, [steward.drop]),
      element("div", { class: "row" }, [
        label("steward-files", steward.chooseFiles),
        this.#files,
        label("steward-folder", steward.chooseFolder),
        this.#folder,
      ]),
    ]);
    for (const chooser of [this.#files, this.#folder])
      chooser.addEventListener("change", () => {
        const found = filesChosen(chooser.files ?? []);
        chooser.value = "";
        void this.#take(Promise.resolve(found));
      });
    return [
      element("header", { class: "row" }, [
        element("h1", {}, [steward.title]),
        button(TEXT.backToProjects, () => void this.#leave()),
      ]),
      element("div", { class: "steward" }, [
        this.#place.element,
        drop,
        element("p", { class: "quiet" }, [steward.local]),
        element("div", { class: "row" }, [
          label("steward-marking", steward.markingOfAll),
          this.#markingOfAll,
          this.#set,
          this.#load,
          this.#stop,
          this.#again,
          this.#clear,
        ]),
        element("div", { class: "row" }, [this.#bar, this.#total]),
        this.#tasksPlace,
        this.#empty,
        element("div", { class: "files", role: "region", "aria-label": steward.files, tabindex: "0" }, [
          element("table", {}, [
            element("thead", {}, [
              element(
                "tr",
                {},
                steward.columns.map((name) => element("th", { scope: "col" }, [name])),
              ),
            ]),
            this.#body,
          ]),
        ]),
      ]),
    ];
  }

  #refused(error: unknown): void {
    if (!this.#over) this.#then.refused(error);
  }

  #chose(dataset: StewardPlace | null): void {
    this.#dataset = dataset;
    this.#loading = null;
    this.#tasks = null;
    this.#tasksPlace.replaceChildren();
    if (dataset) this.#open(dataset);
    this.#update();
    if (dataset) this.#begins();
  }

  #open({ id, marking, projects }: StewardPlace): void {
    this.#loading = new Loading(id, marking.portion, {
      changed: (item) => this.#changed(item),
      below: () => this.#askBelow(),
      ended: () => this.#ended(),
      over: (error) => this.#refused(error),
    });
    this.#tasks = new Tasks(projects, {
      images: () =>
        this.#items.flatMap(({ state, asset }) =>
          (state === "loaded" || state === "there") && asset ? [asset.id] : [],
        ),
      below: async () => (await this.#loading?.below) === true || this.#askBelow(),
      turned: (after) => this.#place.turnProjects(after),
      said: (text) => {
        if (!this.#over) say(text);
      },
      over: (error) => this.#refused(error),
    });
    this.#tasksPlace.replaceChildren(this.#tasks.element);
  }

  async #askBelow(): Promise<boolean> {
    return (await ask(TEXT.below, false, TEXT.ok, TEXT.cancel)) !== null;
  }

  async #take(finding: Promise<Found>): Promise<void> {
    const { chosen, cut, tooDeep, unread } = await finding;
    const own = this.#dataset?.marking.portion ?? "";
    const items: Item[] = [];
    const room = MOST_FILES - this.#items.length;
    // A few at a time: the front of each is read.
    for (let at = 0; at < Math.min(chosen.length, room); at += READ_AT_ONCE)
      items.push(
        ...(await Promise.all(chosen.slice(at, Math.min(at + READ_AT_ONCE, room)).map((one) => itemOf(one, own)))),
      );
    if (this.#over) return;
    const more = cut || items.length < chosen.length;
    for (const item of items) {
      const row = new Row(item, {
        marked: (marked, marking) => {
          marked.marking = marking;
          this.#changed(marked);
        },
        again: (again) => this.#loading?.start([again]),
        leaveOut: (left) => this.#forget([left]),
        thumbnail: (loaded) => this.#thumbnail(loaded),
      });
      this.#items.push(item);
      this.#rows.set(item, row);
      this.#body.append(row.element);
    }
    this.#update();
    say(
      [
        ...(chosen.length === 0 ? [steward.nothing] : []),
        ...(more ? [steward.cut(MOST_FILES)] : []),
        ...(tooDeep ? [steward.tooDeep(DEEPEST)] : []),
        ...(unread > 0 ? [steward.unread(unread)] : []),
      ].join(" "),
    );
  }

  #markAll(): void {
    const marking = this.#markingOfAll.value.trim();
    if (marking === "") return;
    for (const item of this.#items)
      if (isReady(item) || (item.type !== null && item.state === "waiting")) {
        item.marking = marking;
        this.#rows.get(item)?.update();
      }
    this.#update();
  }

  #begin(which: (item: Item) => boolean): void {
    this.#loading?.start(this.#items.filter((item) => which(item) && isReady(item)));
    this.#update();
  }

  #forget(items: readonly Item[]): void {
    for (const item of items) {
      this.#loading?.leaveOut(item);
      this.#rows.get(item)?.element.remove();
      this.#rows.delete(item);
    }
    this.#items = this.#items.filter((item) => this.#rows.has(item));
    this.#update();
    this.#files.focus();
  }

  #changed(item: Item): void {
    if (this.#over) return;
    this.#rows.get(item)?.update();
    this.#update();
  }

  /** The thumbnail of an image, once the banner covers it. */
  #thumbnail({ path, asset }: Item): HTMLElement | null {
    const all = (): void => {
      for (const row of this.#rows.values()) row.update();
    };
    const covered = asset !== null && this.#place.covers(asset.marking.portion, asset.id, all);
    return covered ? this.#thumbnails.place(path, asset.id) : null;
  }

  #ended(): void {
    if (this.#over) return;
    this.#update();
    say(this.#total.textContent);
  }

  /** Shows what can be done, and how far everything is. */
  #update(): void {
    const items = this.#items;
    const count = (...states: readonly string[]): number => items.filter(({ state }) => states.includes(state)).length;
    const ready = items.filter(
      (item) => item.state === "waiting" && isReady(item) && !this.#loading?.queued(item),
    ).length;
    const active = this.#loading?.active ?? false;
    const sendable = items.filter(({ type }) => type !== null);
    const all = sendable.reduce((sum, { file }) => sum + file.size, 0);
    const sent = sendable.reduce(
      (sum, { state, sent: some, file }) => sum + (state === "there" ? file.size : Math.min(some, file.size)),
      0,
    );
    this.#empty.hidden = items.length > 0;
    this.#load.textContent = steward.load(ready);
    this.#load.disabled = ready === 0 || this.#loading === null;
    this.#stop.disabled = !active;
    this.#again.disabled = count("failed", "stopped") === 0;
    this.#clear.disabled = active || items.length === 0;
    this.#set.disabled = items.length === 0;
    this.#place.hold(items.length > 0);
    for (const chooser of [this.#files, this.#folder]) chooser.disabled = this.#loading === null;
    this.#bar.max = Math.max(all, 1);
    this.#bar.value = sent;
    this.#total.textContent =
      items.length === 0
        ? ""
        : steward.total(
            count("loaded", "there"),
            items.length,
            count("quarantined"),
            count("refused"),
            count("failed", "stopped"),
            sizeOf(sent),
            sizeOf(all),
          );
    this.#tasks?.update();
  }

  async #leave(): Promise<void> {
    if (this.#loading?.active && (await ask(steward.leave, false, TEXT.ok, TEXT.cancel)) === null) return;
    if (!this.#over) this.#then.leave();
  }
}
