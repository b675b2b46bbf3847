import { showBanner } from "./banner.ts";
import { SideBySide } from "./beside.ts";
import { CanvasTools, TOOLS } from "./canvas-tools.ts";
import { LabelClasses } from "./classes.ts";
import { ClassChooser } from "./class-chooser.ts";
import { ask, button, element, say, show } from "./dom.ts";
import { drawingKey, isWriting, valueKey } from "./drawing-keys.ts";
import { Drawing, fixIn } from "./drawing.ts";
import { fixOf, submitted } from "./fix.ts";
import type { TaskVerdict } from "./generated/schema.ts";
import { TASK_REVIEW, TASK_SKIP, TASK_SUBMIT } from "./generated/tasks.ts";
import type { TaskOpinion } from "./generated/tasks.ts";
import { ImageWindow } from "./image-window.ts";
import { guidelinesOf } from "./guidelines.ts";
import { isSwitchedOff, showKeys } from "./key-help.ts";
import { LabelHistory } from "./label-history.ts";
import { LabelPanel } from "./label-panel.ts";
import { LastAct } from "./last-act.ts";
import { offeredOpinion } from "./opinions.ts";
import { Pins, paintPins } from "./pins.ts";
import type { LocalCopy } from "./local-copy.ts";
import { PreLabels } from "./pre-labels.ts";
import { Saving } from "./saving.ts";
import { RemarkField } from "./remark-field.ts";
import { sentBackPanel } from "./sent-back.ts";
import type { Position } from "./shapes.ts";
import { StepButtons } from "./step-buttons.ts";
import { drawnOf, labelIdsOf, portionsOf, preLabelsOf } from "./task.ts";
import type { Task } from "./task.ts";
import type { Then, Way } from "./task-way.ts";
import { TEXT } from "./text.ts";
import { ViewPanel } from "./view-panel.ts";
import { Viewer } from "./viewer.ts";
import { WatchedTime } from "./watched-time.ts";

/** Tools of those who look only. */
const LOOKING: ReadonlySet<string> = new Set(["select", "pan", "ruler"]);

