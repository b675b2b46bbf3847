import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeCrypto, parseTrust } from "../../audit/index.ts";
import { verifyDelivery } from "../../audit/core/verify-delivery.ts";
import { openPackage } from "../../audit/package-files.ts";
import { NEON, sharedFolder } from "../interchange/shared-data.ts";
import { writeNitf } from "../nitf/write-nitf.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { HARBOR, MARITIME, approveButton, colors, quiet, state, told } from "./delivery-desk.ts";
import { KEYBOARD, MOUSE } from "./hands.ts";
import type { Box, Hand } from "./hands.ts";
import { enterWorkbench } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE_MS = 60_000;
const PURPOSE = "Training of a detector";
/** What each image is labeled with: two boxes of one class. */
const BOXES: readonly Box[] = [
  [0.42, 0.4, 0.48, 0.46],
  [0.52, 0.52, 0.58, 0.6],
];
const BLUE_MARBLE = join(sharedFolder, "data", "overhead-bluemarble");
const JITC = join(sharedFolder, "data", "nitf-jitc");

/** Real imagery: aerial photographs of woods, the Earth from space, and files of the NITF conformance suite. */
const REAL = [
  join(NEON, "OSBS_029.tif"),
  join(NEON, "2019_BLAN_3_751000_4330000_image_crop.jpg"),
  join(NEON, "2019_YELL_2_541000_4977000_image_crop.png"),
  join(BLUE_MARBLE, "earth-blue-marble.jpg"),
  join(JITC, "i_3034c.ntf"),
];
const without = REAL.filter((path) => !existsSync(path)).map((path) => basename(path));

const noise = (seed: number): Promise<Buffer> => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><filter id="n"><feTurbulence type="fractalNoise"
    baseFrequency="0.03" numOctaves="4" seed="${seed}"/></filter><rect width="640" height="480" filter="url(#n)"/></svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: "#305070" }).png().toBuffer();
};

/** Imagery of the tests' own: what a machine without the real one has. */
async function drawn(folder: string): Promise<readonly string[]> {
  writeFileSync(join(folder, "first pier.png"), await noise(1));
  writeFileSync(
    join(folder, "second pier.jpg"),
    await sharp(await noise(2))
      .jpeg()
      .toBuffer(),
  );
  const sample = (x: number, y: number): number => (x * y) % 251;
  writeFileSync(join(folder, "tower.ntf"), writeNitf({ header: { clas: "U" }, width: 320, height: 240, sample }));
  return ["first pier.png", "second pier.jpg", "tower.ntf"];
}

function real(folder: string): Promise<readonly string[]> {
  const names = REAL.map((path) => basename(path));
  for (const [n, path] of REAL.entries()) copyFileSync(path, join(folder, names[n] ?? ""));
  return Promise.resolve(names);
}

/** Waits for something, and answers yes wherever the page asks because the session was shown higher things. */
async function until(hand: Hand, page: Page, there: () => Promise<boolean>): Promise<void> {
  const goOn = page.getByRole("dialog").getByRole("button", { name: "Go on" });
  const answered = async (): Promise<boolean> => {
    if (await goOn.isVisible()) await hand.press(page, goOn);
    return there();
  };
  const end = Date.now() + PATIENCE_MS;
  while (!(await answered())) {
    if (Date.now() > end)
      throw new Error(`it never came on a page that says: ${await page.locator("body").innerText()}`);
    await page.waitForTimeout(50);
  }
}

const shown = (page: Page, text: string): Promise<boolean> => page.getByText(text).first().isVisible();

