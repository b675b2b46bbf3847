import { Refused } from "./api.ts";
import { CanvasTools } from "./canvas-tools.ts";
import { LabelClasses } from "./classes.ts";
import type { ShownLabel } from "./delivery-labels.ts";
import { button, element } from "./dom.ts";
import { Drawing } from "./drawing.ts";
import type { Position } from "./drawing.ts";
import type { SampleAsset } from "./generated/delivery.ts";
import { LabelStyles, traceShape } from "./label-style.ts";
import { linesOf } from "./shapes.ts";
import { TEXT } from "./text.ts";
import { Viewer } from "./viewer.ts";

const SAID = TEXT.delivery;
const MARGIN = 8;

/** An image of the delivery with its labels. */
export interface Sample {
  readonly asset: SampleAsset;
  readonly labels: readonly ShownLabel[];
}

/** A few images of a delivery with their labels over them, one at a time, to be looked at only. */
export class Samples {
  readonly shown = element("section", { class: "samples", "aria-label": SAID.samples });
  readonly #refused: (error: unknown) => void;
  readonly #stage = element("div", { class: "stage" });
  readonly #said = element("p", { class: "quiet", role: "status" });
  readonly #list = element("ol", { class: "shapes", "aria-label": TEXT.shapes });
  readonly #choices = element("div", { class: "row" });
  readonly #images = button(SAID.showImages, () => this.#toggle());
  readonly #zooms = element("div", { class: "row" }, [
    button(SAID.larger, () => this.#viewer?.zoom(1)),
    button(SAID.smaller, () => this.#viewer?.zoom(-1)),
    button(TEXT.fit, () => this.#viewer?.fit()),
  ]);
  #samples: readonly Sample[] = [];
  #chosen = 0;
  /** Whether images are asked for: where one was refused, the others are not asked for before its person says so. */
  #asks = true;
  #viewer: Viewer | null = null;
  #tools: CanvasTools | null = null;
  #resized: ResizeObserver | null = null;
  #turn = 0;

  constructor(refused: (error: unknown) => void) {
    this.#refused = refused;
  }

  /** Shows other samples, or the same ones with what is told of them now. */
  show(samples: readonly Sample[]): void {
    this.#samples = samples;
    this.#choices.replaceChildren(
      ...samples.map(({ asset }, at) =>
        button(`${asset.marking.portion} ${asset.title}`, () => void this.#choose(at), {
          "aria-pressed": String(at === this.#chosen),
        }),
      ),
      this.#images,
    );
    this.shown.replaceChildren(
      element("h2", {}, [SAID.samples]),
      element("p", { class: "quiet" }, [SAID.samplesHelp]),
      ...(samples.length === 0
        ? [element("p", {}, [SAID.noSamples])]
        : [this.#choices, element("div", { class: "looked" }, [this.#stage, this.#list]), this.#said, this.#zooms]),
    );
    void this.#choose(Math.min(this.#chosen, Math.max(samples.length - 1, 0)));
  }

  /** Ends it: nothing of it is drawn any more. */
  end(): void {
    this.#turn += 1;
    this.#viewer?.end();
    this.#viewer = null;
    this.#tools?.end();
    this.#tools = null;
    this.#resized?.disconnect();
    this.#resized = null;
  }

  #toggle(): void {
    this.#asks = !this.#asks;
    void this.#choose(this.#chosen);
  }

  async #choose(at: number): Promise<void> {
    this.end();
    const own = this.#turn;
    this.#chosen = at;
    const sample = this.#samples[at];
    if (!sample) return;
    for (const [n, made] of [...this.#choices.querySelectorAll("button")].slice(0, this.#samples.length).entries())
      made.setAttribute("aria-pressed", String(n === at));
    this.#listed(sample);
    this.#said.textContent = "";
    if (this.#asks)
      try {
        await this.#open(sample, own);
      } catch (error) {
        if (own !== this.#turn) return;
        if (!(error instanceof Refused) || error.code === "UNAUTHENTICATED") return this.#refused(error);
        this.#asks = false;
        this.#said.textContent = SAID.imageRefused(error.code);
      }
    if (own !== this.#turn) return;
    if (!this.#viewer) this.#outlines(sample);
    this.#images.setAttribute("aria-pressed", String(this.#asks));
    this.#zooms.hidden = this.#viewer === null;
  }

  /** The image itself. Throws Refused. */
  async #open({ asset, labels }: Sample, own: number): Promise<void> {
    const canvas = element("canvas", { tabindex: "0", "aria-label": SAID.image(asset.title) });
    this.#stage.replaceChildren(canvas);
    const drawing = Drawing.from({ format: 1, drawn: labels, done: [], undone: [] });
    const classes = classesOf(this.#samples).map((key) => ({ key, name: key }));
    const tools: CanvasTools = new CanvasTools(() => this.#viewer, {
      drawing: () => drawing,
      classes: new LabelClasses(classes),
      changed: () => {
        tools.update();
        this.#viewer?.draw();
      },
      pointed: () => undefined,
      told: () => undefined,
      pinned: () => undefined,
      draws: false,
    });
    this.#tools = tools;
    tools.use("pan");
    const viewer = await Viewer.open(canvas, asset.id, (context) => tools.paint(context));
    if (own !== this.#turn) return viewer.end();
    this.#viewer = viewer;
    tools.listen(canvas);
    viewer.draw();
  }

  /** Where its labels are, on a sheet of the image's size, for whoever is not shown the image. */
  #outlines({ asset, labels }: Sample): void {
    const canvas = element("canvas", { role: "img", class: "outlines", "aria-label": SAID.outlines(asset.title) });
    this.#stage.replaceChildren(canvas);
    const { width, height } = asset;
    const styles = new LabelStyles(classesOf(this.#samples));
    const draw = (): void => {
      const [across, down] = [canvas.clientWidth, canvas.clientHeight];
      [canvas.width, canvas.height] = [across * devicePixelRatio, down * devicePixelRatio];
      const context = canvas.getContext("2d");
      if (!context || !width || !height) return;
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      const scale = Math.min((across - 2 * MARGIN) / width, (down - 2 * MARGIN) / height);
      const [left, top] = [(across - width * scale) / 2, (down - height * scale) / 2];
      context.strokeStyle = "#8a929a";
      context.strokeRect(left, top, width * scale, height * scale);
      const toScreen = ([x, y]: Position): Position => [left + x * scale, top + y * scale];
      for (const { classKey, shape } of labels) {
        const { color, dash } = styles.of(classKey);
        context.beginPath();
        traceShape(context, shape, toScreen);
        context.strokeStyle = color;
        context.lineWidth = 2;
        context.setLineDash([...dash]);
        context.stroke();
        context.setLineDash([]);
        const [first] = linesOf(shape)[0] ?? [];
        if (first) styles.name(context, classKey, toScreen(first));
      }
    };
    this.#resized = new ResizeObserver(draw);
    this.#resized.observe(canvas);
  }

  #listed({ asset, labels }: Sample): void {
    const rows = labels.map(({ classKey, kind, origin, since }, at) =>
      element("li", {}, [SAID.sampleLabel(classKey, at + 1, kind, origin, since)]),
    );
    this.#list.replaceChildren(
      ...(rows.length === 0 ? [element("li", {}, [SAID.noLabels])] : rows),
      ...(asset.labels.pageInfo.hasNextPage ? [element("li", {}, [SAID.moreLabels])] : []),
    );
  }
}

/** Classes of all samples: each has one color on all of them. */
const classesOf = (samples: readonly Sample[]): readonly string[] => [
  ...new Set(samples.flatMap(({ labels }) => labels.map(({ classKey }) => classKey))),
];