/** One task on the screen, to label or to judge, until it is handed in, judged, put back or left. */
export class TaskScreen {
  readonly #task: Task;
  readonly #then: Then;
  readonly #doing: Way["doing"];
  /** Whether somebody draws here, his own labels or a fix. */
  readonly #draws: boolean;
  readonly #time: WatchedTime;
  readonly #opinions: readonly TaskOpinion[];
  readonly #tools: CanvasTools;
  readonly #saving: Saving | null;
  /** What is looked at. Who draws or fixes draws on it, and it is his draft. */
  #drawing: Drawing;
  /** What is kept as the draft: while it is judged what is said of it, beside the fix that may have begun. */
  readonly #said: Drawing;
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
  readonly #steps: StepButtons;
  readonly #pins: Pins;
  readonly #preLabels: PreLabels;
  readonly #view = new ViewPanel(() => this.#viewer);
  readonly #window = new ImageWindow();
  readonly #chooser: ClassChooser;
  readonly #remark: RemarkField;
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event);

  constructor(task: Task, then: Then, { doing, opinion, said }: Way, copy: LocalCopy | null = null) {
    this.#task = task;
    this.#then = then;
    this.#doing = doing;
    this.#draws = doing !== "judge";
    this.#opinions = task.opinions ?? [];
    this.#opinion = opinion;
    const draft = task.draft?.body;
    const fixes = fixIn(draft) !== "none";
    // A fix begins with the opinion that was looked at last, unless it was begun before.
    this.#said = doing === "fix" && !fixes ? this.#shown() : Drawing.from(draft);
    this.#drawing = doing === "judge" ? this.#shown() : this.#said;
    if (doing === "judge") this.#said.judged = { fixes };
    this.#time = new WatchedTime(this.#said.activeMs);
    const { pins, remark } = said ?? this.#said;
    this.#pins = new Pins(pins, task.marking.portion, (all) => {
      this.#said.pins = all;
      this.#changed();
    });
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
    this.#steps = new StepButtons(this.#tools, back);
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
    if (draws) this.#tools.resume();
    else this.#tools.tool = "select";
    this.#chooser = new ClassChooser(draws ? this.#classes.all : [], {
      take: (key) => this.#classify(key),
      back,
    });
    const field = [task.marking.portion, doing === "label" ? TEXT.remark.label : TEXT.remark.judge] as const;
    this.#remark = new RemarkField(field, remark, {
      changed: (text) => {
        this.#said.remark = text;
        this.#changed();
      },
      back,
    });
    const { lease } = task;
    this.#saving = lease && new Saving(task.id, lease, () => this.#said, { lost: () => void this.#lost(), copy });
    // What was said in another way is kept with what is done in this one.
    if (remark !== this.#said.remark) this.#said.remark = remark;
    if (JSON.stringify(pins) !== JSON.stringify(this.#said.pins)) this.#said.pins = pins;
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
    const canvas = element("canvas", {
      tabindex: "0",
      role: "application",
      "aria-roledescription": TEXT.canvasRole,
      "aria-label": TEXT.canvas,
    });
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
    if (!this.#viewer) return more;
    this.#view.follow(this.#viewer);
    const label = this.#doing === "label";
    const moreProposed = label && this.#preLabels.paint(context, this.#viewer);
    paintPins(context, label ? (this.#task.sentBack?.pins ?? []) : this.#pins.all, this.#viewer);
    return more || moreProposed;
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

  get #maySkip(): boolean {
    return (this.#task.project?.skipLimit ?? 0) > 0;
  }

  #header(): HTMLElement {
    const { asset } = this.#task;
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
    const skips = this.#maySkip ? [button(TEXT.skip, () => void this.#skip())] : [];
    return element("header", { class: "row" }, [
      element("h1", {}, [`${asset?.marking.portion ?? ""} ${asset?.title ?? ""}`]),
      ...(this.#saving ? [this.#saving.element] : []),
      ...acts,
      ...skips,
      button(TEXT.keys, () => void showKeys()),
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
      ...(this.#draws ? [this.#steps.element] : []),
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
    const { sentBack, earlier = [] } = this.#task;
    const around = {
      drawing: (): Drawing => this.#drawing,
      changed: (): void => this.#changed(),
      reveal: (at: Position): void => this.#tools.goTo(at),
    };
    return element("section", { class: "right" }, [
      ...(sentBack && this.#doing === "label" ? [sentBackPanel(sentBack, earlier.flatMap(drawnOf), around)] : []),
      ...(this.#doing === "fix" ? [element("p", { role: "note" }, [TEXT.judging.fixing])] : []),
      ...(this.#doing === "label" ? [this.#preLabels.element] : [this.#pins.element]),
      this.#panel.element,
      this.#remark.element,
      ...guidelinesOf(this.#task),
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
    const pressed = new Set([`tool ${tool}`, `opinion ${this.#opinion}`, ...(this.#beside.isOn ? ["beside"] : [])]);
    for (const [name, made] of this.#buttons) made.setAttribute("aria-pressed", String(pressed.has(name)));
    this.#tools.update();
    this.#pointed();
    this.#steps.update();
    this.#panel.update();
    this.#preLabels.update();
    this.#window.changed({
      corners: this.#tools.halfDrawn.corners.length,
      labels: this.#drawing.drawn.length,
      selected: this.#tools.selected,
      name: this.#panel.selectedName,
    });
    this.#viewer?.draw();
    this.#said.activeMs = this.#time.ms;
    this.#saving?.changed();
  }

  #pointed(): void {
    this.#window.point(this.#tools, this.#viewer);
  }

  #classify(key: string): void {
    this.#panel.release();
    this.#tools.classify(key);
  }

  #key(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, shiftKey, altKey, target } = event;
    if (this.#over || this.#history || document.querySelector("dialog[open]") || isWriting(target)) return;
    if (isSwitchedOff(event)) return;
    const name = key.toLowerCase();
    // A key that is held does the small things again, and never hands in, judges or puts back what nobody has looked at.
    const large =
      (!ctrlKey && !metaKey && !altKey && this.#doing === "judge" && ["a", "x", "f"].includes(name)) ||
      name === "enter" ||
      (altKey && name === "s");
    if (event.repeat && large) return;
    const act = ((): (() => void) | undefined => {
      if ((ctrlKey || metaKey) && name === "z" && this.#draws) return () => this.#tools.undo(shiftKey);
      if ((ctrlKey || metaKey) && name === "y" && this.#draws) return () => this.#tools.undo(true);
      if ((ctrlKey || metaKey) && name === "enter" && this.#doing === "label") return () => void this.#submit();
      if ((ctrlKey || metaKey) && name === "enter" && this.#doing === "fix") return () => void this.#judge("FIX");
      if (altKey && name === "s" && this.#maySkip) return () => void this.#skip();
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
      if (name === "?") return () => void showKeys();
      if (name === "escape") return () => this.#tools.drop();
      if (name === "delete" && this.#draws) return () => this.#tools.remove();
      if (key === "+" || key === "=") return () => this.#tools.zoom(1);
      if (key === "-") return () => this.#tools.zoom(-1);
      if (key === "0" || name === "f") return () => this.#viewer?.fit();
      if (name === "c" && this.#draws) return () => this.#chooser.find();
      return undefined;
    })();
    if (!act) return;
    event.preventDefault();
    act();
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
    this.#time.end();
    this.#tools.end();
    this.#preLabels.end();
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
    const said = { pins: this.#pins.all, remark: this.#remark.text };
    this.#then.instead({ doing, opinion: this.#opinion, said });
  }

  /** Whether what is drawn may go as it is: the server takes it, and what is half drawn is not left out unasked. */
  async #ready(): Promise<boolean> {
    if (!this.#panel.ready()) return false;
    if (!this.#tools.leavesOut) return true;
    return (await ask(TEXT.halfDrawn, false, TEXT.ok, TEXT.cancel)) !== null && !this.#over;
  }

  async #submit(): Promise<void> {
    if (!(await this.#ready())) return;
    const labels = this.#drawing.drawn.map(submitted);
    // The same drawing handed in again after no answer is the same act, with the same time.
    const comment = this.#remark.text;
    const drawn = JSON.stringify([labels, comment]);
    const activeMs = this.#times.get(drawn) ?? this.#time.ms;
    this.#times.set(drawn, activeMs);
    await this.#last.perform(TASK_SUBMIT, { ...this.#held, labels, activeMs, comment });
  }

  async #skip(): Promise<void> {
    if (this.#last.acting) return;
    const reason = await ask(TEXT.skipReason, true, TEXT.ok, TEXT.cancel);
    if (reason !== null) await this.#last.perform(TASK_SKIP, { ...this.#held, reason });
  }

  async #judge(verdict: TaskVerdict): Promise<void> {
    if (this.#last.acting || (verdict === "FIX" && !(await this.#ready()))) return;
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
