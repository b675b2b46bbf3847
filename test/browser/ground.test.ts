import type { Browser, Locator, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utmKeys, writeGeoTiff } from "../imagery/write-geotiff.ts";
import { writeNitf } from "../nitf/write-nitf.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { client, makeProject } from "./drawing-project.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 120_000;
/** Odd, so that the middle of the window is the middle of a pixel. */
const SIZE = { width: 65, height: 49 };
/** Pixels of two metres. */
const placed = writeGeoTiff({
  ...SIZE,
  scale: [2, 2, 0],
  ties: [0, 0, 0, 323_456.3, 4_306_789.7, 0],
  keys: utmKeys(18),
});
const cornered = writeNitf({
  ...SIZE,
  header: { clas: "S", clsy: "US", rel: "USA FVEY" },
  corners: "390000N0773000W390000N0770000W384500N0770000W384500N0773000W",
});

/* What GeoConvert of GeographicLib 2.1.2 says of 18n 323497.3 4306758.7, the middle of pixel 20, 15: -m, -g and -d. */
const AT = {
  place: "20, 15",
  decimal: "38.891985° N, 77.035149° W",
  sexagesimal: "38°53′31.14″ N, 077°02′06.54″ W",
  mgrs: "MGRS 18S UJ 23497 06758",
};

