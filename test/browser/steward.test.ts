import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { drop } from "./hands.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const PIXELS = 4_000_000;
/** A busy machine is no fault of the page. */
const PATIENCE_MS = 45_000;
const PATIENTLY = { timeout: PATIENCE_MS };
const RELEASED = "(S//REL TO USA, FVEY)";
const HOSTILE = "<img src=x onerror=alert(1)>.png";

describe.skipIf(skip)("a steward loads images in a real browser", () => {
  let server: RunningServer;
  let browser: Browser;
  let folder = "";

  /** An image that is like no other: noise of its own. */
  const picture = (width: number, height = width): Promise<Buffer> =>
    sharp({
      create: { width, height, channels: 3, background: "#000000", noise: { type: "gaussian", mean: 120, sigma: 30 } },
    })
      .png()
      .toBuffer();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "caveat-steward-"));
    mkdirSync(join(folder, "harbor", "north"), { recursive: true });
    const put = async (path: string, bytes: Buffer | Promise<Buffer>): Promise<void> =>
      writeFileSync(join(folder, "harbor", path), await bytes);
    await put("pier 1.png", picture(400, 300));
    await put("pier 2.png", picture(500, 200));
    await put("north/(S--NF) pier 3.png", picture(300));
    await put("north/(U) low.png", picture(64));
    await put("north/(ZZ) strange.png", picture(64));
    await put("text.png", Buffer.from("this is a text, whatever it is called"));
    await put("wide.png", picture(4_100, 1_000));
    await put(HOSTILE, picture(80));
    [server, browser] = await Promise.all([
      startServer({ environment: { CAVEAT_IMAGE_PIXELS: String(PIXELS) } }),
      startChromium(),
    ]);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await browser?.close();
    await endEverything();
  });

  const enter = async (name: string, level = "SECRET"): Promise<WatchedPage> => {
    const watched = await enterWorkbench(browser, server.url, name, level);
    watched.page.setDefaultTimeout(PATIENCE_MS);
    return watched;
  };
  const steward = async (): Promise<WatchedPage> => {
    const watched = await enter("Sam Steward");
    await watched.page.getByRole("button", { name: "Load images" }).click();
    await watched.page.getByText(`Its own marking is ${RELEASED}`).waitFor();
    return watched;
  };
  const row = (page: Page, name: string) => page.locator("tbody tr").filter({ hasText: name });
  const state = async (page: Page, name: string): Promise<string> =>
    (await row(page, name).locator("td").nth(4).locator("span").first().textContent()) ?? "";
  const states = async (page: Page): Promise<Record<string, string>> => {
    const rows = await page.locator("tbody tr").all();
    const found = await Promise.all(
      rows.map(async (one) => [
        await one.locator("th").textContent(),
        await one.locator("td").nth(4).locator("span").first().textContent(),
      ]),
    );
    return Object.fromEntries(found) as Record<string, string>;
  };
  const banners = (page: Page): Promise<string[]> => page.locator(".banner").allTextContents();
  /** Images that are there for somebody, by title. Never asked as who loads: what he is shown, he would be asked about. */
  const assets = async ({ page }: WatchedPage): Promise<string[]> =>
    page.evaluate(`(async () => {
      const query = "{ programs(first: 5) { edges { node { datasets(first: 5) { edges { node { assets(first: 100) { edges { node { title width marking { portion } } } } } } } } } } }";
      const answer = await fetch("/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query }) });
      const { data } = await answer.json();
      return data.programs.edges.flatMap(({ node }) => node.datasets.edges).flatMap(({ node }) => node.assets.edges)
        .filter(({ node }) => node.width !== null).map(({ node }) => node.marking.portion + " " + node.title).sort();
    })()`);
  /** Waits until the page says so; where it asks first whether anything higher is in the files, says that it is not. */
  const says = async (page: Page, text: string | RegExp): Promise<void> => {
    const question = page.getByRole("dialog");
    const told = page.locator(".steward").getByText(text);
    await told.or(question).first().waitFor();
    if (await question.isVisible()) await question.getByRole("button", { name: "Go on" }).click();
    await told.waitFor();
  };
  const shown = (watched: WatchedPage): void => expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);

  test("a folder by drag and drop: each file is told what became of it, an analyst sees the good ones, and they become tasks", async () => {
    const watched = await steward();
    const { page } = watched;
    const seen = new Set<string>();
    await page.exposeFunction("noteState", (text: string) => seen.add(text.replace(/\d+/, "n")));
    await page.evaluate(`new MutationObserver(() => {
      for (const cell of document.querySelectorAll("tbody td:nth-of-type(5) > span:first-child")) noteState(cell.textContent);
    }).observe(document.querySelector("tbody"), { subtree: true, childList: true, characterData: true })`);
    await drop(page, page.locator(".drop"), [join(folder, "harbor")]);
    await row(page, "pier 1.png").waitFor();
    expect(await states(page)).toEqual({
      [`harbor/${HOSTILE}`]: "waiting",
      "harbor/north/(S--NF) pier 3.png": "waiting",
      "harbor/north/(U) low.png": "waiting",
      "harbor/north/(ZZ) strange.png": "needs a marking",
      "harbor/pier 1.png": "waiting",
      "harbor/pier 2.png": "waiting",
      "harbor/text.png": "refused: IMAGE_TYPE",
      "harbor/wide.png": "waiting",
    });
    expect(await row(page, "strange").textContent()).toContain("(ZZ) is unknown: give a marking");
    const marking = (name: string) => row(page, name).getByRole("textbox");
    expect(await marking("pier 1").inputValue()).toBe(RELEASED);
    expect(await marking("pier 3").inputValue()).toBe("(S//NF)");
    expect(await marking("low").inputValue()).toBe("(U)");
    expect(await row(page, "low").textContent()).toContain("as its name says");

    await page.getByRole("button", { name: "Load 6 files" }).click();
    await says(page, "4 of 8 loaded, 3 refused, 0 failed or stopped");
    await expect
      .poll(async () => (await states(page))["harbor/north/(ZZ) strange.png"], PATIENTLY)
      .toBe("needs a marking");
    expect(await states(page)).toEqual({
      [`harbor/${HOSTILE}`]: "loaded",
      "harbor/north/(S--NF) pier 3.png": "loaded",
      "harbor/north/(U) low.png": "refused: MARKING_TOO_LOW",
      "harbor/north/(ZZ) strange.png": "needs a marking",
      "harbor/pier 1.png": "loaded",
      "harbor/pier 2.png": "loaded",
      "harbor/text.png": "refused: IMAGE_TYPE",
      "harbor/wide.png": "refused: TOO_LARGE",
    });
    for (const told of ["hashing", "registering", "sending n %", "deriving", "loaded"])
      expect([...seen]).toContain(told);
    // The banner is the server's over all that is shown now, the one that is not released too.
    await expect.poll(() => banners(page), PATIENTLY).toEqual(["SECRET//NOFORN", "SECRET//NOFORN"]);

    // What was refused for its marking is loaded under another, given for one; and for all that wait.
    await marking("low").fill(RELEASED);
    await row(page, "low")
      .getByRole("button", { name: /^Try again/ })
      .click();
    await expect.poll(() => state(page, "low"), PATIENTLY).toBe("loaded");
    await page.getByLabel("Marking of all that wait").fill("ZZ//TOP");
    await page.getByRole("button", { name: "Set" }).click();
    await page.getByRole("button", { name: "Load 1 file" }).click();
    await expect.poll(() => state(page, "strange"), PATIENTLY).toBe("refused: INVALID_MARKING");

    // Small pictures of them, through a view like any look.
    const drawn = `[...document.querySelectorAll("tbody canvas")].filter((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(20, 20, 8, 8);
      return data.some((value, at) => at % 4 !== 3 && value > 0);
    }).length`;
    // Only of those that are on the screen.
    for (const one of await page.locator("tbody tr").all()) await one.scrollIntoViewIfNeeded();
    await expect.poll(() => page.evaluate(drawn), PATIENTLY).toBe(5);

    await page.getByRole("button", { name: "Make the 5 loaded images tasks" }).click();
    await page.getByText("5 tasks were added.").waitFor();
    expect(await page.getByRole("button", { name: "Make the 0 loaded images tasks" }).isDisabled()).toBe(true);
    shown(watched);

    const ben = await enter("Ben Analyst");
    const good = await assets(ben);
    for (const title of [
      `${RELEASED} harbor/pier 1.png`,
      `${RELEASED} harbor/pier 2.png`,
      `${RELEASED} harbor/north/(U) low.png`,
      `${RELEASED} harbor/${HOSTILE}`,
      "(S//NF) harbor/north/(S--NF) pier 3.png",
    ])
      expect(good).toContain(title);
    expect(good.filter((title) => /text|wide|strange/.test(title))).toEqual([]);
    expect(await ben.page.locator(".projects li").allTextContents()).toEqual([
      expect.stringContaining("of 6 done, 6 to label"),
    ]);
    const charlotte = await enter("Charlotte Analyst");
    expect((await assets(charlotte)).filter((title) => title.includes("pier 3"))).toEqual([]);
  }, 180_000);

  test("of a large image it is told percent by percent how much is made of it, in words and on a bar that is read out", async () => {
    const watched = await steward();
    const { page } = watched;
    // Behind the last byte of a PNG nothing is read: so large a file is decoded in a process of its own, whatever its picture.
    const bytes = Buffer.concat([await picture(2_000), Buffer.alloc(16_777_216)]);
    writeFileSync(join(folder, "large.png"), bytes);
    const seen: [text: string, spoken: string, value: number, max: number][] = [];
    await page.exposeFunction("noteBar", (...bar: (typeof seen)[number]) => seen.push(bar));
    await page.locator("#steward-files").setInputFiles(join(folder, "large.png"));
    await row(page, "large.png").waitFor();
    await page.evaluate(`{
      const bar = document.querySelector("tbody progress");
      new MutationObserver(() => {
        if (!bar.hidden) noteBar(bar.previousElementSibling.textContent, bar.getAttribute("aria-valuetext"), bar.hasAttribute("value") ? bar.value : -1, bar.max);
      }).observe(bar, { attributes: true });
    }`);
    await page.getByRole("button", { name: "Load 1 file" }).click();
    await says(page, "1 of 1 loaded");
    const made = seen.filter(([text]) => /^deriving \d+ %$/.test(text));
    const percents = made.map(([, , value]) => value);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(new Set(percents).size).toBeGreaterThan(4);
    expect(Math.min(...percents)).toBeLessThan(50);
    expect(Math.max(...percents)).toBeGreaterThan(50);
    for (const [text, spoken, value, max] of made)
      expect([text, spoken, max]).toEqual([`deriving ${value} %`, `deriving ${value} %`, 100]);
    // What has no end yet says so, and what is sent is told in its own bytes.
    expect(seen.filter(([text]) => text === "hashing").every(([, , value]) => value === -1)).toBe(true);
    expect(seen.filter(([text]) => text.startsWith("sending")).every(([, , , max]) => max === bytes.length)).toBe(true);
    shown(watched);
  }, 120_000);

  test("by keyboard alone with the choosers; what is chosen again is there already and makes no second image", async () => {
    const watched = await steward();
    const { page } = watched;
    const ben = await enter("Ben Analyst");
    const before = (await assets(ben)).length;
    expect(await page.evaluate("document.activeElement.id")).toBe("steward-files");
    const one = { name: "keys.png", mimeType: "text/plain", buffer: await picture(120) };
    const choose = async (): Promise<void> => {
      const choosing = page.waitForEvent("filechooser");
      await page.locator("#steward-files").focus();
      await page.keyboard.press("Enter");
      const chooser = await choosing;
      expect(chooser.isMultiple()).toBe(true);
      await chooser.setFiles([one]);
      await row(page, "keys.png").waitFor();
    };
    /** Goes from field to field until it stands on a button. */
    const to = async (name: string): Promise<void> => {
      for (let times = 0; times < 60; times += 1) {
        if ((await page.evaluate("document.activeElement.textContent")) === name) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`no way to ${name}`);
    };
    await choose();
    await to("Load 1 file");
    await page.keyboard.press("Enter");
    // What others made of the images meanwhile may have been shown to this session: then it asks.
    const question = page.getByRole("dialog");
    await row(page, "keys").getByText("loaded").or(question).first().waitFor();
    if (await question.isVisible()) {
      await to("Go on");
      await page.keyboard.press("Enter");
    }
    await expect.poll(() => state(page, "keys"), PATIENTLY).toBe("loaded");
    await page.locator("#steward-files").focus();
    await to("Clear the list");
    await page.keyboard.press("Enter");
    expect(await page.locator("tbody tr").count()).toBe(0);
    await choose();
    await to("Load 1 file");
    await page.keyboard.press("Enter");
    await expect.poll(() => state(page, "keys"), PATIENTLY).toBe("loaded before");
    expect((await assets(ben)).length).toBe(before + 1);
    // A folder's chooser brings the files with their paths; it opens by key, too.
    await page.locator("#steward-folder").setInputFiles(join(folder, "harbor"));
    await row(page, "harbor/pier 1.png").waitFor();
    expect(Object.keys(await states(page))).toContain("harbor/north/(S--NF) pier 3.png");
    await row(page, "harbor/text.png")
      .getByRole("button", { name: /^Leave out/ })
      .press("Enter");
    expect(await row(page, "harbor/text.png").count()).toBe(0);
    shown(watched);
  }, 90_000);

  test("after an answer that was lost, trying again makes no second image, whichever answer it was", async () => {
    const { page } = await steward();
    const ben = await enter("Ben Analyst");
    const before = (await assets(ben)).length;
    const files = await Promise.all(
      ["lost a.png", "lost b.png"].map(async (name) => ({ name, mimeType: "", buffer: await picture(90) })),
    );
    let lose = 2;
    await page.route("**/*", async (route, request) => {
      const made = request.postData()?.includes("assetCreate") ?? false;
      const loses = lose > 0 && (lose === 2 ? made : request.method() === "PUT");
      if (!loses) return route.fallback();
      lose -= 1;
      await route.fetch();
      return route.abort("connectionreset");
    });
    await page.locator("#steward-files").setInputFiles(files);
    await page.getByRole("button", { name: "Load 2 files" }).click();
    await says(page, "0 of 2 loaded, 0 refused, 2 failed");
    expect(await state(page, "lost a")).toBe("failed: NO_ANSWER");
    await page.getByRole("button", { name: "Try again what failed" }).click();
    await says(page, "2 of 2 loaded");
    const now = await assets(ben);
    expect(now.length).toBe(before + 2);
    expect(now.filter((title) => title.includes("lost"))).toHaveLength(2);
  }, 90_000);

  test("what is stopped goes on when it is tried again; leaving in the midst of it asks first", async () => {
    const { page } = await steward();
    const held: (() => Promise<void>)[] = [];
    await page.route("**/content", (route) => {
      held.push(() => route.continue());
    });
    const files = await Promise.all(
      Array.from({ length: 5 }, async (_, n) => ({
        name: `held ${n}.png`,
        mimeType: "",
        buffer: await picture(70 + n),
      })),
    );
    await page.locator("#steward-files").setInputFiles(files);
    await page.getByRole("button", { name: "Load 5 files" }).click();
    // Three at once, and no more.
    const goOn = page.getByRole("dialog").getByRole("button", { name: "Go on" });
    await expect
      .poll(async () => {
        if (await goOn.isVisible()) await goOn.click();
        return held.length;
      }, PATIENTLY)
      .toBe(3);
    expect(Object.values(await states(page)).filter((text) => text === "waiting")).toHaveLength(2);
    await page.getByRole("button", { name: "Back to projects" }).click();
    await page
      .getByRole("dialog", { name: /Leave\?$/ })
      .getByRole("button", { name: "Leave it" })
      .click();
    const asked = page.waitForEvent("dialog");
    const closing = page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await closing;
    await page.getByRole("button", { name: "Stop" }).click();
    await says(page, "0 of 5 loaded, 0 refused, 5 failed or stopped");
    expect(new Set(Object.values(await states(page)))).toEqual(new Set(["stopped"]));
    await page.unroute("**/content");
    await page.getByRole("button", { name: "Try again what failed" }).click();
    await says(page, "5 of 5 loaded");
    // Nothing is on its way: leaving asks nobody.
    await page.getByRole("button", { name: "Back to projects" }).click();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
  }, 90_000);

  test("below what the session was shown he is asked once for all, and nothing is loaded without his word", async () => {
    const watched = await enter("Sam Steward", "TOP SECRET");
    const { page } = watched;
    await page.getByRole("button", { name: "Load images" }).click();
    const file = async (name: string) => ({ name, mimeType: "", buffer: await picture(60) });
    await page.locator("#steward-files:enabled").setInputFiles([await file("(TS--TK--NF) high.png")]);
    await page.getByRole("button", { name: "Load 1 file" }).click();
    await expect.poll(() => state(page, "high"), PATIENTLY).toBe("loaded");
    await expect.poll(async () => (await banners(page))[0], PATIENTLY).toBe("TOP SECRET//TK//NOFORN");
    await page
      .locator("#steward-files")
      .setInputFiles(await Promise.all(["low 1.png", "low 2.png", "low 3.png"].map(file)));
    await page.getByRole("button", { name: "Load 3 files" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave it" }).click();
    await expect.poll(() => state(page, "low 1"), PATIENTLY).toBe("refused: BELOW_HIGHWATER");
    await expect.poll(() => page.getByRole("button", { name: "Stop" }).isDisabled(), PATIENTLY).toBe(true);
    const again = (name: string) => row(page, name).getByRole("button", { name: /^Try again/ });
    await again("low 1").click();
    await page.getByRole("dialog").getByRole("button", { name: "Go on" }).click();
    await expect.poll(() => state(page, "low 1"), PATIENTLY).toBe("loaded");
    // He has said so of all of them.
    await again("low 2").click();
    await again("low 3").click();
    await page.locator(".steward").getByText("4 of 4 loaded").waitFor();

    expect(await page.getByRole("dialog").count()).toBe(0);
  }, 90_000);

  test("names and places that look like markup stay text, and a title goes without what no screen shows", async () => {
    const watched = await steward();
    const { page } = watched;
    const names = [
      HOSTILE,
      "\u202Egnp.exe\u202C.png",
      '"><script>alert(1)</script>.png',
      "javascript:alert(1)",
      "${alert(1)}{{7*7}}.png",
      `${"x".repeat(250)}.png`,
    ];
    const files = await Promise.all(names.map(async (name) => ({ name, mimeType: "", buffer: await picture(50) })));
    const hits: string[] = [];
    page.on("dialog", (dialog) => {
      hits.push(dialog.message());
      void dialog.dismiss();
    });
    await page.evaluate(
      `(files) => {
        const transfer = new DataTransfer();
        for (const [name, base64] of files)
          transfer.items.add(new File([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], name));
        document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }`.replace(/^/, "(") + `)(${JSON.stringify(files.map(({ name, buffer }) => [name, buffer.toString("base64")]))})`,
    );
    await row(page, "gnp.exe").waitFor();
    expect(new Set(await page.locator("tbody th").allTextContents())).toEqual(new Set(names));
    await page.getByRole("button", { name: "Load 6 files" }).click();
    await says(page, "6 of 6 loaded");
    const titles = await assets(await enter("Ben Analyst"));
    expect(titles).toContain(`${RELEASED} gnp.exe.png`);
    expect(titles).toContain(`${RELEASED} ${"x".repeat(196)}.png`);
    const found = (await page.evaluate(
      `[...new Set([...document.querySelectorAll("main *")].map(({ localName }) => localName))].filter((name) => ["img", "script", "iframe", "a", "style"].includes(name))`,
    )) as string[];
    expect([found, hits, watched.elsewhere, watched.complaints]).toEqual([[], [], [], []]);
  }, 90_000);

  test("folders that are too deep, and more files than are taken at once, are left out and told of", async () => {
    const { page } = await steward();
    const status = page.locator("#status");
    const deep = join(folder, "deep");
    mkdirSync(join(deep, ...Array.from({ length: 20 }, (_, n) => `d${n}`)), { recursive: true });
    writeFileSync(join(deep, "top.txt"), "t");
    writeFileSync(join(deep, ...Array.from({ length: 20 }, (_, n) => `d${n}`), "bottom.txt"), "b");
    await drop(page, page.locator(".drop"), [deep]);
    await status.getByText("Folders more than 16 deep are left out.").waitFor();
    expect(await page.locator("tbody th").allTextContents()).toEqual(["deep/top.txt"]);
    await page.getByRole("button", { name: "Clear the list" }).click();
    const many = join(folder, "many");
    mkdirSync(many);
    for (let n = 0; n <= 2_000; n += 1) writeFileSync(join(many, `${n}.txt`), "n");
    await drop(page, page.locator(".drop"), [many]);
    await status.getByText("Only the first 2,000 files are taken at once.").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(2_000);
    // Nothing of it is an image: there is nothing to load.
    expect(await page.getByRole("button", { name: "Load 0 files" }).isDisabled()).toBe(true);
  }, 90_000);

  test.each(["light", "dark"] as const)(
    "passes WCAG 2.1 A and AA, empty, filled and loaded, %s",
    async (colorScheme) => {
      const { page } = await steward();
      await page.emulateMedia({ colorScheme });
      expect(["empty", await violations(page)]).toEqual(["empty", []]);
      await page.locator("#steward-folder").setInputFiles(join(folder, "harbor"));
      await row(page, "pier 1").waitFor();
      expect(["filled", await violations(page)]).toEqual(["filled", []]);
      await page.getByRole("button", { name: /^Load \d+ files/ }).click();
      await says(page, / 3 refused, 0 failed/);
      expect(["loaded", await violations(page)]).toEqual(["loaded", []]);
    },
    90_000,
  );

  test("is offered to stewards only, and ends where nobody is signed in any more", async () => {
    for (const name of ["Ben Analyst", "Rita Reviewer"]) {
      const { page } = await enter(name);
      expect(await page.getByRole("button", { name: "Load images" }).count()).toBe(0);
    }
    const { page } = await steward();
    await page.context().clearCookies();
    const one = { name: "late.png", mimeType: "", buffer: await picture(40) };
    await page.locator("#steward-files").setInputFiles([one]);
    await page.getByRole("button", { name: "Load 1 file" }).click();
    await page.getByText("Nobody is signed in.").waitFor();
    expect(await page.locator("tbody").count()).toBe(0);
  }, 60_000);
});
