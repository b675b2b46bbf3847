import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeCrypto, openCheckpoint, parseTrust } from "../../audit/index.ts";
import { noteSigner } from "../audit/seeded.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");

describe.skipIf(skip)("a compliance officer verifies the log in his own browser", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const enter = (name: string): Promise<WatchedPage> => enterWorkbench(browser, server.url, name, "TOP SECRET");
  const officer = async (): Promise<WatchedPage> => {
    const watched = await enter("Otto Officer");
    await watched.page.getByRole("button", { name: "Compliance console" }).click();
    await watched.page.getByRole("tab", { name: "Verify the log" }).press("Enter");
    await watched.page.getByRole("heading", { name: "The activity log" }).waitFor();
    return watched;
  };
  const result = (page: Page) => page.locator(".result");
  const verify = async (page: Page, what: "Verify" | "Verify with sections" = "Verify"): Promise<string> => {
    await page.getByRole("button", { name: what, exact: true }).click();
    await result(page).getByRole("heading").waitFor();
    return (await result(page).textContent()) ?? "";
  };
  const number = (text: string): number => Number(text.replaceAll(",", ""));
  const entriesOf = (text: string): number => number(/all ([\d,]+) entries/.exec(text)?.[1] ?? "");

  test("by keyboard alone: every entry, and later that the log still begins with what the kept checkpoint signed", async () => {
    const watched = await officer();
    const { page } = watched;
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Verify", exact: true }).press("Enter");
    await result(page).getByRole("heading").waitFor();
    const first = (await result(page).textContent()) ?? "";
    expect(first).toMatch(/^Verified: all \d[\d,]* entries stand as they were signed\./);
    expect(first).toContain("Without a checkpoint that you kept from before");
    expect(first).toContain("whoever rules this server chose it");
    expect(await violations(page)).toEqual([]);
    // Leaves and hashes are marked by nothing.
    expect(first).toContain("Chain and sections were not read");
    expect(await page.locator(".banner").allTextContents()).toEqual(Array(2).fill("nothing marked is shown"));

    // What he keeps is a checkpoint that the log's key has signed, of just so many entries.
    const kept = page.waitForEvent("download");
    await page.getByRole("button", { name: "Keep this checkpoint" }).press("Enter");
    const note = readFileSync((await (await kept).path()) ?? "", "utf8");
    const trust = (await page.evaluate(`fetch("/trust").then((answer) => answer.text())`)) as string;
    const key = parseTrust(nodeCrypto, Buffer.from(trust)).logs.find(({ purpose }) => purpose === "activity")?.key;
    if (!key) throw new Error("no key of the activity log");
    const opened = openCheckpoint(nodeCrypto, note, key);
    expect(opened).toMatchObject({ outcome: "verified", checkpoint: { size: entriesOf(first) } });

    await page.getByLabel("Checkpoint that you kept", { exact: true }).fill(note.trimEnd());
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname.replace("/audit/log/", "")));
    const later = await verify(page);
    const [known = "", more = ""] =
      /^Verified: the log begins with the ([\d,]+) entries that your checkpoint signed; ([\d,]+) came after it/
        .exec(later)
        ?.slice(1) ?? [];
    expect(number(known)).toBe(entriesOf(first));
    expect(number(more)).toBeGreaterThan(0);
    // Only the bundles in which something came since.
    const bundles = asked.filter((path) => path.startsWith("tile/entries/")).map((path) => Number(path.slice(13, 16)));
    const last = Math.ceil((number(known) + number(more)) / 256);
    // A partial bundle that has become a whole one meanwhile is asked for under both names.
    expect([...new Set(bundles)]).toEqual(
      Array.from({ length: last }, (_, at) => at).slice(Math.floor(number(known) / 256)),
    );
    // The whole with its sections says the same of what was kept, under the banner of what it opens.
    const whole = await verify(page, "Verify with sections");
    expect(whole).toMatch(/^Verified: all [\d,]+ entries stand as they were signed\./);
    expect(number(/The first ([\d,]+) are those/.exec(whole)?.[1] ?? "")).toBe(entriesOf(first));
    expect(whole).toMatch(/Sections: [\d,]+ opened and matching/);
    expect((await page.locator(".banner").allTextContents())[0]).toMatch(/^TOP SECRET/);

    // As a file, too; and his own trust file in place of the server's.
    await page
      .getByLabel("Checkpoint that you kept, as a file")
      .setInputFiles({ name: "c.txt", mimeType: "text/plain", buffer: Buffer.from(note) });
    await page
      .getByLabel("Trust file")
      .setInputFiles({ name: "t.json", mimeType: "application/json", buffer: Buffer.from(trust) });
    const own = await verify(page);
    expect(own).toContain("from your trust file");
    expect(own).toContain("came after it");
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 60_000);

  test("refuses an archive in which one byte of an entry is another, and one that is cut", async () => {
    const { page } = await officer();
    let change = (text: string): string => text;
    await page.route("**/audit/archive", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: change(await answer.text()) });
    });
    const sections = "Verify with sections";
    expect(await verify(page, sections)).toMatch(/^Verified/);
    change = (text) =>
      text.replace(
        /("i":7,"leaf":")([A-Za-z0-9+/]{40})(.)/,
        (_, head, kept, one) => `${head}${kept}${one === "A" ? "B" : "A"}`,
      );
    expect(await verify(page, sections)).toMatch(/^Not verified\.LEAF_CHANGED/);
    expect(await page.getByRole("button", { name: "Keep this checkpoint" }).count()).toBe(0);
    change = (text) => text.slice(0, text.length / 2);
    expect(await verify(page, sections)).toMatch(/^Not verified\.ARCHIVE_CUT_SHORT/);
    expect(await violations(page)).toEqual([]);
    change = (text) => text.replace(/\{"chain":"[^"]*","i":7,.*\n/, "");
    expect(await verify(page, sections)).toMatch(/^Not verified\.LEAF_MISSING/);
  }, 60_000);

  test("refuses tiles of which a byte is another, and such as are not there", async () => {
    const { page } = await officer();
    expect(await verify(page)).toMatch(/^Verified/);
    await page.route("**/audit/log/tile/entries/**", async (route) => {
      const answer = await route.fetch();
      const bytes = await answer.body();
      bytes[400] = (bytes[400] ?? 0) ^ 1;
      await route.fulfill({ response: answer, body: bytes });
    });
    expect(await verify(page)).toMatch(/^Not verified\.(?:LEAF_CHANGED|ARCHIVE_MALFORMED)/);
    expect(await page.getByRole("button", { name: "Keep this checkpoint" }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.unrouteAll();
    await page.route("**/audit/log/tile/entries/**", (route) =>
      route.fulfill({ status: 404, json: { errors: [{ extensions: { code: "NOT_FOUND" } }] } }),
    );
    expect(await verify(page)).toMatch(/^Not verified\.LEAF_MISSING/);
    await page.unrouteAll();
    await page.route("**/audit/log/checkpoint", (route) => route.fulfill({ body: "no note\n" }));
    expect(await verify(page)).toMatch(/^Not verified\.CHECKPOINT_BAD/);
  }, 60_000);

  test("refuses a checkpoint that the log never signed, another log's key and what is no trust file", async () => {
    const { page } = await officer();
    const field = page.getByLabel("Checkpoint that you kept", { exact: true });
    await field.fill("not a checkpoint");
    expect(await verify(page)).toMatch(/^Not verified\.CHECKPOINT_BAD/);
    await field.fill("");
    const trust = JSON.parse(await page.evaluate(`fetch("/trust").then((answer) => answer.text())`)) as {
      logs: { origin: string; purpose: string; vkey: string }[];
    };
    const name = trust.logs.find(({ purpose }) => purpose === "activity")?.origin ?? "";
    const { key } = noteSigner(name, 9);
    const vkey = `${name}+${key.id.toString(16).padStart(8, "0")}+${Buffer.concat([Buffer.of(1), key.publicKey]).toString("base64")}`;
    const others = { ...trust, logs: [{ origin: name, purpose: "activity", vkey }] };
    const file = (text: string) => ({ name: "t.json", mimeType: "application/json", buffer: Buffer.from(text) });
    await page.getByLabel("Trust file").setInputFiles(file(JSON.stringify(others)));
    expect(await verify(page)).toMatch(/^Not verified\.WRONG_KEY/);
    await page.getByLabel("Trust file").setInputFiles(file("{}"));
    await page.getByRole("button", { name: "Verify", exact: true }).click();
    await page.getByText("This is no trust file with one activity log.").waitFor();
  }, 60_000);

  test("ends a check that is stopped or left, and offers none to whoever is not there for it", async () => {
    const { page } = await officer();
    let asked = 0;
    await page.route("**/audit/log/checkpoint", () => {
      asked += 1; // and is never answered
    });
    await page.getByRole("button", { name: "Verify", exact: true }).click();
    await page.getByRole("progressbar").waitFor();
    await expect.poll(() => asked, { timeout: 20_000 }).toBe(1);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped. Nothing was verified.").waitFor();
    await page.getByRole("button", { name: "Verify", exact: true }).click();
    await expect.poll(() => asked, { timeout: 20_000 }).toBe(2);
    await page.getByRole("button", { name: "Back to projects" }).click();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
    const ben = await enter("Ben Analyst");
    expect(await ben.page.getByRole("button", { name: "Compliance console" }).count()).toBe(0);
  }, 60_000);
});
