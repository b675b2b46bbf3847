import { showBanner } from "./banner.ts";
import { Beside } from "./beside.ts";
import { CanvasTools, TOOLS } from "./canvas-tools.ts";
import { LabelClasses } from "./classes.ts";
import { ask, button, element, say, show } from "./dom.ts";
import { drawingKey, isWriting } from "./drawing-keys.ts";
import { Drawing } from "./drawing.ts";
import { fixOf } from "./fix.ts";
import { LabelPanel } from "./label-panel.ts";
import { LastAct } from "./last-act.ts";
import { Pins, paintPins } from "./pins.ts";
import type { Pin } from "./pins.ts";
import { PreLabels } from "./pre-labels.ts";
import { Saving } from "./saving.ts";
import { sentBackPanel } from "./sent-back.ts";
import { drawnOf, preLabelsOf } from "./task.ts";
import type { Act, Task } from "./task.ts";
import { TEXT } from "./text.ts";
import { ViewPanel } from "./view-panel.ts";
import { Viewer } from "./viewer.ts";

/** Tools of those who look only. */
const LOOKING: ReadonlySet<string> = new Set(["select", "pan", "ruler"]);

/** In which way a task is on the screen: labels are drawn, judged, or set right by who judges them. */
export interface Way {
  readonly doing: "label" | "judge" | "fix";
  /** The opinion that is looked at, or that a fix begins with. */
  readonly opinion: number;
  readonly pins: readonly Pin[];
}

/** What follows when a task was ended in one way or another: the next one, the list of projects, or a reason. */
export interface Then {
  readonly next: () => void;
  /** The same task in another way. */
  readonly instead: (way: Way) => void;
  readonly leave: (said: string) => void;
  readonly refused: (error: unknown) => void;
}

