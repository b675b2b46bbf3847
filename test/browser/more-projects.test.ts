import type { Browser, Locator, Page, Route } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiClient } from "../../src/tour/api-client.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { client, makeProject } from "./drawing-project.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const RELEASED = "(S//REL TO USA, FVEY)";
const HIGHER = "Many, higher";
/** More than a page of each list: datasets at the steward's desk and projects there are fifty a page. */
const [DATASETS, PROJECTS] = [52, 56] as const;
const PATIENTLY = { timeout: 45_000 };

interface Named {
  readonly id: string;
  readonly name: string;
}
type Edges<T> = { readonly edges: readonly { readonly node: T }[] };
type Program = Named & { datasets: Edges<Named & { projects: Edges<Named>; ontologyVersion: { id: string } | null }> };

const numbered = (name: string, number: number): readonly string[] =>
  Array.from({ length: number }, (_, n) => `${name} ${String(n + 1).padStart(2, "0")}`);
const sorted = (names: readonly string[]): readonly string[] => names.toSorted();

describe.skipIf(skip)("lists of projects that are longer than a page", () => {
  let server: RunningServer;
  let browser: Browser;
  let sam: ApiClient;
  /** Names of all projects in the dataset of many, in the server's order, and of all others. */
  let many: readonly string[];
  let others: readonly string[];
  let datasets: readonly string[];

  const world = async (): Promise<Program> => {
    const { data } = await sam.graphql<{ programs: Edges<Program> }>(
      `{ programs(first: 1) { edges { node { id name datasets(first: 80) { edges { node { id name ontologyVersion { id }
        projects(first: 80) { edges { node { id name } } } } } } } } } }`,
    );
    const [program] = data.programs.edges;
    if (!program) throw new Error("no program");
    return program.node;
  };

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    sam = await client(server, "sam");
    const assetIds = await makeProject(sam, "Many", 1);
    const before = await world();
    const dataset = before.datasets.edges.find(({ node }) => node.name === "Many")?.node;
    const made = await sam.mutateMany<{ dataset: Named }>(
      { field: "datasetCreate", select: "dataset { id name }" },
      numbered("Few", DATASETS).map((name) => ({
        programId: before.id,
        name,
        marking: RELEASED,
        ontologyVersionId: dataset?.ontologyVersion?.id,
      })),
    );
    const projects = { field: "projectCreate", select: "project { id name }" };
    const refused = [
      ...(await sam.mutateMany(
        projects,
        made.map(({ dataset: { id, name } }) => ({ datasetId: id, name: `In ${name}` })),
      )),
      ...(await sam.mutateMany(projects, [
        ...numbered("Many", PROJECTS).map((name) => ({ datasetId: dataset?.id, name })),
        { datasetId: dataset?.id, name: HIGHER, marking: "SECRET//NOFORN" },
      ])),
    ].flatMap(({ userErrors }) => userErrors);
    expect(refused).toEqual([]);
    const { datasets: all } = await world();
    const of = (name: string) => all.edges.find(({ node }) => node.name === name)?.node.projects.edges ?? [];
    many = of("Many").map(({ node }) => node.name);
    others = all.edges
      .filter(({ node }) => node.name !== "Many")
      .flatMap(({ node }) => node.projects.edges.map((one) => one.node.name));
    datasets = all.edges.map(({ node }) => node.name);
    expect([many.length, datasets.length > 50]).toEqual([PROJECTS + 2, true]);
    const last = of("Many").at(-1)?.node.id;
    await sam.mutate({ field: "projectTasksAdd", select: "added" }, { projectId: last, assetIds });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = async (name: string): Promise<WatchedPage> => {
    const watched = await enterWorkbench(browser, server.url, name, "SECRET");
    watched.page.setDefaultTimeout(PATIENTLY.timeout);
    return watched;
  };
  const act = (page: Page, name: string | RegExp): Locator =>
    page.getByRole("button", { name, exact: typeof name === "string" });
  const banners = (page: Page): Promise<string[]> => page.locator(".banner").allTextContents();
  const focused = (page: Page): Promise<string> => page.evaluate("document.activeElement.localName");
  const fair = async ({ page, elsewhere, complaints }: WatchedPage): Promise<void> =>
    expect([await violations(page), elsewhere, complaints]).toEqual([[], [], []]);
  /** Goes by mouse or by keyboard, and waits until the screen says so. */
  const go = async (way: "mouse" | "keyboard", to: Locator, there: Locator): Promise<void> => {
    if (way === "mouse") await to.click();
    else await to.press("Enter");
    await there.waitFor();
  };
  const withoutMarking = (texts: readonly string[]): string[] => texts.map((text) => text.replace(/^\([^)]*\) /, ""));
  const options = async (select: Locator): Promise<string[]> =>
    withoutMarking(await select.locator("option").allTextContents());
  const isOfMany = (name: string): boolean => name.startsWith("Many");
  const listed = async (page: Page): Promise<string[]> =>
    withoutMarking(await page.locator(".projects h2").allTextContents());

  test("every project is reached from the first screen, each page under its own banner, and who comes back from the last is where he was", async () => {
    const watched = await enter("Ben Analyst");
    const { page } = watched;
    const title = (text: string): Locator => page.getByRole("heading", { level: 1, name: text, exact: true });
    await title("Projects").waitFor();
    await fair(watched);
    const program = (await act(page, /^More datasets of /).textContent())?.replace("More datasets of ", "") ?? "";
    await go("keyboard", act(page, /^More datasets of /), title(`Projects of ${program}`));
    expect(await focused(page)).toBe("h1");

    const seen: string[] = [];
    let [number, manyOn] = [1, 0];
    for (; ; number += 1) {
      seen.push(...(await listed(page)));
      if ((await act(page, `More projects of ${RELEASED} Many`).count()) === 1) manyOn = number;
      if ((await act(page, "More datasets").count()) === 0) break;
      const way = number % 2 === 0 ? "mouse" : "keyboard";
      await go(way, act(page, "More datasets"), title(`Projects of ${program}, page ${number + 1}`));
    }
    expect(sorted(seen.filter((name) => !isOfMany(name)))).toEqual(sorted(others));
    expect(number).toBe(Math.ceil(datasets.length / 10));
    await fair(watched);

    for (; number > manyOn; number -= 1)
      await go(
        "keyboard",
        act(page, "Datasets before"),
        title(`Projects of ${program}${number === 2 ? "" : `, page ${number - 1}`}`),
      );
    await go("mouse", act(page, `More projects of ${RELEASED} Many`), title(`Projects of ${RELEASED} Many`));
    expect(await focused(page)).toBe("h1");
    const pages: string[][] = [];
    for (;;) {
      pages.push(await listed(page));
      const own = pages.at(-1)?.includes(HIGHER) ? "SECRET//NOFORN" : "SECRET//REL TO USA, FVEY";
      expect(await banners(page)).toEqual([own, own]);
      if ((await act(page, "More projects").count()) === 0) break;
      await go("keyboard", act(page, "More projects"), title(`Projects of ${RELEASED} Many, page ${pages.length + 1}`));
      expect(await focused(page)).toBe("h1");
    }
    expect(pages.map(({ length }) => length)).toEqual([25, 25, 8]);
    expect(pages.flat()).toEqual(many);
    await fair(watched);

    await act(page, `Label: ${many.at(-1)}`).press("Enter");
    const question = page.getByRole("dialog");
    await page.locator("canvas").or(question).first().waitFor();
    if (await question.isVisible()) await act(page, "Go on").click();
    await page.locator("canvas").first().waitFor();
    await act(page, "Back to projects").click();
    await title(`Projects of ${RELEASED} Many, page 3`).waitFor();
    await go("keyboard", act(page, "Projects before"), title(`Projects of ${RELEASED} Many, page 2`));
    expect(await listed(page)).toEqual(pages[1]);
    await go(
      "keyboard",
      act(page, "Back to all datasets of the program"),
      title(`Projects of ${program}${manyOn === 1 ? "" : `, page ${manyOn}`}`),
    );
    await go("keyboard", act(page, "Back to all programs"), title("Projects"));
    await fair(watched);
  }, 180_000);

  test("every project is reached on the lead's screen, and the first of each page is looked at", async () => {
    const watched = await enter("Sam Steward");
    const { page } = watched;
    await act(page, "How the work goes").click();
    const chosen = page.getByRole("combobox", { name: "Project" });
    await chosen.waitFor();
    const status = (text: string): Locator => page.getByRole("status").getByText(text, { exact: true });
    await go("keyboard", act(page, /^More datasets of /), page.getByText(/^Projects of /));
    const seen: string[] = [];
    let [number, manyOn] = [1, 0];
    for (; ; number += 1) {
      seen.push(...(await options(chosen)));
      if ((await act(page, `More projects of ${RELEASED} Many`).count()) === 1) manyOn = number;
      if ((await act(page, "More datasets").count()) === 0) break;
      await go(number % 2 === 0 ? "mouse" : "keyboard", act(page, "More datasets"), status(`Page ${number + 1}`));
      expect(await focused(page)).toBe("select");
    }
    expect(sorted(seen.filter((name) => !isOfMany(name)))).toEqual(sorted(others));
    for (; number > manyOn; number -= 1)
      await go("keyboard", act(page, "Datasets before"), status(`Page ${number - 1}`));
    await go(
      "keyboard",
      act(page, `More projects of ${RELEASED} Many`),
      page.getByText(`Projects of ${RELEASED} Many`, { exact: true }),
    );
    const pages: string[][] = [];
    for (;;) {
      pages.push(await options(chosen));
      const own = pages.at(-1)?.includes(HIGHER) ? "SECRET//NOFORN" : "SECRET//REL TO USA, FVEY";
      expect(await banners(page)).toEqual([own, own]);
      expect(await chosen.inputValue()).toBe(await chosen.locator("option").first().getAttribute("value"));
      if ((await act(page, "More projects").count()) === 0) break;
      await go("mouse", act(page, "More projects"), status(`Page ${pages.length + 1}`));
      expect(await focused(page)).toBe("select");
    }
    expect(pages.flat()).toEqual(many);
    await page.keyboard.press("End");
    await page.getByText("0 of 1 done").waitFor();
    expect(await options(chosen)).toEqual(pages.at(-1));
    await fair(watched);
  }, 180_000);

  test("every dataset and every project of it is reached at the steward's desk, and a loaded image becomes a task of the last", async () => {
    const watched = await enter("Sam Steward");
    const { page } = watched;
    await act(page, "Load images").click();
    await page.getByText(`Its own marking is`).waitFor();
    const sets = page.getByLabel("Dataset", { exact: true });
    const status = (text: string): Locator => page.getByRole("status").getByText(text, { exact: true });
    const first = await options(sets);
    await go("keyboard", act(page, "More datasets"), status("Page 2"));
    expect(await focused(page)).toBe("select");
    const second = await options(sets);
    expect([...first, ...second]).toEqual(datasets);
    expect(await act(page, "More datasets").count()).toBe(0);
    await fair(watched);
    if (first.includes("Many")) await go("mouse", act(page, "Datasets before"), status("Page 1"));
    await sets.selectOption({ label: `${RELEASED} Many` });
    await expect.poll(() => page.locator("#steward-files").isEnabled(), PATIENTLY).toBe(true);

    const buffer = await sharp({ create: { width: 80, height: 60, channels: 3, background: "#345678" } })
      .png()
      .toBuffer();
    await page.locator("#steward-files").setInputFiles({ name: "pier.png", mimeType: "image/png", buffer });
    await page.locator("tbody tr").filter({ hasText: "pier.png" }).waitFor();
    // Nothing else is chosen while files are listed.
    for (const name of ["More datasets", "Datasets before"])
      for (const one of await act(page, name).all()) expect(await one.isDisabled()).toBe(true);
    await act(page, "Load 1 file").click();
    const question = page.getByRole("dialog");
    const loaded = page.getByText("1 of 1 loaded, 0 refused").first();
    await loaded.or(question).first().waitFor();
    if (await question.isVisible()) await act(page, "Go on").click();
    await loaded.waitFor();

    const chosen = page.getByRole("combobox", { name: "Project" });
    const before = await options(chosen);
    await go("keyboard", act(page, "More projects"), status("Page 2"));
    expect(await focused(page)).toBe("select");
    const after = await options(chosen);
    expect([before.length, [...before, ...after]]).toEqual([50, many]);
    const own = after.includes(HIGHER) ? "SECRET//NOFORN" : "SECRET//REL TO USA, FVEY";
    expect(await banners(page)).toEqual([own, own]);
    await go("mouse", act(page, "Projects before"), status("Page 1"));
    expect(await options(chosen)).toEqual(before);
    await go("mouse", act(page, "More projects"), status("Page 2"));
    await page.keyboard.press("End");
    await act(page, "Make the loaded image a task").click();
    const made = status("1 task was added.");
    await made.or(question).first().waitFor();
    if (await question.isVisible()) await act(page, "Go on").click();
    await made.waitFor();
    await fair(watched);
    const { datasets: all } = await world();
    const last = all.edges.find(({ node }) => node.name === "Many")?.node.projects.edges.at(-1)?.node.id;
    const { data } = await sam.graphql<{ project: { progress: { tasks: number } } }>(
      "query ($id: ID!) { project(id: $id) { progress { tasks } } }",
      { id: last },
    );
    expect(data.project.progress.tasks).toBe(2);
  }, 180_000);

  test("what lies behind the first page of programs is reached on each screen, and left again", async () => {
    const watched = await enter("Sam Steward");
    const { page } = watched;
    // The demonstration has one program: a second page is made of it, with a name of its own in the answers.
    await page.route("**/graphql", async (route: Route) => {
      const asked = route.request().postDataJSON() as { query: string; variables: Record<string, unknown> };
      const name = "programs" in asked.variables ? "programs" : "after";
      const again = asked.variables[name] === "behind";
      const variables = again ? { ...asked.variables, [name]: null } : asked.variables;
      const response = await route.fetch({ postData: JSON.stringify({ ...asked, variables }) });
      const body = (await response.json()) as {
        data?: { programs?: { edges: { node: { name: string } }[]; pageInfo: object } };
      };
      if (body.data?.programs) {
        body.data.programs.pageInfo = { hasNextPage: !again, endCursor: again ? null : "behind" };
        for (const { node } of body.data.programs.edges) if (again) node.name = "Second program";
      }
      await route.fulfill({ response, json: body });
    });
    const title = (text: string): Locator => page.getByRole("heading", { level: 1, name: text, exact: true });
    const status = (text: string): Locator => page.getByRole("status").getByText(text, { exact: true });
    const second = act(page, /^More datasets of .* Second program$/);
    await page.reload();
    await go("keyboard", act(page, "More programs"), title("Projects, page 2"));
    expect([await focused(page), await second.count(), await act(page, "More programs").count()]).toEqual(["h1", 1, 0]);
    await fair(watched);
    await go("keyboard", act(page, "Programs before"), title("Projects"));
    expect(await second.count()).toBe(0);

    await act(page, "How the work goes").click();
    await page.getByRole("combobox", { name: "Project" }).waitFor();
    await go("keyboard", act(page, "More programs"), status("Page 2"));
    expect([await focused(page), await second.count()]).toEqual(["select", 1]);
    await fair(watched);
    await go("mouse", act(page, "Programs before"), status("Page 1"));
    expect(await second.count()).toBe(0);
    await act(page, "Back to projects").click();

    await act(page, "Load images").click();
    const programs = page.getByLabel("Program", { exact: true });
    await page.getByText("Its own marking is").waitFor();
    await go("keyboard", act(page, "More programs"), status("Page 2"));
    expect([await focused(page), await options(programs)]).toEqual(["select", ["Second program"]]);
    await page.getByText("Its own marking is").waitFor();
    await fair(watched);
    await go("keyboard", act(page, "Programs before"), status("Page 1"));
    expect(await options(programs)).not.toContain("Second program");
  }, 180_000);
});
