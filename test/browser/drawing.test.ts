import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { IMAGE, client, labelsOf, makeProject } from "./drawing-project.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 180_000;
/** Of the images, and so of the tasks and of what comes with them. */
const PORTION = "(S//REL TO USA, FVEY)";

interface Label {
  readonly classKey: string;
  readonly shape: Readonly<Record<string, unknown>>;
  readonly attributes: unknown;
}
type Place = readonly [x: number, y: number];

/** A task on the screen, pointed at in pixels of its image as long as the whole image is shown. */
class Task {
  readonly page: Page;
  readonly sent: string[] = [];
  /** What the page kept as its draft last, or handed in. */
  drawn: readonly Label[] = [];
  #left = 0;
  #top = 0;
  #scale = 1;

  constructor(page: Page) {
    this.page = page;
    page.on("request", (request) => {
      const body = request.postData() ?? "";
      const field = /act:(\w+)/.exec(body)?.[1];
      if (!field) return;
      this.sent.push(field);
      const { variables } = JSON.parse(body) as {
        variables: { input: { body?: { drawn: Label[] }; labels?: Label[] } };
      };
      this.drawn = variables.input.body?.drawn ?? variables.input.labels ?? this.drawn;
    });
  }

  async open(name: string, act = "Label"): Promise<void> {
    await this.page.getByRole("button", { name: `${act}: ${name}` }).click();
    await this.page.locator("canvas").waitFor();
    await this.page.locator(".panel").waitFor();
    await expect
      .poll(() => this.page.evaluate("document.activeElement?.localName"), { timeout: 30_000 })
      .toBe("canvas");
    const box = await this.page.locator("canvas").boundingBox();
    if (!box) throw new Error("no canvas");
    this.#scale = Math.min(box.width / IMAGE.width, box.height / IMAGE.height);
    this.#left = box.x + (box.width - IMAGE.width * this.#scale) / 2;
    this.#top = box.y + (box.height - IMAGE.height * this.#scale) / 2;
  }

