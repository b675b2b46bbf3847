import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { Level } from "../../src/markings/index.ts";
import { renamed } from "../hidden/worlds.ts";
import type { World } from "../hidden/worlds.ts";
import { call } from "../server/http.ts";
import { Wire } from "./wire.ts";

const PATIENCE_MS = 30_000;

/**
 * All that a page holds and shows: its visible text, its whole tree as readers for the blind are given it, what is drawn, and
 * all that its origin keeps in the browser. Of what is sealed there the length: its bytes are random.
 */
const STATE = `(async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const sizes = (value) => value instanceof ArrayBuffer ? "bytes " + value.byteLength : value;
  const kept = [];
  for (const { name, version } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store);
      kept.push([name, version, store, await done(all.getAllKeys()), JSON.stringify(await done(all.getAll()), (key, value) => key === "at" ? 0 : sizes(value))]);
    }
    database.close();
  }
  for (const store of [localStorage, sessionStorage]) kept.push({ ...store });
  kept.push(await caches.keys(), history.state, history.length, location.pathname + location.search + location.hash, document.cookie, document.title);
  const drawn = [];
  for (const canvas of document.querySelectorAll("canvas")) {
    const bytes = new TextEncoder().encode(canvas.toDataURL());
    drawn.push(canvas.width, canvas.height, new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
  }
  const typed = [...document.querySelectorAll("input, select, textarea")].map(({ id, value }) => [id, value]);
  return [
    "text:\\n" + document.body.innerText,
    "tree:\\n" + document.documentElement.outerHTML,
    "fields: " + JSON.stringify(typed),
    "focus: " + document.activeElement?.outerHTML,
    "drawn: " + drawn.join(" "),
    "kept: " + JSON.stringify(kept),
  ];
})()`;

/**
 * The clock of the machine stands still like the server's, which the page goes by; and what the page asks again every so many
 * seconds, it asks where a step says so: how often it came to that would be chance.
 */
const STANDS_STILL = "{ const now = Date.now(); Date.now = () => now; globalThis.setInterval = () => 0; }";

/** What a step brought: everything that went over the wire and everything that the page held after it. */
export interface Seen {
  readonly step: string;
  readonly texts: readonly string[];
}

/**
 * Files, tiles and the opening of images are asked for beside each other, over more connections than one: which comes first is
 * chance. They are compared as a sorted list behind all others; what is asked of GraphQL and what is sent, in its order.
 */
const RACES = /^GET |^POST \/assets\/[^/]+\/view$/;
/** By which they are sorted: nothing random is part of it. */
const sortKey = (text: string): string =>
  (renamed([text])[0] ?? "").replaceAll(/<(?:view|receipt|id|cursor|copy|key)\d+>/g, "<>");
/**
 * How long a hand took is told when a task is handed in, and shown as minutes where a lead looks: it is the machine's, not the
 * server's. No other number in a cell has one decimal.
 */
const timeless = (text: string): string =>
  text.replaceAll(/(?<="activeMs":)\d+/g, "<time>").replaceAll(/(?<=[\t>])\d+\.\d(?=[\n<])/g, "<minutes>");

/** One person's window on one world, in a browser context of its own, with a wire that keeps all that reaches it. */
export class WatchedWindow {
  readonly page: Page;
  readonly wire: Wire;
  readonly #complaints: string[] = [];
  readonly #seen: Seen[] = [];

