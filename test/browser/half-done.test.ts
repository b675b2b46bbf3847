import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { Machines } from "./drawer.ts";
import type { Drawer } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";
import { violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 180_000;

/** Corners of what is half drawn, as the draft has it that was sent last. */
const halves = ({ body }: Drawer): unknown[] =>
  ((JSON.parse(body === "" ? "{}" : body) as { half?: { tool: string; corners: unknown[] }[] }).half ?? []).map(
    ({ tool, corners }) => [tool, corners.length],
  );

/** How long somebody worked on it, as that draft has it. */
const activeMs = ({ body }: Drawer): number => (JSON.parse(body) as { activeMs?: number }).activeMs ?? 0;

describe.skipIf(skip)("what is half done", () => {
  let at: Machines;

  beforeAll(async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    at = new Machines(server, browser);
    const sam = await client(server, "sam");
    for (const name of ["Half", "Judged"]) await makeProject(sam, name, 1);
  }, PATIENCE);
  afterAll(async () => {
    await at?.browser.close();
    await endEverything();
  });

  test(
    "corners of an outline are kept at every one of them, wait while other tools are used, and are gone on with after a reload",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const { page } = ben;
      const keys = async (of: Drawer, ...all: readonly string[]): Promise<void> => {
        for (const key of all) await of.page.keyboard.press(key);
      };
      await ben.take("Half");
      await keys(ben, "2", "p", "Enter", "ArrowRight", "ArrowRight", "Enter", "ArrowDown", "ArrowDown", "Enter");
      await ben.is("server");
      await expect.poll(() => halves(ben), { timeout: 30_000 }).toEqual([["polygon", 3]]);
      await keys(ben, "v");
      await page.getByText("what is half drawn waits").waitFor();
      await ben.draw();
      await ben.is("server");
      await ben.cut();
      await page.locator("canvas").focus();
      await keys(ben, "p", "ArrowLeft", "ArrowLeft", "ArrowLeft", "Enter");
      await ben.is("machine");
      await ben.lose();

      const after = await at.again(ben);
      await after.take("Half");
      expect(await after.note()).toEqual([
        expect.stringMatching(/^Restored from this machine's sealed copy: 1 change /),
      ]);
      expect(await after.page.locator(".pair [aria-pressed=true]").allTextContents()).toContain("Polygon");
      expect(await after.shapes()).toHaveLength(1);
      await after.is("server");
      expect(halves(after)).toEqual([["polygon", 4]]);
      expect(activeMs(ben)).toBeGreaterThan(0);
      expect(activeMs(after)).toBeGreaterThanOrEqual(activeMs(ben));
      // The crosshair is where the first corner was set: in the middle. There it ends.
      await keys(after, "Enter");
      await expect.poll(() => after.shapes()).toEqual([expect.anything(), expect.stringMatching(/Wake, polygon$/)]);
      await after.is("server");
      await expect.poll(() => halves(after), { timeout: 30_000 }).toEqual([]);

      // Handed in it would be left out: that is asked.
      await keys(after, "ArrowRight", "ArrowRight", "Enter", "ArrowDown", "ArrowDown", "Enter", "Control+Enter");
      const question = after.page.getByRole("dialog", { name: /^Something is half drawn/ });
      await question.waitFor();
      expect(["half drawn", await violations(after.page)]).toEqual(["half drawn", []]);
      await question.getByRole("button", { name: "Leave it" }).click();
      await after.page.locator("canvas").focus();
      await keys(after, "Escape", "Control+Enter");
      await after.page.getByText("There is no task for you").waitFor();
      await after.page.context().close();
    },
    PATIENCE,
  );

  test(
    "pins and remark of whoever judges are kept as drawings are, also while a fix waits, and are there after a reload",
    async () => {
      const ben = await at.enter("Ben Analyst");
      await ben.take("Judged");
      await ben.draw();
      await ben.page.keyboard.press("Control+Enter");
      await ben.page.getByText("There is no task for you").waitFor();
      await ben.page.context().close();

      const begin = async ({ page }: Drawer): Promise<void> => {
        await page.getByRole("button", { name: "Review: Judged" }).click();
        await page.locator(".window:not([aria-busy])").waitFor();
      };
      const pin = async ({ page }: Drawer, text: string): Promise<void> => {
        await page.locator("canvas").focus();
        for (const key of ["t", "ArrowRight", "Enter"]) await page.keyboard.press(key);
        await page.getByRole("textbox", { name: "What is to be said of this place?" }).fill(text);
        await page.getByRole("button", { name: "Go on" }).click();
        await page.locator(".pins li").filter({ hasText: text }).waitFor();
      };
      const pins = ({ page }: Drawer): Promise<string[]> => page.locator(".pins li span").allTextContents();
      const isJudged = ({ page }: Drawer): Promise<void> => page.getByRole("button", { name: "Accept" }).waitFor();
      const rita = await at.enter("Rita Reviewer");
      await begin(rita);
      await pin(rita, "A tug is missing.");
      await rita.page.getByText("Remark with the verdict").click();
      await rita.page.locator(".remark textarea").fill("Look again.");
      await rita.is("server");
      await rita.page.reload();
      await begin(rita);
      await isJudged(rita);
      expect(await rita.page.locator(".remark textarea").inputValue()).toBe("Look again.");
      expect(await pins(rita)).toEqual(["(S//REL TO USA, FVEY) A tug is missing."]);
      expect(await rita.page.locator(".remark summary").textContent()).toBe(
        "(S//REL TO USA, FVEY) Remark with the verdict",
      );
      expect(["judging goes on", await violations(rita.page)]).toEqual(["judging goes on", []]);
      await rita.cut();
      await pin(rita, "And a barge.");
      await rita.is("machine");
      await rita.lose();

      const after = await at.again(rita);
      await begin(after);
      await isJudged(after);
      expect(await pins(after)).toHaveLength(2);
      await after.is("server");
      // A fix that was begun is kept beside what is said while it is judged again.
      await after.page.getByRole("button", { name: "Fix it yourself" }).click();
      await after.page.getByText("You fix it").waitFor();
      await after.page.locator(".window:not([aria-busy])").waitFor();
      expect(await pins(after)).toHaveLength(2);
      await after.draw();
      await after.is("server");
      await after.page.getByRole("button", { name: "Judge as handed in" }).click();
      await isJudged(after);
      await after.page.locator(".window:not([aria-busy])").waitFor();
      expect(await after.shapes()).toHaveLength(1);
      await after.page.getByRole("button", { name: "Remove pin 1" }).click();
      await after.is("server");
      await after.page.reload();
      await begin(after);
      await isJudged(after);
      expect(await pins(after)).toEqual([expect.stringMatching(/And a barge\.$/)]);
      expect(await after.shapes()).toHaveLength(1);
      await after.page.getByRole("button", { name: "Fix it yourself" }).click();
      await after.page.getByText("You fix it").waitFor();
      await after.page.locator(".window:not([aria-busy])").waitFor();
      expect(await after.shapes()).toHaveLength(2);
      await after.page.getByRole("button", { name: "Done: what is drawn stands" }).click();
      await after.page.getByText("There is no task for you").waitFor();
      await after.page.context().close();
    },
    PATIENCE,
  );
});
