// The modules that the workbench draws with, on a page of the benchmark: drafts hold no 10,000 labels, this does.
import { CanvasTools } from "../workbench/canvas-tools.ts";
import { LabelClasses } from "../workbench/classes.ts";
import { element } from "../workbench/dom.ts";
import { Drawing } from "../workbench/drawing.ts";
import type { Drawn } from "../workbench/drawing.ts";
import { LabelList } from "../workbench/label-list.ts";
import { moved } from "../workbench/shapes.ts";
import type { Position, Shape } from "../workbench/shapes.ts";
import { lightTable } from "../workbench/tile-lights.ts";
import { relit } from "../workbench/tile-store.ts";
import { Viewer } from "../workbench/viewer.ts";

const CLASSES = Array.from({ length: 12 }, (_, n) => ({ key: `class-${n}`, name: `Class ${n}` }));

/** Numbers in 0 <= n < 1, the same at each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function labels(count: number, side: number): Drawn[] {
  const next = numbers(7);
  const star = (x: number, y: number, radius: number, corners: number): Position[] =>
    Array.from({ length: corners }, (_, n): Position => {
      const angle = (2 * Math.PI * n) / corners;
      const far = radius * (0.6 + 0.4 * next());
      return [x + far * Math.cos(angle), y + far * Math.sin(angle)];
    });
  const shape = (n: number): Shape => {
    const [x, y] = [60 + next() * (side - 240), 60 + next() * (side - 240)];
    const [width, height] = [20 + next() * 100, 20 + next() * 100];
    switch (n % 5) {
      case 0:
      case 1:
        return { kind: "box", x, y, width, height };
      case 2:
        return { kind: "rotatedBox", cx: x, cy: y, width, height, angle: Math.floor(next() * 360) };
      case 3:
        return { kind: "polygon", rings: [star(x, y, width / 2, 12)] };
      default:
        return n % 2 === 0 ? { kind: "point", x, y } : { kind: "polyline", points: star(x, y, width / 2, 8) };
    }
  };
  return Array.from({ length: count }, (_, n) => ({
    id: `d${n}`,
    classKey: `class-${n % CLASSES.length}`,
    shape: shape(n),
    attributes: {},
  }));
}

interface Scene {
  readonly viewer: Viewer;
  readonly tools: CanvasTools;
  readonly drawing: Drawing;
}

async function scene(count: number): Promise<Scene> {
  const canvas = element("canvas");
  document.body.replaceChildren(canvas);
  [canvas.style.width, canvas.style.height] = ["1280px", "720px"];
  let shown: Viewer | null = null;
  let drawing = new Drawing();
  const tools: CanvasTools = new CanvasTools(() => shown, {
    drawing: () => drawing,
    classes: new LabelClasses(CLASSES),
    changed: () => {
      tools.update();
      shown?.draw();
    },
    pointed: () => undefined,
    told: () => undefined,
    pinned: () => undefined,
    draws: true,
  });
  shown = await Viewer.open(canvas, "measured", (context) => tools.paint(context));
  drawing = Drawing.from({ format: 2, drawn: labels(count, shown.width), done: [], undone: [] });
  tools.update();
  return { viewer: shown, tools, drawing };
}

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** How long each frame took, in milliseconds, while something is done before each. */
async function frames(count: number, act: (n: number) => void): Promise<number[]> {
  const times: number[] = [];
  let before = await frame();
  for (let n = 0; n < count; n += 1) {
    act(n);
    const now = await frame();
    times.push(now - before);
    before = now;
  }
  return times;
}

/** Ways to look at the image: what is done once, and at each frame. */
const VIEWS: Readonly<Record<string, { begin: (viewer: Viewer) => void; act: (viewer: Viewer, n: number) => void }>> = {
  "all in view, moved": {
    begin: () => undefined,
    act: (viewer, n) => viewer.move(n % 120 < 60 ? 3 : -3, n % 120 < 60 ? 2 : -2),
  },
  "a sixth in view, moved": {
    begin: (viewer) => {
      for (let n = 0; n < 4; n += 1) viewer.zoom(1);
    },
    act: (viewer, n) => viewer.move(n % 160 < 80 ? -6 : 6, n % 160 < 80 ? -4 : 4),
  },
  "zoomed in and out": {
    begin: () => undefined,
    act: (viewer, n) => {
      if (n % 12 === 0) viewer.zoom(n % 192 < 96 ? 1 : -1);
      else viewer.move(1, 0);
    },
  },
};

