import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/storage/package-root.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { asking } from "./console-page.ts";
import { enterWorkbench } from "./workbench-page.ts";

interface Edges<T> {
  readonly edges: readonly { readonly node: T }[];
}

const asked = process.env["CAVEAT_SCREENSHOTS"] === "1";

// Written anew by hand, CAVEAT_SCREENSHOTS=1 with this file alone: pictures of what people see, for the README.
test.skipIf(!asked)(
  "the pictures of the workbench in docs/ are those of this page",
  async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    const enter = async (name: string, level: string) => (await enterWorkbench(browser, server.url, name, level)).page;
    const keep = async (page: Awaited<ReturnType<typeof enter>>, name: string): Promise<void> => {
      await page.waitForTimeout(1_500);
      const path = join(packageRoot(), "docs", `workbench-${name}.jpg`);
      expect((await page.screenshot({ path, type: "jpeg", quality: 82 })).length).toBeGreaterThan(10_000);
    };
    const ana = await enter("Ana Analyst", "TOP SECRET");
    await keep(ana, "projects");
    const ben = await enter("Ben Analyst", "SECRET");
    await ben.getByRole("button", { name: /^Label: / }).click();
    await ben.locator("canvas").waitFor();
    await ben.waitForTimeout(1_500);
    const canvas = await ben.locator("canvas").boundingBox();
    if (!canvas) throw new Error("no canvas");
    const corner = async (x: number, y: number): Promise<void> => {
      await ben.mouse.click(canvas.x + x, canvas.y + y);
    };
    // In pixels of the canvas of a window of 1280 x 720: the ships of the first drawn scene.
    await ben.keyboard.press("2");
    for (const [left, top, right, bottom] of [
      [90, 300, 388, 345],
      [464, 300, 752, 345],
      [344, 500, 618, 546],
      [702, 442, 764, 468],
      [440, 405, 505, 437],
    ] as const) {
      await corner(left, top);
      await corner(right, bottom);
    }
    await keep(ben, "label");
    await ben.keyboard.press("?");
    await keep(ben, "keys");
    await ben.keyboard.press("Escape");
    await ben.locator("canvas").focus();
    await ben.keyboard.press("Control+Enter");
    await ben.getByText("There is no task for you").waitFor();
    const rita = await enter("Rita Reviewer", "SECRET");
    await rita.getByRole("button", { name: /^Review: / }).click();
    await rita.locator(".shapes button").first().waitFor();
    await keep(rita, "review");
    const otto = await enter("Otto Officer", "TOP SECRET");
    await otto.getByRole("button", { name: "Compliance console" }).click();
    await otto.getByRole("tab", { name: "Verify the log" }).click();
    await otto.getByRole("button", { name: "Verify", exact: true }).click();
    await otto.getByText(/^Verified: all/).waitFor();
    await keep(otto, "log");
    await otto.getByRole("tab", { name: "Timeline" }).click();
    await otto.getByRole("img", { name: /^Entries by kind/ }).waitFor();
    await otto.getByRole("button", { name: "Newest" }).click();
    await keep(otto, "console");

    // Two opinions on one image, chosen of by a third person.
    const sam = await enter("Sam Steward", "SECRET");
    const found = (await asking(
      sam,
      "{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node { id assets(first: 10) { edges { node { id title } } } } } } } } } }",
    )) as { data: { programs: Edges<{ datasets: Edges<{ id: string; assets: Edges<{ id: string }> }> }> } };
    const dataset = found.data.programs.edges[0]?.node.datasets.edges[0]?.node;
    const act = async (field: string, type: string, input: object, selection: string): Promise<unknown> => {
      const all = { input: { ...input, idempotencyKey: crypto.randomUUID() } };
      const text = `mutation ($input: ${type}!) { made: ${field}(input: $input) { ${selection} userErrors { code } } }`;
      return ((await asking(sam, text, all)) as { data: { made: unknown } }).data.made;
    };
    const input = { datasetId: dataset?.id, name: "Two opinions", opinions: 2 };
    const made = (await act("projectCreate", "ProjectCreateInput", input, "project { id }")) as {
      project: { id: string };
    };
    const assetIds = dataset?.assets.edges.slice(0, 1).map(({ node }) => node.id);
    await act("projectTasksAdd", "ProjectTasksAddInput", { projectId: made.project.id, assetIds }, "added");
    for (const [name, shift] of [
      ["Ben Analyst", 0],
      ["Charlotte Analyst", 9],
    ] as const) {
      const page = await enter(name, "SECRET");
      await page.getByRole("button", { name: "Label: Two opinions" }).click();
      await page.locator("canvas").waitFor();
      await page.waitForTimeout(1_500);
      const box = await page.locator("canvas").boundingBox();
      if (!box) throw new Error("no canvas");
      await page.keyboard.press("2");
      for (const [left, top, right, bottom] of [
        [90, 300, 388, 345],
        [464, 300, 752, 345],
        [344, 500, 618, 546],
      ] as const) {
        await page.mouse.click(box.x + left + shift, box.y + top + shift);
        await page.mouse.click(box.x + right + shift, box.y + bottom);
      }
      await page.keyboard.press("Control+Enter");
      await page.getByText("There is no task for you").waitFor();
    }
    await sam.getByRole("button", { name: "How the work goes" }).click();
    await sam
      .getByRole("combobox", { name: "Project" })
      .locator("option", { hasText: "Two opinions" })
      .waitFor({ state: "attached" });
    const option = await sam
      .getByRole("combobox", { name: "Project" })
      .locator("option", { hasText: "Two opinions" })
      .textContent();
    await sam.getByRole("combobox", { name: "Project" }).selectOption({ label: option ?? "" });
    await sam.getByRole("rowheader", { name: "charlotte" }).waitFor();
    await keep(sam, "lead");
    const judge = await enter("Rita Reviewer", "SECRET");
    await judge.getByRole("button", { name: "Review: Two opinions" }).click();
    await judge.getByRole("button", { name: "Side by side" }).click();
    await judge.locator("canvas").nth(1).waitFor();
    await judge.getByRole("button", { name: "Pin", exact: true }).click();
    const first = await judge.locator("canvas").first().boundingBox();
    if (!first) throw new Error("no canvas");
    await judge.mouse.click(first.x + first.width * 0.6, first.y + first.height * 0.55);
    await judge.getByRole("textbox", { name: "What is to be said of this place?" }).fill("A tug is missing here.");
    await judge.getByRole("button", { name: "Go on" }).click();
    await keep(judge, "opinions");
    const petra = await enter("Petra Program", "TOP SECRET");
    await petra.getByRole("button", { name: "Deliveries" }).click();
    await petra.getByRole("heading", { name: "Deliveries" }).waitFor();
    await keep(petra, "deliveries");
    await browser.close();
    await endEverything();
  },
  300_000,
);
