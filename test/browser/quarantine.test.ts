import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sendNitf } from "../nitf/send-nitf.ts";
import { writeNitf } from "../nitf/write-nitf.ts";
import type { NitfFields } from "../nitf/write-nitf.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { makeSteward } from "../server/second-steward.ts";
import { tokenOf } from "../server/tokens.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
/** A busy machine is no fault of the page. */
const PATIENCE_MS = 45_000;
const S = "SECRET//NOFORN";
const NOFORN = { clas: "S", clsy: "US", ctlh: "NF" };
const HOSTILE = "<img src=x onerror=alert(1)>";
const UNKNOWN_WORD: NitfFields = {
  header: NOFORN,
  image: { ...NOFORN, code: "QZ", cltx: HOSTILE },
};

describe.skipIf(skip)("files in quarantine in a real browser", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    vi.stubEnv("CAVEAT_STATE", server.state);
    await makeSteward(server, "rita");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await browser?.close();
    await endEverything();
  });

  const sent = async (title: string, fields: NitfFields = UNKNOWN_WORD): Promise<string> =>
    (await sendNitf(server, await tokenOf(server.state, "sam"), { title, fields, marking: S })).id;
  const desk = async (name: string, level = "SECRET"): Promise<WatchedPage> => {
    const watched = await enterWorkbench(browser, server.url, name, level);
    watched.page.setDefaultTimeout(PATIENCE_MS);
    await watched.page.getByRole("button", { name: "Quarantine" }).click();
    await watched.page.getByRole("heading", { name: "Files in quarantine" }).waitFor();
    await watched.page.locator(".queue:not([aria-busy]) > *").first().waitFor();
    return watched;
  };
  const card = (page: Page, title: string): Locator => page.locator("article").filter({ hasText: title });
  const width = async (id: string): Promise<unknown> => {
    const query = "query($id: ID!) { asset(id: $id) { width } }";
    const { body } = await server.graphql(await tokenOf(server.state, "ben"), query, { id });
    return (JSON.parse(body.toString()) as { data: { asset: { width: number | null } | null } }).data.asset;
  };
  const lift = async (page: Page, title: string, marking: string, reason: string): Promise<void> => {
    await card(page, title).getByLabel("Its marking").fill(marking);
    await card(page, title).getByLabel("Reason").fill(reason);
    await card(page, title)
      .getByRole("button", { name: `Lift: ${title}` })
      .click();
    const question = page.getByRole("dialog");
    expect(await question.textContent()).toContain(`Lift ${title} as ${marking}?`);
    await question.getByRole("button", { name: "Go on" }).click();
  };
  const clean = ({ elsewhere, complaints }: WatchedPage): void => expect([elsewhere, complaints]).toEqual([[], []]);

  test("a steward loads a file that waits; another one reads why, is refused below it, and lifts it", async () => {
    const loading = await enterWorkbench(browser, server.url, "Sam Steward", "SECRET");
    loading.page.setDefaultTimeout(PATIENCE_MS);
    await loading.page.getByRole("button", { name: "Load images" }).click();
    const buffer = writeNitf(UNKNOWN_WORD);
    await loading.page
      .locator("#steward-files:enabled")
      .setInputFiles([{ name: "(S--NF) north.ntf", mimeType: "image/nitf", buffer }]);
    // Its header and its image say something else: somebody has to say which, and what they say is text.
    const marking = loading.page.getByLabel("Marking of (S--NF) north.ntf");
    await loading.page.getByText(`it says (S//NF) and (US S//QZ//NF//${HOSTILE}): give a marking`).waitFor();
    expect(await marking.inputValue()).toBe("");
    await marking.fill("(S//NF)");
    await loading.page.getByRole("button", { name: "Load 1 file" }).click();
    await loading.page.getByText("0 of 1 loaded, 1 in quarantine, 0 refused").first().waitFor();
    const row = loading.page.locator("tbody tr");
    expect(await row.textContent()).toContain("It waits until another steward says what its marking is");
    // Neither sent again nor left out, and no picture of it.
    expect([await row.getByRole("button").count(), await row.locator("canvas").count()]).toEqual([0, 0]);
    clean(loading);

    const own = await desk("Sam Steward");
    expect(await card(own.page, "north.ntf").textContent()).toContain("another steward says what its marking is");
    expect(await card(own.page, "north.ntf").getByRole("button").count()).toBe(0);

    const watched = await desk("Rita Reviewer");
    const { page } = watched;
    const waiting = card(page, "north.ntf");
    expect(await page.locator(".banner").allTextContents()).toEqual([S, S]);
    expect(await waiting.locator("li").allTextContents()).toEqual([
      "CODEWORD_UNMAPPED: a codeword is in no table",
      "TEXT_NOT_READ: a classification text is no marking",
    ]);
    expect(await waiting.locator("tbody tr").first().locator("th, td").allTextContents()).toEqual([
      "image 1",
      "S",
      "US",
      "QZ",
      "NF",
      "blank",
      HOSTILE,
      "empty",
      "CODEWORD_UNMAPPED, TEXT_NOT_READ",
    ]);
    expect(await waiting.getByLabel("Its marking").inputValue()).toBe(S);
    await waiting.getByRole("button", { name: "Lift: (S--NF) north.ntf" }).click();
    await waiting.getByRole("alert").getByText("Give a marking and a reason.").waitFor();
    await lift(page, "(S--NF) north.ntf", "UNCLASSIFIED", "its cover sheet");
    await waiting.getByText("Not lifted: MARKING_TOO_LOW. It is below what it stands at").waitFor();
    expect(await waiting.getByLabel("Reason").inputValue()).toBe("its cover sheet");
    await lift(page, "(S--NF) north.ntf", S, "its cover sheet");
    await page.locator("#status").getByText("It is lifted: it is an image like any other now.").waitFor();
    expect(await waiting.count()).toBe(0);
    await page.getByText("Nothing that you may see waits here.").waitFor();
    expect(await page.evaluate("document.activeElement.localName")).toBe("h1");
    clean(watched);
  }, 180_000);

  test("by keyboard alone, from the desk to the next file; what was typed for another one stays", async () => {
    const ids = [await sent("first by key"), await sent("second by key")];
    const watched = await desk("Rita Reviewer");
    const { page } = watched;
    const to = async (name: string): Promise<void> => {
      for (let times = 0; times < 60; times += 1) {
        const at = "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent)";
        if ((await page.evaluate(at)) === name) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`no way to ${name}`);
    };
    // They stand in the order of their ids, which are random.
    const titles = (await page.locator("article h2").allTextContents()).map((text) => text.replace(/^\(.*?\) /, ""));
    const [first = "", second = ""] = titles;
    expect(titles.toSorted()).toEqual(["first by key", "second by key"]);
    await to(`Lift: ${second}`);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("half a reason");
    await page.locator("h1").focus();
    await to(`Lift: ${first}`);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("read outside");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await to("Go on");
    await page.keyboard.press("Enter");
    await page.locator("#status").getByText("It is lifted: it is an image like any other now.").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toContain(second);
    expect(await card(page, second).getByLabel("Reason").inputValue()).toBe("half a reason");
    await lift(page, second, S, "read outside");
    await page.getByText("Nothing that you may see waits here.").waitFor();
    expect(await Promise.all(ids.map(width))).toEqual([{ width: 40 }, { width: 40 }]);
    clean(watched);
  }, 120_000);

  test("what another one lifted meanwhile is told of and goes; without a session nothing stays", async () => {
    const id = await sent("raced");
    const { page } = await desk("Rita Reviewer");
    const input = { assetId: id, marking: S, reason: "read", idempotencyKey: crypto.randomUUID() };
    const done = await server.graphql(
      await tokenOf(server.state, "rita"),
      "mutation($input: AssetQuarantineLiftInput!) { assetQuarantineLift(input: $input) { userErrors { code } } }",
      { input },
    );
    expect(done.body.toString()).toContain('"userErrors":[]');
    await lift(page, "raced", S, "read");
    await page.locator("#status").getByText("It does not wait any more, or is not for you to see.").waitFor();
    expect(await card(page, "raced").count()).toBe(0);
    await sent("left behind");
    await page.getByRole("button", { name: "Look again" }).click();
    await card(page, "left behind").waitFor();
    await page.context().clearCookies();
    await lift(page, "left behind", S, "read");
    await page.getByText("Nobody is signed in.").waitFor();
    expect(await page.locator("article").count()).toBe(0);
    expect(await page.locator(".banner").first().textContent()).toBe("nothing marked is shown");
  }, 120_000);

  test("shows what the session's level lets, under its banner, and is offered to stewards alone", async () => {
    await sent("over the top", { header: { clas: "T", clsy: "US", code: "SI", ctlh: "NF" } });
    const low = await desk("Rita Reviewer");
    expect(await card(low.page, "over the top").count()).toBe(0);
    expect(await low.page.locator(".banner").first().textContent()).toBe(S);
    const high = await desk("Rita Reviewer", "TOP SECRET");
    expect(await card(high.page, "over the top").textContent()).toContain("it says more than it was declared as");
    expect(await high.page.locator(".banner").first().textContent()).toBe("TOP SECRET//SI//NOFORN");
    const { page } = await enterWorkbench(browser, server.url, "Ben Analyst", "SECRET");
    expect(await page.getByRole("button", { name: "Quarantine" }).count()).toBe(0);
  }, 120_000);

  test.each(["light", "dark"] as const)(
    "passes WCAG 2.1 A and AA, filled, asked and refused, with markup as text, %s",
    async (colorScheme) => {
      const title = `${HOSTILE} ${colorScheme}`;
      await sent(title);
      const watched = await desk("Rita Reviewer");
      const { page } = watched;
      const hits: string[] = [];
      page.on("dialog", (dialog) => {
        hits.push(dialog.message());
        void dialog.dismiss();
      });
      await page.emulateMedia({ colorScheme });
      expect(["filled", await violations(page)]).toEqual(["filled", []]);
      await lift(page, title, "ZZ", "read");
      await page.getByText("Not lifted: INVALID_MARKING.").waitFor();
      expect(["refused", await violations(page)]).toEqual(["refused", []]);
      await card(page, title).getByLabel("Its marking").fill(S);
      await card(page, title)
        .getByRole("button", { name: `Lift: ${title}` })
        .click();
      await page.getByRole("dialog").waitFor();
      expect(["asked", await violations(page)]).toEqual(["asked", []]);
      const found = await page.evaluate(
        `[...new Set([...document.querySelectorAll("main *, dialog *")].map(({ localName }) => localName))].filter((name) => ["img", "script", "iframe", "a", "style"].includes(name))`,
      );
      expect([found, hits]).toEqual([[], []]);
      clean(watched);
    },
    90_000,
  );
});
