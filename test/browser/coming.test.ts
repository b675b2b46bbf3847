import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { client, makeProject } from "./drawing-project.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");

describe.skipIf(skip)("what has not come yet", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    await makeProject(await client(server, "sam"), "Slow", 1);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  /** Holds what matches back until it is let go. */
  const held = async (page: Page, what: string): Promise<() => Promise<void>> => {
    let go = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      go = resolve;
    });
    const handler = async (route: Route): Promise<void> => {
      await until;
      await route.continue().catch(() => undefined);
    };
    await page.route(what, handler);
    return async () => {
      go();
      await page.unroute(what, handler);
    };
  };
  const told = (page: Page): Promise<string | null> => page.locator(".window > .coming").textContent();

  test("is said to be coming: what is over takes nothing any more and leaves the screen with its banner; tools wait for the image", async () => {
    const { page, complaints } = await enterWorkbench(browser, server.url, "Ben Analyst", "SECRET");
    const letGo = await held(page, "**/graphql");
    await page.getByRole("button", { name: "Label: Slow" }).click();
    await page.locator("main").getByText("It is coming").waitFor();
    expect(await page.locator(".banner").allTextContents()).toEqual(Array(2).fill("nothing marked is shown"));
    expect(await page.locator(".projects").count()).toBe(0);
    expect(["coming", await violations(page)]).toEqual(["coming", []]);
    const openIt = await held(page, "**/assets/*/view");
    await letGo();
    await page.locator(".window[aria-busy=true]").waitFor();
    expect(await told(page)).toBe("The image is being opened …");
    expect(await page.locator("main").getAttribute("aria-busy")).toBe(null);
    expect(["opening", await violations(page)]).toEqual(["opening", []]);
    const tiles = await held(page, "**/views/**");
    await openIt();
    await expect.poll(() => told(page)).toBe("The image is coming …");
    await page.locator(".window:not([aria-busy])").waitFor();
    await tiles();
    await expect.poll(() => told(page)).toBe("");
    expect(complaints).toEqual([]);
  });

  test("tiles that do not come are told, and asked for again without anybody's help", async () => {
    const { page } = await enterWorkbench(browser, server.url, "Ben Analyst", "SECRET");
    let asked = 0;
    await page.route("**/views/**", async (route) => {
      asked += 1;
      await route.abort();
    });
    await page.getByRole("button", { name: "Label: Slow" }).click();
    await expect.poll(() => told(page), { timeout: 30_000 }).toMatch(/^Parts of the image do not come/);
    expect(["tiles that do not come", await violations(page)]).toEqual(["tiles that do not come", []]);
    const before = asked;
    expect(before).toBeGreaterThan(0);
    await page.unroute("**/views/**");
    await expect.poll(() => told(page), { timeout: 30_000 }).toBe("");
  });
});
