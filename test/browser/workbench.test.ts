import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const RELEASED = "SECRET//REL TO USA, FVEY";

describe.skipIf(skip)("the workbench in a real browser", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = (name: string, level = "SECRET"): Promise<WatchedPage> =>
    enterWorkbench(browser, server.url, name, level);
  /** Takes a task; where the session was shown higher things, its person says that none of them is in what he does. */
  const takeTask = async (page: Page, act: () => Promise<void>): Promise<void> => {
    await act();
    const question = page.getByRole("dialog");
    await page.locator("canvas").or(question).first().waitFor();
    if (await question.isVisible()) await page.getByRole("button", { name: "Go on" }).click();
    await page.locator(".window:not([aria-busy])").waitFor();
    await seesImage(page);
  };
  const label = (page: Page) => page.getByRole("button", { name: /^Label: / });
  const banners = (page: Page): Promise<string[]> => page.locator(".banner").allTextContents();
  const shapes = (page: Page): Promise<string[]> => page.locator(".shapes button").allTextContents();
  /** Whether anything of an image was drawn: pixels of more than a few colors. */
  const colors = (page: Page): Promise<number> =>
    page.evaluate(`(() => {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const found = new Set();
      for (let at = 0; at < data.length; at += 4 * 97) found.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
      return found.size;
    })()`);
  const seesImage = async (page: Page): Promise<void> => {
    await expect.poll(() => colors(page), { timeout: 15_000 }).toBeGreaterThan(50);
  };

  test("an analyst takes a task, labels it by mouse and by keyboard alone, undoes, reloads without loss and hands it in; a reviewer judges it", async () => {
    const watched = await enter("Ben Analyst");
    const { page } = watched;
    expect(await page.locator(".projects li").allTextContents()).toEqual([
      expect.stringContaining("0 of 1 done, 1 to label"),
    ]);
    await page.getByRole("button", { name: /^Label: / }).click();
    await page.locator(".window:not([aria-busy])").waitFor();
    await seesImage(page);
    expect(await banners(page)).toEqual([RELEASED, RELEASED]);

    // A box by one drag, and another of the same class by two clicks: no key, no menu.
    const canvas = await page.locator("canvas").boundingBox();
    if (!canvas) throw new Error("no canvas");
    const at = (x: number, y: number): [number, number] => [canvas.x + canvas.width * x, canvas.y + canvas.height * y];
    await page.mouse.move(...at(0.3, 0.3));
    await page.mouse.down();
    await page.mouse.move(...at(0.4, 0.35));
    await page.mouse.move(...at(0.45, 0.4));
    await page.mouse.up();
    await page.mouse.click(...at(0.5, 0.5));
    await page.mouse.click(...at(0.6, 0.6));
    expect(await shapes(page)).toEqual([
      expect.stringMatching(/^\(S\/\/REL TO USA, FVEY\) 1\. .*, box$/),
      expect.stringMatching(/^\(S\/\/REL TO USA, FVEY\) 2\. .*, box$/),
    ]);

    // By keyboard alone: another class, a corner, the other corner.
    await page.locator("canvas").focus();
    await page.keyboard.press("2");
    await page.keyboard.press("Enter");
    for (let times = 0; times < 4; times += 1) {
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    expect(await shapes(page)).toHaveLength(3);
    await page.keyboard.press("Control+z");
    expect(await shapes(page)).toHaveLength(2);
    await page.keyboard.press("Control+Shift+Z");
    expect(await shapes(page)).toHaveLength(3);
    await page.getByText("Saved.").waitFor();

    // After a reload the same task, with what was drawn and its steps.
    await page.reload();
    await page.getByRole("button", { name: /^Label: / }).click();
    await page.locator(".shapes button").nth(2).waitFor();
    await page.keyboard.press("Control+z");
    expect(await shapes(page)).toHaveLength(2);
    await page.keyboard.press("Control+Shift+Z");
    await seesImage(page);
    await page.keyboard.press("Control+Enter");
    await page.getByText("There is no task for you").waitFor();
    expect(await page.locator(".projects li").allTextContents()).toEqual([
      expect.stringContaining("0 to label, 1 to judge"),
    ]);
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);

    const reviewer = await enter("Rita Reviewer");
    await reviewer.page.getByRole("button", { name: /^Review: / }).click();
    await reviewer.page.locator(".shapes button").nth(2).waitFor();
    await seesImage(reviewer.page);
    await reviewer.page.keyboard.press("x");
    await reviewer.page.getByRole("textbox", { name: "What is wrong?" }).fill("One is missing.");
    await reviewer.page.getByRole("button", { name: "Go on" }).click();
    await reviewer.page.getByText("There is no task for you").waitFor();
    expect(await reviewer.page.locator(".projects li").allTextContents()).toEqual([
      expect.stringContaining("1 to label, 0 to judge"),
    ]);
    expect([reviewer.elsewhere, reviewer.complaints]).toEqual([[], []]);
  });

  test("I1 two people at two windows see what is theirs of one project, under its banner", async () => {
    const [ana, ben] = [await enter("Ana Analyst", "TOP SECRET"), await enter("Ben Analyst")];
    expect(await ana.page.locator(".projects li").allTextContents()).toEqual([expect.stringContaining("of 2 done")]);
    expect(await ben.page.locator(".projects li").allTextContents()).toEqual([expect.stringContaining("of 1 done")]);
    expect(await ben.page.content()).not.toContain("TS//TK");
    expect((await banners(ana.page))[0]).toBe("TOP SECRET//TK//NOFORN");
    expect((await banners(ben.page))[0]).toBe(RELEASED);
  });

  test("a text that looks like markup is shown as text, and the page's policy lets nothing else be", async () => {
    const watched = await enter("Ben Analyst");
    const { page } = watched;
    const policy = (await page.request.get(`${server.url}/workbench`)).headers()["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    // What an evaluation from outside may do says nothing of the page's eval: it stands in the policy.
    const attempts = `[() => { document.body.innerHTML = "<b>x</b>"; }, () => { document.createElement("script").text = "1"; },
      () => document.write("x"), () => new DOMParser().parseFromString("<b>x</b>", "text/html")].map((act) => {
      try { act(); return "done"; } catch { return "refused"; }
    })`;
    expect(await page.evaluate(attempts)).toEqual(["refused", "refused", "refused", "refused"]);
  });

  test.each([
    ["light", "Rita Reviewer"],
    ["dark", "Ana Analyst"],
  ] as const)("every screen passes WCAG 2.1 A and AA, %s", async (colorScheme, name) => {
    const { page } = await enter(name, "TOP SECRET");
    await page.emulateMedia({ colorScheme });
    expect(["projects", await violations(page)]).toEqual(["projects", []]);
    await takeTask(page, () => label(page).click());
    await page.locator("canvas").focus();
    await page.keyboard.press("Enter");
    for (let times = 0; times < 4; times += 1) await page.keyboard.press("ArrowRight");
    for (let times = 0; times < 4; times += 1) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(".shapes button").first().waitFor();
    expect(["task", await violations(page)]).toEqual(["task", []]);
    await page.keyboard.press("?");
    await page.locator("dialog[open]").waitFor();
    expect(["keys", await violations(page)]).toEqual(["keys", []]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Alt+s");
    await page.getByRole("textbox").waitFor();
    expect(["put back", await violations(page)]).toEqual(["put back", []]);
    await page.getByRole("textbox").fill("Not for me.");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
    await page.context().clearCookies();
    await page.reload();
    await page.getByText("Nobody is signed in.").waitFor();
    expect(["signed out", await violations(page)]).toEqual(["signed out", []]);
  });

  test("what one person drew goes off every page at once when he signs out on another, unsaved as it is, and is sent by nobody else", async () => {
    const watched = await enter("Ana Analyst", "TOP SECRET");
    const { page } = watched;
    const other = await page.context().newPage();
    const sent: string[] = [];
    other.on("request", (request) => {
      const field = /act:(\w+)/.exec(request.postData() ?? "")?.[1];
      if (field) sent.push(field);
    });
    let asked = 0;
    other.on("dialog", (dialog) => {
      asked += 1;
      void dialog.dismiss();
    });
    await other.goto(`${server.url}/workbench`);
    await takeTask(other, () => label(other).click());
    await other.locator("canvas").focus();
    await other.keyboard.press("k");
    await other.keyboard.press("Enter");
    await other.locator(".shapes button").first().waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await other.getByText("Nobody is signed in.").waitFor();
    expect(await other.locator("canvas").count()).toBe(0);
    expect(await banners(other)).toEqual(["nothing marked is shown", "nothing marked is shown"]);
    const before = sent.length;
    await other.waitForTimeout(3_000);
    expect([sent.length, asked]).toEqual([before, 0]);
  });

  test("after ten minutes without a hand the screen is hidden under no banner; what was drawn is saved, and is shown again to the session that is still there alone", async () => {
    const { page } = await enter("Ana Analyst", "TOP SECRET");
    await page.clock.install();
    await page.reload();
    await takeTask(page, () => label(page).click());
    const before = await banners(page);
    await page.locator("canvas").focus();
    await page.keyboard.press("Enter");
    for (let times = 0; times < 4; times += 1) await page.keyboard.press("ArrowRight");
    for (let times = 0; times < 4; times += 1) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(".shapes button").first().waitFor();
    const drawn = await shapes(page);
    // A minute before it is due, whoever moves the pointer keeps what he sees.
    await page.clock.fastForward("09:00");
    await page.mouse.move(400, 300);
    await page.clock.fastForward("09:00");
    expect(await page.locator("canvas").isVisible()).toBe(true);
    await page.clock.fastForward("01:10");
    await page.getByRole("heading", { name: "Locked" }).waitFor();
    expect(await banners(page)).toEqual(["nothing marked is shown", "nothing marked is shown"]);
    for (const hidden of [page.locator("canvas"), page.locator(".shapes"), page.locator("h1", { hasText: "(" })])
      expect(await hidden.first().isVisible()).toBe(false);
    await page.getByText(/The task stays yours until \d\d:\d\d/).waitFor();
    expect(["locked", await violations(page)]).toEqual(["locked", []]);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("canvas").isVisible()).toBe(true);
    expect([await banners(page), await shapes(page)]).toEqual([before, drawn]);
    // A task that goes to others meanwhile leaves the screen; what comes in its place stays under the lock.
    await page.route("**/graphql", (route) =>
      route.request().postData()?.includes("taskLeaseExtend") === true
        ? route.fulfill({
            json: { data: { act: { task: null, userErrors: [{ code: "LEASE_OVER", message: "", ids: [] }] } } },
          })
        : route.fallback(),
    );
    await page.clock.fastForward("10:10");
    await page.getByRole("heading", { name: "Locked" }).waitFor();
    await page.locator(".projects").waitFor({ state: "attached" });
    expect(await page.getByRole("heading", { name: "Locked" }).isVisible()).toBe(true);
    expect(await page.locator(".projects").isVisible()).toBe(false);
    await page.unroute("**/graphql");
    await page.getByRole("button", { name: "Show it again" }).click();
    await expect.poll(() => page.locator(".projects").isVisible()).toBe(true);
    await takeTask(page, () => label(page).click());
    await page.clock.fastForward("10:10");
    await page.getByRole("heading", { name: "Locked" }).waitFor();
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Show it again" }).click();
    await page.getByText("Nobody is signed in.").waitFor();
    expect(await page.locator("canvas").count()).toBe(0);
  });

  test("a key that is held hands in one task, and nothing that nobody has looked at", async () => {
    const { page } = await enter("Ana Analyst", "TOP SECRET");
    const sent: string[] = [];
    page.on("request", (request) => {
      const field = /act:(\w+)/.exec(request.postData() ?? "")?.[1];
      if (field) sent.push(field);
    });
    await takeTask(page, () => label(page).dblclick());
    expect(await page.locator("canvas").count()).toBe(1);
    await page.locator("canvas").focus();
    await page.keyboard.down("Control");
    for (let times = 0; times < 6; times += 1) await page.keyboard.down("Enter");
    await page.keyboard.up("Enter");
    await page.keyboard.up("Control");
    await expect.poll(() => sent.filter((field) => field === "taskSubmit").length).toBe(1);
    await page.waitForTimeout(1_500);
    expect(sent.filter((field) => field === "taskSubmit")).toHaveLength(1);
  });

  test("nobody who is signed out is shown anything, and nothing of the work is left in the browser", async () => {
    const { page } = await enter("Ben Analyst");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Nobody is signed in.").waitFor();
    await page.goto(`${server.url}/workbench`);
    await page.getByText("Nobody is signed in.").waitFor();
    const stores =
      "[localStorage.length, sessionStorage.length, (await caches.keys()).length, (await indexedDB.databases()).length]";
    expect(await page.evaluate(`(async () => ${stores})()`)).toEqual([0, 0, 0, 0]);
  });
});
