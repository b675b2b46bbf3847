import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { Machines } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";
import type { Picture } from "./drawing-project.ts";
import { violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 180_000;
/** Of 255: a picture that is brought to another scale, up to three for one, is rounded a little otherwise at another place. */
const ROUNDING = 3;
const SIZE = { width: 1280, height: 720 } as const;

/** A picture whose sides are halved to no whole number: each coarser level reaches beyond it. */
async function odd(): Promise<Picture> {
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  const drawn = sharp({ create: { width: 641, height: 479, channels: 3, background: "#000", noise } }).blur(3);
  return { mediaType: "image/png", bytes: new Uint8Array(await drawn.png().toBuffer()) };
}

/** How bright the crosshair's middle would be there, of 255. */
async function crossAt(page: Page, [x, y]: readonly [number, number]): Promise<number> {
  const png = await page.screenshot({ clip: { x: x - 3, y: y - 3, width: 7, height: 7 } });
  return (await sharp(png).greyscale().raw().toBuffer()).reduce((most, one) => Math.max(most, one), 0);
}

/** What the canvas shows, once nothing more comes. */
async function shown(page: Page): Promise<string> {
  let before = "";
  await expect
    .poll(
      async () => {
        const now = (await page.locator("canvas").screenshot()).toString("base64");
        const same = now === before;
        before = now;
        return same;
      },
      { timeout: 30_000, interval: 400 },
    )
    .toBe(true);
  return before;
}

/** By how much two pictures differ where they do most, of 255. */
async function farthest(a: string, b: string): Promise<number> {
  const [one, other] = await Promise.all(
    [a, b].map((png) => sharp(Buffer.from(png, "base64")).raw().toBuffer({ resolveWithObject: true })),
  );
  if (!one || !other || one.data.length !== other.data.length) return 255;
  return one.data.reduce((most, value, at) => Math.max(most, Math.abs(value - (other.data[at] ?? 0))), 0);
}

describe.skipIf(skip)("what is kept of a picture while its window moves", () => {
  let at: Machines;

  beforeAll(async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    at = new Machines(server, browser);
    const sam = await client(server, "sam");
    await makeProject(sam, "Moved", [await odd()]);
    await makeProject(sam, "By keys", 1);
    await makeProject(sam, "Large", 1);
  }, PATIENCE);
  afterAll(async () => {
    await at?.browser.close();
    await endEverything();
  });

  test(
    "is what a drawing of all of it shows, wherever it was moved and zoomed",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const { page } = ben;
      await page.setViewportSize(SIZE);
      await ben.take("Moved");
      await ben.draw();
      await ben.draw();
      await page.keyboard.press("Escape");
      const box = await page.locator("canvas").boundingBox();
      if (!box) throw new Error("no canvas");
      const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
      const drag = async (dx: number, dy: number): Promise<void> => {
        await page.mouse.move(...middle);
        await page.mouse.down({ button: "middle" });
        for (const part of [0.2, 0.5, 1]) await page.mouse.move(middle[0] + dx * part, middle[1] + dy * part);
        await page.mouse.up({ button: "middle" });
        await page.mouse.move(...middle);
      };
      const pictures = new Set<string>();
      const isWhole = async (): Promise<void> => {
        const moved = await shown(page);
        // In a window of another size, and back, all is drawn anew.
        await page.setViewportSize({ ...SIZE, height: SIZE.height - 40 });
        await shown(page);
        await page.setViewportSize(SIZE);
        expect(await farthest(moved, await shown(page))).toBeLessThanOrEqual(ROUNDING);
        pictures.add(moved);
      };

      for (const [turns, dx, dy] of [
        [0, -37, 23],
        [2, 61, -17],
        [1, -113, -91],
        [-2, 7, 211],
        [1, 301, 1],
      ] as const) {
        await page.mouse.move(...middle);
        for (let n = 0; n < Math.abs(turns); n += 1) await page.mouse.wheel(0, turns > 0 ? -120 : 120);
        await page.waitForTimeout(300);
        await drag(dx, dy);
        await isWhole();
      }
      expect(pictures.size).toBe(5);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "keys zoom to the crosshair, and the window follows where it would leave it, also with a box half drawn",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const { page } = ben;
      await page.setViewportSize(SIZE);
      await ben.take("By keys");
      const box = await page.locator("canvas").boundingBox();
      if (!box) throw new Error("no canvas");
      const place: [number, number] = [box.x + box.width / 2 + 10 * 12, box.y + box.height / 2 + 5 * 12];
      await page.keyboard.press("b");
      for (let n = 0; n < 10; n += 1) await page.keyboard.press("ArrowRight");
      for (let n = 0; n < 5; n += 1) await page.keyboard.press("ArrowDown");
      await expect.poll(() => crossAt(page, place)).toBeGreaterThan(220);
      for (let n = 0; n < 6; n += 1) await page.keyboard.press("+");
      await shown(page);
      expect(await crossAt(page, place)).toBeGreaterThan(220);
      // A box that is wider than the window, from here to where the window did not show anything.
      await page.keyboard.press("2");
      await page.keyboard.press("Enter");
      for (let n = 0; n < 90; n += 1) await page.keyboard.press("ArrowLeft");
      for (let n = 0; n < 4; n += 1) await page.keyboard.press("ArrowDown");
      await shown(page);
      expect(await crossAt(page, [box.x + 24, place[1] + 4 * 12])).toBeGreaterThan(220);
      await page.keyboard.press("Enter");
      expect(await ben.shapes()).toHaveLength(1);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "on a screen of 3840 x 2160 all is drawn, then nothing more; no violation of WCAG, nothing beside the window",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const { page } = ben;
      await page.setViewportSize({ width: 3_840, height: 2_160 });
      await ben.take("Large");
      await ben.draw();
      await ben.is("server");
      await shown(page);
      await page.evaluate(`(() => {
        const own = globalThis.requestAnimationFrame;
        globalThis.asked = 0;
        globalThis.requestAnimationFrame = (act) => { globalThis.asked += 1; return own.call(globalThis, act); };
      })()`);
      await page.waitForTimeout(1_500);
      expect(await page.evaluate("globalThis.asked")).toBe(0);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(3_840);
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );
});