describe.skipIf(skip).each([
  { imagery: "drawn imagery", files: drawn, absent: [] as readonly string[] },
  { imagery: "real imagery", files: real, absent: without },
])("the main job on $imagery", ({ files, absent }) => {
  let server: RunningServer;
  let browser: Browser;
  let folder = "";
  const everybody: WatchedPage[] = [];

  const enter = async (name: string, level = "TOP SECRET"): Promise<Page> => {
    const watched = await enterWorkbench(browser, server.url, name, level);
    watched.page.setDefaultTimeout(PATIENCE_MS);
    everybody.push(watched);
    return watched.page;
  };

  describe.skipIf(absent.length > 0).each([MOUSE, KEYBOARD])("by $name alone", (hand) => {
    beforeAll(async () => {
      [server, browser] = await Promise.all([startServer(), startChromium()]);
      folder = mkdtempSync(join(tmpdir(), "caveat-main-job-"));
      mkdirSync(join(folder, "flight"));
      everybody.length = 0;
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      await browser?.close();
      await endEverything();
    });

    const press = (page: Page, name: string | RegExp): Promise<void> =>
      hand.press(page, page.getByRole("button", { name, exact: typeof name === "string" }));

    test("an officer keeps a checkpoint, a steward loads a folder, an analyst labels it, a reviewer judges, a delivery is requested, approved by two, released and fetched, and the officer verifies what was written since", async () => {
      const names = await files(join(folder, "flight"));

      const otto = await enter("Otto Officer");
      await press(otto, "Compliance console");
      const verified = async (): Promise<string> => {
        // The parts of the console are one stop of the keyboard; arrows go between them.
        const tab = otto.getByRole("tab", { name: "Verify the log" });
        if (hand === MOUSE) await tab.click();
        else {
          await otto.getByRole("tab", { selected: true }).focus();
          await otto.keyboard.press("End");
          await otto.keyboard.press("Enter");
        }
        await press(otto, "Verify");
        await otto.locator(".result h3").waitFor();
        return (await otto.locator(".result").textContent()) ?? "";
      };
      const before = await verified();
      expect(before).toMatch(/^Verified: all \d[\d,]* entries stand as they were signed\./);
      const checkpoint = (await otto.getByLabel("Checkpoint of what was verified").textContent()) ?? "";

      const sam = await enter("Sam Steward", "SECRET");
      await press(sam, "Load images");
      await sam.getByText("Its own marking is (S//REL TO USA, FVEY)").waitFor();
      const place = { drop: sam.locator(".drop"), chooser: sam.locator("#steward-folder") };
      await hand.give(sam, place, join(folder, "flight"));
      // What is UNCLASSIFIED by its own header stands below the dataset, and is released to nobody.
      for (const name of names.filter((one) => one.endsWith(".ntf"))) {
        const marking = sam.locator("tbody tr").filter({ hasText: name }).getByRole("textbox");
        await expect.poll(() => marking.inputValue()).toBe("(U)");
        await hand.write(sam, marking, "(S//NF)");
      }
      await press(sam, `Load ${names.length} files`);
      await until(hand, sam, () => shown(sam, `${names.length} of ${names.length} loaded, 0 refused`));
      await press(sam, `Make the ${names.length} loaded images tasks`);
      await until(hand, sam, () => shown(sam, `${names.length} tasks were added.`));

      /** Every task that there is for somebody, one after another; answers on which images. */
      const tasks = async (page: Page, act: "Label" | "Review", each: () => Promise<void>): Promise<string[]> => {
        const done: string[] = [];
        const over = page.getByText("There is no task for you");
        const screen = page.locator(".panel");
        await press(page, new RegExp(`^${act}: `));
        await until(hand, page, () => screen.or(over).first().isVisible());
        while (!(await over.isVisible())) {
          const heading = page.locator("h1");
          const title = (await heading.textContent()) ?? "";
          await expect.poll(() => colors(page), { timeout: PATIENCE_MS }).toBeGreaterThan(2);
          await each();
          const next = page.locator("h1").filter({ hasNotText: title.replace(/^\(.*?\) /, "") });
          await until(hand, page, () => over.or(next).first().isVisible());
          done.push(title);
          await until(hand, page, () => over.or(screen).first().isVisible());
        }
        return done;
      };
      const ben = await enter("Ben Analyst", "SECRET");
      const labeled = await tasks(ben, "Label", async () => {
        await hand.draw(ben, BOXES);
        await expect.poll(() => ben.locator(".labels .shapes button").count()).toBe(BOXES.length);
        await hand.act(ben, {
          key: "Control+Enter",
          target: ben.getByRole("button", { name: "Hand in, and the next" }),
        });
      });
      expect(names.filter((name) => !labeled.some((title) => title.includes(name)))).toEqual([]);
      expect(labeled).toHaveLength(names.length + 1);

      const rita = await enter("Rita Reviewer", "SECRET");
      const judged = await tasks(rita, "Review", async () => {
        await expect.poll(() => rita.locator(".labels .shapes button").count()).toBe(BOXES.length);
        await hand.act(rita, { key: "a", target: rita.getByRole("button", { name: "Accept", exact: true }) });
      });
      expect(judged.toSorted()).toEqual(labeled.toSorted());

      const petra = await enter("Petra Program");
      await press(petra, "Deliveries");
      await press(petra, "Request a delivery");
      await hand.write(petra, petra.getByLabel("Purpose"), PURPOSE);
      await hand.choose(petra, petra.getByLabel("Dataset"), HARBOR);
      await hand.choose(petra, petra.getByLabel("Recipient"), MARITIME);
      await press(petra, "See what would be frozen");
      await press(petra, "Send the request");
      await until(hand, petra, () => state(petra).isVisible());
      const { manifestSha384 } = await told(petra, PURPOSE);

      for (const name of ["Victor Approver", "Wanda Approver"]) {
        const page = await enter(name);
        await press(page, "Deliveries");
        await press(page, `Examine: ${PURPOSE}`);
        await page.locator(".contents").waitFor();
        expect(await page.locator(".hash").textContent()).toBe(manifestSha384);
        // What the analyst drew and the reviewer accepted, beside what the demonstration had.
        const counts = (await page.locator(".counts").textContent()) ?? "";
        const [, images = 0, labels = 0] = (/Images: (\d+)\. Labels: (\d+)\./.exec(counts) ?? []).map(Number);
        expect(images).toBe(names.length + 2);
        expect(labels).toBeGreaterThanOrEqual(BOXES.length * labeled.length);
        await expect.poll(() => colors(page), { timeout: PATIENCE_MS }).toBeGreaterThan(2);
        await hand.press(page, approveButton(page));
        await until(hand, page, () => shown(page, "You have approved it."));
        if (name !== "Wanda Approver") continue;
        await press(page, "Release");
        await until(hand, page, () => shown(page, "A program officer fetches the package."));
      }

      await press(petra, "Refresh");
      const link = petra.getByRole("link", { name: "Fetch the package" });
      await link.waitFor();
      const fetched = petra.waitForEvent("download");
      await hand.press(petra, link);
      const report = await verifyDelivery({
        crypto: nodeCrypto,
        trust: parseTrust(nodeCrypto, readFileSync(join(server.state, "trust.json"))),
        package: await openPackage((await (await fetched).path()) ?? ""),
      });
      expect([report.findings, report.verified]).toEqual([[], true]);
      const { counts } = report.delivery?.manifest ?? { counts: null };
      expect(counts?.images).toBe(names.length + 2);
      expect(counts?.labels).toBeGreaterThanOrEqual(BOXES.length * labeled.length);

      await hand.write(otto, otto.getByLabel("Checkpoint that you kept", { exact: true }), checkpoint.trimEnd());
      const after = await verified();
      expect(after).toMatch(
        /^Verified: the log begins with the \d[\d,]* entries that your checkpoint signed; \d[\d,]* came after it and stand as they were signed\./,
      );
      for (const watched of everybody) quiet(watched);
    }, 600_000);
  });
});
