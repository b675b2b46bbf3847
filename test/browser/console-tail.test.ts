import type { Browser, Page, WebSocketRoute } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { asking, enterConsole, rows } from "./console-page.ts";
import { enterWorkbench } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const WAIT = { timeout: 20_000 };

interface Frame {
  type: string;
  payload?: {
    data?: { auditTail: { entries: { leafHash: string; index: number }[] } };
    variables?: { chain?: string };
  };
}

describe.skipIf(skip)("the live tail of a compliance officer", () => {
  let server: RunningServer;
  let browser: Browser;
  let ben: Page;
  const officers: Page[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    ben = (await enterWorkbench(browser, server.url, "Ben Analyst", "SECRET")).page;
  });
  // A person may follow the log twice at once.
  afterEach(async () => {
    for (const page of officers.splice(0)) await page.context().close();
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const act = (): Promise<unknown> => asking(ben, "{ viewer { id } }");
  const officer = async (): Promise<WatchedPage> => {
    const watched = await enterConsole(browser, server.url, "TOP SECRET");
    officers.push(watched.page);
    await watched.page.getByRole("tab", { name: "Live tail" }).click();
    return watched;
  };
  const follow = async (page: Page): Promise<void> => {
    await page.getByRole("button", { name: "Follow the log" }).click();
    await page.getByText(/^Following caveat\.local\/activity: \d+ entries/).waitFor();
  };
  const newest = (page: Page) => page.getByRole("table", { name: "The newest entries" });
  const indexes = async (page: Page): Promise<number[]> => (await rows(page)).map(([index]) => Number(index));
  /** Something is done, and seen to come. */
  const comes = async (page: Page): Promise<void> => {
    const before = await indexes(page);
    await act();
    await expect.poll(async () => (await indexes(page))[0], WAIT).toBeGreaterThan(before[0] ?? -1);
  };

  test("shows entries as they come, pauses, goes on without a gap, and follows nothing when nobody looks", async () => {
    const watched = await officer();
    const { page } = watched;
    const sockets: { isClosed(): boolean }[] = [];
    page.on("websocket", (socket) => sockets.push(socket));
    await follow(page);
    await comes(page);
    expect(await newest(page).locator("thead").textContent()).toContain("Who");
    await newest(page).locator(".opens").first().click();
    await newest(page).getByText("outcome: opened").waitFor();
    const first = await indexes(page);
    await comes(page);
    // What came before is there by its header only: its sections belonged to another banner.
    const before = page.getByRole("table", { name: "Entries before them, by their headers" });
    expect(await before.locator("tbody td:first-child").allTextContents()).toEqual(first.map(String));
    expect(await page.locator(".detail").count()).toBe(0);
    expect(await before.locator("button").count()).toBe(0);
    expect((await page.locator(".banner").allTextContents())[0]).not.toBe("nothing marked is shown");

    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText(/^Paused after \d+ entries/).waitFor();
    await expect.poll(() => sockets.map((socket) => socket.isClosed()), WAIT).toEqual([true]);
    const paused = await indexes(page);
    await act();
    await page.waitForTimeout(2_500);
    expect(await indexes(page)).toEqual(paused);
    await page.getByRole("button", { name: "Go on" }).click();
    await expect.poll(async () => (await indexes(page)).length, WAIT).toBeGreaterThan(paused.length);
    await comes(page);
    // Everything that was there meanwhile; only what this tail wrote itself is passed over, along the chain.
    const all = await rows(page);
    expect(all.map(([index]) => Number(index))).toEqual(all.map(([index]) => Number(index)).toSorted((a, b) => b - a));
    expect(await page.getByRole("alert").isVisible()).toBe(false);

    await page.getByRole("tab", { name: "Search" }).click();
    await expect.poll(() => sockets.map((socket) => socket.isClosed()), WAIT).toEqual([true, true]);
    await page.getByRole("tab", { name: "Live tail" }).click();
    await page.getByText(/^Paused after \d+ entries/).waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText(/^Following /).waitFor();
    await page.getByRole("button", { name: "Back to projects" }).click();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
    await expect.poll(() => sockets.map((socket) => socket.isClosed()), WAIT).toEqual([true, true, true]);
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 120_000);

  /** Lets a page speak to the server with frames changed on the way. */
  const between = (page: Page, change: (frame: Frame, to: "page" | "server") => Frame): Promise<void> =>
    page.routeWebSocket(/\/graphql$/, (route: WebSocketRoute) => {
      const remote = route.connectToServer();
      const changed = (text: string | Buffer, to: "page" | "server"): string =>
        JSON.stringify(change(JSON.parse(String(text)) as Frame, to));
      route.onMessage((text) => remote.send(changed(text, "server")));
      remote.onMessage((text) => route.send(changed(text, "page")));
    });

  test("tells when the chain does not lead to what came, and follows no further", async () => {
    const { page } = await officer();
    let spoil = false;
    await between(page, (frame) => {
      const [entry] = frame.payload?.data?.auditTail.entries ?? [];
      if (spoil && entry) entry.leafHash = entry.leafHash.replace(/^./, (one) => (one === "0" ? "1" : "0"));
      return frame;
    });
    await follow(page);
    await comes(page);
    const shown = await indexes(page);
    spoil = true;
    await act();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/^The chain does not lead to entry \d+ as it was sent\./);
    expect(await indexes(page)).toEqual(shown);
    spoil = false;
    await act();
    await page.waitForTimeout(2_000);
    expect(await indexes(page)).toEqual(shown);
    await page.getByRole("button", { name: "Follow anew" }).click();
    await page.getByText(/^Following /).waitFor();
    expect([await indexes(page), await alert.isVisible()]).toEqual([[], false]);
  }, 120_000);

  test("tells when the log is not the one that was followed before the pause", async () => {
    const { page } = await officer();
    await between(page, (frame, to) => {
      const chain = frame.payload?.variables?.chain;
      if (to === "server" && frame.payload?.variables && chain !== undefined)
        frame.payload.variables.chain = chain.replaceAll(/./g, "a");
      return frame;
    });
    await follow(page);
    await comes(page);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Go on" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/^This is not the log that was followed to \d+ entries/);
  }, 120_000);

  test("ends with the session, and tells of a connection that is refused", async () => {
    const { page } = await officer();
    await page.routeWebSocket(/\/graphql$/, (route) => route.close());
    await page.getByRole("button", { name: "Follow the log" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toBe("The connection ended, or was refused.");
    const other = await officer();
    await follow(other.page);
    // Signed out elsewhere: the server ends what is followed, and nothing stays on the screen.
    await other.page.evaluate(`fetch("/session", { method: "DELETE" }).then(() => undefined)`);
    await other.page.getByRole("heading", { name: "Nothing to show" }).waitFor();
    await other.page.getByText("Nobody is signed in.").waitFor();
    expect(await other.page.locator("table").count()).toBe(0);
  }, 120_000);
});
