import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeCrypto, parseManifest, parseTrust } from "../../audit/index.ts";
import type { Manifest } from "../../audit/core/manifest.ts";
import { verifyDelivery } from "../../audit/core/verify-delivery.ts";
import { openPackage } from "../../audit/package-files.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import {
  COALITION,
  HARBOR,
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
  number,
  press,
  quiet,
  rows,
  send,
  state,
  tabTo,
  told,
} from "./delivery-desk.ts";
import type { Edges } from "./delivery-desk.ts";

const { skip } = outsideProgram("chromium");

describe.skipIf(skip)("the delivery desk", () => {
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

  test("five people: one requests, two approve what they examined, one of them by keyboard alone, and what is fetched verifies offline", async () => {
    const purpose = "Training of a detector";
    const petra = await machines.desk("Petra Program");
    expect(await petra.page.locator("main").textContent()).toContain("HARBOR WATCH has no delivery that you may see.");
    await accessible(petra.page, "empty list");
    await petra.page.getByRole("button", { name: "Request a delivery" }).click();
    await petra.page.getByLabel("Purpose").waitFor();
    await accessible(petra.page, "request");
    await petra.page.getByRole("button", { name: "See what would be frozen" }).click();
    await petra.page.getByText("Choose a dataset and a recipient, and say the purpose.").waitFor();
    await petra.page.getByRole("button", { name: "Back to deliveries" }).click();
    await fill(petra.page, purpose, new RegExp(MARITIME));
    expect(await petra.page.locator(".facts dd").allTextContents()).toEqual([
      "(S//REL TO USA, FVEY) Harbor overview",
      "TOP SECRET//TK//NOFORN",
      "2 at most",
      "6 at most",
      `${MARITIME}, ONI, USA`,
      purpose,
    ]);
    await accessible(petra.page, "summary");
    await send(petra.page);
    expect(await state(petra.page).textContent()).toBe("✓ requested → 0 of 2 approved → not released");

    // Who requested it is shown its images, and no way to approve it; the server refuses it of her, too.
    await expect.poll(() => colors(petra.page), { timeout: 15_000 }).toBeGreaterThan(50);
    expect(await petra.page.getByRole("button", { name: "Larger" }).count()).toBe(1);
    const asked = await told(petra.page, purpose);
    expect(await petra.page.getByText("You requested it: two others approve it").count()).toBe(1);
    expect(await approveButton(petra.page).count()).toBe(0);
    expect(await approveAnyway(petra.page, asked)).toMatch(/"code":"(NOT_FOUND|NOT_PERMITTED)"/);
    expect((await told(petra.page, purpose)).approvals).toEqual([]);
    await accessible(petra.page, "requested");

    // What the first approver is shown is what the manifest says, and its hash.
    const victor = await machines.desk("Victor Approver");
    await victor.page.clock.install();
    expect((await rows(victor.page, "Deliveries of HARBOR WATCH")).map((row) => row.slice(0, 4))).toEqual([
      ["requested", purpose, MARITIME, "(TS//TK//NF)"],
    ]);
    await accessible(victor.page, "list");
    await examine(victor.page, purpose);
    const { manifest: text, manifestSha384 } = await told(victor.page, purpose);
    const manifest = parseManifest(Buffer.from(text));
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    expect(await victor.page.locator(".counts").textContent()).toBe(
      `Images: ${manifest.counts.images}. Labels: ${manifest.counts.labels}. Files: ${manifest.files.length}, ${number(bytes)} bytes.`,
    );
    const lines = (table: readonly (readonly string[])[]): string[] => table.map((row) => row.join(" | ")).toSorted();
    const by = (nameOf: (file: Manifest["files"][number]) => string): string[] =>
      lines(
        Object.entries(Object.groupBy(manifest.files, nameOf)).map(([name, files = []]) => [
          name,
          number(files.length),
          number(files.reduce((sum, file) => sum + file.bytes, 0)),
        ]),
      );
    expect(lines(await rows(victor.page, "By marking"))).toEqual(by(({ marking }) => marking.banner));
    expect(lines(await rows(victor.page, "By media type"))).toEqual(by(({ mediaType }) => mediaType));
    const labels = await graphql(
      victor.page,
      "{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node { labels(first: 50) { edges { node { origin latest { class { key } } } } } } } } } } } }",
    );
    const keys = [...JSON.stringify(labels.data).matchAll(/"key":"([^"]*)"/g)].map(([, key]) => key ?? "");
    expect(lines(await rows(victor.page, "Labels by class"))).toEqual(
      lines(Object.entries(Object.groupBy(keys, (key) => key)).map(([key, all = []]) => [key, String(all.length)])),
    );
    expect(await rows(victor.page, "Labels by origin")).toEqual([["human", String(manifest.counts.labels)]]);
    const hash = createHash("sha384").update(text, "utf8").digest("hex");
    expect(await victor.page.locator(".hash").allTextContents()).toEqual([hash]);
    expect(manifestSha384).toBe(hash);
    expect(await approveButton(victor.page).textContent()).toBe(`Approve ${hash.slice(0, 12)}…`);
    await victor.page.getByRole("button", { name: "Show the whole manifest" }).click();
    expect(await victor.page.getByLabel("The manifest, as it came").textContent()).toBe(text);

    // An approver is shown what would leave: the image with its labels over it.
    expect(await victor.page.getByLabel("Samples").locator(".shapes li").first().textContent()).toMatch(
      /^1\. vessel, rotatedBox, human$/,
    );
    await expect.poll(() => colors(victor.page), { timeout: 15_000 }).toBeGreaterThan(50);
    expect(await victor.page.getByRole("button", { name: "Larger" }).count()).toBe(1);
    await accessible(victor.page, "examined");
    await confirming(
      victor.page,
      () => approveButton(victor.page).click(),
      victor.page.getByText("You have approved it."),
    );
    expect(await state(victor.page).textContent()).toBe("✓ requested → 1 of 2 approved → not released");
    expect(await approveAnyway(victor.page, asked)).toContain('"code":"ALREADY_DONE"');

    // The second one has no mouse, from the projects on.
    const wanda = await machines.enter("Wanda Approver");
    await press(wanda.page, /^Deliveries$/);
    await wanda.page.getByRole("heading", { name: "Deliveries", level: 1 }).waitFor();
    await press(wanda.page, /^Examine: /);
    await wanda.page.locator(".contents").waitFor();
    expect(await wanda.page.locator(".hash").textContent()).toBe(hash);
    await tabTo(wanda.page, new RegExp(`^Approve ${hash.slice(0, 12)}`));
    await confirming(
      wanda.page,
      () => wanda.page.keyboard.press("Enter"),
      wanda.page.getByText("You have approved it."),
    );
    expect(await state(wanda.page).textContent()).toBe("✓ requested → ✓ 2 of 2 approved → not released");

    // The first one's page follows by itself.
    expect(await state(victor.page).textContent()).toContain("1 of 2");
    await victor.page.clock.fastForward(15_000);
    await expect
      .poll(() => state(victor.page).textContent(), { timeout: 30_000 })
      .toBe("✓ requested → ✓ 2 of 2 approved → not released");

    await press(wanda.page, /^Release$/);
    await wanda.page.getByText("A program officer fetches the package.").waitFor();
    expect(await state(wanda.page).textContent()).toBe("✓ requested → ✓ 2 of 2 approved → ✓ released");
    expect(await wanda.page.getByRole("link").count()).toBe(0);
    await accessible(wanda.page, "released");

    // Who requested it fetches it, with her session and by a plain link; nobody else does.
    await petra.page.getByRole("button", { name: "Refresh" }).click();
    const link = petra.page.getByRole("link", { name: "Fetch the package" });
    await link.waitFor();
    await accessible(petra.page, "to be fetched");
    const path = await link.getAttribute("href");
    expect(await wanda.page.evaluate(`fetch("${path}").then(({ status }) => status)`)).toBe(404);
    const fetched = petra.page.waitForEvent("download");
    await link.press("Enter");
    const download = await fetched;
    expect(download.suggestedFilename()).toMatch(/^delivery-[0-9a-f-]{36}\.tar$/);
    expect(await petra.page.getByLabel("How the receiving office verifies it").textContent()).toContain(
      `verify delivery ${download.suggestedFilename()} --trust`,
    );
    const report = await verifyDelivery({
      crypto: nodeCrypto,
      trust: parseTrust(nodeCrypto, readFileSync(join(server.state, "trust.json"))),
      package: await openPackage((await download.path()) ?? ""),
    });
    expect(report.findings).toEqual([]);
    expect(report.verified).toBe(true);
    expect(report.delivery?.manifest).toEqual(manifest);
    for (const watched of [petra, victor, wanda]) quiet(watched);
  }, 240_000);

  test("a recipient that may not have it is refused, and every row that may not go is named to whoever asked", async () => {
    const petra = await machines.desk("Petra Program");
    const { page } = petra;
    await fill(page, "Exercise", new RegExp(COALITION));
    await page.getByRole("button", { name: "Send the request" }).press("Enter");
    await page.getByText("These may not go to Coalition Training Cell:").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain(
      "The server refused: RECIPIENT_MAY_NOT_RECEIVE. It says: 4 objects may not go to this recipient.",
    );
    expect(await page.locator(".findings li").allTextContents()).toEqual([
      "(TS//TK//NF) Oil jetty and tank farm, an image",
      "(TS//TK//NF) 3 labels on Oil jetty and tank farm",
    ]);
    await accessible(page, "refused recipient");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Send the request");
    // What was filled in stands there still.
    await page.getByRole("button", { name: "Change it" }).click();
    expect(await page.getByLabel("Purpose").inputValue()).toBe("Exercise");
    quiet(petra);
  }, 240_000);

  test("below what a session was shown its person is asked before it is requested, and nothing is where he leaves the question", async () => {
    const sam = await machines.enter("Sam Steward");
    // A lower dataset of one image.
    const made = await sam.page.evaluate(`(async () => {
      const ask = async (query, variables) => (await (await fetch("/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query, variables }) })).json()).data;
      const act = async (field, input, selection) => (await ask("mutation ($input: " + field[0].toUpperCase() + field.slice(1) + "Input!) { made: " + field + "(input: $input) { " + selection + " userErrors { code message } } }", { input: { ...input, belowHighWater: true, idempotencyKey: crypto.randomUUID() } })).made;
      const { programs } = await ask("{ programs(first: 1) { edges { node { id datasets(first: 1) { edges { node { ontologyVersion { id } } } } } } } }");
      const [{ node }] = programs.edges;
      const set = await act("datasetCreate", { programId: node.id, name: "Lower", marking: "UNCLASSIFIED//REL TO USA, FVEY", ontologyVersionId: node.datasets.edges[0].node.ontologyVersion.id }, "dataset { id }");
      const asset = await act("assetCreate", { datasetId: set.dataset.id, title: "Chart", mediaType: "image/png" }, "asset { id }");
      const body = await new OffscreenCanvas(64, 48).getContext("2d").canvas.convertToBlob({ type: "image/png" });
      const sent = await fetch("/assets/" + asset.asset.id + "/content", { method: "PUT", headers: { "content-type": "image/png", "caveat-below-high-water": "true" }, body });
      return [set.userErrors, asset.userErrors, sent.status];
    })()`);
    expect(made).toEqual([[], [], 200]);

    const { page } = await machines.desk("Petra Program");
    await page.getByRole("button", { name: "Examine: Training of a detector" }).click();
    await page.locator(".contents").waitFor();
    await page.getByRole("button", { name: "Back to deliveries" }).click();
    await page.getByRole("button", { name: "Examine: Training of a detector" }).waitFor();
    expect(await page.evaluate(`document.activeElement.getAttribute("aria-label")`)).toBe(
      "Examine: Training of a detector",
    );
    await fill(page, "Below", new RegExp(COALITION), "(U//REL TO USA, FVEY) Lower");
    expect(await page.locator(".facts dd").allTextContents()).toContain("1 at most");
    const question = page.getByRole("dialog", { name: /shown higher things/ });
    await page.getByRole("button", { name: "Send the request" }).click();
    await question.waitFor();
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    await expect(told(page, "Below")).rejects.toThrow("no delivery for Below");
    await page.getByRole("button", { name: "Send the request" }).click();
    await question.waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await state(page).waitFor();
    expect((await told(page, "Below")).state).toBe("REQUESTED");
    expect(await page.locator(".counts").textContent()).toMatch(/^Images: 1\. Labels: 0\. /);
    expect(await page.locator(".banner").first().textContent()).toBe("UNCLASSIFIED//REL TO USA, FVEY");
  }, 240_000);

  test("what holds a delivery is lifted with a reason by each approver before he approves", async () => {
    const petra = await machines.desk("Petra Program");
    await fill(petra.page, "Held", new RegExp(MARITIME));
    await send(petra.page);
    const sam = await machines.enter("Sam Steward");
    const { data } = await graphql(
      sam.page,
      "{ programs(first: 1) { edges { node { datasets(first: 5) { edges { node { id name } } } } } } }",
    );
    const { programs } = data as { programs: Edges<{ datasets: Edges<{ id: string; name: string }> }> };
    const datasets = programs.edges[0]?.node.datasets.edges ?? [];
    const datasetId = datasets.find(({ node: { name } }) => HARBOR.endsWith(name))?.node.id;
    const reason = "<img src=x onerror=alert(1)> together they show a pattern";
    const added = await graphql(
      sam.page,
      "mutation ($input: DatasetCompilationAddInput!) { datasetCompilationAdd(input: $input) { dataset { id } userErrors { code } } }",
      {
        input: {
          datasetId,
          reason,
          marking: "TOP SECRET//SI/TK//NOFORN",
          idempotencyKey: crypto.randomUUID(),
          belowHighWater: true,
        },
      },
    );
    expect(JSON.stringify(added)).toContain('"userErrors":[]');

    for (const name of ["Victor Approver", "Wanda Approver"]) {
      const watched = await machines.desk(name);
      const { page } = watched;
      await examine(page, "Held");
      expect(await page.locator(".banner").first().textContent()).toBe("TOP SECRET//SI/TK//NOFORN");
      expect(await page.locator(".holds").textContent()).toContain(`(TS//SI/TK//NF) ${reason}: lifted by`);
      expect(await approveButton(page).count()).toBe(0);
      expect(await page.getByText("You approve it when you have lifted what holds it.").count()).toBe(1);
      await press(page, /^Lift it$/);
      const field = page.getByRole("textbox", { name: /^Why does/ });
      await field.waitFor();
      await accessible(page, "lifting");
      await field.fill("No times are in it.");
      await confirming(
        page,
        () => page.getByRole("dialog").getByRole("button", { name: "Go on" }).click(),
        page.getByText("You have lifted it."),
      );
      await accessible(page, "lifted");
      await confirming(page, () => approveButton(page).click(), page.getByText("You have approved it."));
      quiet(watched);
      if (name !== "Wanda Approver") continue;
      await confirming(
        page,
        () => page.getByRole("button", { name: "Release" }).click(),
        page.getByText("A program officer fetches the package."),
      );
    }
  }, 240_000);
});
