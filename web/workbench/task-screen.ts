import { Refused, mutate } from "./api.ts";
import { showBanner } from "./banner.ts";
import { CanvasTools, TOOLS } from "./canvas-tools.ts";
import { LabelClasses } from "./classes.ts";
import { ask, button, element, say, show } from "./dom.ts";
import { drawingKey, isWriting } from "./drawing-keys.ts";
import { Drawing } from "./drawing.ts";
import { LabelPanel } from "./label-panel.ts";
import { Saving } from "./saving.ts";
import { drawnOf } from "./task.ts";
import type { Act, Task } from "./task.ts";
import { TEXT } from "./text.ts";
import { ViewPanel } from "./view-panel.ts";
import { Viewer } from "./viewer.ts";

/** Tools of those who look only. */
const LOOKING: ReadonlySet<string> = new Set(["select", "pan", "ruler"]);

/** What follows when a task was ended in one way or another: the next one, the list of projects, or a reason. */
export interface Then {
  readonly next: () => void;
  readonly leave: (said: string) => void;
  readonly refused: (error: unknown) => void;
}

/** One task on the screen, to label or to judge, until it is handed in, judged, put back or left. */
export class TaskScreen {
  readonly #task: Task;
  readonly #then: Then;
  readonly #judges: boolean;
  readonly #began = performance.now();
  readonly #opinions: readonly Act[];
  readonly #tools: CanvasTools;
  readonly #saving: Saving | null;
  #drawing: Drawing;
  #opinion = 0;
  #viewer: Viewer | null = null;
  #over = false;
  /** An act that is under way: there is one at a time. */
  #acting = false;
  /** Keys of acts by what they say: what was sent and not answered is sent again as the same act. */
  readonly #keys = new Map<string, string>();
  readonly #times = new Map<string, number>();
  readonly #panel: LabelPanel;
  readonly #view = new ViewPanel(() => this.#viewer);
  readonly #place = element("span", { class: "place" });
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event);

  constructor(task: Task, then: Then) {
    this.#task = task;
    this.#then = then;
    this.#judges = task.stage !== "LABEL";
    this.#opinions = this.#judges ? task.opinions : [];
    this.#drawing = this.#judges ? this.#shown() : Drawing.from(task.draft?.body);
    const common = {
      drawing: (): Drawing => this.#drawing,
      classes: new LabelClasses(task.project?.ontologyVersion?.classes ?? []),
      changed: (): void => this.#changed(),
      draws: !this.#judges,
    };
    this.#tools = new CanvasTools(() => this.#viewer, {
      ...common,
      pointed: () => this.#pointed(),
      told: (code) => this.#panel.tell(code),
    });
    this.#panel = new LabelPanel({ ...common, tools: this.#tools, viewer: () => this.#viewer });
    if (this.#judges) this.#tools.tool = "select";
    const lease = task.lease;
    this.#saving =
      lease &&
      new Saving(
        task.id,
        lease,
        () => (this.#judges ? null : this.#drawing),
        () => void this.#lost(),
      );
  }

  /** Shows the task under the banner of the answer that it came in. Throws Refused, and is over then. */
  async show(marking: string | null): Promise<void> {
    showBanner(marking);
    say("");
    const canvas = element("canvas", { tabindex: "0", "aria-label": TEXT.canvas });
    show([this.#header(), element("div", { class: "work" }, [this.#side(), canvas, this.#right()])]);
    try {
      const viewer = await Viewer.open(canvas, this.#task.asset?.id ?? "", (context) => this.#tools.paint(context));
      if (this.#over) {
        viewer.end();
        return;
      }
      this.#viewer = viewer;
    } catch (error) {
      if (this.#over) return;
      this.end();
      throw error;
    }
    this.#tools.listen(canvas);
    document.addEventListener("keydown", this.#onKey);
    this.#changed();
    canvas.focus();
  }

  #shown(): Drawing {
    const act = this.#opinions[this.#opinion];
    return Drawing.from({ format: 1, drawn: act ? drawnOf(act) : [], done: [], undone: [] });
  }

  #header(): HTMLElement {
    const { project, asset } = this.#task;
    const acts = this.#judges
      ? [
          ...(this.#task.stage === "ADJUDICATE"
            ? [button(TEXT.choose, () => void this.#judge("CHOOSE"))]
            : [button(TEXT.accept, () => void this.#judge("ACCEPT"))]),
          button(TEXT.reject, () => void this.#judge("REJECT")),
        ]
      : [button(TEXT.submit, () => void this.#submit())];
    const skips = (project?.skipLimit ?? 0) > 0 ? [button(TEXT.skip, () => void this.#skip())] : [];
    return element("header", { class: "row" }, [
      element("h1", {}, [`${asset?.marking.portion ?? ""} ${asset?.title ?? ""}`]),
      ...acts,
      ...skips,
      button(TEXT.keys, () => void this.#help()),
      button(TEXT.backToProjects, () => void this.#leave()),
    ]);
  }

  #side(): HTMLElement {
    const choice = (name: string, text: string, act: () => void): HTMLButtonElement => {
      const made = button(text, act, { "aria-pressed": "false" });
      this.#buttons.set(name, made);
      return made;
    };
    const tools = TOOLS.filter((tool) => !this.#judges || LOOKING.has(tool)).map((tool) =>
      choice(`tool ${tool}`, TEXT.toolNames[tool], () => this.#tools.use(tool)),
    );
    const classes = this.#judges
      ? []
      : (this.#task.project?.ontologyVersion?.classes ?? []).map(({ key, name }, at) =>
          choice(`class ${key}`, at < 9 ? `${at + 1} ${name}` : name, () => this.#tools.classify(key)),
        );
    const opinions =
      this.#opinions.length < 2
        ? []
        : this.#opinions.map((_, at) =>
            choice(`opinion ${at}`, TEXT.opinion(at + 1), () => {
              this.#opinion = at;
              this.#drawing = this.#shown();
              this.#changed();
            }),
          );
    return element("section", { class: "side", "aria-label": TEXT.tools }, [
      element("div", { class: "pair" }, tools),
      ...opinions,
      ...(classes.length > 0 ? [element("h2", {}, [TEXT.classes]), ...classes] : []),
      element("hr"),
      ...(this.#judges
        ? []
        : [
            element("div", { class: "pair" }, [
              button(TEXT.undo, () => this.#undo(false)),
              button(TEXT.redo, () => this.#undo(true)),
              button(TEXT.remove, () => this.#tools.remove()),
            ]),
          ]),
      this.#view.element,
      this.#place,
    ]);
  }

  #right(): HTMLElement {
    const [guideline] = this.#task.project?.guidelines ?? [];
    return element("section", { class: "right" }, [
      this.#panel.element,
      element("h2", {}, [TEXT.guidelines]),
      element("p", { class: "guidelines" }, [
        guideline ? `${guideline.marking.portion} ${guideline.body}` : TEXT.noGuidelines,
      ]),
    ]);
  }

  #changed(): void {
    const { tool, classKey } = this.#tools;
    for (const [name, made] of this.#buttons)
      made.setAttribute(
        "aria-pressed",
        String(name === `tool ${tool}` || name === `class ${classKey}` || name === `opinion ${this.#opinion}`),
      );
    this.#tools.update();
    this.#pointed();
    this.#panel.update();
    this.#viewer?.draw();
    this.#saving?.changed();
  }

  #pointed(): void {
    const { cross, measured } = this.#tools;
    const place = cross ? TEXT.place(Math.floor(cross[0]), Math.floor(cross[1])) : "";
    this.#place.textContent = measured ? `${place}: ${TEXT.drawing.measured(...measured)}` : place;
  }

  #undo(again: boolean): void {
    if (again) this.#drawing.redo();
    else this.#drawing.undo();
    this.#changed();
  }

  #key(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, shiftKey, altKey, target } = event;
    if (this.#over || document.querySelector("dialog[open]") || isWriting(target)) return;
    const name = key.toLowerCase();
    // A key that is held does the small things again, and never hands in, judges or puts back what nobody has looked at.
    const large =
      (!ctrlKey && !metaKey && !altKey && this.#judges && ["a", "x"].includes(name)) ||
      name === "enter" ||
      (altKey && name === "s");
    if (event.repeat && large) return;
    const act = ((): (() => void) | undefined => {
      if ((ctrlKey || metaKey) && name === "z" && !this.#judges) return () => this.#undo(shiftKey);
      if ((ctrlKey || metaKey) && name === "enter" && !this.#judges) return () => void this.#submit();
      if (altKey && name === "s") return () => void this.#skip();
      const drawing = drawingKey(event, {
        tools: this.#tools,
        panel: this.#panel,
        view: this.#view,
        offered: (tool) => this.#buttons.has(`tool ${tool}`),
        draws: !this.#judges,
      });
      if (drawing || ctrlKey || metaKey || altKey) return drawing;
      const classes = this.#task.project?.ontologyVersion?.classes ?? [];
      const chosen = /^[1-9]$/.test(key) && !this.#judges ? classes[Number(key) - 1] : undefined;
      if (chosen) return () => this.#tools.classify(chosen.key);
      if (this.#judges && name === "a")
        return () => void this.#judge(this.#task.stage === "ADJUDICATE" ? "CHOOSE" : "ACCEPT");
      if (this.#judges && name === "x") return () => void this.#judge("REJECT");
      if (name === "?") return () => void this.#help();
      if (name === "escape") return () => this.#tools.drop();
      if (name === "delete" && !this.#judges) return () => this.#tools.remove();
      if (key === "+" || key === "=") return () => this.#viewer?.zoom(1);
      if (key === "-") return () => this.#viewer?.zoom(-1);
      if (key === "0") return () => this.#viewer?.fit();
      return undefined;
    })();
    if (!act) return;
    event.preventDefault();
    act();
  }

  async #help(): Promise<void> {
    await ask(TEXT.keyHelp.map(([keys, what]) => `${keys}: ${what}`).join("\n"), false, TEXT.ok, TEXT.cancel);
  }

  /** Ends the screen: nothing of it listens, draws or saves any more. */
  end(): void {
    this.#over = true;
    document.removeEventListener("keydown", this.#onKey);
    void this.#saving?.end();
    this.#tools.end();
    this.#viewer?.end();
  }

  async #leave(): Promise<void> {
    await this.#saving?.save();
    if (this.#over) return;
    if (this.#saving?.dirty && (await ask(TEXT.leaveUnsaved, false, TEXT.ok, TEXT.cancel)) === null) return;
    if (this.#over) return;
    this.end();
    this.#then.leave("");
  }

  async #lost(): Promise<void> {
    // A draft outlives the lease.
    await this.#saving?.save();
    if (this.#over) return;
    this.end();
    this.#then.leave(TEXT.lost);
  }

  /**
   * Does the last thing to this task, once; where the session was shown higher things, its person is asked first. Drafts are
   * saved before it, so that none comes after it.
   */
  async #last(field: string, input: object): Promise<void> {
    if (this.#over || this.#acting || !this.#task.lease) return;
    this.#acting = true;
    try {
      await this.#saving?.save();
      let all = { taskId: this.#task.id, epoch: this.#task.lease.epoch, ...input };
      for (let sent = false; !sent && !this.#over;) {
        const said = JSON.stringify([field, all]);
        const key = this.#keys.get(said) ?? crypto.randomUUID();
        this.#keys.set(said, key);
        try {
          await mutate(field, all, "task { id }", key);
          sent = true;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          // What was refused is known: the next one is another act. What was not answered is sent again as the same.
          if (error.code !== "NO_ANSWER") this.#keys.delete(said);
          if (this.#over) return;
          if (error.code === "LEASE_OVER") return await this.#lost();
          if (error.code === "UNAUTHENTICATED") return this.#then.refused(error);
          if (error.code !== "BELOW_HIGHWATER" || "belowHighWater" in all) return say(TEXT.refused(error.message));
          if ((await ask(TEXT.below, false, TEXT.ok, TEXT.cancel)) === null) return;
          all = { ...all, belowHighWater: true } as typeof all;
        }
      }
      if (this.#over) return;
      this.end();
      this.#then.next();
    } finally {
      this.#acting = false;
    }
  }

  async #submit(): Promise<void> {
    if (!this.#panel.ready()) return;
    const labels = this.#drawing.drawn.map(({ classKey, shape, attributes }) => ({ classKey, shape, attributes }));
    // The same drawing handed in again after no answer is the same act, with the same time.
    const drawn = JSON.stringify(labels);
    const activeMs = this.#times.get(drawn) ?? Math.round(performance.now() - this.#began);
    this.#times.set(drawn, activeMs);
    await this.#last("taskSubmit", { labels, activeMs });
  }

  async #skip(): Promise<void> {
    if (this.#acting) return;
    const reason = await ask(TEXT.skipReason, true, TEXT.ok, TEXT.cancel);
    if (reason !== null) await this.#last("taskSkip", { reason });
  }

  async #judge(verdict: "ACCEPT" | "REJECT" | "CHOOSE"): Promise<void> {
    if (this.#acting) return;
    const comment = verdict === "REJECT" ? await ask(TEXT.rejectReason, true, TEXT.ok, TEXT.cancel) : "";
    if (comment === null) return;
    const chosen = verdict === "CHOOSE" ? { chosenId: this.#opinions[this.#opinion]?.id } : {};
    await this.#last("taskReview", { verdict, comment, ...chosen });
  }
}