  private constructor(page: Page, wire: Wire) {
    this.page = page;
    this.wire = wire;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => this.#complaints.push(error.message));
    page.on("console", (message) => this.#complaints.push(message.text()));
  }

  /** Signs somebody in with a token, and gives the browser his session. Nothing is opened yet. */
  static async open(browser: Browser, { server }: World, handle: string, level: Level): Promise<WatchedWindow> {
    const wire = await Wire.open(server.url);
    const authorization = `Bearer ${await server.token(handle, level)}`;
    const { status, headers } = await call(wire.url, {
      method: "POST",
      path: "/session",
      headers: { authorization, origin: wire.url },
    });
    expect(status).toBe(200);
    // The token is this run's own, and no page is there yet.
    wire.taken();
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: "reduce" });
    const cookies = headers.flatMap(([name, value]) => (name === "set-cookie" ? [value.split(";")[0] ?? ""] : []));
    await context.addCookies(
      cookies.map((pair) => {
        const [name = "", ...value] = pair.split("=");
        return {
          name,
          value: value.join("="),
          url: wire.url,
          sameSite: "Strict" as const,
          httpOnly: name.endsWith("session"),
        };
      }),
    );
    await context.addInitScript(STANDS_STILL);
    return new WatchedWindow(await context.newPage(), wire);
  }

  async close(): Promise<void> {
    await this.page.context().close();
    this.wire.close();
  }

  /** Does something, waits until all of it has come, and keeps what was seen. `asks` is as often as the server is asked at least. */
  async step(step: string, act: () => Promise<unknown>, asks = 1): Promise<void> {
    await act();
    const asked = (): number => this.wire.asked;
    await expect.poll(asked, { timeout: PATIENCE_MS, interval: 20 }).toBeGreaterThanOrEqual(asks);
    let [before, state] = [-1, [""]];
    // A page that had little of the machine may ask for more after a while in which nothing went on.
    while (before !== asked()) {
      await this.wire.quiet();
      before = asked();
      state = await this.#settled();
    }
    this.#seen.push({ step, texts: [...this.#exchanged(), ...state] });
  }

  /** What was seen in all steps since it was asked last. */
  taken(): readonly Seen[] {
    return this.#seen.splice(0);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name, exact: typeof name === "string" });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole("heading", { name, exact: typeof name === "string" });
  }

  /** Waits for something; where it is asked first whether anything higher is in it, says that it is not. */
  async until(there: Locator): Promise<void> {
    const question = this.page.getByRole("dialog");
    await there.or(question).first().waitFor();
    if (await question.isVisible()) await question.getByRole("button", { name: "Go on" }).click();
    await there.waitFor();
  }

  #exchanged(): string[] {
    const all = this.wire.taken().map(({ about, request, answer }) => ({
      races: RACES.test(about),
      text: timeless(`${request}\n→ ${answer}`),
    }));
    const racing = all.filter(({ races }) => races).map(({ text }) => ({ text, key: sortKey(text) }));
    return [
      `${all.length} requests`,
      ...all.filter(({ races }) => !races).map(({ text }) => text),
      ...racing.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ text }) => text),
    ];
  }

  /** What the page holds when it does not change any more: what has come is painted over some frames. */
  async #settled(): Promise<string[]> {
    let last: string[] = [];
    let now = await this.#state();
    await expect
      .poll(
        async () => {
          [last, now] = [now, await this.#state()];
          return JSON.stringify(last) === JSON.stringify(now);
        },
        { timeout: PATIENCE_MS, interval: 60 },
      )
      .toBe(true);
    return [...now.map(timeless), `console: ${JSON.stringify(this.#complaints)}`];
  }

  #state(): Promise<string[]> {
    return this.page.evaluate(STATE);
  }
}

const NEAR = 200;

/** The first place at which two texts differ, with what is around it in each. */
function firstDifference(one: string, other: string): readonly [string, string] {
  let from = 0;
  while (from < one.length && one[from] === other[from]) from += 1;
  const [begin, end] = [Math.max(0, from - NEAR), from + NEAR];
  return [one.slice(begin, end), other.slice(begin, end)];
}

/** The steps in which two windows were not told the same, each with the first place at which it differs. */
export function differences(one: readonly Seen[], other: readonly Seen[]): unknown[] {
  const told = (all: readonly Seen[]) => {
    const names = all.flatMap(({ step, texts }) => texts.map(() => step));
    return renamed(all.flatMap(({ texts }) => texts)).map((text, at) => ({ step: names[at] ?? "", text }));
  };
  const [ours, theirs] = [told(one), told(other)];
  const found = new Map<string, unknown>();
  for (let at = 0; at < Math.max(ours.length, theirs.length); at += 1) {
    const [a, b] = [ours[at] ?? { step: "nothing", text: "" }, theirs[at] ?? { step: "nothing", text: "" }];
    if (a.step !== b.step) return [...found.values(), [a.step, b.step, ...firstDifference(a.text, b.text)]];
    if (a.text !== b.text && !found.has(a.step))
      found.set(a.step, [a.step, a.text.split("\n")[0], ...firstDifference(a.text, b.text)]);
  }
  return [...found.values()];
}
