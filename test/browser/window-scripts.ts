import sharp from "sharp";
import { KEYBOARD, MOUSE } from "./hands.ts";
import type { WatchedWindow } from "./watched-window.ts";
import { NAMES } from "./window-worlds.ts";

/** What somebody does at his window, step by step. */
export type WindowScript = (window: WatchedWindow) => Promise<void>;

const MANY_PAGES = 2;
const LEAVE = "Back to projects";

/** The image has come, and all that was asked for with it; that of a task which is left is marked before. */
const SHOWN = ".window:not([aria-busy], [data-left]):has(> .coming:empty)";

/** Does what another task comes after, and looks at its image. */
async function toNext(window: WatchedWindow, act: () => Promise<void>): Promise<void> {
  await window.page.evaluate("document.querySelector('.window').setAttribute('data-left', '')");
  await act();
  await window.until(window.page.locator(SHOWN));
}

/** Opens the page, or opens it anew. */
export const opens: WindowScript = (window) =>
  window.step("the projects", async () => {
    await window.page.goto(`${window.wire.url}/workbench`);
    await window.heading("Projects").waitFor();
  });

/** How long it took to see something, and how much of that were answers of GraphQL, in milliseconds. */
export interface Timed {
  readonly projects: number;
  readonly projectsOnWire: number;
  readonly task: number;
  readonly taskOnWire: number;
}

/** Opens the projects and then a task of one, and tells how long each took. Nothing is kept of what was seen. */
export async function opensTimed(window: WatchedWindow, project: string): Promise<Timed> {
  const { page, wire } = window;
  const timed = async (act: () => Promise<unknown>): Promise<readonly [shown: number, onWire: number]> => {
    wire.taken();
    const begun = performance.now();
    await act();
    const shown = performance.now() - begun;
    const asked = wire.taken().filter(({ about }) => about === "POST /graphql");
    return [shown, asked.reduce((sum, { ms }) => sum + ms, 0)];
  };
  // What was under way before counts for nothing.
  await wire.quiet();
  const [projects, projectsOnWire] = await timed(async () => {
    await page.goto(`${wire.url}/workbench`);
    await window.heading("Projects").waitFor();
  });
  const [task, taskOnWire] = await timed(async () => {
    await window.button(`Label: ${project}`).click();
    await window.until(page.locator(SHOWN));
  });
  return { projects, projectsOnWire, task, taskOnWire };
}

/** Goes through all pages of the dataset that has more projects than the first screen lists. */
const turnsPages: WindowScript = async (window) => {
  const title = (page: number) =>
    window.heading(new RegExp(`^Projects of .* ${NAMES.many}${page === 1 ? "" : `, page ${page}`}$`));
  await window.step("the projects of one dataset", async () => {
    await window.button(new RegExp(`^More projects of .* ${NAMES.many}$`)).click();
    await title(1).waitFor();
  });
  for (let page = 2; page <= MANY_PAGES; page += 1)
    await window.step(`their page ${page}`, async () => {
      await window.button("More projects").click();
      await title(page).waitFor();
    });
  await window.step("the projects again", async () => {
    await window.button("Back to all programs").click();
    await window.heading("Projects").waitFor();
  });
};

/** Takes a task of a project and looks at its image. */
export const takes =
  (project: string, part: "Label" | "Review" = "Label"): WindowScript =>
  (window) =>
    window.step(`a task of ${project}`, async () => {
      const act = window.button(`${part}: ${project}`);
      // Whoever sees more datasets than the first screen lists may find it behind them.
      while ((await act.count()) === 0) {
        await window
          .button(/^More datasets/)
          .first()
          .click();
        await window.wire.quiet();
      }
      await act.click();
      await window.until(window.page.locator(SHOWN));
    });

/** Leaves whatever is on the screen. */
export const leaves: WindowScript = (window) =>
  window.step("the projects after it", async () => {
    await window.button(LEAVE).click();
    await window.heading("Projects").waitFor();
  });

const looksCloser: WindowScript = async (window) => {
  const { page } = window;
  const canvas = page.locator("canvas").first();
  await window.step(
    "nearer",
    async () => {
      await canvas.focus();
      for (let times = 0; times < 4; times += 1) await page.keyboard.press("+");
    },
    0,
  );
  await window.step(
    "elsewhere on it",
    async () => {
      await canvas.hover();
      await page.mouse.wheel(0, 120);
      await page.keyboard.press("h");
      await MOUSE.draw(page, [[0.5, 0.5, 0.6, 0.55]]);
    },
    0,
  );
  await window.step(
    "the whole of it",
    async () => {
      await page.keyboard.press("0");
      await page.keyboard.press("b");
    },
    0,
  );
};

