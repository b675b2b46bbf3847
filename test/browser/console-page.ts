import type { Browser, Page } from "playwright-core";
import type { WatchedPage } from "./chromium.ts";
import { enterWorkbench } from "./workbench-page.ts";

/** Signs the compliance officer in at a level and opens his console. */
export async function enterConsole(browser: Browser, url: string, level: string): Promise<WatchedPage> {
  const watched = await enterWorkbench(browser, url, "Otto Officer", level);
  await watched.page.getByRole("button", { name: "Compliance console" }).click();
  await watched.page.getByRole("heading", { name: "Compliance console" }).waitFor();
  await watched.page.getByRole("img", { name: /^Entries by kind/ }).waitFor();
  return watched;
}

/** Asks the server for something in the session of whoever is signed in on a page. */
export const asking = (page: Page, query: string, variables: object = {}): Promise<Record<string, unknown>> =>
  page.evaluate(`fetch("/graphql", { method: "POST", headers: { "content-type": "application/json" },
    body: ${JSON.stringify(JSON.stringify({ query, variables }))} }).then((answer) => answer.json())`);

/** Has a checkpoint of all that there is signed: an archive ends with one. */
export async function sign(page: Page): Promise<void> {
  await page.evaluate(`fetch("/audit/archive").then((answer) => answer.text()).then(() => undefined)`);
}

/** Asks one of the questions about an id, and waits for its answer. */
export async function askAbout(page: Page, question: string, id: string): Promise<void> {
  await page.getByRole("tab", { name: "Search" }).click();
  await page.getByLabel("Question").selectOption({ label: question });
  await page.locator("#about").fill(id);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.locator(".answer:visible .holds").waitFor();
}

/** The rows of the answer on the screen, cell by cell. */
export const rows = (page: Page): Promise<string[][]> =>
  page.evaluate(`[...document.querySelectorAll('[role="tabpanel"]:not([hidden]) .answer tbody tr:not(.detail)')]
    .map((row) => [...row.cells].map((cell) => cell.textContent))`);