  at([x, y]: Place): [number, number] {
    return [this.#left + x * this.#scale, this.#top + y * this.#scale];
  }

  async click(...places: readonly Place[]): Promise<void> {
    for (const place of places) await this.page.mouse.click(...this.at(place));
  }

  async drag(from: Place, to: Place): Promise<void> {
    await this.page.mouse.move(...this.at(from));
    await this.page.mouse.down();
    await this.page.mouse.move(...this.at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
    await this.page.mouse.move(...this.at(to));
    await this.page.mouse.up();
  }

  async keys(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** What the list has, each under its portion mark, which is taken off. */
  async rows(): Promise<string[]> {
    const all = await this.page.locator(".shapes button").allTextContents();
    expect(all.filter((text) => !text.startsWith(`${PORTION} `))).toEqual([]);
    return all.map((text) => text.slice(PORTION.length + 1));
  }

  told(): Promise<string | null> {
    return this.page.locator(".told").textContent();
  }

  /** What is drawn, as the draft has it that is sent next. */
  async saved(): Promise<readonly Label[]> {
    await this.page.getByText("Saved.", { exact: true }).waitFor();
    return this.drawn;
  }
}

const kinds = (labels: readonly Label[]): unknown[] => labels.map(({ shape }) => shape["kind"]);
const places = (shape: unknown): readonly Place[] => {
  const { rings, points } = shape as { rings?: Place[][]; points?: Place[] };
  return rings?.flat() ?? points ?? [];
};
/** As near as a pixel of the screen is. */
const near = (found: unknown, wanted: number): void => {
  expect(Math.abs(Number(found) - wanted)).toBeLessThan(1.5);
};
const areaOf = (ring: readonly Place[]): number =>
  Math.abs(
    ring.reduce((sum, [x, y], at) => {
      const [px, py] = ring.at(at - 1) ?? [x, y];
      return sum + (px * y - x * py) / 2;
    }, 0),
  );

describe.skipIf(skip)("drawing in a real browser", () => {
  let server: RunningServer;
  let browser: Browser;
  let images: readonly string[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    const sam = await client(server, "sam");
    images = await makeProject(sam, "All shapes", 2);
    await makeProject(sam, "Looked at", 1);
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = async (name: string, project: string, act?: string): Promise<[Task, WatchedPage]> => {
    const watched = await enterWorkbench(browser, server.url, name, "SECRET");
    const task = new Task(watched.page);
    await task.open(project, act);
    return [task, watched];
  };
  /** What was handed in is what was drawn, as the API tells it. */
  const same = async (assetId: string, drawn: readonly Label[]): Promise<void> => {
    const sorted = (all: readonly object[]): string[] => all.map((one) => JSON.stringify(one)).toSorted();
    const told = await labelsOf(server, assetId);
    const flat = (shape: unknown): unknown => Object.entries(shape as object).toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(
      sorted(told.map(({ shape, attributes, class: { key } }) => ({ key, shape: flat(shape), attributes }))),
    ).toEqual(
      sorted(drawn.map(({ classKey, shape, attributes }) => ({ key: classKey, shape: flat(shape), attributes }))),
    );
  };

  test(
    "by mouse: every shape, a hole, vertices, handles, snapping and attributes; undone and done again after a reload; handed in as drawn",
    async () => {
      const [task, watched] = await enter("Ben Analyst", "All shapes");
      const { page } = task;
      const tool = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();

      await task.drag([20, 20], [120, 80]);
      await tool("Turned box");
      await task.click([300, 100], [400, 100], [400, 150]);
      await tool("Polygon");
      await task.click([40, 200], [240, 200], [240, 400], [40, 400], [40, 200]);
      await tool("Line");
      await task.click([300, 300], [400, 300], [400, 400], [400, 400]);
      await tool("Point");
      await task.click([500, 40]);
      const first = await task.saved();
      expect(kinds(first)).toEqual(["box", "rotatedBox", "polygon", "polyline", "point"]);
      const [box, turned, , line] = first;
      for (const [name, value] of [
        ["x", 20],
        ["y", 20],
        ["width", 100],
        ["height", 60],
      ] as const)
        near(box?.shape[name], value);
      expect(turned?.shape["angle"]).toBe(0);
      near(turned?.shape["cy"], 125);
      expect(places(line?.shape)).toHaveLength(3);

      // What is selected has handles: a side of the box, the handle to turn, the middle of an edge, a corner of the polygon.
      await tool("Select");
      await task.click([70, 50]);
      await task.drag([120, 50], [160, 50]);
      await task.click([350, 125]);
      const away = 24 / Math.hypot(task.at([1, 0])[0] - task.at([0, 0])[0], 0);
      await task.drag([350, 100 - away], [450, 125]);
      await task.click([350, 300]);
      await task.drag([350, 300], [350, 260]);
      await task.click([60, 220]);
      await task.drag([40, 400], [30, 420]);
      // A hole in the polygon, and a ring across its outline, which is told and not drawn: it waits until it is dropped.
      await tool("Hole, part");
      await task.click([100, 250], [180, 250], [180, 330], [100, 330], [100, 250]);
      await task.click([200, 350], [270, 350], [270, 380], [200, 350]);
      expect(await task.told()).toContain("inside one part, or outside all of them");
      await task.keys("Escape", "v");
      const second = await task.saved();
      near(second[0]?.shape["width"], 140);
      near(second[1]?.shape["angle"], 90);
      expect(places(second[3]?.shape)).toHaveLength(4);
      near(places(second[3]?.shape)[1]?.[1], 260);
      const rings = (second[2]?.shape["rings"] ?? []) as Place[][];
      expect(rings).toHaveLength(1);
      const [ring = []] = rings;
      expect(ring).toHaveLength(10);
      expect(Math.abs(areaOf(ring) - (42_900 - 6_400))).toBeLessThan(1_500);

      // In the hole there is nothing to select, beside it there is.
      await task.click([140, 290]);
      expect(await page.locator(".shapes button[aria-pressed=true]").count()).toBe(0);
      await task.click([70, 290]);
      expect(await page.locator(".shapes button[aria-pressed=true]").textContent()).toContain("polygon");

      // A corner that comes near one of another label is brought to it, and with Alt it is not.
      const corner = places(second[3]?.shape)[2];
      if (!corner) throw new Error("no corner");
      await tool("Box");
      await task.click([corner[0] + 3, corner[1] + 3], [500, 380]);
      await page.keyboard.down("Alt");
      await task.click([corner[0] + 3, corner[1] - 30], [500, 250]);
      await page.keyboard.up("Alt");
      const third = await task.saved();
      expect([third[5]?.shape["x"], third[5]?.shape["y"]]).toEqual([...corner]);
      expect(third[6]?.shape["x"]).not.toBe(corner[0]);
      await task.keys("Control+z", "Control+z");

      // Handed in without what is needed it is not; the first that lacks something is selected, and told.
      await page.getByRole("button", { name: "Hand in, and the next" }).click();
      expect(await task.told()).toBe("⚠ name: needed");
      expect(await task.rows()).toEqual([
        "1. Ship of any kind, box, ⚠ name: needed",
        "2. Ship of any kind, turned box, ⚠ name: needed",
        "3. Ship of any kind, polygon, ⚠ name: needed",
        "4. Ship of any kind, line, ⚠ name: needed",
        "5. Ship of any kind, point, ⚠ name: needed",
      ]);
      expect(task.sent).not.toContain("taskSubmit");
      await page.getByLabel("name (needed)").fill("Anna");
      await page.getByLabel("metres").fill("401");
      expect(await task.told()).toBe("⚠ metres: outside its range");
      await page.getByLabel("metres").fill("120.5");
      await page.getByLabel("moored").selectOption("yes (1)");
      await page.getByLabel("cargo").selectOption("<b>oil</b>");
      expect(await task.told()).toBe("");
      await task.click([5, 5]);
      await page.getByRole("button", { name: / 2\. Ship of any kind/ }).click();
      expect(await page.getByLabel("name (needed)").inputValue()).toBe("");
      // What another class does not carry goes with the class; and a class says what it is not drawn with.
      await page.getByRole("button", { name: /Wake$/ }).click();
      expect(await task.told()).toBe("⚠ this class is not drawn with that shape");
      await page.getByRole("button", { name: /Ship of any kind$/ }).click();
      for (const row of [2, 3, 4, 5]) {
        await page.getByRole("button", { name: new RegExp(` ${row}\\. Ship of any kind`) }).click();
        await page.getByLabel("name (needed)").pressSequentially("B");
      }
      expect(await task.rows()).toEqual([
        "1. Ship of any kind, box",
        "2. Ship of any kind, turned box",
        "3. Ship of any kind, polygon",
        "4. Ship of any kind, line",
        "5. Ship of any kind, point",
      ]);
      await task.saved();
      expect(await violations(page)).toEqual([]);

      // After a reload the same, attributes too, and every step can be undone and done again.
      await page.reload();
      await task.open("All shapes");
      await page.getByRole("button", { name: "1. Ship of any kind, box" }).click();
      expect(await page.getByLabel("name (needed)").inputValue()).toBe("Anna");
      expect(await page.getByLabel("cargo").inputValue()).toBe("<b>oil</b>");
      await page.locator("canvas").focus();
      for (let times = 0; times < 6; times += 1) await task.keys("Control+z");
      expect((await task.rows()).filter((row) => row.includes("needed"))).toHaveLength(4);
      for (let times = 0; times < 6; times += 1) await task.keys("Control+Shift+Z");
      expect((await task.rows()).filter((row) => row.includes("needed"))).toHaveLength(0);
      await page.getByRole("button", { name: "Hand in, and the next" }).click();
      await expect.poll(() => task.sent.filter((field) => field === "taskSubmit").length).toBe(1);
      expect(task.drawn).toHaveLength(5);
      expect(task.drawn[0]?.attributes).toEqual({ name: "Anna", metres: 120.5, moored: true, cargo: "<b>oil</b>" });
      const counts = (): Promise<number[]> =>
        Promise.all(images.map(async (id) => (await labelsOf(server, id)).length));
      await expect.poll(counts, { timeout: 30_000, interval: 1_000 }).toContain(5);
      const all = await counts();
      expect(all.toSorted((a, b) => a - b)).toEqual([0, 5]);
      await same(images[all.indexOf(5)] ?? "", task.drawn);
      expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "by keyboard alone: every shape, its vertices and handles, copies, order, hiding and attributes; handed in as drawn",
    async () => {
      const [task, watched] = await enter("Ben Analyst", "All shapes");
      const { page } = task;
      const corner = async (...ways: readonly string[]): Promise<void> => {
        for (const way of ways) await task.keys(way, way, way, way, way);
        await task.keys("Enter");
      };
      await task.keys("s", "b", "Enter");
      await corner("ArrowRight", "ArrowDown");
      await task.keys("r", "Enter");
      await corner("ArrowRight");
      await corner("ArrowDown");
      await task.keys("p");
      await corner("ArrowLeft");
      await corner("ArrowLeft");
      await corner("ArrowDown");
      await task.keys("Enter");
      await task.keys("l");
      await corner("ArrowLeft");
      await corner("ArrowLeft");
      // A corner too many is taken back, and the last one twice ends the line.
      await corner("ArrowUp");
      await task.keys("Backspace", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
      await task.keys("k");
      await corner("ArrowUp");
      const first = await task.saved();
      expect(kinds(first)).toEqual(["box", "rotatedBox", "polygon", "polyline", "point"]);
      expect([places(first[2]?.shape).length, places(first[3]?.shape).length]).toEqual([3, 2]);

      // The second corner of the line: moved by ten pixels and one, another one after the first, and gone again.
      await task.keys("v");
      const select = async (row: RegExp): Promise<void> => {
        await page.getByRole("button", { name: row }).focus();
        await task.keys("Enter");
        await page.locator("canvas").focus();
      };
      await select(/ 4\. Ship of any kind, line/);
      await task.keys("n", "n", "Shift+ArrowUp", "ArrowRight");
      const second = await task.saved();
      const [before, after] = [places(first[3]?.shape), places(second[3]?.shape)];
      expect(after[0]).toEqual(before[0]);
      expect((after[1]?.[1] ?? 0) - (before[1]?.[1] ?? 0)).toBeCloseTo(-10, 5);
      expect((after[1]?.[0] ?? 0) - (before[1]?.[0] ?? 0)).toBeCloseTo(1, 5);
      await task.keys("Shift+N", "Insert");
      expect(places((await task.saved())[3]?.shape)).toHaveLength(3);
      await task.keys("Backspace");
      expect(places((await task.saved())[3]?.shape)).toEqual(after);
      // A line of two corners keeps both.
      await task.keys("Backspace");
      expect(await task.told()).toContain("this corner cannot go");

      // The handle to turn is the last of a turned box. A key that is held is one step.
      await select(/ 2\. Ship of any kind, turned box/);
      await task.keys("Shift+N");
      for (let times = 0; times < 7; times += 1) await page.keyboard.down("ArrowRight");
      await page.keyboard.up("ArrowRight");
      expect((await task.saved())[1]?.shape["angle"]).toBe(7);
      await task.keys("Control+z");
      expect((await task.saved())[1]?.shape["angle"]).toBe(first[1]?.shape["angle"]);

      // Copies lie beside and at the crosshair; a copy of a copy is like it in all but its place.
      await task.keys("Escape", "Control+d");
      expect(await task.rows()).toHaveLength(6);
      await select(/ 1\. Ship of any kind, box/);
      await task.keys("Control+c", "Control+v");
      const copied = await task.saved();
      expect(kinds(copied).slice(5)).toEqual(["rotatedBox", "box"]);
      expect([copied[6]?.shape["width"], copied[6]?.shape["height"]]).toEqual([
        copied[0]?.shape["width"],
        copied[0]?.shape["height"],
      ]);
      await task.keys("Delete");
      await select(/ 6\. Ship of any kind, turned box/);
      await task.keys(",");
      expect(kinds(await task.saved())[0]).toBe("rotatedBox");
      await task.keys(".", "i");
      expect((await task.rows()).at(-1)).toContain("turned box, hidden");
      await task.keys("i", "Shift+I");
      expect((await task.rows()).every((row) => row.includes("hidden"))).toBe(true);
      await task.keys("Shift+I", "Delete");
      expect((await task.rows()).filter((row) => row.includes("hidden"))).toEqual([]);

      // From a label on to its attributes by Tab: what is typed there is no key of the page.
      for (const [at, row] of (await task.rows()).entries()) {
        await select(new RegExp(` ${at + 1}\\. Ship of any kind`));
        await page.getByLabel("name (needed)").focus();
        await page.keyboard.type(`vb${at} x`);
        expect((await task.rows())[at]).toBe(row.replace(", ⚠ name: needed", ""));
      }
      expect(await page.getByRole("button", { name: "Select", exact: true }).getAttribute("aria-pressed")).toBe("true");
      await page.getByLabel("Filter by class or shape").focus();
      await page.keyboard.type("turned");
      expect(await task.rows()).toEqual(["2. Ship of any kind, turned box"]);
      expect(await page.getByText("1 of 5 are listed").count()).toBe(1);
      await page.locator("canvas").focus();
      const drawn = await task.saved();
      expect(drawn.map(({ attributes }) => attributes)).toEqual([0, 1, 2, 3, 4].map((at) => ({ name: `vb${at} x` })));
      await task.keys("Control+Enter");
      await page.getByText("There is no task for you").waitFor();
      const told = await Promise.all(images.map((id) => labelsOf(server, id)));
      const place = told.findIndex((labels) => JSON.stringify(labels).includes("vb0 x"));
      await same(images[place] ?? "", task.drawn);
      expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
      await page.context().close();

      // Who judges sees attributes and changes nothing.
      const [review, judging] = await enter("Rita Reviewer", "All shapes", "Review");
      await review.page.locator(".shapes button").nth(4).waitFor();
      await review.page.locator(".shapes button").first().click();
      expect(await review.page.getByLabel("name (needed)").isDisabled()).toBe(true);
      expect(await review.page.getByLabel("name (needed)").inputValue()).not.toBe("");
      await review.keys("Control+v", "Control+d", "Delete", "ArrowRight");
      expect(await review.rows()).toHaveLength(5);
      expect(await review.page.getByRole("button", { name: "Box", exact: true }).count()).toBe(0);
      expect(await violations(review.page)).toEqual([]);
      expect([judging.elsewhere, judging.complaints]).toEqual([[], []]);
      await review.page.context().close();
    },
    PATIENCE,
  );

  test(
    "the view is turned, lit, measured and gone through by the map; labels stay where they are in the image",
    async () => {
      const [task, watched] = await enter("Ben Analyst", "Looked at");
      const { page } = task;
      await task.drag([100, 100], [200, 160]);
      const [before] = await task.saved();
      const place = (): Promise<number[]> =>
        page
          .locator(".ground .place")
          .textContent()
          .then((text) => (text ?? "").split(/\D+/).filter(Boolean).map(Number));
      /** Colors of the canvas at a place of it. */
      const color = (x: number, y: number): Promise<number[]> =>
        page.evaluate(`[...document.querySelector("canvas").getContext("2d").getImageData(${x}, ${y}, 1, 1).data]`);
      const frame = (): Promise<unknown> =>
        page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");

      // Turned by a quarter around the middle of the window, the middle stays and what was right of it is below.
      const middle: Place = [IMAGE.width / 2, IMAGE.height / 2];
      for (let times = 0; times < 6; times += 1) await task.keys("]");
      expect(await page.getByText("turned by 90°").count()).toBe(1);
      await page.mouse.move(...task.at(middle));
      const [mx = 0, my = 0] = await place();
      expect([Math.abs(mx - middle[0]), Math.abs(my - middle[1])].every((far) => far <= 1)).toBe(true);
      await page.mouse.move(...task.at([middle[0], middle[1] + 100]));
      const [bx = 0, by = 0] = await place();
      expect([Math.abs(bx - middle[0] - 100), Math.abs(by - middle[1])].every((far) => far <= 1)).toBe(true);
      // A box that is drawn in the turned view is upright in the image.
      await task.drag(middle, [middle[0] + 50, middle[1] + 80]);
      const [still, drawn] = await task.saved();
      expect(still).toEqual(before);
      near(drawn?.shape["width"], 80);
      near(drawn?.shape["height"], 50);
      await task.keys("[", "\\");
      expect(await page.getByText(/^turned by/).count()).toBe(0);

      // The ruler tells pixels of the image, however large it is shown.
      await task.keys("m");
      await task.click([300, 100], [340, 130]);
      expect(await page.locator(".ground .place").textContent()).toMatch(
        /: (49|50|51)\.\d\d px \((39|40|41)\.\d\d × (29|30|31)\.\d\d\)$/,
      );
      await task.keys("v");

      // Light is of the tiles alone, and goes back to what is stored.
      await frame();
      const box = await page.locator("canvas").boundingBox();
      if (!box) throw new Error("no canvas");
      const [sx, sy] = task.at([450, 300]);
      const at: [number, number] = [Math.round(sx - box.x), Math.round(sy - box.y)];
      // The pixel of the screen that the outline of the box covers whole.
      const edge = task.at([Number(before?.shape["x"]), 130]);
      const edgeAt: [number, number] = [Math.floor(edge[0] - box.x), Math.floor(edge[1] - box.y)];
      const [stored, outline] = [await color(...at), await color(...edgeAt)];
      await page.locator(".view summary").click();
      await page.getByLabel("Brightness").fill("1");
      await frame();
      expect(await color(...at)).toEqual([255, 255, 255, 255]);
      const outlined = await color(...edgeAt);
      expect(outline.slice(1).every((value, n) => Math.abs(value - (outlined[n + 1] ?? 0)) < 60)).toBe(true);
      await page.getByRole("button", { name: "As stored" }).click();
      await frame();
      expect(await color(...at)).toEqual(stored);

      // Zoomed in there is a map; a press on its corner goes to that corner of the image.
      await page.locator("canvas").focus();
      for (let times = 0; times < 8; times += 1) await task.keys("+");
      await frame();
      await page.mouse.click(box.x + box.width - 10, box.y + box.height - 10);
      await frame();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      const [cx = 0, cy = 0] = await place();
      expect([cx > 600, cy > 450]).toEqual([true, true]);
      await task.keys("w");
      expect(await page.getByRole("button", { name: "Map" }).getAttribute("aria-pressed")).toBe("false");
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await violations(page)).toEqual([]);
      expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
      await page.context().close();
    },
    PATIENCE,
  );
});
