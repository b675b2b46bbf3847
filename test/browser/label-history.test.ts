import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { done } from "../../src/tour/api-client.ts";
import type { ApiClient } from "../../src/tour/api-client.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { client, makeProject } from "./drawing-project.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE_MS = 45_000;
const HOSTILE = "<img onerror=1 src>";
const RELEASED = "SECRET//REL TO USA, FVEY";

interface Label {
  readonly id: string;
  readonly latest: { readonly id: string };
}

describe.skipIf(skip)("the history of a label in a real browser", () => {
  let server: RunningServer;
  let browser: Browser;
  let sam: ApiClient;
  let ana: ApiClient;
  let projects = 0;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    [sam, ana] = await Promise.all([client(server, "sam"), client(server, "ana")]);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  /** A task that ana handed in with one label, which she then revised twice. */
  const revised = async (): Promise<string> => {
    const name = `History ${(projects += 1)}`;
    const [assetId = ""] = await makeProject(sam, name, 1);
    const projectId = await (async () => {
      const { data } = await ana.graphql<{ asset: { dataset: { projects: { edges: { node: { id: string } }[] } } } }>(
        `{ asset(id: "${assetId}") { dataset { projects(first: 1) { edges { node { id } } } } } }`,
      );
      return data.asset.dataset.projects.edges[0]?.node.id;
    })();
    const below = { belowHighWater: true };
    const { task } = done(
      await ana.mutate<{ task: { id: string; lease: { epoch: number } } }>(
        { field: "taskLeaseNext", select: "task { id lease { epoch } }" },
        { projectId, part: "LABEL", ...below },
      ),
      "a task",
    );
    const shape = { kind: "box", x: 100, y: 100, width: 200, height: 120 };
    const labels = [{ classKey: "ship", shape, attributes: { name: "Mira", metres: 12 } }];
    const handedIn = {
      taskId: task.id,
      epoch: task.lease.epoch,
      labels,
      activeMs: 90_000,
      comment: "the stern is dark",
    };
    done(await ana.mutate({ field: "taskSubmit", select: "task { id }" }, { ...handedIn, ...below }), "handing in");
    const latest = async (): Promise<Label> => {
      const { data } = await ana.graphql<{ asset: { labels: { edges: { node: Label }[] } } }>(
        `{ asset(id: "${assetId}") { labels(first: 1) { edges { node { id latest { id } } } } } }`,
      );
      const found = data.asset.labels.edges[0]?.node;
      if (!found) throw new Error("no label");
      return found;
    };
    const revise = async (change: object): Promise<void> => {
      const { id, latest: base } = await latest();
      const input = { labelId: id, baseRevisionId: base.id, ...change, ...below };
      done(await ana.mutate({ field: "labelRevise", select: "label { id }" }, input), "revising");
    };
    await revise({ shape: { ...shape, width: 260 }, attributes: { name: HOSTILE, metres: 12 } });
    await revise({ classKey: "wake", attributes: {} });
    return name;
  };
  /** The task as its reviewer sees it, with its label selected. */
  const judging = async (name: string): Promise<WatchedPage> => {
    const watched = await enterWorkbench(browser, server.url, "Rita Reviewer", "SECRET");
    const { page } = watched;
    page.setDefaultTimeout(PATIENCE_MS);
    await page.getByRole("button", { name: `Review: ${name}` }).click();
    const question = page.getByRole("dialog");
    await page.locator(".work").or(question).first().waitFor();
    if (await question.isVisible()) await question.getByRole("button", { name: "Go on" }).click();
    await page.locator(".window:not([aria-busy])").waitFor();
    return watched;
  };
  const open = async (page: Page): Promise<void> => {
    await page.locator(".labels .shapes button").click();
    await page.locator(".panel").getByRole("button", { name: "History" }).click();
    await page.locator(".revisions > li").first().waitFor();
  };
  const lines = (page: Page, at: number): Promise<string[]> =>
    page.locator(".revisions > li").nth(at).locator("li").allTextContents();
  const legend = (page: Page): Promise<string | null> => page.locator(".history-picture p").textContent();
  /** Whether anything is painted in the middle of the picture, and how its pixels are. */
  const painted = (page: Page): Promise<string> =>
    page.evaluate(`(() => {
      const canvas = document.querySelector(".history-picture canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) sum = (sum * 31 + data[at] * 7 + data[at + 1] * 5 + data[at + 2]) % 2147483647;
      return String(sum);
    })()`);

  test("tells each revision with who, when, what changed, time, tool and versions, draws it before and after, and goes back", async () => {
    const name = await revised();
    const watched = await judging(name);
    const { page } = watched;
    expect(await page.locator(".panel").getByRole("button", { name: "History" }).isDisabled()).toBe(true);
    const before = await page.locator(".banner").first().textContent();
    await open(page);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toMatch(/^History of a label: \(S.*\) Wake$/);
    expect(await page.locator(".banner").allTextContents()).toEqual([RELEASED, RELEASED]);
    expect(await page.locator(".work").isVisible()).toBe(false);
    const heads = await page.locator(".revisions > li > button").allTextContents();
    expect(heads.map((text) => text.replace(/person \S+, \S+ \S+ UTC$/, "WHO, WHEN"))).toEqual(
      ["3. revised", "2. revised", "1. drawn"].map(
        (head) => expect.stringMatching(new RegExp(`^\\(S.*\\) ${head} by WHO, WHEN$`)) as string,
      ),
    );
    expect(await lines(page, 0)).toEqual([
      "class: Ship of any kind → Wake",
      "metres: 12 → nothing",
      `name: ${HOSTILE} → nothing`,
      "classes: version 1",
    ]);
    expect(await lines(page, 1)).toEqual([
      `name: Mira → ${HOSTILE}`,
      "shape: the box was changed",
      "classes: version 1",
    ]);
    expect(await lines(page, 2)).toEqual([
      "class: Ship of any kind",
      "shape: box",
      "metres: 12",
      "name: Mira",
      "classes: version 1",
    ]);
    const facts = (await page.locator(".history dl").textContent()) ?? "";
    for (const said of ["waits to be judged", "by hand", "1.5 min", "none, or not for you", "the stern is dark"])
      expect(facts).toContain(said);
    expect(await legend(page)).toBe("Solid: revision 3. Revision 2 was drawn the same.");
    await expect.poll(() => painted(page), { timeout: PATIENCE_MS }).not.toBe("0");
    await page.locator(".revisions > li > button").nth(1).click();
    expect(await legend(page)).toBe("Solid: revision 2. Dashed: revision 1, before it.");
    const compared = await painted(page);
    await page.locator(".revisions > li > button").nth(2).click();
    expect(await legend(page)).toBe("Solid: revision 1, the first that is told here.");
    await expect.poll(() => painted(page), { timeout: PATIENCE_MS }).not.toBe(compared);
    expect(await page.locator(".history img").count()).toBe(0);
    await page.getByRole("button", { name: "Back to the task" }).click();
    expect(await page.locator(".work").isVisible()).toBe(true);
    expect(await page.locator(".history").count()).toBe(0);
    expect(await page.locator(".banner").first().textContent()).toBe(before);
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 120_000);

  test("by keyboard alone; keys of the task do nothing meanwhile, and Escape goes back to where it was opened", async () => {
    const watched = await judging(await revised());
    const { page } = watched;
    const to = async (text: RegExp): Promise<void> => {
      for (let times = 0; times < 60; times += 1) {
        if (text.test(String(await page.evaluate("document.activeElement.textContent")))) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`no way to ${String(text)}`);
    };
    await page.locator(".work canvas").focus();
    await to(/^1?\.? ?.*wake/i);
    await page.keyboard.press("Enter");
    await page.locator(".work canvas").focus();
    await to(/^History$/);
    await page.keyboard.press("Enter");
    await page.locator(".revisions > li").first().waitFor();
    expect(await page.evaluate("document.activeElement.localName")).toBe("h1");
    await to(/ 2\. revised/);
    await page.keyboard.press("Enter");
    expect(await legend(page)).toBe("Solid: revision 2. Dashed: revision 1, before it.");
    // Accepts, sends back and fixes nothing that is hidden.
    for (const key of ["a", "x", "f", "+", "0"]) await page.keyboard.press(key);
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.keyboard.press("Escape");
    expect(await page.locator(".work").isVisible()).toBe(true);
    expect(await page.evaluate("document.activeElement.textContent")).toBe("History");
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 120_000);

  test("while it is asked for, refused, not there or without a session, it says so, and shows nothing", async () => {
    const { page } = await judging(await revised());
    const answers: ((route: Parameters<Parameters<Page["route"]>[1]>[0]) => Promise<void>)[] = [];
    await page.route("**/graphql", async (route) => {
      const asks = route.request().postData()?.includes("revisions(first") ?? false;
      const answer = asks ? answers.shift() : undefined;
      await (answer ? answer(route) : route.fallback());
    });
    const begin = async (): Promise<void> => {
      await page.locator(".panel").getByRole("button", { name: "History" }).click();
    };
    await page.locator(".labels .shapes button").click();
    let free = (): void => undefined;
    const held = new Promise<void>((resolve) => (free = resolve));
    answers.push(
      async (route) => {
        await held;
        await route.fulfill({ status: 503, json: { errors: [{ message: "busy", extensions: { code: "BUSY" } }] } });
      },
      (route) => route.abort("connectionreset"),
      (route) => route.fulfill({ json: { data: { viewer: { id: "x" }, label: null } } }),
    );
    await begin();
    await page.getByText("Asking for the history.").waitFor();
    expect(await page.locator(".banner").first().textContent()).toBe("nothing marked is shown");
    free();
    await page
      .getByRole("alert")
      .getByText("The server has too much to do just now. Try it again in a moment. (BUSY)")
      .waitFor();
    expect(["refused", await violations(page)]).toEqual(["refused", []]);
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.getByRole("alert").getByText("The server did not answer.").waitFor();
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.getByRole("alert").getByText("There is no such label, or it is not for you to see.").waitFor();
    await page.getByRole("button", { name: "Back to the task" }).click();
    await page.context().clearCookies();
    await begin();
    await page.getByText("Nobody is signed in.").waitFor();
    expect(await page.locator(".history").count()).toBe(0);
  }, 120_000);

  test.each(["light", "dark"] as const)(
    "passes WCAG 2.1 A and AA, %s",
    async (colorScheme) => {
      const { page } = await judging(await revised());
      await page.emulateMedia({ colorScheme });
      await open(page);
      expect(await violations(page)).toEqual([]);
    },
    90_000,
  );
});
