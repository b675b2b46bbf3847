import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { openPage, startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";

const { skip } = outsideProgram("chromium");
const IMAGES = "Images of the datasets that I see";

describe.skipIf(skip)("the demonstration's page in a real browser", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const signIn = async ({ page }: WatchedPage, name: string, level = "TOP SECRET"): Promise<void> => {
    await page.getByLabel("Level of the session").selectOption({ label: level });
    await page.getByRole("button", { name: `Sign in as ${name}` }).click();
    await page.getByText(/^Signed in as/).waitFor();
  };
  const ask = async ({ page }: WatchedPage, example = IMAGES): Promise<string> => {
    await page.getByLabel("Examples").selectOption({ label: example });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText(/^(Receipt|Refused)/).waitFor();
    return (await page.locator("#answer").textContent()) ?? "";
  };
  const banners = ({ page }: WatchedPage): Promise<string[]> => page.locator(".banner").allTextContents();

  test("I1 two people at two windows see what is theirs, under its banner", async () => {
    const [ana, ben] = [await openPage(browser, server.url), await openPage(browser, server.url)];
    await signIn(ana, "Ana Analyst");
    await signIn(ben, "Ben Analyst");
    expect(await ask(ana)).toContain("(TS//TK//NF)");
    expect(await banners(ana)).toEqual(["TOP SECRET//TK//NOFORN", "TOP SECRET//TK//NOFORN"]);
    expect(await ask(ben)).not.toContain("TS");
    expect(await banners(ben)).toEqual(["SECRET//REL TO USA, FVEY", "SECRET//REL TO USA, FVEY"]);
    for (const { elsewhere, complaints } of [ana, ben]) expect([elsewhere, complaints]).toEqual([[], []]);
  });

  test("I1 a session's level is a ceiling on what is shown in it", async () => {
    const ana = await openPage(browser, server.url);
    await signIn(ana, "Ana Analyst", "SECRET");
    expect(await ask(ana)).not.toContain("TS");
  });

  test("I9 the session outlives a reload, and after signing out nothing of it is left: on the page, in a store or behind the back button", async () => {
    const ana = await openPage(browser, server.url);
    const { page } = ana;
    await signIn(ana, "Ana Analyst");
    await page.reload();
    await page.getByText("Signed in as ana, at TOP SECRET.").waitFor();
    expect(await ask(ana)).toContain("(TS//TK//NF)");
    // No script reads the cookie.
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Nobody is signed in.").waitFor();
    expect(await page.locator("#answer").textContent()).toBe("");
    expect(await page.context().cookies()).toEqual([]);
    const stores =
      "[localStorage.length, sessionStorage.length, (await caches.keys()).length, (await indexedDB.databases()).length]";
    expect(await page.evaluate(`(async () => ${stores})()`)).toEqual([0, 0, 0, 0]);
    await page.goto("about:blank");
    await page.context().setOffline(true);
    await page.goBack().catch(() => undefined);
    expect(await page.content()).not.toContain("TK//NF");
    await page.context().setOffline(false);
    await page.goto(server.url);
    expect(await ask(ana)).toContain("UNAUTHENTICATED");
  });

  test("I9 a page of another site cannot use the session", async () => {
    const ana = await openPage(browser, server.url);
    await signIn(ana, "Ana Analyst");
    // Another name for this machine, and so another site, with pages of the same server on it.
    const foreign = await ana.page.context().newPage();
    await foreign.goto(server.url.replace("127.0.0.1", "localhost"));
    const asked = `fetch("${server.url}/graphql", { method: "POST", mode: "no-cors", credentials: "include", body: "{}" })
      .then((answer) => "sent " + answer.type, () => "not sent")`;
    // The policy of our own pages lets them send nowhere else.
    expect(await foreign.evaluate(asked)).toBe("not sent");
    expect(
      await foreign.evaluate(`fetch("/graphql", { method: "POST", body: "{}" }).then((answer) => answer.status)`),
    ).toBe(401);
  });

  test("is worked with the keyboard alone", async () => {
    const ana = await openPage(browser, server.url);
    const { page } = ana;
    const press = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press("Tab");
        const focused = await page.evaluate(
          "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
        );
        if (focused === name) return page.keyboard.press("Enter");
      }
      throw new Error(`the keyboard does not reach: ${name}`);
    };
    await press("Sign in as Ana Analyst");
    await page.getByText(/^Signed in as/).waitFor();
    await press("Send");
    await page.getByText(/^Receipt/).waitFor();
    await press("Sign out");
    await page.getByText("Nobody is signed in.").waitFor();
  });
});
