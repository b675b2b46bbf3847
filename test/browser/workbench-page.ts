import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { openPage } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.js"), "utf8");

/** Signs somebody of the demonstration in, in a browser context of his own, and goes on to the workbench. */
export async function enterWorkbench(browser: Browser, url: string, name: string, level: string): Promise<WatchedPage> {
  const watched = await openPage(browser, url);
  const { page } = watched;
  await page.getByLabel("Level of the session").selectOption({ label: level });
  await page.getByRole("button", { name: `Sign in as ${name}` }).click();
  await page.getByText(/^Signed in as/).waitFor();
  await page.getByRole("link", { name: "To the workbench" }).click();
  await page.getByRole("heading", { name: "Projects" }).waitFor();
  return watched;
}

/** What of WCAG 2.1 A and AA the page does not keep, by axe's rules, with the elements. */
export async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] })
    .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`);
}
