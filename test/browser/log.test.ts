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
  const verify = async (page: Page): Promise<string> => {
    await page.getByRole("button", { name: "Verify", exact: true }).click();
    await result(page).getByRole("heading").waitFor();
    return (await result(page).textContent()) ?? "";
  };
  const entriesOf = (text: string): number => Number(/all ([\d,]+) entries/.exec(text)?.[1]?.replaceAll(",", ""));

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
    const banners = await page.locator(".banner").allTextContents();
    expect(banners[0]).toMatch(/^TOP SECRET/);

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
    const later = await verify(page);
    const [known = "", more = ""] =
      /The first ([\d,]+) are those .*?; ([\d,]+) came after it/.exec(later)?.slice(1) ?? [];
    expect(Number(known.replaceAll(",", ""))).toBe(entriesOf(first));
    expect(entriesOf(later)).toBe(entriesOf(first) + Number(more.replaceAll(",", "")));
    expect(Number(more)).toBeGreaterThan(0);

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
    expect(await verify(page)).toMatch(/^Verified/);
    change = (text) =>
      text.replace(
        /("i":7,"leaf":")([A-Za-z0-9+/]{40})(.)/,
        (_, head, kept, one) => `${head}${kept}${one === "A" ? "B" : "A"}`,
      );
    expect(await verify(page)).toMatch(/^Not verified\.LEAF_CHANGED/);
    expect(await page.getByRole("button", { name: "Keep this checkpoint" }).count()).toBe(0);
    change = (text) => text.slice(0, text.length / 2);
    expect(await verify(page)).toMatch(/^Not verified\.ARCHIVE_CUT_SHORT/);
    expect(await violations(page)).toEqual([]);
    change = (text) => text.replace(/\{"chain":"[^"]*","i":7,.*\n/, "");
    expect(await verify(page)).toMatch(/^Not verified\.LEAF_MISSING/);
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
    await page.route("**/audit/archive", () => {
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
