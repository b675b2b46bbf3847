import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { Drawer } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

describe.skipIf(skip)("dialogs of the workbench", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    await makeProject(await client(server, "sam"), "Asked", 1);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const boxOf = async (page: Page, selector: string): Promise<Box> => {
    const box = await page.locator(selector).boundingBox();
    if (!box) throw new Error(`no ${selector}`);
    return box;
  };
  const within = (inner: Box, outer: Box): boolean =>
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height;
  /** The dialog has the banner of the screen in sight at its top and bottom, and both of the page's lie free. */
  const isUnderBanner = async (page: Page, name: string): Promise<void> => {
    const dialog = page.locator("dialog[open]");
    await dialog.waitFor();
    const shown = await page.locator("#banner-top").textContent();
    expect(shown).toMatch(/^SECRET/);
    expect([name, await dialog.locator(".banner").allTextContents()]).toEqual([name, [shown, shown]]);
    const frame = await boxOf(page, "dialog[open]");
    const [top, bottom] = [
      await boxOf(page, "dialog[open] > .banner:first-child"),
      await boxOf(page, "dialog[open] > .banner:last-child"),
    ];
    expect([name, within(top, frame), within(bottom, frame)]).toEqual([name, true, true]);
    const [above, below] = [await boxOf(page, "#banner-top"), await boxOf(page, "#banner-bottom")];
    expect([name, above.y + above.height <= frame.y, frame.y + frame.height <= below.y]).toEqual([name, true, true]);
    // Nothing lies over them that would give them another color.
    const color = `["#banner-top", "dialog .banner"].map((one) => getComputedStyle(document.querySelector(one)).backgroundColor)`;
    const [theirs, own] = await page.evaluate<string[]>(color);
    expect([name, own]).toEqual([name, theirs]);
    const behind = await page.evaluate(`(() => {
      const { backgroundColor, backgroundImage } = getComputedStyle(document.querySelector("dialog[open]"), "::backdrop");
      return [backgroundColor, backgroundImage];
    })()`);
    expect([name, behind]).toEqual([name, ["rgba(0, 0, 0, 0)", "none"]]);
    expect([name, await violations(page)]).toEqual([name, []]);
  };

  test("stand under the banner of what is on the screen, above and below, and leave the page's banners free in a window of 1280 x 720", async () => {
    const { page } = await enterWorkbench(browser, server.url, "Ben Analyst", "SECRET");
    await new Drawer(page).take("Asked");
    await page.keyboard.press("?");
    await isUnderBanner(page, "keys");
    // It is longer than the window, and is read on by keys.
    await page.keyboard.press("End");
    await expect
      .poll(() =>
        page.evaluate(
          `(({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2)(document.querySelector("dialog .said"))`,
        ),
      )
      .toBe(true);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("Alt+s");
    await page.getByRole("textbox", { name: "Why do you put it back?" }).waitFor();
    await isUnderBanner(page, "a question");
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.context().close();
  });
});
