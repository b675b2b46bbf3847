import { createHash } from "node:crypto";
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import {
  MARITIME,
  Machines,
  accessible,
  approveAnyway,
  approveButton,
  colors,
  confirming,
  examine,
  fill,
  graphql,
  quiet,
  send,
  state,
  told,
} from "./delivery-desk.ts";
import type { Body, Told } from "./delivery-desk.ts";

const { skip } = outsideProgram("chromium");

describe.skipIf(skip)("what the delivery desk refuses and is refused", () => {
  let server: RunningServer;
  let browser: Browser;
  let machines: Machines;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    machines = new Machines(browser, server.url);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  test("refuses to approve a manifest whose bytes are not what the server names, that cannot be read, or that was changed since it was examined", async () => {
    const petra = await machines.desk("Petra Program");
    await fill(petra.page, "Stale", new RegExp(MARITIME));
    await send(petra.page);
    const { page } = await machines.desk("Victor Approver");
    let change = (delivery: Told & { manifest?: string }): object => delivery;
    await page.route("**/graphql", async (route: Route) => {
      const response = await route.fetch();
      const body = (await response.json()) as Body;
      const delivery = body.data?.["delivery"] as Told | undefined;
      if (delivery && body.data) body.data["delivery"] = change(delivery);
      await route.fulfill({ response, json: body });
    });
    const fault = page.locator(".decision .bad");
    const shows = async (alter: typeof change): Promise<string[]> => {
      change = alter;
      await page.evaluate(`document.querySelector("h1").dataset.before = ""`);
      await page.getByRole("button", { name: /^Examine: Stale|^Read it again/ }).click();
      await page.locator("h1:not([data-before])").waitFor();
      await fault.first().waitFor();
      expect(await approveButton(page).count()).toBe(0);
      return fault.allTextContents();
    };
    const other = (text: string): string => text.replace('"labels":6', '"labels":7');
    const digest = (text: string): string => createHash("sha384").update(text).digest("hex");
    const honest = await told(page, "Stale");

    expect(
      await shows((one) => ({ ...one, ...(one.manifest === undefined ? {} : { manifest: other(one.manifest) }) })),
    ).toEqual(["The manifest that came is not the one that the server names. It is not approved here."]);
    expect(await page.locator(".hash").allTextContents()).toEqual([
      digest(other(honest.manifest)),
      honest.manifestSha384,
    ]);
    await accessible(page, "another manifest");

    for (const text of ["", "{", "null", '{"caveat":"delivery/v1"}', `${honest.manifest} `, "\ud800"])
      expect(await shows((one) => ({ ...one, ...(one.manifest === undefined ? {} : { manifest: text }) }))).toContain(
        "This is no manifest that can be read. It is not approved here.",
      );
    expect(await shows((one) => ({ ...one, purpose: "Something else" }))).toEqual([
      "The manifest says something else of this delivery than the server does. It is not approved here.",
    ]);

    // Whoever stands between changes the manifest and its hash alike: then the server knows it.
    change = (one) => ({
      ...one,
      manifestSha384: digest(other(honest.manifest)),
      ...(one.manifest === undefined ? {} : { manifest: other(honest.manifest) }),
    });
    await page.getByRole("button", { name: "Read it again" }).click();
    await confirming(page, () => approveButton(page).click(), page.locator(".decision .result .bad"));
    expect(await page.getByRole("alert").textContent()).toBe(
      "The server refused: STALE. It says: this is not the manifest of the delivery.",
    );
    expect((await told(petra.page, "Stale")).approvals).toEqual([]);

    // It was examined, and is another one a moment later.
    change = (one) => one;
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("The manifest is another one now than the one that you examined.").waitFor();
    expect(await approveButton(page).count()).toBe(0);
    await page.getByRole("button", { name: "Read it again" }).click();
    await approveButton(page).waitFor();
    expect(await approveButton(page).textContent()).toContain(honest.manifestSha384.slice(0, 12));
    await page.unroute("**/graphql");
  }, 240_000);

  test("offers an analyst no desk, and the server tells him of no delivery and takes none of his acts", async () => {
    const petra = await machines.desk("Petra Program");
    const known = await told(petra.page, "Stale");
    const ana = await machines.enter("Ana Analyst");
    expect(await ana.page.getByRole("button", { name: "Deliveries" }).count()).toBe(0);
    const { data } = await graphql(
      ana.page,
      "query ($id: ID!) { delivery(id: $id) { id } programs(first: 5) { edges { node { deliveries(first: 5) { edges { node { id } } } } } } }",
      { id: known.id },
    );
    expect(data).toEqual({ delivery: null, programs: { edges: [{ node: { deliveries: { edges: [] } } }] } });
    expect(await approveAnyway(ana.page, known)).toMatch(/"code":"(NOT_FOUND|NOT_PERMITTED)"/);
    expect(await ana.page.evaluate(`fetch("/deliveries/${known.id}/package").then(({ status }) => status)`)).toBe(404);
    // An approver below it is not told of it either.
    const low = await machines.desk("Wanda Approver", "SECRET");
    expect(await low.page.locator("main").textContent()).not.toContain("Stale");
  }, 240_000);

  test("texts of others stay text: as the purpose of a request, and as every name and reason that the desk shows", async () => {
    const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script> " ' {{x}}`;
    const petra = await machines.desk("Petra Program");
    const hits: string[] = [];
    const watch = (page: Page): void =>
      void page.on("dialog", (dialog) => {
        hits.push(dialog.message());
        void dialog.dismiss();
      });
    watch(petra.page);
    await fill(petra.page, hostile, new RegExp(MARITIME));
    await confirming(
      petra.page,
      () => petra.page.getByRole("button", { name: "Send the request" }).click(),
      state(petra.page),
    );
    const victor = await machines.desk("Victor Approver");
    const { page } = victor;
    watch(page);
    expect(await page.locator("bdi").allTextContents()).toContain(hostile);
    await examine(page, hostile);
    expect(await page.locator(".facts dd").first().textContent()).toBe(hostile);
    await page.getByRole("button", { name: "Show the whole manifest" }).click();
    expect(await page.getByLabel("The manifest, as it came").textContent()).toContain("<img src=x onerror=alert(1)>");
    await approveButton(page).waitFor();

    // Whatever else a server could tell.
    const names = new Set([
      "purpose",
      "name",
      "organization",
      "country",
      "portion",
      "banner",
      "title",
      "key",
      "origin",
    ]);
    for (const one of ["reason", "kind", "requestedAt", "approvedAt", "packageUrl", "requesterId", "manifest"])
      names.add(one);
    const alter = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(alter);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([name, member]) => [
          name,
          names.has(name) && typeof member === "string" ? hostile : alter(member),
        ]),
      );
    };
    await page.route("**/graphql", async (route: Route) => {
      const response = await route.fetch();
      const body = (await response.json()) as Body;
      await route.fulfill({ response, json: { ...body, data: alter(body.data) } });
    });
    await page.getByRole("button", { name: "Back to deliveries" }).click();
    const listed = page.getByRole("button", { name: `Examine: ${hostile}` });
    for (let at = (await listed.first().waitFor(), await listed.count()) - 1; at >= 0; at -= 1) {
      await listed.nth(at).click();
      await page.locator(".decision .bad").first().waitFor();
      expect(await page.locator("h1").textContent()).toBe(`${hostile} To ${hostile}`);
      await page.getByRole("button", { name: "Back to deliveries" }).click();
      await listed.first().waitFor();
    }
    for (const watched of [petra, victor]) {
      expect(
        await watched.page.evaluate(
          `document.querySelectorAll("main img, main script, main svg, main iframe, [onerror], [style]").length`,
        ),
      ).toBe(0);
      quiet(watched);
    }
    expect(hits).toEqual([]);
    await page.evaluate(`document.querySelector("h1").append(document.createElement("img"))`);
    expect(await page.locator("main img").count()).toBe(1);
  }, 240_000);

  test("where the server shows no image, its labels are drawn on an empty sheet and the page says why", async () => {
    const petra = await machines.desk("Petra Program");
    await fill(petra.page, "Sheet", new RegExp(MARITIME));
    await send(petra.page);
    const { page } = await machines.desk("Wanda Approver");
    // The server is asked for an image that is not there: what it answers is its own.
    await page.route("**/assets/*/view", (route) =>
      route.continue({
        url: route
          .request()
          .url()
          .replace(/assets\/[^/]+/, `assets/${crypto.randomUUID()}`),
      }),
    );
    await examine(page, "Sheet");
    await page.getByText("The server does not show you this image (NOT_FOUND).").waitFor();
    await page.getByRole("img", { name: /^Where the labels of / }).waitFor();
    expect(await colors(page)).toBeGreaterThan(1);
    expect(await page.getByRole("button", { name: "Larger" }).count()).toBe(0);
    await accessible(page, "empty sheet");
    await page.unroute("**/assets/*/view");
    await page.getByRole("button", { name: "Show the image" }).click();
    await expect.poll(() => colors(page), { timeout: 15_000 }).toBeGreaterThan(50);
    expect(await page.getByRole("button", { name: "Larger" }).count()).toBe(1);
  }, 240_000);
});
