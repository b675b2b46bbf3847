import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** Places of a canvas as shares of its width and height: where a box begins and where it ends. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** How a person does what a page offers: with a mouse, or with nothing but keys. */
export interface Hand {
  readonly name: string;
  /** Presses a button. */
  press(page: Page, target: Locator): Promise<void>;
  /** Writes into a field what stands there afterwards. */
  write(page: Page, field: Locator, text: string): Promise<void>;
  /** Chooses the option of a list that has this text in it. */
  choose(page: Page, list: Locator, text: string): Promise<void>;
  /** Gives a page a folder of this machine: where it may be dropped, and the button that asks for one. */
  give(page: Page, place: { readonly drop: Locator; readonly chooser: Locator }, folder: string): Promise<void>;
  /** Draws boxes of the class that is chosen, one after another. */
  draw(page: Page, boxes: readonly Box[]): Promise<void>;
  /** Does what has a key of its own and a button, too. */
  act(page: Page, act: { readonly key: string; readonly target: Locator }): Promise<void>;
}

/** Drops what lies on this machine onto a place of the page, as a person's hand does. */
export async function drop(page: Page, target: Locator, paths: readonly string[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const place = await target.boundingBox();
  if (!place) throw new Error("no place to drop");
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await devtools.send("Input.dispatchDragEvent", { type, x: place.x + 20, y: place.y + 10, data });
}

const MOST_STOPS = 150;
/** Steps of the crosshair with an arrow key. */
const STEPS = 4;

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate(
    (found: unknown) =>
      (globalThis as unknown as { document: { activeElement: unknown } }).document.activeElement === found,
  );

/** Goes to something with Tab alone. Throws where that never leads there. */
async function reach(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no key leads to ${String(target)}`);
}

/** A person with a mouse. What is written is written with keys, of course. */
export const MOUSE: Hand = {
  name: "mouse",
  press: (_page, target) => target.click(),
  write: async (page, field, text) => {
    await field.click({ clickCount: 3 });
    await page.keyboard.type(text);
  },
  // The list that a browser opens is the system's, where no test reaches.
  choose: async (_page, list, text) => {
    const options = await list.locator("option").allTextContents();
    await list.selectOption({ label: options.find((option) => option.includes(text)) ?? text });
  },
  give: (page, place, folder) => drop(page, place.drop, [folder]),
  draw: async (page, boxes) => {
    const canvas = await page.locator("canvas").first().boundingBox();
    if (!canvas) throw new Error("no canvas");
    const at = (x: number, y: number): [number, number] => [canvas.x + canvas.width * x, canvas.y + canvas.height * y];
    for (const [left, top, right, bottom] of boxes) {
      await page.mouse.move(...at(left, top));
      await page.mouse.down();
      await page.mouse.move(...at((left + right) / 2, (top + bottom) / 2));
      await page.mouse.move(...at(right, bottom));
      await page.mouse.up();
    }
  },
  act: (_page, { target }) => target.click(),
};

/** A person without a mouse. */
export const KEYBOARD: Hand = {
  name: "keyboard",
  press: async (page, target) => {
    await reach(page, target);
    await page.keyboard.press("Enter");
  },
  write: async (page, field, text) => {
    await reach(page, field);
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
  },
  choose: async (page, list, text) => {
    await reach(page, list);
    await page.keyboard.press("Home");
    const options = await list.locator("option").allTextContents();
    const wanted = options.findIndex((option) => option.includes(text));
    const chosen = (): Promise<number> =>
      list.evaluate((found) => (found as unknown as { selectedIndex: number }).selectedIndex);
    for (let steps = 0; steps < options.length && (await chosen()) !== wanted; steps += 1)
      await page.keyboard.press("ArrowDown");
    expect(await chosen(), `${text} in ${options.join(", ")}`).toBe(wanted);
  },
  give: async (page, place, folder) => {
    await reach(page, place.chooser);
    const choosing = page.waitForEvent("filechooser");
    // Only now is the browser asked to hand its dialog over: on a slow machine a key would come before that.
    await page.evaluate("0");
    await page.keyboard.press("Enter");
    await (await choosing).setFiles(folder);
  },
  draw: async (page, boxes) => {
    await reach(page, page.locator("canvas").first());
    for (const [n] of boxes.entries()) {
      // From the middle, where the crosshair begins, each to another side.
      const [away, down] = n % 2 === 0 ? (["ArrowLeft", "ArrowUp"] as const) : (["ArrowRight", "ArrowDown"] as const);
      await page.keyboard.press("Enter");
      for (let step = 0; step < STEPS; step += 1) {
        await page.keyboard.press(away);
        await page.keyboard.press(down);
      }
      await page.keyboard.press("Enter");
      for (let step = 0; step < STEPS; step += 1) {
        await page.keyboard.press(n % 2 === 0 ? "ArrowRight" : "ArrowLeft");
        await page.keyboard.press(n % 2 === 0 ? "ArrowDown" : "ArrowUp");
      }
    }
  },
  act: (page, { key }) => page.keyboard.press(key),
};
