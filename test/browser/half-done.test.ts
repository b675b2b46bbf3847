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

describe.skipIf(skip)("what is half done", () => {
  let at: Machines;

  beforeAll(async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    at = new Machines(server, browser);
    const sam = await client(server, "sam");
    await makeProject(sam, "Half", 1);
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
      // The crosshair is where the first corner was set: in the middle. There it ends.
      await keys(after, "Enter");
      await expect.poll(() => after.shapes()).toEqual([expect.anything(), expect.stringMatching(/wake, polygon$/)]);
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
});
