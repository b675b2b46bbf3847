import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Level } from "../../src/markings/index.ts";
import { HIDDEN_NAME } from "../access/two-worlds.ts";
import type { World, Worlds } from "../hidden/worlds.ts";
import { outsideProgram } from "../outside-programs.ts";
import { startChromium } from "./chromium.ts";
import { WatchedWindow, differences } from "./watched-window.ts";
import type { Seen } from "./watched-window.ts";
import {
  SCRIPTS,
  choosesPlace,
  drawsByKey,
  examinesDelivery,
  handsInOne,
  inTurn,
  leads,
  leaves,
  loads,
  looksAtDeliveries,
  looksAtQuarantine,
  looksWhatWouldLeave,
  opens,
  takes,
} from "./window-scripts.ts";
import type { WindowScript } from "./window-scripts.ts";
import { NAMES, openWindowWorlds } from "./window-worlds.ts";
import type { Answer } from "./wire.ts";

// What the page of somebody at SECRET is told, shows and keeps, in a real browser: every request and every answer with all of
// their headers and bytes, the visible text, the whole tree, what is typed, has the focus, is drawn and lies in the browser's
// stores, after each step of a fixed script. Two worlds that differ only in what is hidden from him, and one world before and
// after somebody of higher clearance works beside him, must agree in all of it but the names of what is random.
//
// Of every role that works on data somebody looks. Officers are left out: a compliance officer reads the log, which tells of all
// that others do and is declassified, by name, in test/noninterference; a security officer has no desk on the page, and what he
// is told is compared in test/hidden.
//
// Nothing is timed here; timing.test.ts does that, as far as a machine that others use tells anything by its clock. What stands for
// time is counted where it can be: test/access/flat-pages.test.ts, that every list reads as many buffers in as many statements
// however much is hidden, and bench/PAGES.md, that a page takes as long; and here, that the page asks as often and for the same.

const { skip } = outsideProgram("chromium");