describe.skipIf(skip)("positions on the ground in a real browser", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    const sam = await client(server, "sam");
    await makeProject(sam, "Placed", [{ mediaType: "image/tiff", bytes: new Uint8Array(placed) }]);
    await makeProject(sam, "Cornered", [{ mediaType: "image/nitf", bytes: new Uint8Array(cornered) }]);
    await makeProject(sam, "Nowhere", [{ mediaType: "image/tiff", bytes: new Uint8Array(writeGeoTiff(SIZE)) }]);
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = async (
    project: string,
    altered: (page: Page) => Promise<void> = async () => undefined,
  ): Promise<WatchedPage> => {
    const watched = await enterWorkbench(browser, server.url, "Ben Analyst", "SECRET");
    const { page } = watched;
    await altered(page);
    await page.getByRole("button", { name: `Label: ${project}` }).click();
    await expect.poll(() => page.evaluate("document.activeElement?.localName"), { timeout: 30_000 }).toBe("canvas");
    return watched;
  };
  const told = async (page: Page): Promise<typeof AT> => {
    const text = async (selector: string): Promise<string> => (await page.locator(selector).textContent()) ?? "";
    return {
      place: await text(".ground .place"),
      decimal: await text(".ground .decimal"),
      sexagesimal: await text(".ground .sexagesimal"),
      mgrs: await text(".ground .mgrs"),
    };
  };
  const note = (page: Page): Promise<string | null> => page.locator(".ground .note").textContent();
  const inSight = async (page: Page, one: Locator): Promise<void> => {
    const [box, window] = [await one.boundingBox(), page.viewportSize()];
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    expect(window).toEqual({ width: 1280, height: 720 });
    expect(await page.evaluate(`document.elementFromPoint(${x}, ${y})?.textContent`)).toBe(await one.textContent());
  };
  const keys = async (page: Page, key: string, times: number): Promise<void> => {
    for (let nth = 0; nth < times; nth += 1) await page.keyboard.press(key);
  };
  /** Where a place of the image is on the screen while all of it is shown. */
  const pointing = async (page: Page): Promise<(x: number, y: number) => Promise<void>> => {
    const box = await page.locator("canvas").boundingBox();
    if (!box) throw new Error("no canvas");
    const scale = Math.min(box.width / SIZE.width, box.height / SIZE.height, 32);
    const [left, top] = [box.x + (box.width - SIZE.width * scale) / 2, box.y + (box.height - SIZE.height * scale) / 2];
    return (x, y) => page.mouse.move(left + x * scale, top + y * scale);
  };

  test(
    "the pixel under the mouse is told in degrees and in MGRS, however the image is looked at",
    async () => {
      const watched = await enter("Placed");
      const { page } = watched;
      const point = await pointing(page);
      await point(20.5, 15.5);
      expect(await told(page)).toEqual(AT);
      expect(await note(page)).toBe("WGS 84");
      // All of it is in sight, in a window of 1280 by 720.
      for (const one of await page.locator(".ground span").all()) await inSight(page, one);
      // Elsewhere in the same pixel it is the same; in the next it is another; beside the image it is none.
      await point(20.2, 15.8);
      expect(await told(page)).toEqual(AT);
      await point(27.5, 25.5);
      expect((await told(page)).mgrs).toBe("MGRS 18S UJ 23511 06738");
      await point(-1.5, 15.5);
      expect((await told(page)).mgrs).toBe("");
      expect(await note(page)).toBe("outside the image");
      // Zoomed to the pointer, lit and turned: the crosshair stays on its pixel, and its pixel where it is.
      await point(20.5, 15.5);
      await page.mouse.wheel(0, -300);
      await page.locator("canvas").focus();
      await keys(page, "]", 2);
      await page.locator(".view summary").click();
      await page.getByLabel("Brightness").fill("0.5");
      expect(await told(page)).toEqual(AT);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violations(page)).toEqual([]);
      }
      expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "by keyboard alone a pixel, a way over the ground and a label are told where they lie",
    async () => {
      const watched = await enter("Placed");
      const { page } = watched;
      await keys(page, "Shift+ArrowLeft", 12);
      await keys(page, "Shift+ArrowUp", 9);
      expect(await told(page)).toEqual(AT);
      // A box from here, four pixels wide and high: its centre is told when it is selected.
      await keys(page, "Enter", 1);
      await keys(page, "Shift+ArrowRight", 4);
      await keys(page, "Shift+ArrowDown", 4);
      await keys(page, "Enter", 1);
      await keys(page, "v", 1);
      await keys(page, "Enter", 1);
      expect(await page.locator(".panel").getByText("Centre: MGRS 18S UJ 23501 06754").count()).toBe(1);
      await keys(page, "Escape", 1);
      expect(
        await page
          .locator(".panel")
          .getByText(/^Centre:/)
          .count(),
      ).toBe(0);
      // The ruler: three pixels and four are five, of two metres each.
      await keys(page, "m", 1);
      await keys(page, "Enter", 1);
      await keys(page, "Shift+ArrowRight", 3);
      await keys(page, "Shift+ArrowDown", 4);
      expect((await told(page)).place).toBe("27, 23: 5.00 px (3.00 × 4.00); 10.0 m on the ground");
      expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "what lies between stated corners is told as approximate, with the digits that corners have",
    async () => {
      const { page, ...watched } = await enter("Cornered");
      // The middle of the image: GeoConvert says 18SUJ0481505311 of 38.875 -77.25. A pixel is 677.958 m wide, GeodSolve says.
      await keys(page, "Shift+ArrowLeft", 1);
      await keys(page, "Shift+ArrowRight", 1);
      expect(await told(page)).toEqual({
        place: "32, 24",
        decimal: "38.8750° N, 77.2500° W",
        sexagesimal: "38°52′30″ N, 077°15′00″ W",
        mgrs: "MGRS 18S UJ 048 053",
      });
      expect(await note(page)).toBe("WGS 84, approximate: between stated corners");
      await keys(page, "m", 1);
      await keys(page, "Enter", 1);
      await keys(page, "Shift+ArrowRight", 1);
      expect((await told(page)).place).toMatch(/; ≈ 678 m on the ground$/);
      expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "an image without a transform has no position and no way over the ground, and says so",
    async () => {
      const { page, ...watched } = await enter("Nowhere");
      await keys(page, "Shift+ArrowLeft", 12);
      expect(await told(page)).toEqual({ place: "20, 24", decimal: "", sexagesimal: "", mgrs: "" });
      expect(await note(page)).toBe("no position in this file");
      await keys(page, "m", 1);
      await keys(page, "Enter", 1);
      await keys(page, "Shift+ArrowRight", 3);
      expect((await told(page)).place).toBe("23, 24: 3.00 px (3.00 × 0.00)");
      expect(await violations(page)).toEqual([]);
      expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    "names of datums and systems stay text",
    async () => {
      const hostile = '<img src=x onerror="alert(1)">';
      for (const ground of [
        { kind: "none", why: hostile, system: hostile },
        { kind: "affine", datum: hostile, system: { kind: "geographic" }, of: [1e-5, 0, 0, 0, -1e-5, 0] },
      ]) {
        const { page, ...watched } = await enter("Placed", async (on) => {
          await on.route("**/view", async (route: Route) => {
            const response = await route.fetch();
            const body = (await response.json()) as { data: object };
            await route.fulfill({ response, json: { ...body, data: { ...body.data, ground } } });
          });
        });
        await keys(page, "Shift+ArrowLeft", 1);
        expect(await note(page)).toContain(hostile);
        expect(await page.locator("img").count()).toBe(0);
        expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
        await page.context().close();
      }
    },
    PATIENCE,
  );
});
