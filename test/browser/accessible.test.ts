import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiClient } from "../../src/tour/api-client.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { openPage, startChromium } from "./chromium.ts";
import { accessible } from "./delivery-desk.ts";
import { client, makeProject } from "./drawing-project.ts";
import { act, handedIn, leased } from "./handed-in.ts";
import { altered } from "./hostile.ts";
import { enterWorkbench } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");

describe.skipIf(skip)("what is seldom on the screen passes WCAG 2.1 A and AA, light and dark", () => {
  let server: RunningServer;
  let browser: Browser;
  let sam: ApiClient;
  let ana: ApiClient;
  let rita: ApiClient;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    [sam, ana, rita] = await Promise.all([client(server, "sam"), client(server, "ana"), client(server, "rita")]);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = async (name: string, level = "SECRET"): Promise<Page> =>
    (await enterWorkbench(browser, server.url, name, level)).page;
  test("the first page with its notice, before and after somebody signed in, and with an answer", async () => {
    const { page } = await openPage(browser, server.url);
    await page.getByText("By signing in you agree to that.").waitFor();
    await page.getByRole("button", { name: "Sign in as Ana Analyst" }).waitFor();
    await accessible(page, "nobody is signed in");
    await page.getByRole("button", { name: "Sign in as Ana Analyst" }).click();
    await page.getByText(/^Signed in as/).waitFor();
    await accessible(page, "signed in");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText(/^(Receipt|Refused)/).waitFor();
    await accessible(page, "answered");
  });

  test("no project at all, a refusal in place of the projects, and no answer yet", async () => {
    const page = await enter("Ben Analyst");
    await altered(page, ({ data }) => {
      const { programs } = data as { programs: { edges: unknown[] } };
      programs.edges = [];
    });
    await page.reload();
    await page.getByText("There is no project that you may see.").waitFor();
    await accessible(page, "no project");
    await page.unroute("**/graphql");
    await page.route("**/graphql", (route) =>
      route.fulfill({ status: 503, json: { errors: [{ message: "busy", extensions: { code: "BUSY" } }] } }),
    );
    await page.reload();
    await page.getByText("The server has too much to do just now. Try it again in a moment. (BUSY)").waitFor();
    await accessible(page, "refused");
    await page.unroute("**/graphql");
    let free = (): void => undefined;
    const held = new Promise<void>((resolve) => (free = resolve));
    await page.route("**/graphql", async (route) => {
      await held;
      await route.continue();
    });
    await page.reload();
    await page.locator("main").getByText("It is coming").waitFor();
    expect(await page.getByRole("heading", { name: "Projects" }).count()).toBe(0);
    await accessible(page, "not answered yet");
    free();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
  });

  test("the question why work is sent back, what is sent back with its pins, and a history that is asked for", async () => {
    await handedIn(sam, ana, "To send back");
    const { projectId } = await handedIn(sam, ana, "Sent back");
    const pins = [{ x: 10, y: 10, text: "a tug is missing here" }];
    const verdict = { verdict: "REJECT", comment: "one is missing", pins };
    await act(rita, "taskReview", "task { id }", { ...(await leased(rita, projectId, "REVIEW")), ...verdict });

    const judging = await enter("Rita Reviewer");
    await judging.getByRole("button", { name: "Review: To send back" }).click();
    await judging.locator(".labels .shapes button").click();
    await judging.locator("canvas").focus();
    await judging.keyboard.press("x");
    await judging.getByRole("textbox", { name: "What is wrong?" }).waitFor();
    await accessible(judging, "why it is sent back");
    await judging.keyboard.press("Escape");
    let free = (): void => undefined;
    const held = new Promise<void>((resolve) => (free = resolve));
    await judging.route("**/graphql", async (route) => {
      await held;
      await route.continue();
    });
    await judging.locator(".panel").getByRole("button", { name: "History" }).click();
    await judging.getByText("Asking for the history.").waitFor();
    await accessible(judging, "a history is asked for");
    free();
    await judging.locator(".revisions > li").first().waitFor();

    const page = await enter("Ana Analyst");
    await page.getByRole("button", { name: "Label: Sent back" }).click();
    await page.locator(".sent-back .pins li").waitFor();
    await accessible(page, "sent back");
  });

  test("the lock over an idle screen", async () => {
    const page = await enter("Ben Analyst");
    await page.clock.install();
    await page.reload();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
    await page.clock.fastForward("10:10");
    await page.getByRole("heading", { name: "Locked" }).waitFor();
    await accessible(page, "locked");
  });

  /** What moves by itself, or would when it changes: elements with time to do so, and what runs just now. */
  const moving = (page: Page): Promise<string[]> =>
    page.evaluate(`[
      ...document.getAnimations().map((one) => "runs: " + (one.effect?.target?.localName ?? "")),
      ...[...document.querySelectorAll("*")].filter((one) => ["", "::before", "::after"].some((part) => {
        const { transitionDuration, animationName, animationDuration, scrollBehavior } = getComputedStyle(one, part === "" ? null : part);
        const lasts = (text) => text.split(", ").some((time) => parseFloat(time) > 0);
        return lasts(transitionDuration) || (animationName !== "none" && lasts(animationDuration)) || scrollBehavior === "smooth";
      })).map(({ localName }) => localName),
    ]`);

  test("nothing moves by itself for whoever wants no motion: on the first page, the projects, a task, the desks and the console", async () => {
    await makeProject(sam, "Still", 1);
    const { page: first } = await openPage(browser, server.url);
    await first.getByRole("button", { name: "Sign in as Ana Analyst" }).waitFor();
    const ben = await enter("Ben Analyst");
    const petra = await enter("Petra Program");
    await petra.getByRole("button", { name: "Deliveries" }).click();
    await petra.getByRole("heading", { name: "Deliveries", level: 1 }).waitFor();
    const otto = await enter("Otto Officer");
    await otto.getByRole("button", { name: "Compliance console" }).click();
    await otto.getByRole("img", { name: /^Entries by kind/ }).waitFor();
    for (const page of [first, ben, petra, otto]) {
      await page.emulateMedia({ reducedMotion: "reduce" });
      expect(await moving(page)).toEqual([]);
    }
    await ben.getByRole("button", { name: "Label: Still" }).click();
    await ben.locator(".work canvas").waitFor();
    expect(await moving(ben)).toEqual([]);
    // Whatever a rule would let move stands still for him, and moves for the others.
    const rule = `const [sheet] = document.styleSheets; sheet.insertRule("main * { transition: opacity 9s }", 0)`;
    for (const page of [first, ben, petra, otto]) {
      await page.evaluate(rule);
      expect(await moving(page)).toEqual([]);
      await page.emulateMedia({ reducedMotion: "no-preference" });
      expect((await moving(page)).length).toBeGreaterThan(0);
    }
  });
});
