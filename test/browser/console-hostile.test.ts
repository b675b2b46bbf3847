import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { enterConsole, rows } from "./console-page.ts";
import { MARKUP, STRINGS, at, attacked } from "./hostile.ts";
import type { Attacked } from "./hostile.ts";

const { skip } = outsideProgram("chromium");

interface Entry {
  kind: string;
  at: string;
  leafHash: string;
  chain: string;
  sections: { slot: string; state: string; content: string | null }[];
}

describe.skipIf(skip)("text of others on the console", () => {
  let server: RunningServer;
  let browser: Browser;
  let watched: Attacked;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    watched = attacked(await enterConsole(browser, server.url, "TOP SECRET"));
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  /** Nothing of it has become anything but text. */
  const clean = async (page: Page): Promise<void> => {
    const risky =
      await page.evaluate(`[...document.querySelectorAll("img, iframe, script:not([src='./workbench.js']), style, object, embed, a, base, template, math"),
      ...[...document.querySelectorAll("*")].filter((one) => [...one.attributes].some(({ name }) => name.startsWith("on") || name === "style" || name === "srcdoc"))].map((one) => one.outerHTML)`);
    expect([risky, watched.hits, watched.elsewhere, watched.complaints]).toEqual([[], [], [], []]);
    expect(page.url()).toBe(`${server.url}/workbench`);
  };

  test(`${STRINGS.length} strings pasted in place of an id are refused in words, as text, without asking the server`, async () => {
    const { page } = watched;
    let asked = 0;
    page.on("request", () => (asked += 1));
    await page.getByRole("tab", { name: "Search" }).click();
    for (const question of ["Who saw this?", "What did this person see?", "What was refused?"]) {
      await page.getByLabel("Question").selectOption({ label: question });
      const told = (await page.evaluate(`${JSON.stringify(STRINGS)}.map((text) => {
        const field = document.querySelector("#about");
        field.value = text;
        field.form.requestSubmit();
        return [field.value, document.querySelector('[role="tabpanel"]:not([hidden]) .bad')?.textContent];
      })`)) as [string, string][];
      for (const [text, said] of told)
        expect(said).toBe(
          `“${text.trim().slice(0, 100).toWellFormed()}” is no id that this question can be asked about.`,
        );
      expect(told.length).toBe(STRINGS.length);
    }
    expect(asked).toBe(0);
    await clean(page);
  }, 120_000);

  test("kinds, states, sections, actions and reasons of an entry that hold markup are shown as they are", async () => {
    const { page } = watched;
    const alter = (entry: Entry, n: number): void => {
      [entry.kind, entry.at, entry.leafHash, entry.chain] = [at(n), at(n + 1), at(n + 2), at(n + 3)];
      entry.sections = entry.sections.map((_, m) => ({
        slot: at(n + m),
        state: at(n + m + 1),
        content: at(n + m + 2),
      }));
      entry.sections.push({
        slot: "actor",
        state: "opened",
        content: JSON.stringify({ person: at(n), operation: at(n) }),
      });
    };
    await page.route("**/graphql", async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as {
        data: { found?: { findings: { edges: { node: Record<string, unknown> & { entry: Entry } }[] } } };
        extensions: { marking: string };
      };
      const edges = body.data.found?.findings.edges ?? [];
      const [edge] = edges;
      if (edge)
        edges.splice(
          0,
          edges.length,
          ...MARKUP.map((text, n) => {
            const node = structuredClone(edge.node);
            alter(node.entry, n);
            return {
              node: { ...node, personId: text, operation: text, answer: text, actions: [text], reasons: [text] },
            };
          }),
        );
      body.extensions.marking = at(0);
      await route.fulfill({ response, json: body });
    });
    await page.getByRole("tab", { name: "Search" }).click();
    await page.getByLabel("Question").selectOption({ label: "What did this person see?" });
    const { id } =
      (await page.evaluate(`fetch("/graphql", { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ viewer { id } }" }) }).then((answer) => answer.json()).then(({ data }) => data.viewer)`)) as {
        id: string;
      };
    await page.locator("#about").fill(id);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.locator(".opens:visible").first().waitFor();
    expect(await page.locator(".opens").count()).toBe(MARKUP.length);
    for (let n = 0; n < MARKUP.length; n += 1) await page.locator(".opens").nth(n).click();
    expect((await rows(page)).map((row) => [row[3], row[4], row[5], row[7]])).toEqual(
      MARKUP.map((text) => [text, text, text, text]),
    );
    const kinds = (await page.evaluate(
      `[...document.querySelectorAll(".detail dl")].map((list) => [...list.querySelectorAll("dd")].slice(1).map((one) => one.textContent))`,
    )) as string[][];
    expect(kinds).toEqual(MARKUP.map((_, n) => [at(n + 1), at(n), at(n + 2), at(n + 3)]));
    const states = await page.locator(".detail h3").allTextContents();
    expect(states[0]).toBe(`${at(0)}: ${at(1)}`);
    expect(await page.locator(".banner").allTextContents()).toEqual([at(0), at(0)]);
    await clean(page);
    // What would have become an element is noticed.
    await page.evaluate(`document.querySelector(".answer").append(document.createElement("img"))`);
    await expect(clean(page)).rejects.toThrow(/img/);
    await page.evaluate(`document.querySelector(".answer img").remove()`);

    for (const code of [...MARKUP, "UNAVAILABLE"]) {
      await page.unroute("**/graphql");
      await page.route("**/graphql", (route) =>
        route.fulfill({ status: 400, json: { errors: [{ message: code, extensions: { code } }] } }),
      );
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await expect.poll(() => page.locator(".answer:visible .bad").textContent()).toBe(`The server refused: ${code}.`);
    }
    expect(await page.locator(".answer:visible p").allTextContents()).toContainEqual(
      expect.stringContaining("Ask again"),
    );
    await clean(page);
  }, 120_000);
});
