import { showBanner } from "./banner.ts";
import { SideBySide } from "./beside.ts";
import { CanvasTools, TOOLS } from "./canvas-tools.ts";
import { LabelClasses } from "./classes.ts";
import { ClassChooser } from "./class-chooser.ts";
import { ask, button, element, say, show } from "./dom.ts";
import { drawingKey, isWriting, valueKey } from "./drawing-keys.ts";
import { Drawing } from "./drawing.ts";
import { fixOf } from "./fix.ts";
import type { TaskVerdict } from "./generated/schema.ts";
import { TASK_REVIEW, TASK_SKIP, TASK_SUBMIT } from "./generated/tasks.ts";
import type { TaskOpinion } from "./generated/tasks.ts";
import { ImageWindow } from "./image-window.ts";
import { LabelHistory } from "./label-history.ts";
import { LabelPanel } from "./label-panel.ts";
import { LastAct } from "./last-act.ts";
import { offeredOpinion } from "./opinions.ts";
import { Pins, paintPins } from "./pins.ts";
import type { Pin } from "./pins.ts";
import type { LocalCopy } from "./local-copy.ts";
import { PreLabels } from "./pre-labels.ts";
import { Saving } from "./saving.ts";
import { RemarkField } from "./remark-field.ts";
import { sentBackPanel } from "./sent-back.ts";
import { drawnOf, labelIdsOf, portionsOf, preLabelsOf } from "./task.ts";
import type { Task } from "./task.ts";
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
  /** What was said before, where the task was on the screen in another way. */
  readonly remark?: string;
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
  readonly #opinions: readonly TaskOpinion[];
  readonly #tools: CanvasTools;
  readonly #saving: Saving | null;
  #drawing: Drawing;
  #opinion: number;
  #viewer: Viewer | null = null;
  readonly #beside: SideBySide;
  #history: LabelHistory | null = null;
  #over = false;
  readonly #classes: LabelClasses;
  /** Goes with every act on the task. */
  readonly #held: { readonly taskId: string; readonly epoch: number };
  readonly #last: LastAct;
  readonly #times = new Map<string, number>();
  readonly #panel: LabelPanel;
  readonly #pins: Pins;
  readonly #preLabels: PreLabels;
  readonly #view = new ViewPanel(() => this.#viewer);
  readonly #window = new ImageWindow();
  readonly #chooser: ClassChooser;
  readonly #remark: RemarkField;
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event);

  constructor(task: Task, then: Then, { doing, opinion, pins, remark }: Way, copy: LocalCopy | null = null) {
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
    this.#beside = new SideBySide(
      { assetId: task.asset?.id ?? "", classes: this.#classes, opinions: this.#opinions },
      {
        main: () => this.#viewer,
        canvases: this.#window.canvases,
        look: (at) => this.#look(at),
        refused: then.refused,
      },
    );
    const kept = labelIdsOf(task);
    const back = (): void => this.#viewer?.canvas.focus();
    this.#panel = new LabelPanel({
      ...common,
      portion: task.marking.portion,
      portionOf: portionsOf(task),
      back,
      tools: this.#tools,
      viewer: () => this.#viewer,
      hasHistory: (id) => kept.has(id),
      showHistory: (id, from) => this.#showHistory(id, from),
    });
    this.#preLabels = new PreLabels(preLabelsOf(task), common);
    if (!draws) this.#tools.tool = "select";
    this.#chooser = new ClassChooser(draws ? this.#classes.all : [], {
      take: (key) => this.#classify(key),
      back,
    });
    this.#remark = new RemarkField(
      doing === "label" ? TEXT.remark.label : TEXT.remark.judge,
      remark ?? this.#drawing.remark,
      {
        changed: (text) => {
          this.#drawing.remark = text;
          this.#changed();
        },
        back,
      },
    );
    const { lease } = task;
    this.#saving =
      lease &&
      new Saving(task.id, lease, () => (draws ? this.#drawing : null), { lost: () => void this.#lost(), copy });
    // What was said while it was judged is of the fix, and is kept with it.
    if (remark !== undefined && remark !== this.#drawing.remark) this.#drawing.remark = remark;
    this.#held = { taskId: task.id, epoch: lease?.epoch ?? 0 };
    this.#last = new LastAct({
      save: async () => this.#saving?.save(),
      done: () => {
        this.#saving?.forget();
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
    });
  }

  /** Shows the task under the banner of the answer that it came in. Throws Refused, and is over then. */
  async show(marking: string | null): Promise<void> {
    showBanner(marking);
    say("");
    const canvas = element("canvas", { tabindex: "0", "aria-label": TEXT.canvas });
    show([this.#header(), element("div", { class: "work" }, [this.#side(), this.#window.element, this.#right()])]);
    this.#window.canvases.append(canvas);
    try {
      const paint = (context: CanvasRenderingContext2D): boolean => this.#paint(context);
      const viewer = await Viewer.open(canvas, this.#task.asset?.id ?? "", paint, {
        gone: () => void this.#lost(),
        coming: (coming) => this.#window.tell(coming),
      });
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
    this.#window.opened();
    document.addEventListener("keydown", this.#onKey);
    this.#changed();
    canvas.focus();
  }

  #paint(context: CanvasRenderingContext2D): boolean {
    const more = this.#tools.paint(context);
    this.#beside.paint(context);
    if (this.#viewer && this.#doing === "label") {
      this.#preLabels.paint(context, this.#viewer);
      paintPins(context, this.#task.sentBack?.pins ?? [], this.#viewer);
    } else if (this.#viewer) paintPins(context, this.#pins.all, this.#viewer);
    return more;
  }

  #toggleBeside(): void {
    this.#beside.toggle(this.#opinion);
    this.#changed();
    this.#viewer?.fit();
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
      ...(this.#saving ? [this.#saving.element] : []),
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
    const offers = {
      isFix: this.#doing === "fix",
      choice,
      look: (at: number) => this.#look(at),
      drawing: () => this.#drawing,
      changed: () => this.#changed(),
    };
    const opinions = this.#doing === "label" ? [] : this.#opinions.map((act, at) => offeredOpinion(act, at, offers));
    return element("section", { class: "side", "aria-label": TEXT.tools }, [
      element("div", { class: "pair" }, tools),
      ...opinions,
      ...(this.#doing === "judge" && opinions.length > 1
        ? [choice("beside", TEXT.judging.sideBySide, () => this.#toggleBeside()), this.#beside.element]
        : []),
      this.#chooser.element,
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
    ]);
  }

  /** Looks at another opinion. */
  #look(at: number): void {
    this.#opinion = at;
    this.#drawing = this.#shown();
    this.#beside.show(at);
    this.#changed();
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
      this.#remark.element,
      element("h2", {}, [TEXT.guidelines]),
      element("p", { class: "guidelines" }, [
        guideline ? TEXT.guideline(guideline.marking.portion, guideline.version, guideline.body) : TEXT.noGuidelines,
      ]),
    ]);
  }

  /** What became of a label, in the place of the task; the keyboard comes back to where it was opened from. */
  #showHistory(id: string, from: HTMLElement): void {
    const closed = (): void => {
      this.#history = null;
      this.#viewer?.draw();
      from.focus();
    };
    this.#history = new LabelHistory(id, { closed, refused: this.#then.refused });
    void this.#history.open();
  }

  #changed(): void {
    const { tool, classKey } = this.#tools;
    this.#chooser.update(classKey);
    for (const [name, made] of this.#buttons)
      made.setAttribute(
        "aria-pressed",
        String(
          (name === "beside" && this.#beside.isOn) || name === `tool ${tool}` || name === `opinion ${this.#opinion}`,
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
    this.#window.point(this.#tools, this.#viewer);
  }

  #classify(key: string): void {
    this.#panel.release();
    this.#tools.classify(key);
  }

  #undo(again: boolean): void {
    if (again) this.#drawing.redo();
    else this.#drawing.undo();
    this.#changed();
  }

  #key(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, shiftKey, altKey, target } = event;
    if (this.#over || this.#history || document.querySelector("dialog[open]") || isWriting(target)) return;
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
      // Before all others: on some keyboards a digit's other sign is one that zooms.
      const value = this.#draws ? valueKey(event) : null;
      if (value !== null) return () => this.#panel.chooseValue(value);
      const drawing = drawingKey(event, {
        tools: this.#tools,
        panel: this.#panel,
        view: this.#view,
        offered: (tool) => this.#buttons.has(`tool ${tool}`),
        draws: this.#draws,
      });
      if (drawing || ctrlKey || metaKey || altKey) return drawing;
      const chosen = /^[1-9]$/.test(key) && this.#draws ? this.#classes.all[Number(key) - 1] : undefined;
      if (chosen) return () => this.#classify(chosen.key);
      if (this.#doing === "judge" && name === "a")
        return () => void this.#judge(this.#task.stage === "ADJUDICATE" ? "CHOOSE" : "ACCEPT");
      if (this.#doing === "judge" && name === "x") return () => void this.#judge("REJECT");
      if (this.#doing === "judge" && name === "f") return () => void this.#instead("fix");
      if (this.#doing === "label" && name === "g") return () => this.#preLabels.toggle();
      if (name === "?") return () => void this.#help();
      if (name === "escape") return () => this.#tools.drop();
      if (name === "delete" && this.#draws) return () => this.#tools.remove();
      if (key === "+" || key === "=") return () => this.#tools.zoom(1);
      if (key === "-") return () => this.#tools.zoom(-1);
      if (key === "0") return () => this.#viewer?.fit();
      if (name === "c" && this.#draws) return () => this.#chooser.find();
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
    return until ? TEXT.lock.kept(until) : "";
  }

  /** Ends the screen: nothing of it listens, draws or saves any more. */
  end(): void {
    this.#over = true;
    document.removeEventListener("keydown", this.#onKey);
    void this.#saving?.end();
    this.#tools.end();
    this.#beside.end();
    this.#history?.end();
    this.#viewer?.end();
  }

  async #leave(): Promise<void> {
    await this.#saving?.save();
    if (this.#over) return;
    if (this.#saving?.unkept && (await ask(TEXT.leaveUnsaved, false, TEXT.ok, TEXT.cancel)) === null) return;
    if (this.#over) return;
    const said = this.#saving?.leaving ?? "";
    this.end();
    this.#then.leave(said);
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
    this.#then.instead({ doing, opinion: this.#opinion, pins: this.#pins.all, remark: this.#remark.text });
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
    const comment = this.#remark.text;
    const drawn = JSON.stringify([labels, comment]);
    const activeMs = this.#times.get(drawn) ?? Math.round(performance.now() - this.#began);
    this.#times.set(drawn, activeMs);
    await this.#last.perform(TASK_SUBMIT, { ...this.#held, labels, activeMs, comment });
  }

  async #skip(): Promise<void> {
    if (this.#last.acting) return;
    const reason = await ask(TEXT.skipReason, true, TEXT.ok, TEXT.cancel);
    if (reason !== null) await this.#last.perform(TASK_SKIP, { ...this.#held, reason });
  }

  async #judge(verdict: TaskVerdict): Promise<void> {
    if (this.#last.acting || (verdict === "FIX" && !this.#panel.ready())) return;
    const said = this.#remark.text;
    // What is sent back says why.
    const comment =
      verdict === "REJECT" && said === "" ? await ask(TEXT.rejectReason, true, TEXT.ok, TEXT.cancel) : said;
    if (comment === null) return;
    const opinion = this.#opinions[this.#opinion];
    const chosen = verdict === "CHOOSE" && opinion ? { chosenId: opinion.id } : {};
    const { keptIds, labels } = fixOf(this.#drawing.drawn, this.#opinions.flatMap(drawnOf));
    const fix =
      verdict === "FIX"
        ? { keptIds, labels: labels.map(({ classKey, shape, attributes }) => ({ classKey, shape, attributes })) }
        : {};
    const { opinionsSha384 } = this.#task;
    await this.#last.perform(TASK_REVIEW, {
      ...this.#held,
      verdict,
      comment,
      pins: this.#pins.all,
      ...(opinionsSha384 === undefined ? {} : { opinionsSha384 }),
      ...chosen,
      ...fix,
    });
  }
}
