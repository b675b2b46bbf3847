import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { asking } from "./console-page.ts";
import { client } from "./drawing-project.ts";
import { act as perform, leased } from "./handed-in.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");

interface Found {
  readonly datasetId: string;
  readonly assetId: string;
  readonly classKey: string;
}

describe.skipIf(skip)("judging in a real browser", () => {
  let server: RunningServer;
  let browser: Browser;
  let sam: Page;
  let world: Found;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    sam = (await enter("Sam Steward")).page;
    const { data } = (await asking(
      sam,
      `{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node { id ontologyVersion { classes { key shapes } }
        assets(first: 10) { edges { node { id marking { banner } } } } } } } } } } }`,
    )) as {
      data: {
        programs: {
          edges: {
            node: {
              datasets: {
                edges: {
                  node: {
                    id: string;
                    ontologyVersion: { classes: { key: string; shapes: string[] }[] };
                    assets: { edges: { node: { id: string; marking: { banner: string } } }[] };
                  };
                }[];
              };
            };
          }[];
        };
      };
    };
    const dataset = data.programs.edges[0]?.node.datasets.edges[0]?.node;
    const asset = dataset?.assets.edges.find(({ node }) => node.marking.banner.startsWith("SECRET"));
    world = {
      datasetId: dataset?.id ?? "",
      assetId: asset?.node.id ?? "",
      classKey: dataset?.ontologyVersion.classes.find(({ shapes }) => shapes.includes("box"))?.key ?? "",
    };
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = (name: string, level = "SECRET"): Promise<WatchedPage> =>
    enterWorkbench(browser, server.url, name, level);
  /** Does something as the steward; answers what it made. */
  const steward = async (field: string, type: string, input: object, selection: string): Promise<unknown> => {
    const all = { ...input, idempotencyKey: crypto.randomUUID() };
    const answer = await asking(
      sam,
      `mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} userErrors { code } } }`,
      {
        input: all,
      },
    );
    return (answer as { data: Record<string, unknown> }).data[field];
  };
  let projects = 0;
  const idOf = new Map<string, string>();
  const project = async (opinions: number, skipLimit = 3): Promise<string> => {
    const name = `Judged ${(projects += 1)}`;
    const input = { datasetId: world.datasetId, name, opinions, reviewed: true, skipLimit };
    const made = (await steward("projectCreate", "ProjectCreateInput", input, "project { id }")) as {
      project: { id: string };
    };
    idOf.set(name, made.project.id);
    await steward(
      "projectTasksAdd",
      "ProjectTasksAddInput",
      { projectId: made.project.id, assetIds: [world.assetId] },
      "added",
    );
    return name;
  };
  const begin = async (page: Page, act: "Label" | "Review", name: string): Promise<void> => {
    await page.getByRole("button", { name: `${act}: ${name}` }).click();
    const question = page.getByRole("dialog");
    await page.locator("canvas").or(question).first().waitFor();
    if (await question.isVisible()) await page.getByRole("button", { name: "Go on" }).click();
    await page.locator("canvas").first().waitFor();
    // What is done before tools work on the image goes nowhere.
    await page.locator(".window:not([aria-busy])").waitFor();
  };
  const fresh = async (name: string): Promise<WatchedPage> => enter(name);
  const shapes = (page: Page): Locator => page.locator(".labels .shapes button");
  const drawBox = async (page: Page, from: [number, number], to: [number, number]): Promise<void> => {
    const canvas = await page.locator("canvas").first().boundingBox();
    if (!canvas) throw new Error("no canvas");
    await page.keyboard.press("b");
    for (const [x, y] of [from, to]) await page.mouse.click(canvas.x + canvas.width * x, canvas.y + canvas.height * y);
  };
  const over = (page: Page): Promise<void> => page.getByText("There is no task for you").waitFor();
  /** How the labels of the image stand that came by acts on tasks, or from a model. */
  const standing = async (): Promise<string[]> => {
    const { data } = (await asking(
      sam,
      `query ($id: ID!) { asset(id: $id) { labels(first: 100) { edges { node { standing origin takenFrom { id } handedIn { kind } } } } } }`,
      { id: world.assetId },
    )) as {
      data: {
        asset: {
          labels: {
            edges: {
              node: { standing: string; origin: string; takenFrom: object | null; handedIn: { kind: string } | null };
            }[];
          };
        };
      };
    };
    return data.asset.labels.edges
      .filter(({ node }) => node.handedIn !== null || node.origin === "model")
      .map(
        ({ node }) =>
          `${node.origin} ${node.handedIn?.kind ?? "-"} ${node.standing}${node.takenFrom ? " taken over" : ""}`,
      );
  };

  test("what a model proposes is shown apart, and becomes a label by a person's act alone", async () => {
    const name = await project(1);
    const box = (x: number) => ({ kind: "box", x, y: 100, width: 60, height: 40 });
    const labels = [0.93, 0.4].map((score, at) => ({ classKey: world.classKey, shape: box(100 + at * 200), score }));
    await steward("labelsImport", "LabelsImportInput", { assetId: world.assetId, labels }, "labelIds");
    const { page, elsewhere, complaints } = await fresh("Ben Analyst");
    await begin(page, "Label", name);
    const offered = page.locator(".proposals button");
    await expect.poll(() => offered.count()).toBe(2);
    expect(await offered.allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining("93 %"), expect.stringContaining("40 %")]),
    );
    expect(await shapes(page).count()).toBe(0);
    expect(["proposals", await violations(page)]).toEqual(["proposals", []]);
    await offered.filter({ hasText: "93 %" }).click();
    await expect.poll(() => shapes(page).count()).toBe(1);
    expect(await offered.count()).toBe(1);
    // Undone, it is a proposal again.
    await page.locator("canvas").focus();
    await page.keyboard.press("Control+z");
    await expect.poll(() => offered.count()).toBe(2);
    await page.keyboard.press("Control+Shift+Z");
    await page.keyboard.press("Control+Enter");
    await over(page);
    expect((await standing()).toSorted()).toEqual([
      "human submit PENDING taken over",
      "model - STANDS",
      "model - STANDS",
    ]);
    expect([elsewhere, complaints]).toEqual([[], []]);
  });

  test("a verdict points at places; the next round sees them, begins with what was handed in, and a fix keeps what it leaves", async () => {
    const name = await project(1);
    const ben = (await fresh("Ben Analyst")).page;
    await begin(ben, "Label", name);
    await drawBox(ben, [0.3, 0.3], [0.4, 0.4]);
    await drawBox(ben, [0.6, 0.3], [0.7, 0.4]);
    await ben.keyboard.press("Control+Enter");
    await over(ben);

    const watched = await fresh("Rita Reviewer");
    const rita = watched.page;
    await begin(rita, "Review", name);
    await expect.poll(() => shapes(rita).count()).toBe(2);
    // A pin by mouse, and one by keyboard alone.
    const canvas = await rita.locator("canvas").boundingBox();
    if (!canvas) throw new Error("no canvas");
    await rita.getByRole("button", { name: "Pin", exact: true }).click();
    await rita.mouse.click(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
    await rita.getByRole("textbox", { name: "What is to be said of this place?" }).fill("A tug is missing here.");
    await rita.getByRole("button", { name: "Go on" }).click();
    await rita.locator("canvas").focus();
    await rita.keyboard.press("t");
    await rita.keyboard.press("ArrowLeft");
    await rita.keyboard.press("Enter");
    await rita.getByRole("textbox", { name: "What is to be said of this place?" }).fill("And <b>here</b>.");
    await rita.getByRole("button", { name: "Go on" }).click();
    await expect.poll(() => rita.locator(".pins li").count()).toBe(2);
    expect(["pins", await violations(rita)]).toEqual(["pins", []]);
    await rita.locator("canvas").focus();
    await rita.keyboard.press("x");
    await rita.getByRole("textbox", { name: "What is wrong?" }).fill("Two are missing.");
    await rita.getByRole("button", { name: "Go on" }).click();
    await over(rita);

    const again = (await fresh("Charlotte Analyst")).page;
    await begin(again, "Label", name);
    await again.getByText(/^\(.*\) Two are missing\.$/).waitFor();
    expect(await again.locator(".sent-back .pins li").allTextContents()).toEqual([
      expect.stringContaining("A tug is missing here."),
      expect.stringContaining("And <b>here</b>."),
    ]);
    expect(await again.locator(".sent-back b").count()).toBe(0);
    await again.getByRole("button", { name: "Begin with the 2 labels that were handed in" }).click();
    await expect.poll(() => shapes(again).count()).toBe(2);
    await again.locator("canvas").focus();
    await again.keyboard.press("Control+Enter");
    await over(again);

    // Listed when nothing was handed in again; pressed, the list is looked at anew.
    const review = rita.getByRole("button", { name: `Review: ${name}` });
    expect(await review.getAttribute("aria-disabled")).toBe("true");
    await review.press("Enter");
    await rita.locator("#status").getByText("Looked again.").waitFor();
    await review.click();
    await expect.poll(() => shapes(rita).count()).toBe(2);
    await rita.locator("canvas").focus();
    await rita.keyboard.press("f");
    await rita.getByText("You fix it").waitFor();
    await expect.poll(() => shapes(rita).count()).toBe(2);
    await rita.locator("canvas").focus();
    await drawBox(rita, [0.45, 0.6], [0.55, 0.7]);
    await expect.poll(() => shapes(rita).count()).toBe(3);
    expect(["fix", await violations(rita)]).toEqual(["fix", []]);
    // It is a draft: after a reload the fix goes on.
    await rita.getByText("Saved.").waitFor();
    await rita.reload();
    await begin(rita, "Review", name);
    await rita.getByText("You fix it").waitFor();
    await expect.poll(() => shapes(rita).count()).toBe(3);
    await rita.locator("canvas").focus();
    await rita.keyboard.press("Control+Enter");
    await over(rita);
    const ends = (await standing()).filter((one) => !one.startsWith("model") && !one.endsWith("taken over"));
    expect(ends.toSorted()).toEqual([
      "human fix STANDS",
      "human submit SET_ASIDE",
      "human submit SET_ASIDE",
      "human submit STANDS",
      "human submit STANDS",
    ]);
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 240_000);

  test("several opinions are apart until all are there, then side by side, and one is chosen by keyboard alone", async () => {
    const name = await project(2);
    const [first, second] = [(await fresh("Ben Analyst")).page, (await fresh("Charlotte Analyst")).page];
    await begin(first, "Label", name);
    await drawBox(first, [0.3, 0.3], [0.4, 0.4]);
    await first.keyboard.press("Control+Enter");
    await over(first);
    const answers: string[] = [];
    second.on("response", (response) => {
      if (response.url().endsWith("/graphql")) void response.text().then((text) => answers.push(text));
    });
    await begin(second, "Label", name);
    await drawBox(second, [0.5, 0.5], [0.6, 0.6]);
    await drawBox(second, [0.7, 0.5], [0.8, 0.6]);
    await second.keyboard.press("Control+Enter");
    await over(second);
    // What a model proposes came along, and nothing of the other opinion.
    expect(answers.join("").match(/"kind":"box"/g)).toHaveLength(2);

    const watched = await fresh("Rita Reviewer");
    const rita = watched.page;
    await begin(rita, "Review", name);
    await expect.poll(() => shapes(rita).count()).toBe(1);
    await rita.getByRole("button", { name: "Side by side" }).click();
    await expect.poll(() => rita.locator("canvas").count()).toBe(2);
    // Both windows show the same place: at their left edge, where no label is, they show the same, wherever one of them goes.
    const ends = (): Promise<string[]> =>
      rita.evaluate(`[...document.querySelectorAll("canvas")].map((canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, Math.floor(canvas.width / 12), canvas.height);
        let hash = 0;
        for (let at = 0; at < data.length; at += 4 * 31) hash = (hash * 31 + data[at]) | 0;
        return String(hash);
      })`);
    await expect.poll(async () => new Set(await ends()).size, { timeout: 20_000 }).toBe(1);
    await rita.locator("canvas").first().focus();
    await rita.keyboard.press("+");
    await rita.keyboard.press("+");
    await expect.poll(async () => new Set(await ends()).size, { timeout: 20_000 }).toBe(1);
    expect(["side by side", await violations(rita)]).toEqual(["side by side", []]);
    await rita.getByRole("button", { name: /Opinion 2: 2 labels/ }).focus();
    await rita.keyboard.press("Enter");
    await expect.poll(() => shapes(rita).count()).toBe(2);
    await rita.keyboard.press("a");
    await over(rita);
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 240_000);

  test("any two of all opinions are looked at side by side; what one of them has alone is counted and framed", async () => {
    const name = await project(3);
    const projectId = idOf.get(name) ?? "";
    const box = (x: number) => ({ kind: "box", x, y: 100, width: 60, height: 40 });
    // The second is a little off the first of the first, and counts as the same.
    for (const [handle, places] of [
      ["ben", [100, 300]],
      ["charlotte", [104]],
      ["ana", [500]],
    ] as const) {
      const who = await client(server, handle);
      await perform(who, "taskSubmit", "task { id }", {
        ...(await leased(who, projectId, "LABEL")),
        labels: places.map((x) => ({ classKey: world.classKey, shape: box(x), attributes: {} })),
        activeMs: 1_000,
      });
    }
    const watched = await fresh("Rita Reviewer");
    const rita = watched.page;
    await begin(rita, "Review", name);
    const [a, b] = [rita.getByLabel("Window A, on the left"), rita.getByLabel("Window B, on the right")];
    const differ = (text: string): Promise<void> => rita.locator(".sides").getByText(text, { exact: true }).waitFor();
    expect(await a.isVisible()).toBe(false);
    await rita.getByRole("button", { name: "Side by side" }).click();
    await differ("Only in A: 1. Only in B: 0. In both: 1.");
    const offered = (await b.locator("option").allTextContents()).map((text) => text.replace(/^\(S.*\) /, ""));
    expect(offered).toEqual(["Opinion 1", "Opinion 2", "Opinion 3"]);
    expect(["sides", await violations(rita)]).toEqual(["sides", []]);

    // What the first window shows depends on the second: one frame, then two, then one again.
    await rita.locator(".window:not([aria-busy])").waitFor();
    const shown = (): Promise<string> => rita.evaluate(`document.querySelector("canvas").toDataURL()`);
    let framed = await shown();
    const settles = async (): Promise<boolean> => {
      const before = framed;
      framed = await shown();
      return before === framed;
    };
    await expect.poll(settles, { interval: 500, timeout: 30_000 }).toBe(true);
    await b.focus();
    await rita.keyboard.press("ArrowDown");
    await differ("Only in A: 2. Only in B: 1. In both: 0.");
    await expect.poll(shown).not.toBe(framed);
    await expect.poll(settles, { interval: 500, timeout: 30_000 }).toBe(true);
    await rita.keyboard.press("ArrowUp");
    await differ("Only in A: 1. Only in B: 0. In both: 1.");
    await expect.poll(shown).not.toBe(framed);

    // The opinion on the left is the one that is listed, and judged.
    await b.selectOption("2");
    await a.selectOption("1");
    await differ("Only in A: 1. Only in B: 1. In both: 0.");
    await expect.poll(() => shapes(rita).count()).toBe(1);
    expect(await rita.getByRole("button", { name: /Opinion 2: / }).getAttribute("aria-pressed")).toBe("true");
    // One that stands on the other side already changes places with what is there.
    await b.selectOption("1");
    expect([await a.inputValue(), await b.inputValue()]).toEqual(["2", "1"]);
    await rita.getByRole("button", { name: /Opinion 1: 2 labels/ }).click();
    await differ("Only in A: 1. Only in B: 0. In both: 1.");
    await expect.poll(() => shapes(rita).count()).toBe(2);
    await rita.getByRole("button", { name: "Side by side" }).click();
    expect([await a.isVisible(), await rita.locator("canvas").count()]).toEqual([false, 1]);
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 240_000);

  test("the lead sees progress, who did what and who has what; nobody else is offered that, nor told when he asks", async () => {
    const watched = await fresh("Sam Steward");
    const lead = watched.page;
    const name = await project(1);
    const ben = (await fresh("Ben Analyst")).page;
    await begin(ben, "Label", name);
    await lead.getByRole("button", { name: "How the work goes" }).click();
    const chosen = lead.getByRole("combobox", { name: "Project" });
    await chosen.locator("option", { hasText: name }).waitFor({ state: "attached" });
    const options = await chosen.locator("option").allTextContents();
    await chosen.selectOption({ label: options.find((one) => one.endsWith(` ${name}`)) ?? "none" });
    const held = lead.getByRole("table", { name: "Who has what" });
    await held.getByRole("rowheader", { name: "ben" }).waitFor();
    const [step, image] = await held.locator("tbody td").allTextContents();
    expect([step, image]).toEqual(["label", expect.stringMatching(/^\(S\/\/REL TO USA, FVEY\) \S/)]);
    // Per step how much waits, and how long the oldest of it: what ben has waits for nobody.
    const waits = lead.getByRole("table", { name: "What waits for whom" });
    const [label, review] = [waits.locator("tbody tr").nth(0), waits.locator("tbody tr").nth(1)];
    const cells = (row: Locator): Promise<string[]> => row.locator("th, td").allTextContents();
    expect([await cells(label), await cells(review)]).toEqual([
      ["label", "0", "–", "–"],
      ["review", "0", "–", "–"],
    ]);
    await drawBox(ben, [0.3, 0.3], [0.4, 0.4]);
    await ben.keyboard.press("Control+Enter");
    await over(ben);
    await lead.getByRole("button", { name: "Look again" }).click();
    const people = lead.getByRole("table", { name: "Who did what" });
    await people.getByRole("rowheader", { name: "ben" }).waitFor();
    expect((await people.locator("tbody td").allTextContents()).slice(0, 3)).toEqual(["1", "0 (0 %)", "1"]);
    await lead.getByText("Nobody has a task just now.").waitFor();
    expect(await cells(review)).toEqual([
      "review",
      "1",
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
      expect.stringMatching(/^\d+ minutes?$/),
    ]);
    for (const colorScheme of ["light", "dark"] as const) {
      await lead.emulateMedia({ colorScheme });
      expect([colorScheme, await violations(lead)]).toEqual([colorScheme, []]);
    }
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);

    // What was put back as often as the project allows is set aside; the lead reads why, and gives it back.
    await lead.getByRole("button", { name: "Back to projects" }).click();
    const aside = await project(1, 1);
    const again = (await fresh("Ben Analyst")).page;
    await begin(again, "Label", aside);
    await again.keyboard.press("Alt+s");
    await again.getByRole("textbox", { name: "Why do you put it back?" }).fill("Too <b>dark</b>.");
    await again.getByRole("button", { name: "Go on" }).click();
    await over(again);
    await lead.getByRole("button", { name: "How the work goes" }).click();
    await chosen.locator("option", { hasText: aside }).waitFor({ state: "attached" });
    await chosen.selectOption({ label: `(S//REL TO USA, FVEY) ${aside}` });
    // Pressed twice it is asked for once, and nothing else is taken meanwhile.
    await lead.getByRole("button", { name: "Show the one set aside" }).dblclick();
    await lead.getByRole("heading", { level: 1, name: `Set aside in (S//REL TO USA, FVEY) ${aside}` }).waitFor();
    expect(await lead.locator("main li li").allTextContents()).toEqual([
      expect.stringMatching(/^\(S\/\/REL TO USA, FVEY\) Too <b>dark<\/b>\. \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)$/),
    ]);
    expect(await lead.locator(".banner").first().textContent()).toBe("SECRET//REL TO USA, FVEY");
    // Which image it is shows at a glance.
    await lead.getByRole("img", { name: /^Thumbnail of \(/ }).waitFor();
    const drawn = `document.querySelector("canvas.thumbnail")?.getContext("2d").getImageData(24, 24, 1, 1).data[3]`;
    await expect.poll(() => lead.evaluate(drawn), { timeout: 60_000 }).toBe(255);
    expect(["set aside", await violations(lead)]).toEqual(["set aside", []]);
    await lead.getByRole("button", { name: /^Give back: / }).press("Enter");
    await lead.getByText("Given back to those who label.").waitFor();
    await lead.getByRole("button", { name: "Back to how the work goes" }).click();
    await lead.getByText("0 of 1 done, 1 to label").waitFor();
    await again.reload();
    await begin(again, "Label", aside);
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);

    const rita = (await fresh("Rita Reviewer")).page;
    expect(await rita.getByRole("button", { name: "How the work goes" }).count()).toBe(0);
    const told = await asking(
      rita,
      "{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node { projects(first: 5) { edges { node { work(days: 7) { people { handle } } } } } } } } } } } }",
    );
    expect(JSON.stringify(told)).toContain('"work":null');
    expect(JSON.stringify(told)).not.toContain("handle");
  });
});