/** Draws a box; what is drawn lies sealed on this machine until the server has it. */
const draws: WindowScript = async (window) => {
  const { page } = window;
  const goOn = window.wire.hold(/taskDraftSave/);
  await window.step(
    "a box, kept on this machine",
    async () => {
      await MOUSE.draw(page, [[0.4, 0.4, 0.5, 0.5]]);
      await page.locator(".where[data-where=machine]").waitFor();
      await page.locator("#status").getByText("Saving.").waitFor();
    },
    0,
  );
  await window.step("a box, saved", async () => {
    goOn();
    await page.getByText("Saved.").waitFor();
    await page.locator(".where[data-where=server]").waitFor();
  });
};

/** Hands in what is drawn, and there is nothing more. */
const handsIn: WindowScript = (window) =>
  window.step("handed in", async () => {
    await window.page.keyboard.press("Control+Enter");
    await window.until(window.page.getByText("There is no task for you"));
  });

/** Hands in what is drawn, and takes the next. */
export const handsInOne: WindowScript = (window) =>
  window.step("handed in", () => toNext(window, () => window.page.keyboard.press("Control+Enter")));

const putsBack: WindowScript = (window) =>
  window.step("put back, and the next", () =>
    toNext(window, async () => {
      await window.page.keyboard.press("Alt+s");
      await window.page.getByRole("textbox", { name: "Why do you put it back?" }).fill("too dark");
      await window.button("Go on").click();
      await window.page.locator("dialog textarea").waitFor({ state: "detached" });
    }),
  );

/** Draws a box with the keyboard alone, and waits until it is saved. */
export const drawsByKey: WindowScript = (window) =>
  window.step("a box by keys", async () => {
    await KEYBOARD.draw(window.page, [[0, 0, 1, 1]]);
    await window.page.getByText("Saved.").waitFor();
  });

const judges: WindowScript = async (window) => {
  const { page } = window;
  await window.step(
    "a label's history",
    async () => {
      await page.locator(".shapes button").first().click();
      await window.button("History").click();
      await page.getByText("Solid:").waitFor();
    },
    3,
  );
  await window.step("the task again", () => window.button("Back to the task").click(), 0);
  await window.step("sent back", async () => {
    await page.keyboard.press("x");
    await page.getByRole("textbox", { name: "What is wrong?" }).fill("One is missing.");
    await window.button("Go on").click();
    await window.until(page.getByText("There is no task for you"));
  });
};

/** How the work goes, on a project and over a month. */
export const leads: WindowScript = async (window) => {
  const { page } = window;
  await window.step("how the work goes", async () => {
    await window.button("How the work goes").click();
    await page.getByRole("combobox", { name: "Project" }).waitFor();
  });
  const listed = page.getByRole("combobox", { name: "Project" });
  for (const name of [NAMES.toLabel, NAMES.toJudge, NAMES.toHandIn])
    await window.step(`how the work on ${name} goes`, async () => {
      const options = await listed.locator("option").allTextContents();
      await listed.selectOption({ label: options.find((text) => text.endsWith(` ${name}`)) ?? name });
    });
  await window.step("how it went for a month", () =>
    page.getByRole("combobox", { name: "Days" }).selectOption({ label: "the last 30 days" }),
  );
};

const choosesDataset = async (window: WatchedWindow, name: string): Promise<void> => {
  const datasets = window.page.getByLabel("Dataset", { exact: true });
  const options = await datasets.locator("option").allTextContents();
  await datasets.selectOption({ label: options.find((text) => text.endsWith(` ${name}`)) ?? name });
  await window.page.locator("#steward-files:enabled").waitFor();
};

/** The desk where images are loaded: programs, datasets and what there is in two of them. */
export const choosesPlace: WindowScript = async (window) => {
  await window.step("where images are loaded", async () => {
    await window.button("Load images").click();
    await window.page.getByText("Its own marking is").waitFor();
  });
  for (const name of [NAMES.many, "Overview"])
    await window.step(`images into ${name}`, () => choosesDataset(window, name));
};

