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
const PORTION = "(S//REL TO USA, FVEY)";
const ATTRIBUTES = [
  { key: "hull", type: "text", required: false, maxLength: 20 },
  { key: "cargo", type: "choice", required: true, choices: ["ore", "oil", "grain"] },
  { key: "moored", type: "boolean", required: false },
];
/** Twelve: three of them have no key of their own. */
const CLASSES = Array.from({ length: 12 }, (_, at) => ({
  key: `class-${String(at + 1).padStart(2, "0")}`,
  name: at === 11 ? "Floating crane" : `Class ${at + 1}`,
  shapes: ["box"],
  attributes: at === 1 ? ATTRIBUTES : [],
}));

describe.skipIf(skip)("keys of classes and attributes, and what is said with the labels", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    await makeProject(await client(server, "sam"), "Many classes", 1, 3_600, CLASSES);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = async (name: string): Promise<Page> => (await enterWorkbench(browser, server.url, name, "SECRET")).page;
  const keys = async (page: Page, ...all: readonly string[]): Promise<void> => {
    for (const key of all) await page.keyboard.press(key);
  };
  const focused = (page: Page): Promise<string> =>
    page.evaluate(
      `(() => { const at = document.activeElement; return at.localName + " " + (at.getAttribute("aria-label") ?? ""); })()`,
    );
  /** A control by the name of its attribute. */
  const value = (page: Page, name: string): Promise<string> =>
    page.locator(".attributes").getByLabel(name).inputValue();
  const current = (page: Page): Promise<string[]> => page.locator(".attributes [data-current]").allTextContents();

  test("a digit gives the class, a digit with Shift a value of the attribute at hand, E goes to the next, and a class without a key is found by typing", async () => {
    const page = await enter("Ben Analyst");
    const drawer = new Drawer(page);
    await drawer.take("Many classes");
    // Drawn as the second class, which has attributes.
    await drawer.draw();
    await expect.poll(() => drawer.shapes()).toEqual([`${PORTION} 1. Class 2, box, ⚠ cargo: needed`]);
    expect(await page.locator(".panel").getByText(`New labels: ${PORTION}`).count()).toBe(1);
    // Nothing is selected: it is the label that was drawn last.
    await keys(page, "Shift+Digit2");
    // The class of what is drawn next is chosen as ever, and the label keeps its own.
    await keys(page, "3");
    expect(await drawer.shapes()).toEqual([`${PORTION} 1. Class 2, box`]);
    expect(await page.locator(".classes [aria-pressed=true]").allTextContents()).toEqual(["3 Class 3"]);
    await keys(page, "Shift+Digit2");
    await page.getByRole("button", { name: "4 Class 4" }).click();
    expect(await drawer.shapes()).toEqual([`${PORTION} 1. Class 2, box`]);
    await page.locator("canvas").focus();
    await keys(page, "Shift+Digit2");
    await expect.poll(() => drawer.shapes()).toEqual([`${PORTION} 1. Class 2, box`]);
    expect(await value(page, "cargo")).toBe("oil");
    expect(await current(page)).toEqual([expect.stringContaining("cargo (needed)")]);
    await keys(page, "e", "Shift+Digit1");
    expect(await value(page, "moored")).toBe("true");
    await keys(page, "Shift+Digit9");
    expect(await value(page, "moored")).toBe("true");
    await keys(page, "Shift+Digit0");
    expect(await value(page, "moored")).toBe("");
    // A field for typing takes the keyboard; Enter gives it back to the image.
    await keys(page, "e");
    expect(await focused(page)).toMatch(/^input/);
    await page.keyboard.type("Maria 2");
    await keys(page, "Enter");
    expect(await focused(page)).toMatch(/^canvas/);
    expect(await value(page, "hull")).toBe("Maria 2");
    await keys(page, "Control+z");
    expect(await value(page, "hull")).toBe("");
    await keys(page, "Control+Shift+Z");
    expect(["attributes", await violations(page)]).toEqual(["attributes", []]);

    // The twelfth class, for what is drawn next.
    await keys(page, "Escape", "c");
    expect(await focused(page)).toBe("input Find a class");
    await page.keyboard.type("crane");
    expect(await page.locator(".classes button:visible").allTextContents()).toEqual(["Floating crane"]);
    expect(["finding a class", await violations(page)]).toEqual(["finding a class", []]);
    await keys(page, "Enter");
    expect(await focused(page)).toMatch(/^canvas/);
    expect(await page.locator(".classes button:visible").count()).toBe(12);
    expect(await page.locator(".classes [aria-pressed=true]").allTextContents()).toEqual(["Floating crane"]);
    await keys(page, "Enter", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "Enter");
    await expect
      .poll(() => drawer.shapes())
      .toEqual([`${PORTION} 1. Class 2, box`, `${PORTION} 2. Floating crane, box`]);
    // Left without a choice, all is as it was.
    await keys(page, "c");
    await page.keyboard.type("class 3");
    await keys(page, "Escape");
    expect(await page.locator(".classes [aria-pressed=true]").allTextContents()).toEqual(["Floating crane"]);
    await drawer.is("server");
  });

  test("a box that is half drawn waits while the image is moved, by H or by the space bar, and is dropped by another tool", async () => {
    const page = await enter("Ben Analyst");
    const drawer = new Drawer(page);
    await drawer.take("Many classes");
    const before = (await drawer.shapes()).length;
    const tool = (): Promise<string[]> => page.locator(".pair [aria-pressed=true]").allTextContents();
    const across = ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"];
    // The corner that was set stays where it is in the image, however the window moves meanwhile.
    await keys(page, "b", "Enter", "h", "ArrowLeft", "ArrowUp", "b", ...across, "Enter");
    await expect.poll(async () => (await drawer.shapes()).length).toBe(before + 1);
    await keys(page, "Enter", ...across);
    await page.keyboard.down("Space");
    expect(await tool()).toContain("Move");
    await keys(page, "ArrowLeft");
    await page.keyboard.up("Space");
    expect(await tool()).toContain("Box");
    await keys(page, "Enter");
    await expect.poll(async () => (await drawer.shapes()).length).toBe(before + 2);
    await keys(page, "Enter", "h", "k", "b", ...across, "Enter");
    expect((await drawer.shapes()).length).toBe(before + 2);
    await keys(page, "Escape", "Control+z", "Control+z");
    await expect.poll(async () => (await drawer.shapes()).length).toBe(before);
    await drawer.is("server");
  });

  test("what an analyst says of his labels is there after a reload, his reviewer reads it, and what the reviewer says with his acceptance is kept", async () => {
    const page = await enter("Ben Analyst");
    const drawer = new Drawer(page);
    await drawer.take("Many classes");
    await page.getByText("Remark", { exact: true }).click();
    const remark = page.locator(".remark textarea");
    await remark.fill("The stern\n  is <b>dark</b>.\n");
    expect(["a remark", await violations(page)]).toEqual(["a remark", []]);
    await remark.press("Escape");
    expect(await focused(page)).toMatch(/^canvas/);
    await drawer.is("server");
    await page.reload();
    await drawer.take("Many classes");
    expect(await remark.inputValue()).toBe("The stern\n  is <b>dark</b>.\n");
    await keys(page, "Control+Enter");
    await page.getByText("There is no task for you").waitFor();

    const rita = await enter("Rita Reviewer");
    await rita.getByRole("button", { name: "Review: Many classes" }).click();
    await rita.locator(".window:not([aria-busy])").waitFor();
    expect(await rita.locator(".shapes button").allTextContents()).toEqual([
      `${PORTION} 1. Class 2, box`,
      `${PORTION} 2. Floating crane, box`,
    ]);
    expect(await rita.locator(".side button").allTextContents()).toContainEqual(
      expect.stringMatching(/^\(S\/\/REL TO USA, FVEY\) Opinion 1: 2 labels, .*: The stern is <b>dark<\/b>\.$/),
    );
    await rita.getByText("Remark with the verdict").click();
    await rita.locator(".remark textarea").fill("Good eyes.");
    await rita.locator("canvas").focus();
    await rita.keyboard.press("a");
    await rita.getByText("There is no task for you").waitFor();
    const sam = await client(server, "sam");
    const { data } = await sam.graphql<{ task: { acts: { kind: string; comment: string }[] } | null }>(
      `{ task(id: "${drawer.taskId}") { acts(first: 5) { kind comment } } }`,
    );
    expect(data.task?.acts.filter(({ comment }) => comment !== "")).toEqual([
      { kind: "accept", comment: "Good eyes." },
      { kind: "submit", comment: "The stern is <b>dark</b>." },
    ]);
  });
});