describe.skipIf(skip)("I2 what is hidden does not show at a window", () => {
  let worlds: Worlds;
  let browser: Browser;
  const windows: WatchedWindow[] = [];

  beforeAll(async () => {
    [worlds, browser] = await Promise.all([openWindowWorlds(), startChromium()]);
  });
  afterAll(async () => {
    for (const window of windows) await window.close();
    await browser?.close();
    await worlds?.close();
  });

  const open = async (world: World, handle: string, level: Level = "S"): Promise<WatchedWindow> => {
    const window = await WatchedWindow.open(browser, world, handle, level);
    windows.push(window);
    return window;
  };
  /** What a window is told and shows while somebody does something at it. */
  const seen = async (window: WatchedWindow, script: WindowScript): Promise<readonly Seen[]> => {
    await script(window);
    return window.taken();
  };
  const inEach = async (handle: string, level: Level, script: WindowScript): Promise<readonly (readonly Seen[])[]> =>
    Promise.all(
      [worlds.high, worlds.low].map(async (world) => {
        const window = await open(world, handle, level);
        const all = await seen(window, script);
        await window.close();
        return all;
      }),
    );

  test("I2 the test itself: whoever may see it is shown it, on the same screens", async () => {
    const [high = [], low = []] = await inEach("sam", "TS", inTurn(opens, looksAtQuarantine, leaves, choosesPlace));
    const told = differences(high, low).map((one) => (one as readonly [step: string])[0]);
    expect(told).toEqual(expect.arrayContaining(["the projects", "files in quarantine", "where images are loaded"]));
    expect(JSON.stringify(high)).toContain(HIDDEN_NAME);
    expect(JSON.stringify(low)).not.toContain(HIDDEN_NAME);
  });

  test.each(SCRIPTS)(
    "I2 %s at SECRET is told and shown the same in both worlds, and keeps the same",
    async (handle, script) => {
      const [high = [], low = []] = await inEach(handle, "S", script);
      expect(differences(high, low)).toEqual([]);
      // Nothing is compared with nothing.
      expect(high.map(({ step }) => step)).toContain("the projects");
      expect(JSON.stringify(high)).not.toContain(HIDDEN_NAME);
    },
  );

  test("I2 the test itself: one row, one number, one header, one byte or one request more is noticed where it is", async () => {
    const window = await open(worlds.low, "ana");
    const looks = inTurn(opens, takes(NAMES.toLabel));
    await looks(window);
    window.taken();
    const before = await seen(window, looks);
    expect(differences(before, await seen(window, looks))).toEqual([]);

    const ofBody =
      (pattern: RegExp, change: (body: string) => string) =>
      (answer: Answer, _about: string, request: string): Answer => {
        if (!pattern.test(request)) return answer;
        const body = Buffer.from(change(answer.body.toString("latin1")), "latin1");
        const headers = answer.headers.map(
          ([name, value]) => [name, name.toLowerCase() === "content-length" ? `${body.length}` : value] as const,
        );
        return { ...answer, headers, body };
      };
    const PROJECTS = /query Projects/;
    const alterations: readonly (readonly [
      what: string,
      step: string,
      alter: NonNullable<typeof window.wire.alter>,
    ])[] = [
      ["a number", "the projects", ofBody(PROJECTS, (body) => body.replace(/"toLabel":\d/, '"toLabel":7'))],
      [
        "a row",
        "the projects",
        ofBody(PROJECTS, (body) =>
          body.replace(/(?<="projects":\{"pageInfo":\{[^}]*\},"edges":\[)(\{"node":\{.*?\}\}\}),/, "$1,$1,"),
        ),
      ],
      [
        "that there is more",
        "the projects",
        ofBody(PROJECTS, (body) => body.replace('"hasNextPage":false', '"hasNextPage":true')),
      ],
      ["one byte that says nothing", "the projects", ofBody(PROJECTS, (body) => `${body} `)],
      [
        "a banner",
        "a task of Ships",
        ofBody(/query TaskToLabel/, (body) =>
          body.replace(/"marking":"[^"]*","receipt"/, '"marking":"TOP SECRET//NOFORN","receipt"'),
        ),
      ],
      ["a byte of a tile", "a task of Ships", ofBody(/^GET \/views\//, (body) => `${body}\0`)],
      [
        "a header",
        "the projects",
        (answer, about) =>
          about === "POST /graphql" ? { ...answer, headers: [...answer.headers, ["x-rows", "2"]] } : answer,
      ],
      [
        "a status",
        "a task of Ships",
        (answer, about) => (about.startsWith("GET /views/") ? { ...answer, status: 203 } : answer),
      ],
      [
        "a cookie",
        "the projects",
        (answer, about) =>
          about === "GET /workbench" ? { ...answer, headers: [...answer.headers, ["set-cookie", "rows=2"]] } : answer,
      ],
    ];
    for (const [what, step, alter] of alterations) {
      window.wire.alter = alter;
      const [whole, script] = step === "the projects" ? [before.slice(0, 1), opens] : [before, looks];
      const [first] = differences(whole, await seen(window, script)) as readonly (readonly string[])[];
      expect([what, first?.[0]]).toEqual([what, step]);
    }
    window.wire.alter = null;
    await window.page.context().clearCookies({ name: "rows" });
    expect(differences(before, await seen(window, looks))).toEqual([]);

    for (const [what, act] of [
      ["a request", "fetch('/healthz')"],
      ["what is kept", "localStorage.setItem('rows', '2')"],
      ["what is for readers only", "document.getElementById('screen').setAttribute('aria-label', '2')"],
      ["what is drawn", "document.querySelector('canvas').getContext('2d').fillRect(0, 0, 1, 1)"],
    ] as const) {
      const does: WindowScript = (at) => at.step("a task of Ships", () => at.page.evaluate(act), 0);
      const nothing: WindowScript = (at) => at.step("a task of Ships", () => Promise.resolve(), 0);
      const was = await seen(window, nothing);
      expect([what, differences(was, await seen(window, does))]).not.toEqual([what, []]);
    }
  });

  test("I2 while people at TOP SECRET draw, hand in and load beside them, nothing comes to the windows at SECRET, and nothing is otherwise afterwards", async () => {
    // Their clock stands still, and the database's gate believes it for some minutes only: on a slow machine they are over by now.
    for (const window of windows.splice(0)) await window.close();
    await worlds.close();
    worlds = await openWindowWorlds();
    const [ben, ana, sam, petra] = [
      await open(worlds.high, "ben"),
      await open(worlds.high, "ana"),
      await open(worlds.high, "sam"),
      await open(worlds.high, "petra"),
    ];
    // Each comes to rest on another screen of the same dataset: projects, a task, how the work goes, a delivery's list.
    const looking = [
      [ben, opens],
      [ana, inTurn(opens, takes(NAMES.toLabel))],
      [sam, inTurn(opens, choosesPlace, leaves, looksAtQuarantine, leaves, leads)],
      [petra, inTurn(opens, looksAtDeliveries, looksWhatWouldLeave, examinesDelivery)],
    ] as const;
    const all = (): Promise<(readonly Seen[])[]> =>
      Promise.all(looking.map(async ([window, script]) => seen(window, script)));
    const rests: WindowScript = (window) => window.step("at rest", () => Promise.resolve(), 0);
    const atRest = (): Promise<(readonly Seen[])[]> => Promise.all(looking.map(([window]) => seen(window, rests)));
    // A task is hers from here on.
    for (const [window, script] of looking) await seen(window, window === ana ? script : opens);
    const [before, resting] = [await all(), await atRest()];

    const [draws, brings] = [await open(worlds.high, "ana", "TS"), await open(worlds.high, "sam", "TS")];
    const highBefore = await seen(draws, opens);
    await inTurn(takes(HIDDEN_NAME), drawsByKey, handsInOne)(draws);
    await inTurn(opens, choosesPlace, loads("night", "(TS//TK//NF)", NAMES.toLabel))(brings);
    draws.taken();
    const highAfter = await seen(draws, opens);

    expect((await atRest()).map((now, at) => differences(resting[at] ?? [], now))).toEqual([[], [], [], []]);
    expect((await all()).map((now, at) => differences(before[at] ?? [], now))).toEqual([[], [], [], []]);
    // Whoever may see it does: there was something to be seen.
    expect(differences(highBefore, highAfter)).toHaveLength(1);
    const text = ([told]: readonly Seen[]): string | undefined => told?.texts.find((one) => one.startsWith("text:"));
    expect(text(highAfter)).not.toBe(text(highBefore));
  });
});
