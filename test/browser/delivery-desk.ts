import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { WatchedPage } from "./chromium.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

/** The recipient offices of the demonstration. */
export const MARITIME = "Maritime Program Office";
export const COALITION = "Coalition Training Cell";

/** A delivery as the server tells it. */
export interface Told {
  readonly id: string;
  readonly purpose: string;
  readonly manifest: string;
  readonly manifestSha384: string;
  readonly state: string;
  readonly approvals: readonly unknown[];
}

/** A page of a list. */
export interface Edges<T> {
  readonly edges: readonly { readonly node: T }[];
}

/** An answer of the server. */
export type Body = Record<string, unknown> & { data?: Record<string, unknown> | null };

/** Signs people in, each at his own machine and once, at the list of projects or at the desk. */
export class Machines {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #entered = new Map<string, WatchedPage>();

  constructor(browser: Browser, url: string) {
    this.#browser = browser;
    this.#url = url;
  }

  async enter(name: string, level = "TOP SECRET"): Promise<WatchedPage> {
    const before = this.#entered.get(`${name} ${level}`);
    const watched = before ?? (await enterWorkbench(this.#browser, this.#url, name, level));
    this.#entered.set(`${name} ${level}`, watched);
    if (before) await before.page.goto(`${this.#url}/workbench`);
    await watched.page.getByRole("heading", { name: "Projects" }).waitFor();
    return watched;
  }

  async desk(name: string, level?: string): Promise<WatchedPage> {
    const watched = await this.enter(name, level);
    await watched.page.getByRole("button", { name: "Deliveries" }).click();
    await watched.page.getByRole("heading", { name: "Deliveries", level: 1 }).waitFor();
    return watched;
  }
}

/** Asks the server in the session of a page. */
export const graphql = async (page: Page, query: string, variables: object = {}): Promise<Body> =>
  (await page.evaluate(
    `fetch("/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(JSON.stringify({ query, variables }))} }).then((answer) => answer.json())`,
  )) as Body;
/** The delivery with this purpose, as the server tells it to whoever is signed in. */
export const told = async (page: Page, purpose: string): Promise<Told> => {
  const { data } = await graphql(
    page,
    "{ programs(first: 5) { edges { node { deliveries(first: 50) { edges { node { id purpose manifest manifestSha384 state approvals { approverId } } } } } } } }",
  );
  const { programs } = data as { programs: Edges<{ deliveries: Edges<Told> }> };
  const found = programs.edges
    .flatMap(({ node }) => node.deliveries.edges.map((edge) => edge.node))
    .find((one) => one.purpose === purpose);
  if (!found) throw new Error(`no delivery for ${purpose}`);
  return found;
};

/** Does what asks the server, and answers yes where the session was shown higher things. */
export const confirming = async (page: Page, act: () => Promise<void>, until: Locator): Promise<void> => {
  await act();
  const question = page.getByRole("dialog");
  await until.or(question).first().waitFor();
  if (await question.isVisible()) await page.getByRole("button", { name: "Go on" }).click();
  await until.waitFor();
};

/** Where it says how a delivery stands. */
export const state = (page: Page) => page.locator(".state");
/** The dataset of the demonstration, as it is offered. */
export const HARBOR = "(S//REL TO USA, FVEY) Harbor overview";
/** Fills in a request, as far as to what would be frozen. */
export const fill = async (page: Page, purpose: string, office: RegExp, dataset = HARBOR): Promise<void> => {
  await page.getByRole("button", { name: "Request a delivery" }).click();
  await page.getByLabel("Purpose").fill(purpose);
  await page.getByLabel("Dataset").selectOption({ label: dataset });
  const offices = await page.getByLabel("Recipient").locator("option").allTextContents();
  await page.getByLabel("Recipient").selectOption({ label: offices.find((text) => office.test(text)) ?? "" });
  await page.getByRole("button", { name: "See what would be frozen" }).click();
  await page.getByRole("heading", { name: "What would be frozen" }).waitFor();
};

/** Sends it, and waits for the delivery. */
export const send = (page: Page): Promise<void> =>
  confirming(page, () => page.getByRole("button", { name: "Send the request" }).click(), state(page));
/** Opens the delivery with this purpose. */
export const examine = async (page: Page, purpose: string): Promise<void> => {
  await page.getByRole("button", { name: `Examine: ${purpose}` }).click();
  await page.locator(".contents").waitFor();
};

/** The page went nowhere else and nothing in it was refused by its policy. */
export const quiet = ({ elsewhere, complaints }: WatchedPage): void =>
  expect([elsewhere, complaints]).toEqual([[], []]);

/** Both ways in which the page may look pass WCAG 2.1 A and AA. */
export const accessible = async (page: Page, what: string): Promise<void> => {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    expect([what, colorScheme, await violations(page)]).toEqual([what, colorScheme, []]);
  }
};

/** Goes on with Tab alone until what has the keyboard is called so. */
export const tabTo = async (page: Page, name: RegExp): Promise<void> => {
  for (let times = 0; times < 60; times += 1) {
    await page.keyboard.press("Tab");
    const has = await page.evaluate(
      `document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent`,
    );
    if (name.test(String(has))) return;
  }
  throw new Error(`nothing called ${name.source} is reached`);
};

/** Goes there with Tab alone, and presses Enter. */
export const press = async (page: Page, name: RegExp): Promise<void> => {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
};

/** How many colors a page's canvas has: of an image there are many. */
export const colors = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector("canvas");
    if (!canvas || canvas.width === 0) return 0;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set();
    for (let at = 0; at < data.length; at += 4 * 97) found.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    return found.size;
  })()`);
/** Cells of a table, row by row. */
export const rows = async (page: Page, caption: string): Promise<string[][]> => {
  const found = page.getByRole("table", { name: caption }).locator("tbody tr");
  const all = await found.all();
  return Promise.all(all.map((row) => row.locator("th, td").allTextContents()));
};

/** The button that approves. */
export const approveButton = (page: Page): Locator => page.getByRole("button", { name: /^Approve / });
/** What the server answers when somebody approves with this hash, without any page. */
export const approveAnyway = async (page: Page, { id, manifestSha384 }: Told): Promise<string> =>
  JSON.stringify(
    await graphql(
      page,
      "mutation ($input: DeliveryApproveInput!) { deliveryApprove(input: $input) { delivery { id } userErrors { code } } }",
      {
        input: { deliveryId: id, manifestSha384, idempotencyKey: crypto.randomUUID(), belowHighWater: true },
      },
    ),
  );
/** A number as the page writes it. */
export const number = (value: number): string => value.toLocaleString("en-US");
