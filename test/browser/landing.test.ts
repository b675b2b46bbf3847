import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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

  test("a text that looks like markup cannot become any: the page's policy lets no script write it", async () => {
    const { page } = await openPage(browser, server.url);
    const attempts = `[() => { document.body.innerHTML = "<b>x</b>"; }, () => { document.createElement("script").text = "1"; },
      () => document.write("x"), () => new DOMParser().parseFromString("<b>x</b>", "text/html")].map((act) => {
      try { act(); return "done"; } catch { return "refused"; }
    })`;
    expect(await page.evaluate(attempts)).toEqual(["refused", "refused", "refused", "refused"]);
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
    // No script reads the session's cookie.
    expect(await page.evaluate("document.cookie")).toBe("caveat-signed-in=1");
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
    await page.waitForTimeout(500);
    await page.waitForLoadState();
    // Where the machine is busy it is still on its way there.
    const shows = (): Promise<boolean | null> =>
      page.content().then(
        (text) => text.includes("TK//NF"),
        () => null,
      );
    await expect.poll(shows, { timeout: 30_000 }).toBe(false);
    await page.context().setOffline(false);
    await page.goto(server.url);
    expect(await ask(ana)).toContain("UNAUTHENTICATED");
  });

  test("I9 a page of another origin on this machine cannot use the session, although the browser sends it along", async () => {
    const ana = await openPage(browser, server.url);
    await signIn(ana, "Otto Officer");
    const attempt = `new Promise((told) => {
      const socket = new WebSocket("${server.url.replace("http", "ws")}/graphql", "graphql-transport-ws");
      socket.onopen = () => told("open");
      socket.onclose = () => told("refused");
    })`;
    expect(await ana.page.evaluate(attempt)).toBe("open");
    const cookies: string[] = [];
    const attacker = createServer((request, response) => {
      cookies.push(request.headers.cookie ?? "");
      response.setHeader("content-type", "text/html").end("<title>elsewhere</title>");
    });
    await new Promise<void>((resolve) => attacker.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = attacker.address() as AddressInfo;
      const page = await ana.page.context().newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      // Cookies know no ports: what keeps it out is where the request comes from.
      expect(cookies.join()).toContain("caveat-session=");
      expect(await page.evaluate(attempt)).toBe("refused");
      const body = JSON.stringify({ query: "mutation { x }" });
      for (const [path, method] of [
        ["/graphql", "POST"],
        ["/session", "POST"],
      ])
        await page.evaluate(
          `fetch("${server.url}${path ?? ""}", { method: "${method ?? ""}", mode: "no-cors", credentials: "include", body: ${JSON.stringify(body)} }).catch(() => undefined)`,
        );
      expect(
        await page.evaluate(
          `fetch("${server.url}/session", { method: "DELETE", credentials: "include" }).then(() => "sent", () => "not sent")`,
        ),
      ).toBe("not sent");
    } finally {
      attacker.close();
    }
    expect(await ask(ana, "Who am I, and what is there for me?")).toContain("otto");
  });

  test("I1 what was asked in one session is not shown in the next, in this tab or another", async () => {
    const ana = await openPage(browser, server.url);
    const { page } = ana;
    await signIn(ana, "Ana Analyst");
    const other = { ...ana, page: await page.context().newPage() };
    await other.page.goto(server.url);
    await other.page.getByText("Signed in as ana, at TOP SECRET.").waitFor();
    expect(await ask(other)).toContain("(TS//TK//NF)");
    const held = Promise.withResolvers<undefined>();
    await page.route("**/graphql", async (route) => {
      const answer = await route.fetch();
      await held.promise;
      await route.fulfill({ response: answer });
    });
    await page.getByLabel("Examples").selectOption({ label: IMAGES });
    await page.getByRole("button", { name: "Send" }).click();
    await signIn(ana, "Ben Analyst");
    held.resolve(undefined);
    await other.page.getByText("Signed in as ben, at SECRET.").waitFor();
    await page.waitForTimeout(500);
    for (const each of [page, other.page]) expect(await each.locator("#answer").textContent()).toBe("");
  });

  test("says that nobody is signed in only where that is so", async () => {
    const ana = await openPage(browser, server.url);
    const { page } = ana;
    await signIn(ana, "Ana Analyst");
    await page.route("**/session", (route) => route.fulfill({ status: 503, body: "{}" }));
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("The server answered 503: the session may still be open.").waitFor();
    expect(await page.getByRole("button", { name: "Sign out" }).isVisible()).toBe(true);
    await page.route("**/graphql", (route) => route.fulfill({ status: 503, body: "{}" }));
    await page.reload();
    await page.getByText("The server answered 503: somebody may be signed in.").waitFor();
    expect(await page.getByRole("button", { name: "Sign out" }).isVisible()).toBe(true);
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
