import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

/** A page of a real browser, and what it did that a page must not. */
export interface WatchedPage {
  readonly page: Page;
  /** Requests that went anywhere else than to the server. */
  readonly elsewhere: string[];
  /** Errors and refusals by policy that the browser told of. */
  readonly complaints: string[];
}

/** Starts Debian's Chromium without a window. As root it has no sandbox of its own: a test's server is all that it sees. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    chromiumSandbox: process.getuid?.() !== 0,
  });
}

/** Opens a page of a server in a browser context of its own: another person at another machine. */
export async function openPage(browser: Browser, url: string): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const watched: WatchedPage = { page, elsewhere: [], complaints: [] };
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== url) watched.elsewhere.push(request.url());
  });
  page.on("pageerror", (error) => watched.complaints.push(error.message));
  page.on("console", (message) => {
    // A refusal by the server is told there, too, and is no fault of the page.
    if (message.type() === "error" && !message.text().includes("the server responded with a status of"))
      watched.complaints.push(message.text());
  });
  await page.goto(url);
  return watched;
}