/** Loads one image with a marking and makes it a task of a project. */
export const loads =
  (title: string, marking: string, project: string): WindowScript =>
  async (window) => {
    const { page } = window;
    const buffer = await sharp({ create: { width: 80, height: 60, channels: 3, background: "#345678" } })
      .png()
      .toBuffer();
    await window.step(
      "an image is loaded",
      async () => {
        await page.locator("#steward-files").setInputFiles({ name: `${title}.png`, mimeType: "image/png", buffer });
        await page.getByLabel(`Marking of ${title}.png`).fill(marking);
        await window.button("Load 1 file").click();
        await window.until(page.getByText("1 of 1 loaded, 0 refused").first());
      },
      5,
    );
    await window.step("and is a task", async () => {
      const projects = page.getByRole("combobox", { name: "Project" });
      const options = await projects.locator("option").allTextContents();
      await projects.selectOption({ label: options.find((text) => text.endsWith(` ${project}`)) ?? project });
      await window.button("Make the loaded image a task").click();
      await window.until(page.getByText("1 task was added."));
    });
  };

/** The desk of files whose marking was not believed. */
export const looksAtQuarantine: WindowScript = (window) =>
  window.step("files in quarantine", async () => {
    await window.button("Quarantine").click();
    await window.page.locator("article").filter({ hasText: NAMES.file }).waitFor();
  });

/** The desk of deliveries. */
export const looksAtDeliveries: WindowScript = (window) =>
  window.step("the deliveries", async () => {
    await window.button("Deliveries").click();
    await window.heading("Deliveries").waitFor();
  });

/** What would be frozen of a dataset, and nothing is asked for. */
export const looksWhatWouldLeave: WindowScript = async (window) => {
  const { page } = window;
  await window.step("a request", async () => {
    await window.button("Request a delivery").click();
    await page.locator("#purpose").waitFor();
  });
  await window.step("what would be frozen", async () => {
    const datasets = page.locator("#dataset");
    const options = await datasets.locator("option").allTextContents();
    await datasets.selectOption({ label: options.find((text) => text.endsWith(" Overview")) ?? "" });
    await page.locator("#purpose").fill("training");
    await window.button("See what would be frozen").click();
    await window.heading("What would be frozen").waitFor();
  });
  await window.step("the deliveries again", async () => {
    await window.button("Back to deliveries").click();
    await window.heading("Deliveries").waitFor();
  });
};

/** A delivery with its manifest and two of its images, and how it stands a moment later. */
export const examinesDelivery: WindowScript = async (window) => {
  await window.step(
    "a delivery",
    async () => {
      await window
        .button(/^Examine: /)
        .first()
        .click();
      await window.heading("Samples").waitFor();
    },
    4,
  );
  await window.step("its manifest", () => window.button("Show the whole manifest").click(), 0);
  await window.step("another image of it", () => window.button(/^\(U.* image$/).click(), 2);
  await window.step("the delivery, asked again", () => window.button("Refresh").click());
  await window.step("the deliveries after it", async () => {
    await window.button("Back to deliveries").click();
    await window.heading("Deliveries").waitFor();
  });
};

/** One script after another. */
export const inTurn =
  (...scripts: readonly WindowScript[]): WindowScript =>
  async (window) => {
    for (const script of scripts) await script(window);
  };

/**
 * What each of those who look does at his window, each once and in this order: what somebody makes has an id of its own in each
 * world, and where it is listed it stands by that at another place. Whoever lists labels looks before somebody makes one.
 */
export const SCRIPTS: readonly (readonly [handle: string, script: WindowScript])[] = [
  ["ben", inTurn(opens, turnsPages, takes(NAMES.toLabel), looksCloser, draws, putsBack, opens)],
  ["ana", inTurn(opens, takes(NAMES.toLabel), leaves)],
  ["petra", inTurn(opens, looksAtDeliveries, looksWhatWouldLeave, examinesDelivery, leaves)],
  ["victor", inTurn(opens, looksAtDeliveries, examinesDelivery)],
  ["charlotte", inTurn(opens, takes(NAMES.toHandIn), draws, handsIn)],
  ["rita", inTurn(opens, takes(NAMES.toJudge, "Review"), judges)],
  [
    "sam",
    inTurn(
      opens,
      leads,
      leaves,
      choosesPlace,
      loads("pier", "(S//NF)", NAMES.toLabel),
      leaves,
      looksAtQuarantine,
      leaves,
    ),
  ],
];
