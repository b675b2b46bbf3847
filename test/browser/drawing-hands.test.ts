import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { Drawer } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";
import { act, handedIn, leased } from "./handed-in.ts";
import { altered } from "./hostile.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
/** It may be a slow machine. */
const PATIENTLY = { timeout: 30_000 };
const PATIENCE = 180_000;

interface Draft {
  readonly drawn: readonly { readonly shape: Readonly<Record<string, unknown>> }[];
}

describe.skipIf(skip)("hands on the drawing screen", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    const [sam, ana, rita] = await Promise.all(["sam", "ana", "rita"].map((handle) => client(server, handle)));
    if (!sam || !ana || !rita) throw new Error("nobody is there");
    await makeProject(sam, "Steps", 1);
    await makeProject(sam, "Characters", 1);
    await makeProject(sam, "Views", 1);
    const { projectId } = await handedIn(sam, ana, "Pins");
    const pins = [{ x: 30, y: 40, text: "a tug is missing here" }];
    const verdict = { verdict: "REJECT", comment: "one is missing", pins };
    await act(rita, "taskReview", "task { id }", { ...(await leased(rita, projectId, "REVIEW")), ...verdict });
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = async (project: string, name = "Ben Analyst"): Promise<Drawer> => {
    const drawer = new Drawer((await enterWorkbench(browser, server.url, name, "SECRET")).page);
    await drawer.take(project);
    return drawer;
  };
  const keys = async (page: Page, ...all: readonly string[]): Promise<void> => {
    for (const key of all) await page.keyboard.press(key);
  };
  /** A place of the canvas, in shares of its sides from its middle. */
  const pointing = async (page: Page): Promise<(x: number, y: number) => [number, number]> => {
    const box = await page.locator("canvas").boundingBox();
    if (!box) throw new Error("no canvas");
    return (x, y) => [box.x + box.width * (0.5 + x), box.y + box.height * (0.5 + y)];
  };
  const shapes = async (drawer: Drawer, wanted: number): Promise<void> => {
    await expect.poll(async () => (await drawer.shapes()).length, PATIENTLY).toBe(wanted);
  };
  const hears = async (page: Page, text: string): Promise<void> => {
    await expect.poll(() => page.locator(".unseen").textContent(), PATIENTLY).toContain(text);
  };
  const isOff = (page: Page, name: string): Promise<boolean> =>
    page.getByRole("button", { name, exact: true }).isDisabled();
  /** The pixel under the crosshair. */
  const place = async (page: Page): Promise<readonly [x: number, y: number]> => {
    const [x = -1, y = -1] = ((await page.locator(".ground .place").textContent()) ?? "").split(/\D+/).map(Number);
    return [x, y];
  };
  const near = (found: readonly number[], wanted: readonly number[]): void => {
    for (const [n, value] of found.entries()) expect(Math.abs(value - (wanted[n] ?? Infinity))).toBeLessThanOrEqual(2);
  };

  test(
    "undo and the right button take corners back before labels, redo sets them again, and each is off where there is nothing",
    async () => {
      const drawer = await enter("Steps");
      const { page } = drawer;
      expect(await page.getByRole("application", { name: /^The image\./ }).count()).toBe(1);
      expect([await isOff(page, "Undo"), await isOff(page, "Redo")]).toEqual([true, true]);
      await drawer.draw();
      await hears(page, "1 label is drawn");
      const at = await pointing(page);
      await keys(page, "p");
      await page.mouse.click(...at(-0.2, -0.1));
      await page.mouse.click(...at(0, -0.1));
      await page.mouse.click(...at(0, 0.1));
      await hears(page, "Corner 3 set");
      await keys(page, "Control+z", "Control+z");
      await hears(page, "1 corner of what is half drawn");
      await keys(page, "Control+y", "Control+Shift+Z");
      await hears(page, "Corner 3 set");
      expect([await isOff(page, "Undo"), await isOff(page, "Redo")]).toEqual([false, true]);
      await page.mouse.click(...at(0.2, 0), { button: "right" });
      await hears(page, "2 corners of what is half drawn");
      const menu = `document.querySelector("canvas").dispatchEvent(new MouseEvent("contextmenu", { cancelable: true }))`;
      expect(await page.evaluate(menu)).toBe(false);
      await shapes(drawer, 1);
      await page.mouse.click(...at(-0.1, 0.2));
      await page.mouse.click(...at(-0.1, 0.2));
      await shapes(drawer, 2);
      const rings = (): unknown => (JSON.parse(drawer.body || "{}") as Partial<Draft>).drawn?.[1]?.shape["rings"];
      await expect.poll(rings, PATIENTLY).toEqual([[expect.anything(), expect.anything(), expect.anything()]]);
      // Nothing is half drawn: the right button does nothing, undo takes labels back.
      await page.mouse.click(...at(0.2, 0), { button: "right" });
      await shapes(drawer, 2);
      await keys(page, "Control+z", "Control+z");
      await shapes(drawer, 0);
      expect([await isOff(page, "Undo"), await isOff(page, "Redo")]).toEqual([true, false]);
      await page.getByRole("button", { name: "Redo", exact: true }).click();
      await page.getByRole("button", { name: "Redo", exact: true }).click();
      await shapes(drawer, 2);
      expect([await isOff(page, "Undo"), await isOff(page, "Redo")]).toEqual([false, true]);
      // The button that went off had the keyboard: the image has it now.
      expect(await page.evaluate("document.activeElement.localName")).toBe("canvas");
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "keys of one character do nothing where they are switched off, and a task that may not be put back is not by Alt+S",
    async () => {
      const { page } = await enter("Characters");
      const tool = (): Promise<string[]> => page.locator(".side .pair [aria-pressed=true]").allTextContents();
      const list = page.getByRole("button", { name: "Keys", exact: true });
      await keys(page, "v");
      expect(await tool()).toContain("Select");
      await list.click();
      await page.getByRole("checkbox").uncheck();
      await keys(page, "Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
      await page.locator("canvas").focus();
      await keys(page, "h", "?");
      expect(await tool()).toContain("Select");
      expect(await page.locator("dialog").count()).toBe(0);
      await list.click();
      await page.getByRole("checkbox").check();
      await keys(page, "Escape", "h");
      expect(await tool()).toContain("Move");

      await altered(page, ({ data }) => {
        const { task } = (data ?? {}) as { task?: { project?: { skipLimit?: number } } };
        if (task?.project?.skipLimit !== undefined) task.project.skipLimit = 0;
      });
      await page.getByRole("button", { name: "Back to projects" }).click();
      await new Drawer(page).take("Characters");
      expect(await page.getByRole("button", { name: "Put back" }).count()).toBe(0);
      await keys(page, "Alt+s", "?");
      expect(await page.getByRole("dialog").getByRole("checkbox").count()).toBe(1);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "a label that is chosen in the list comes into view, the ground is dragged with Select, and the wheel zooms as far as it is turned",
    async () => {
      const drawer = await enter("Views");
      const { page } = drawer;
      const at = await pointing(page);
      const scale = async (): Promise<number> => Number.parseFloat((await page.locator(".scale").textContent()) ?? "");
      await expect.poll(scale, PATIENTLY).toBeGreaterThan(0);
      const whole = await scale();
      await page.mouse.click(...at(-0.2, -0.3));
      await page.mouse.click(...at(-0.1, -0.2));
      await shapes(drawer, 1);
      await expect.poll(() => drawer.body, PATIENTLY).toContain('"box"');
      const { x, y, width, height } = ((JSON.parse(drawer.body) as Draft).drawn[0]?.shape ?? {}) as {
        readonly [side: string]: number;
      };
      const middle = [Number(x) + Number(width) / 2, Number(y) + Number(height) / 2];
      for (let times = 0; times < 8; times += 1) await page.getByRole("button", { name: "Zoom in" }).click();
      await expect.poll(async () => (await scale()) / whole, PATIENTLY).toBeGreaterThan(5.5);
      await page.locator(".labels .shapes button").click();
      await page.mouse.move(...at(0, 0));
      near(await place(page), middle);

      // Beside the label: the ground goes with the hand, and the label stays selected until a click.
      await page.locator("canvas").focus();
      await keys(page, "v");
      await page.locator(".labels .shapes button").click();
      await page.getByRole("button", { name: "Zoom out" }).click();
      await page.mouse.move(...at(-0.4, 0.4));
      const grasped = await place(page);
      await page.mouse.down();
      await page.mouse.move(...at(-0.3, 0.35));
      await page.mouse.move(...at(-0.2, 0.2));
      await page.mouse.up();
      near(await place(page), grasped);
      const selected = page.locator(".labels .shapes button[aria-pressed=true]");
      expect(await selected.count()).toBe(1);
      await page.mouse.click(...at(-0.4, 0.4));
      expect(await selected.count()).toBe(0);

      // Sideways it does nothing, and a little is little: one notch and a tenth of one after it.
      const before = await scale();
      await page.mouse.wheel(240, 0);
      await page.mouse.wheel(0, -120);
      await page.mouse.wheel(0, -12);
      await expect.poll(async () => Math.round((100 * (await scale())) / before), PATIENTLY).toBe(128);
      await page.locator("canvas").focus();
      await keys(page, "f");
      await expect.poll(scale, PATIENTLY).toBe(whole);
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "a pin of what was sent back is a button that brings its place into view, under the crosshair",
    async () => {
      const { page } = await enter("Pins", "Ana Analyst");
      for (let times = 0; times < 10; times += 1) await page.keyboard.press("+");
      const at = await pointing(page);
      await page.locator(".sent-back .pins button").click();
      expect(await place(page)).toEqual([30, 40]);
      await page.mouse.move(...at(0, 0));
      near(await place(page), [30, 40]);
      await page.context().close();
    },
    PATIENCE,
  );
});
