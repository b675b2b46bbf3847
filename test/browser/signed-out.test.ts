import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { Machines } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";
import { heldIn } from "./kept-on-machine.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 180_000;
const PROJECT = "Quay of the north";

describe.skipIf(skip)("a task that was on the screen, after sign-out", () => {
  let at: Machines;

  beforeAll(async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    at = new Machines(server, browser);
    await makeProject(await client(server, "sam"), PROJECT, 1);
  }, PATIENCE);
  afterAll(async () => {
    await at?.browser.close();
    await endEverything();
  });

  /** Nothing of it is in the page, whatever it is just now. */
  const isBare = async (page: Page): Promise<void> => {
    await page.waitForTimeout(500);
    await page.waitForLoadState();
    const content = await page.content();
    for (const said of [PROJECT, "REL TO", "wake"]) expect([said, content.includes(said)]).toEqual([said, false]);
    // The browser's own page for no connection has a canvas, too.
    expect(await page.locator(".work, .canvases canvas").count()).toBe(0);
  };

  test(
    "I9 is not there offline, behind the back button or before it, nor in a store",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const { page } = ben;
      await ben.take(PROJECT);
      await ben.draw();
      await ben.is("server");
      expect(await page.content()).toContain(PROJECT);
      await page.getByRole("button", { name: "Back to projects" }).click();
      // Whoever signs out knows what becomes of his task, before it and after.
      await page.getByText(/stays yours until .* or as soon as you sign out\. What you drew is kept\./).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page
        .getByText("Nobody is signed in. If you had a task, it goes to others now, and what you drew is kept.")
        .waitFor();
      await page.reload();
      await page.getByText("Nobody is signed in.", { exact: true }).waitFor();
      expect((await heldIn(page)).records).toBe(0);
      await page.goto("about:blank");
      await page.context().setOffline(true);
      for (let n = 0; n < 3; n += 1) {
        await page.goBack().catch(() => undefined);
        await isBare(page);
      }
      for (let n = 0; n < 2; n += 1) {
        await page.goForward().catch(() => undefined);
        await isBare(page);
      }
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "goes to the next who asks, at once; whoever drew in it finds his draft when it comes to him again",
    async () => {
      const ben = await at.enter("Ben Analyst");
      await ben.take(PROJECT);
      const before = await ben.shapes();
      await ben.draw();
      await ben.is("server");
      await ben.page.getByRole("button", { name: "Back to projects" }).click();
      const ana = await at.enter("Ana Analyst");
      const label = (page: Page): Promise<void> => page.getByRole("button", { name: `Label: ${PROJECT}` }).click();
      await label(ana.page);
      await ana.page.getByText("There is no task for you in this project just now.").waitFor();
      await ben.page.getByRole("button", { name: "Sign out" }).click();
      await ben.page.getByText("Nobody is signed in.").waitFor();
      await ana.take(PROJECT);
      expect(await ana.shapes()).toEqual([]);
      await ana.page.getByRole("button", { name: "Back to projects" }).click();
      await ana.page.getByRole("button", { name: "Sign out" }).click();
      await ana.page.getByText("Nobody is signed in.").waitFor();
      const again = await at.enter("Ben Analyst");
      await again.take(PROJECT);
      expect((await again.shapes()).length).toBe(before.length + 1);
      for (const { page } of [ben, ana, again]) await page.context().close();
    },
    PATIENCE,
  );

  test(
    "I9 leaves the other pages of the browser too, and they show nothing of it offline",
    async () => {
      const ben = await at.enter("Ben Analyst");
      await ben.take(PROJECT);
      await ben.page.locator(".shapes button").first().waitFor();
      const other = await ben.page.context().newPage();
      await other.goto(`${at.server.url}/workbench`);
      await other.getByRole("button", { name: "Sign out" }).click();
      await other.getByText("Nobody is signed in.").waitFor();
      await ben.page.locator("canvas").waitFor({ state: "detached" });
      await ben.page.context().setOffline(true);
      await isBare(ben.page);
      await ben.page.reload().catch(() => undefined);
      await isBare(ben.page);
      await ben.page.context().close();
    },
    PATIENCE,
  );
});