/** One task on the screen, to label or to judge, until it is handed in, judged, put back or left. */
export class TaskScreen {
  readonly #task: Task;
  readonly #then: Then;
  readonly #doing: Way["doing"];
  /** Whether somebody draws here, his own labels or a fix. */
  readonly #draws: boolean;
  readonly #began = performance.now();
  readonly #opinions: readonly Act[];
  readonly #tools: CanvasTools;
  readonly #saving: Saving | null;
  #drawing: Drawing;
  #opinion: number;
  #viewer: Viewer | null = null;
  #beside: Beside | null = null;
  readonly #canvases = element("div", { class: "canvases" });
  #over = false;
  readonly #classes: LabelClasses;
  readonly #last: LastAct;
  readonly #times = new Map<string, number>();
  readonly #panel: LabelPanel;
  readonly #pins: Pins;
  readonly #preLabels: PreLabels;
  readonly #view = new ViewPanel(() => this.#viewer);
  readonly #place = element("span", { class: "place" });
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event);

  constructor(task: Task, then: Then, { doing, opinion, pins }: Way) {
    this.#task = task;
    this.#then = then;
    this.#doing = doing;
    this.#draws = doing !== "judge";
    this.#opinions = task.opinions ?? [];
    this.#opinion = opinion;
    this.#pins = new Pins(pins, () => this.#changed());
    const draft = task.draft?.body;
    // A fix begins with the opinion that was looked at last, unless it was begun before.
    this.#drawing = doing === "label" || (doing === "fix" && draft) ? Drawing.from(draft) : this.#shown();
    const draws = this.#draws;
    this.#classes = new LabelClasses(task.project?.ontologyVersion?.classes ?? []);
    const common = {
      drawing: (): Drawing => this.#drawing,
      classes: this.#classes,
      changed: (): void => this.#changed(),
      draws,
    };
    this.#tools = new CanvasTools(() => this.#viewer, {
      ...common,
      pointed: () => this.#pointed(),
      told: (code) => this.#panel.tell(code),
      pinned: (at) => void (this.#viewer && this.#pins.put(at, this.#viewer)),
    });
    this.#panel = new LabelPanel({ ...common, tools: this.#tools, viewer: () => this.#viewer });
    this.#preLabels = new PreLabels(preLabelsOf(task), common);
    if (!draws) this.#tools.tool = "select";
    const { lease } = task;
    this.#saving =
      lease &&
      new Saving(
        task.id,
        lease,
        () => (draws ? this.#drawing : null),
        () => void this.#lost(),
      );
    this.#last = new LastAct(
      { taskId: task.id, epoch: lease?.epoch ?? 0 },
      {
        save: async () => this.#saving?.save(),
        done: () => {
          this.end();
          then.next();
        },
        lost: () => this.#lost(),
        stale: () => {
          this.end();
          then.leave(TEXT.judging.stale);
        },
        refused: then.refused,
        isOver: () => this.#over || !lease,
      },
    );
  }

  /** Shows the task under the banner of the answer that it came in. Throws Refused, and is over then. */
  async show(marking: string | null): Promise<void> {
    showBanner(marking);
    say("");
    const canvas = element("canvas", { tabindex: "0", "aria-label": TEXT.canvas });
    show([this.#header(), element("div", { class: "work" }, [this.#side(), this.#canvases, this.#right()])]);
    this.#canvases.append(canvas);
    try {
      const viewer = await Viewer.open(canvas, this.#task.asset?.id ?? "", (context) => this.#paint(context));
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

  #paint(context: CanvasRenderingContext2D): boolean {
    const more = this.#tools.paint(context);
    this.#beside?.follow();
    if (this.#viewer && this.#doing === "label") {
      this.#preLabels.paint(context, this.#viewer);
      paintPins(context, this.#task.sentBack?.pins ?? [], this.#viewer);
    } else if (this.#viewer) paintPins(context, this.#pins.all, this.#viewer);
    return more;
  }

  /** Shows the next opinion in a window beside this one, or this one alone. */
  async #toggleBeside(): Promise<void> {
    const { asset } = this.#task;
    this.#buttons.get("beside")?.setAttribute("aria-pressed", String(!this.#beside));
    if (this.#beside) {
      this.#beside.end();
      this.#beside = null;
      this.#viewer?.fit();
      return;
    }
    const beside = new Beside(() => this.#viewer, this.#classes);
    this.#beside = beside;
    this.#canvases.append(beside.canvas);
    this.#compare();
    this.#viewer?.fit();
    try {
      await beside.open(asset?.id ?? "");
    } catch (error) {
      if (!this.#over && this.#beside === beside) this.#then.refused(error);
    }
  }

  #compare(): void {
    const other = (this.#opinion + 1) % Math.max(this.#opinions.length, 1);
    const act = this.#opinions[other];
    if (act) this.#beside?.show(other + 1, drawnOf(act));
  }

  #shown(): Drawing {
    const act = this.#opinions[this.#opinion];
    return Drawing.from({ format: 1, drawn: act ? drawnOf(act) : [], done: [], undone: [] });
  }

  #header(): HTMLElement {
    const { project, asset } = this.#task;
    const adjudicates = this.#task.stage === "ADJUDICATE";
    const acts = {
      label: () => [button(TEXT.submit, () => void this.#submit())],
      judge: () => [
        adjudicates
          ? button(TEXT.choose, () => void this.#judge("CHOOSE"))
          : button(TEXT.accept, () => void this.#judge("ACCEPT")),
        button(TEXT.reject, () => void this.#judge("REJECT")),
        button(TEXT.judging.fix, () => void this.#instead("fix")),
      ],
      fix: () => [
        button(TEXT.judging.fixed, () => void this.#judge("FIX")),
        button(TEXT.judging.backToJudging, () => void this.#instead("judge")),
      ],
    }[this.#doing]();
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
    const tools = TOOLS.filter((tool) =>
      tool === "pin" ? this.#doing !== "label" : this.#draws || LOOKING.has(tool),
    ).map((tool) => choice(`tool ${tool}`, TEXT.toolNames[tool], () => this.#tools.use(tool)));
    const classes = !this.#draws
      ? []
      : (this.#task.project?.ontologyVersion?.classes ?? []).map(({ key, name }, at) =>
          choice(`class ${key}`, at < 9 ? `${at + 1} ${name}` : name, () => this.#tools.classify(key)),
        );
    const opinions = this.#doing === "label" ? [] : this.#opinions.map((act, at) => this.#offered(choice, act, at));
    return element("section", { class: "side", "aria-label": TEXT.tools }, [
      element("div", { class: "pair" }, tools),
      ...opinions,
      ...(this.#doing === "judge" && opinions.length > 1
        ? [choice("beside", TEXT.judging.sideBySide, () => void this.#toggleBeside())]
        : []),
      ...(classes.length > 0 ? [element("h2", {}, [TEXT.classes]), ...classes] : []),
      element("hr"),
      ...(!this.#draws
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

  /** One of the opinions: to look at, or, in a fix, to take its labels over. */
  #offered(
    choice: (name: string, text: string, act: () => void) => HTMLButtonElement,
    act: Act,
    at: number,
  ): HTMLElement {
    if (this.#doing === "fix")
      return button(TEXT.judging.takeFrom(at + 1), () => {
        for (const drawn of drawnOf(act)) if (!this.#drawing.get(drawn.id)) this.#drawing.add(drawn);
        this.#changed();
      });
    const { marking, labels, activeMs, comment } = act;
    const text = TEXT.judging.opinion(marking.portion, at + 1, labels.length, TEXT.judging.time(activeMs), comment);
    return choice(`opinion ${at}`, text, () => {
      this.#opinion = at;
      this.#drawing = this.#shown();
      this.#compare();
      this.#changed();
    });
  }

  #right(): HTMLElement {
    const [guideline] = this.#task.project?.guidelines ?? [];
    const { sentBack, earlier = [] } = this.#task;
    const around = { drawing: (): Drawing => this.#drawing, changed: (): void => this.#changed() };
    return element("section", { class: "right" }, [
      ...(sentBack && this.#doing === "label" ? [sentBackPanel(sentBack, earlier.flatMap(drawnOf), around)] : []),
      ...(this.#doing === "fix" ? [element("p", { role: "note" }, [TEXT.judging.fixing])] : []),
      ...(this.#doing === "label" ? [this.#preLabels.element] : [this.#pins.element]),
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
        String(
          (name === "beside" && this.#beside !== null) ||
            name === `tool ${tool}` ||
            name === `class ${classKey}` ||
            name === `opinion ${this.#opinion}`,
        ),
      );
    this.#tools.update();
    this.#pointed();
    this.#panel.update();
    this.#preLabels.update();
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
      (!ctrlKey && !metaKey && !altKey && this.#doing === "judge" && ["a", "x", "f"].includes(name)) ||
      name === "enter" ||
      (altKey && name === "s");
    if (event.repeat && large) return;
    const act = ((): (() => void) | undefined => {
      if ((ctrlKey || metaKey) && name === "z" && this.#draws) return () => this.#undo(shiftKey);
      if ((ctrlKey || metaKey) && name === "enter" && this.#doing === "label") return () => void this.#submit();
      if ((ctrlKey || metaKey) && name === "enter" && this.#doing === "fix") return () => void this.#judge("FIX");
      if (altKey && name === "s") return () => void this.#skip();
      const drawing = drawingKey(event, {
        tools: this.#tools,
        panel: this.#panel,
        view: this.#view,
        offered: (tool) => this.#buttons.has(`tool ${tool}`),
        draws: this.#draws,
      });
      if (drawing || ctrlKey || metaKey || altKey) return drawing;
      const classes = this.#task.project?.ontologyVersion?.classes ?? [];
      const chosen = /^[1-9]$/.test(key) && this.#draws ? classes[Number(key) - 1] : undefined;
      if (chosen) return () => this.#tools.classify(chosen.key);
      if (this.#doing === "judge" && name === "a")
        return () => void this.#judge(this.#task.stage === "ADJUDICATE" ? "CHOOSE" : "ACCEPT");
      if (this.#doing === "judge" && name === "x") return () => void this.#judge("REJECT");
      if (this.#doing === "judge" && name === "f") return () => void this.#instead("fix");
      if (this.#doing === "label" && name === "g") return () => this.#preLabels.toggle();
      if (name === "?") return () => void this.#help();
      if (name === "escape") return () => this.#tools.drop();
      if (name === "delete" && this.#draws) return () => this.#tools.remove();
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

  /** Saves what is drawn and keeps the task once more: the one grace period of a screen that was hidden. */
  async keep(): Promise<string> {
    const until = await this.#saving?.pause();
    return until ? TEXT.lock.kept(until.toTimeString().slice(0, 5)) : "";
  }

  /** Ends the screen: nothing of it listens, draws or saves any more. */
  end(): void {
    this.#over = true;
    document.removeEventListener("keydown", this.#onKey);
    void this.#saving?.end();
    this.#tools.end();
    this.#beside?.end();
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

  /** The same task, judged or fixed instead; what was drawn is kept as a draft. */
  async #instead(doing: Way["doing"]): Promise<void> {
    if (this.#over || this.#last.acting) return;
    await this.#saving?.save();
    if (this.#over) return;
    this.end();
    this.#then.instead({ doing, opinion: this.#opinion, pins: this.#pins.all });
  }

  async #submit(): Promise<void> {
    if (!this.#panel.ready()) return;
    const labels = this.#drawing.drawn.map(({ classKey, shape, attributes, preLabelId }) => ({
      classKey,
      shape,
      attributes,
      ...(preLabelId === undefined ? {} : { preLabelId }),
    }));
    // The same drawing handed in again after no answer is the same act, with the same time.
    const drawn = JSON.stringify(labels);
    const activeMs = this.#times.get(drawn) ?? Math.round(performance.now() - this.#began);
    this.#times.set(drawn, activeMs);
    await this.#last.perform("taskSubmit", { labels, activeMs });
  }

  async #skip(): Promise<void> {
    if (this.#last.acting) return;
    const reason = await ask(TEXT.skipReason, true, TEXT.ok, TEXT.cancel);
    if (reason !== null) await this.#last.perform("taskSkip", { reason });
  }

  async #judge(verdict: "ACCEPT" | "REJECT" | "CHOOSE" | "FIX"): Promise<void> {
    if (this.#last.acting || (verdict === "FIX" && !this.#panel.ready())) return;
    const comment = verdict === "REJECT" ? await ask(TEXT.rejectReason, true, TEXT.ok, TEXT.cancel) : "";
    if (comment === null) return;
    const chosen = verdict === "CHOOSE" ? { chosenId: this.#opinions[this.#opinion]?.id } : {};
    const { keptIds, labels } = fixOf(this.#drawing.drawn, this.#opinions.flatMap(drawnOf));
    const fix =
      verdict === "FIX"
        ? { keptIds, labels: labels.map(({ classKey, shape, attributes }) => ({ classKey, shape, attributes })) }
        : {};
    const { opinionsSha384 } = this.#task;
    await this.#last.perform("taskReview", {
      verdict,
      comment,
      pins: this.#pins.all,
      opinionsSha384,
      ...chosen,
      ...fix,
    });
  }
}
