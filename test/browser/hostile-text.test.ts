import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { MARKUP, STRINGS, altered, at, attacked, clean as stillClean } from "./hostile.ts";
import type { Attacked } from "./hostile.ts";
import { enterWorkbench } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");

interface Named {
  node: { name: string; marking: { portion: string } };
}

describe.skipIf(skip)("text of others on the workbench", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = async (name: string): Promise<Attacked> =>
    attacked(await enterWorkbench(browser, server.url, name, "SECRET"));
  const clean = (watched: Attacked): Promise<void> => stillClean(watched, server.url);
  const texts = (page: Page, selector: string): Promise<string[]> => page.locator(selector).allTextContents();

  test(`${STRINGS.length} strings, each as the name of a project and of a dataset, as portions, handle, level and banner, stay text`, async () => {
    const watched = await enter("Ben Analyst");
    const { page } = watched;
    await altered(page, ({ data, extensions }) => {
      const { viewer, programs } = data as unknown as {
        viewer: { handle: string; sessionLevel: string };
        programs: {
          edges: {
            node: {
              datasets: {
                edges: { node: { name: string; marking: { portion: string }; projects: { edges: Named[] } } }[];
              };
            };
          }[];
        };
      };
      [viewer.handle, viewer.sessionLevel] = [at(0), at(3)];
      const dataset = programs.edges
        .flatMap(({ node }) => node.datasets.edges)
        .find(({ node }) => node.projects.edges.length > 0)?.node;
      const [project] = dataset?.projects.edges ?? [];
      if (!dataset || !project) return;
      [dataset.name, dataset.marking.portion] = [at(1), at(2)];
      dataset.projects.edges = STRINGS.map((name, n) => ({
        ...project,
        node: { ...project.node, name, marking: { portion: at(n + 7) } },
      }));
      if (extensions) extensions.marking = at(4);
    });
    await page.reload();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
    expect(await texts(page, ".projects h2")).toEqual(STRINGS.map((name, n) => `${at(n + 7)} ${name}`));
    expect((await texts(page, ".projects p")).filter((_, n) => n % 2 === 0)).toEqual(
      STRINGS.map(() => `${at(2)} ${at(1)}`),
    );
    expect(await texts(page, ".banner")).toEqual([at(4), at(4)]);
    expect(await texts(page, "header span")).toEqual([`${at(0)}, at ${at(3)}`]);
    await clean(watched);
    // What would have become an element is noticed.
    await page.evaluate(`document.querySelector(".projects h2").append(document.createElement("img"))`);
    await expect(clean(watched)).rejects.toThrow(/img/);
  }, 60_000);

  test("each as class, label, title and guideline of a task, and as the code of a refusal, stays text", async () => {
    const watched = await enter("Ben Analyst");
    const { page } = watched;
    await altered(page, ({ data }) => {
      const task = data?.["task"] as
        | {
            draft: unknown;
            marking: { portion: string };
            asset?: { title: string; marking: { portion: string } };
            project: { guidelines: unknown[]; ontologyVersion: { classes: unknown[] } };
          }
        | undefined;
      // What is asked of a task alone has nothing that is shown.
      if (!task?.asset) return;
      task.asset.title = at(1);
      task.asset.marking.portion = at(3);
      task.marking.portion = at(6);
      task.project.guidelines = [{ version: 1, body: STRINGS.join("\n"), marking: { portion: at(0) } }];
      // Keys of attributes come as JSON and choices are anybody's words.
      const attributes = [
        { key: at(5), type: "choice", required: false, choices: STRINGS },
        ...STRINGS.slice(0, 40).map((key) => ({ key, type: "text", required: true })),
      ];
      task.project.ontologyVersion.classes = STRINGS.map((name) => ({
        key: name,
        name,
        attributes: name === at(0) ? attributes : [],
      }));
      const shape = { kind: "box", x: 1, y: 1, width: 5, height: 5 };
      task.draft = {
        body: {
          format: 1,
          drawn: STRINGS.map((classKey, n) => ({ id: `d${n}`, classKey, shape })),
          done: [],
          undone: [],
        },
      };
    });
    await page.getByRole("button", { name: /^Label: / }).click();
    await page
      .locator(".shapes button")
      .nth(STRINGS.length - 1)
      .waitFor();
    expect(await texts(page, ".shapes button")).toEqual(
      STRINGS.map((name, n) => `${at(6)} ${n + 1}. ${name}, box${name === at(0) ? `, ⚠ ${at(0)}: needed` : ""}`),
    );
    const buttons = await texts(page, ".side button");
    const first = buttons.indexOf(`1 ${at(0)}`);
    expect(buttons.slice(first, first + STRINGS.length)).toEqual(
      STRINGS.map((name, n) => (n < 9 ? `${n + 1} ${name}` : name)),
    );
    expect(await texts(page, "h1")).toEqual([`${at(3)} ${at(1)}`]);
    expect(await texts(page, ".guidelines")).toEqual([`${at(0)} Version 1. ${STRINGS.join("\n")}`]);
    await page.locator(".shapes button").first().click();
    expect(await texts(page, ".attributes option")).toEqual([
      "not said",
      ...STRINGS.map((text, n) => (n < 9 ? `${text} (${n + 1})` : text)),
    ]);
    expect((await texts(page, ".attributes label")).slice(1)).toEqual(
      STRINGS.slice(0, 40).map((key) => `${key} (needed)needed`),
    );
    await page.getByLabel("Filter by class or shape").fill(at(0).slice(0, 20));
    expect((await texts(page, ".shapes button"))[0]).toBe(`${at(6)} 1. ${at(0)}, box, ⚠ ${at(0)}: needed`);
    await page.waitForTimeout(1_000);
    await clean(watched);

    for (const code of MARKUP) {
      await page.unroute("**/graphql");
      await page.route("**/graphql", (route) =>
        route.fulfill({ status: 400, json: { errors: [{ message: code, extensions: { code } }] } }),
      );
      await page.reload();
      await page.getByRole("heading", { name: "Nothing to show" }).waitFor();
      expect(await texts(page, "main p")).toEqual([`The server refused: ${code}.`]);
    }
    await clean(watched);
  }, 60_000);

  test("a project that somebody really gave such a name and guidelines shows them as they are", async () => {
    const sam = await enter("Sam Steward");
    const made = (await sam.page.evaluate(`(async () => {
      const ask = async (query, variables) => (await (await fetch("/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query, variables }) })).json());
      const { data } = await ask("{ programs(first: 5) { edges { node { datasets(first: 5) { edges { node { id } } } } } } }");
      const datasetId = data.programs.edges.flatMap(({ node }) => node.datasets.edges)[0].node.id;
      const names = ${JSON.stringify(MARKUP)};
      const done = [];
      for (const [n, name] of names.entries()) {
        const input = { datasetId, name, guidelines: name, marking: "SECRET//REL TO USA, FVEY", leaseSeconds: 600, belowHighWater: true, idempotencyKey: "hostile-text-" + n };
        const answer = await ask("mutation ($input: ProjectCreateInput!) { made: projectCreate(input: $input) { project { name guidelines(first: 1) { body } } userErrors { code } } }", { input });
        if (answer.data?.made?.project) done.push(answer.data.made.project.name);
      }
      return done;
    })()`)) as string[];
    expect(made.length).toBeGreaterThan(10);
    const ben = await enter("Ben Analyst");
    const shown = await texts(ben.page, ".projects h2");
    // Ten projects of a dataset are shown, and a way to the others.
    expect(await ben.page.getByRole("button", { name: /^More projects of / }).count()).toBe(1);
    expect(
      shown.filter((text) => made.some((name) => text === `(S//REL TO USA, FVEY) ${name}`)).length,
    ).toBeGreaterThan(5);
    await clean(ben);
  }, 60_000);
});
