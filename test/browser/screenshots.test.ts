import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/storage/package-root.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { enterWorkbench } from "./workbench-page.ts";

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
    await browser.close();
    await endEverything();
  },
  120_000,
);
