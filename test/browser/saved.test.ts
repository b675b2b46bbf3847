import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { Machines } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 180_000;

describe.skipIf(skip)("what the page says of what is drawn", () => {
  let at: Machines;

  beforeAll(async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    at = new Machines(server, browser);
    await makeProject(await client(server, "sam"), "Slow", 1);
  }, PATIENCE);
  afterAll(async () => {
    await at?.browser.close();
    await endEverything();
  });

  test(
    "never says that all is saved while a change is not, however slowly the server takes what was before it",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const { page } = ben;
      const status = page.locator("#status");
      const undo = (): Promise<void> => page.keyboard.press("Control+z");
      const redo = (): Promise<void> => page.keyboard.press("Control+Shift+Z");
      await ben.take("Slow");
      await ben.draw();
      await ben.draw();
      await page.getByText("Saved.", { exact: true }).waitFor();

      // The first save is held, and a second waits behind it while a third change has its turn to come.
      const held = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      await page.route("**/graphql", async (route) => {
        if (route.request().postData()?.includes("taskDraftSave")) {
          begun.resolve();
          await held.promise;
        }
        await route.continue();
      });
      await undo();
      await begun.promise;
      await redo();
      await page.waitForTimeout(2_500);
      await undo();
      held.resolve();
      await page.getByText("Saved.", { exact: true }).waitFor();
      await redo();
      expect(await status.textContent()).toBe("Saving.");
      await page.getByText("Saved.", { exact: true }).waitFor();
      expect(await at.drawnAt("ben", ben.taskId)).toBe(2);
      await page.context().close();
    },
    PATIENCE,
  );
});