/** Milliseconds of frames of a view with so many labels. */
async function looked(name: string, count: number, most: number): Promise<number[]> {
  const view = VIEWS[name];
  if (!view) throw new Error(`no such view: ${name}`);
  const { viewer, tools } = await scene(count);
  view.begin(viewer);
  // Tiles come, and what is kept is made.
  await frames(90, () => viewer.draw());
  const times = await frames(most, (n) => view.act(viewer, n));
  tools.end();
  viewer.end();
  return times;
}

/** Milliseconds of hit tests all over the image, and of one change until its frame is drawn. */
async function changed(count: number): Promise<{ hits: number[]; changes: number[] }> {
  const { viewer, tools, drawing } = await scene(count);
  await frames(60, () => viewer.draw());
  const next = numbers(11);
  const hits = Array.from({ length: 4_000 }, () => {
    const at: Position = [next() * viewer.width, next() * viewer.height];
    const begin = performance.now();
    tools.scene.hit(at, 8 / viewer.scale);
    return performance.now() - begin;
  });
  const changes: number[] = [];
  for (let n = 0; n < 60; n += 1) {
    const drawn = drawing.get(`d${(n * 149) % count}`);
    if (!drawn) throw new Error("no label");
    const begin = performance.now();
    drawing.replace({ ...drawn, shape: moved(drawn.shape, [9, 0], viewer.width, viewer.height) });
    tools.update();
    viewer.draw();
    await frame();
    await frame();
    changes.push(performance.now() - begin);
  }
  tools.end();
  viewer.end();
  return { hits, changes };
}

/** Milliseconds of bringing the list of so many labels up to date, at first and after one change. */
function listed(count: number): { first: number; again: number[] } {
  const list = new LabelList({
    classes: new LabelClasses(CLASSES),
    grid: () => null,
    portionOf: () => "(U)",
    isHidden: () => false,
    select: () => undefined,
  });
  document.body.replaceChildren(list.element);
  const all = labels(count, 8_000);
  const show = (selected: string): number => {
    const begin = performance.now();
    list.update(all, selected);
    // The layout is part of it.
    list.element.getBoundingClientRect();
    return performance.now() - begin;
  };
  const first = show("d0");
  return { first, again: Array.from({ length: 50 }, (_, n) => show(`d${n}`)) };
}

/** Milliseconds of a screen of tiles in another light: a table once for each tile, or a filter at each frame. */
async function lit(): Promise<{ table: number; filter: number; drawn: number }> {
  const side = 256;
  const source = new OffscreenCanvas(side, side);
  const context = source.getContext("2d");
  if (!context) throw new Error("no canvas");
  for (let n = 0; n < 400; n += 1) {
    context.fillStyle = `rgb(${(n * 7) % 256} ${(n * 13) % 256} ${(n * 29) % 256})`;
    context.fillRect((n * 37) % side, (n * 53) % side, 40, 40);
  }
  const tile = await createImageBitmap(source);
  const canvas = new OffscreenCanvas(1_280, 720);
  const screen = canvas.getContext("2d");
  if (!screen) throw new Error("no canvas");
  const median = (act: () => void): number =>
    Array.from({ length: 15 }, () => {
      const begin = performance.now();
      act();
      // What was only noted is drawn now.
      screen.getImageData(0, 0, 1, 1);
      return performance.now() - begin;
    }).toSorted((a, b) => a - b)[7] ?? 0;
  const paint = (picture: ImageBitmap): void => {
    for (let y = 0; y < 720; y += side) for (let x = 0; x < 1_280; x += side) screen.drawImage(picture, x, y);
  };
  const lights = lightTable({ brightness: 0.1, contrast: 1.5, gamma: 1.4 });
  const table = median(() => {
    for (let n = 0; n < 15; n += 1) relit(tile, lights).close();
  });
  const drawn = median(() => paint(tile));
  screen.filter = "brightness(1.1) contrast(1.5)";
  const filter = median(() => paint(tile));
  return { table, filter, drawn };
}

Object.assign(globalThis, { measured: { looked, changed, listed, lit, views: Object.keys(VIEWS) } });
