import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";
import { askAbout, asking, enterConsole, rows, sign } from "./console-page.ts";
import { enterWorkbench, violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");

interface Seen {
  readonly viewer: { readonly id: string };
  readonly programs: {
    readonly edges: readonly {
      node: {
        datasets: {
          edges: {
            node: { assets: { edges: { node: { id: string; title: string; marking: { portion: string } } }[] } };
          }[];
        };
      };
    }[];
  };
}

const SEEN = `{ viewer { id } programs(first: 5) { edges { node { datasets(first: 5) { edges { node {
  assets(first: 5) { edges { node { id title marking { portion } } } } } } } } } } }`;

const WAIT = { timeout: 20_000 };
const plain = (id: string): string => Buffer.from(id, "base64url").toString();

describe.skipIf(skip)("the console of a compliance officer", () => {
  let server: RunningServer;
  let browser: Browser;
  let ana: WatchedPage;
  let ben: WatchedPage;
  /** Ids as the interface shows them. */
  let ids: { readonly ana: string; readonly ben: string; readonly secret: string; readonly topSecret: string };

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), startChromium()]);
    ana = await enterWorkbench(browser, server.url, "Ana Analyst", "TOP SECRET");
    ben = await enterWorkbench(browser, server.url, "Ben Analyst", "SECRET");
    const [data, his] = await Promise.all(
      [ana, ben].map(async ({ page }) => (await asking(page, SEEN))["data"] as Seen),
    );
    const assets = (data?.programs.edges ?? [])
      .flatMap(({ node }) => node.datasets.edges)
      .flatMap(({ node }) => node.assets.edges.map((edge) => edge.node));
    const at = (portion: string): string => assets.find(({ marking }) => marking.portion.startsWith(portion))?.id ?? "";
    ids = { ana: data?.viewer.id ?? "", ben: his?.viewer.id ?? "", secret: at("(S//"), topSecret: at("(TS//TK") };
    // Ben asks for what is not his to ask: that is refused, and on record.
    for (let times = 0; times < 4; times += 1)
      await asking(ben.page, "{ auditBetween(from: 0, to: 1) { from } people(first: 5) { edges { cursor } } }");
  });
  afterAll(async () => {
    await browser?.close();
    await endEverything();
  });

  const officers: Page[] = [];
  const officer = async (level = "TOP SECRET"): Promise<WatchedPage> => {
    const watched = await enterConsole(browser, server.url, level);
    officers.push(watched.page);
    return watched;
  };
  // A person may follow the log twice at once.
  afterEach(async () => {
    for (const page of officers.splice(0)) await page.context().close();
  });
  const banners = (page: Page): Promise<string[]> => page.locator(".banner").allTextContents();
  const refusal = (page: Page, text: string) => page.locator(".answer:visible .bad", { hasText: text }).waitFor();
  const expand = (page: Page, n: number) => page.locator(".opens:visible").nth(n).click();

  test("tells who saw an image after an analyst opened it, what else she saw, and leads back, each answer under its own banner", async () => {
    await ana.page.evaluate(
      `fetch("/assets/${ids.topSecret}/view", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }).then((answer) => answer.text())`,
    );
    const watched = await officer();
    const { page } = watched;
    expect(await banners(page)).toEqual(["nothing marked is shown", "nothing marked is shown"]);
    await askAbout(page, "Who saw this?", ids.topSecret);
    expect(await page.locator(".holds").allTextContents()).toEqual([
      expect.stringMatching(/^Complete as far as the first \d+ entries of the log\.$/),
    ]);
    const saw = await rows(page);
    // The first load by Sam, Ana's own list and her opening of the image; Ben never.
    expect(saw[0]?.slice(2, 6)).toEqual([
      plain(ids.ana),
      "answered",
      expect.any(String),
      expect.stringMatching(/asset/),
    ]);
    expect(saw.map((row) => row[2])).not.toContain(plain(ids.ben));
    expect(await banners(page)).toEqual(["TOP SECRET//TK//NOFORN", "TOP SECRET//TK//NOFORN"]);

    // The entry itself: header, sections and their state in words, and whom and what it names.
    await expand(page, 0);
    const detail = page.locator(".detail");
    await detail.getByText("outcome: opened").waitFor();
    await detail.getByText("request: absent").waitFor();
    expect(await detail.locator("dd").allTextContents()).toEqual([
      saw[0]?.[0],
      expect.stringMatching(/^\d{4}-.*Z$/),
      "operation.outcome",
      expect.stringMatching(/^[0-9a-f]{96}$/),
      expect.stringMatching(/^[0-9a-f]{96}$/),
    ]);
    expect(await detail.locator("pre").allTextContents()).toContainEqual(expect.stringContaining(plain(ids.topSecret)));

    // From the person to what she saw, and from there to who saw something that she did.
    await page
      .getByRole("button", { name: `${plain(ids.ana)}: what did this person see?` })
      .first()
      .click();
    await page.getByText(`What did this person see? ${plain(ids.ana)}`).waitFor();
    const hers = await rows(page);
    expect(new Set(hers.map((row) => row[2]))).toEqual(new Set([plain(ids.ana)]));
    expect(hers.length).toBeGreaterThan(2);
    const n = hers.findIndex((row) => row[5]?.includes("asset.read") && row[5].includes("person.read"));
    await expand(page, n);
    await page.getByRole("button", { name: `${plain(ids.secret)}: who saw this?` }).click();
    await page.getByText(`Who saw this? ${plain(ids.secret)}`).waitFor();
    expect((await rows(page)).map((row) => row[2])).toContain(plain(ids.ben));
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);

    // That he asked is on record under his name.
    await sign(page);
    const otto = ((await asking(page, "{ viewer { id } }"))["data"] as { viewer: { id: string } }).viewer.id;
    await askAbout(page, "What did this person see?", otto);
    expect((await rows(page)).map((row) => row[5])).toContain("audit.read");
  }, 120_000);

  test("tells what was refused and why, and much at once, with how far it looked", async () => {
    const { page } = await officer();
    await askAbout(page, "What was refused?", "");
    const refused = await rows(page);
    expect(refused.filter((row) => row[2] === plain(ids.ben)).length).toBeGreaterThanOrEqual(4);
    const his = refused.find((row) => row[2] === plain(ids.ben));
    expect([his?.[3], his?.[7]]).toEqual(["refused", expect.stringContaining("pair.no-allow")]);
    await page.getByLabel("Question").selectOption({ label: "Bulk reads and bursts" });
    const ask = page.getByRole("button", { name: "Ask", exact: true });
    const told = page.getByText(/^Entries 0 to \d+ were looked through\.$/);
    await ask.click();
    await told.waitFor();
    await page.getByText("No burst in what you may open of them.").waitFor();
    await page.getByLabel("Refusals that are a burst").fill("3");
    await page.getByLabel("Objects that are a bulk read").fill("5");
    await ask.click();
    await page.getByRole("table", { name: "Bulk reads and bursts of refusals" }).waitFor();
    const bursts = await rows(page);
    expect(bursts.map(([what, who]) => [what, who])).toContainEqual(["burst of refusals", plain(ids.ben)]);
    expect(bursts.map(([what, who]) => [what, who])).toContainEqual(["bulk read", plain(ids.ana)]);
    await page
      .getByRole("button", { name: `${plain(ids.ben)}: what did this person see?` })
      .first()
      .click();
    await page.getByText(`What did this person see? ${plain(ids.ben)}`).waitFor();
    // What the server does not take is refused in words, and the console stays.
    await page.getByLabel("Question").selectOption({ label: "Bulk reads and bursts" });
    await page.getByLabel("Within seconds").fill("0");
    await ask.click();
    await refusal(page, "The server refused: INVALID_REQUEST.");
    await page.getByLabel("Within seconds").fill("five");
    await ask.click();
    await refusal(page, "All four are whole numbers.");
    expect(await banners(page)).toEqual(["nothing marked is shown", "nothing marked is shown"]);
  }, 120_000);

  test("I1 at SECRET withholds what is higher, says so, and has nothing of it on the page or the network", async () => {
    const look = async (level: string) => {
      const { page } = await officer(level);
      const bodies: Promise<string>[] = [];
      page.on("response", (response) => bodies.push(response.text().catch(() => "")));
      const frames: string[] = [];
      page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))));
      await sign(page);
      await page.getByRole("button", { name: "Newest" }).click();
      await page.getByRole("button", { name: "List the entries" }).click();
      await page.getByRole("button", { name: "Back to the picture" }).waitFor();
      const listed = await rows(page);
      const shown = [await page.content()];
      for (let n = 0; n < 12; n += 1) await expand(page, n * 2);
      shown.push(await page.content());
      await askAbout(page, "Who saw this?", ids.topSecret);
      const holds = await page.locator(".holds:visible").textContent();
      const found = await rows(page);
      await askAbout(page, "What did this person see?", ids.ana);
      shown.push(await page.content());
      await page.getByRole("tab", { name: "Live tail" }).click();
      await page.getByRole("button", { name: "Follow the log" }).click();
      await page.getByText(/^Following /).waitFor();
      await asking(ana.page, SEEN);
      await page.getByRole("table", { name: "The newest entries" }).waitFor();
      shown.push(await page.content());
      const banner = (await banners(page))[0];
      return { listed, found, holds, banner, text: [...shown, ...(await Promise.all(bodies)), ...frames].join("\n") };
    };
    // What would stand there if it stood there: ids of higher objects, their markings, and compartments in profiles.
    const higher = [plain(ids.topSecret).replace("asset:", ""), "//TK", '"TK', '\\"TK'];
    const high = await look("TOP SECRET");
    for (const word of higher) expect(high.text.split(word).length, word).toBeGreaterThan(1);
    expect(high.found.length).toBeGreaterThan(0);

    const low = await look("SECRET");
    // The page says which id was asked about, because he put it there: beyond that it stands nowhere.
    const rest = low.text.replaceAll(plain(ids.topSecret), "").replaceAll(/Who saw this\? [\w:-]+/g, "");
    for (const word of higher) expect(rest, word).not.toContain(word);
    expect(low.found).toEqual([]);
    expect(low.holds).toMatch(/\d+ of them are withheld from you: whether they belong here is not told\./);
    expect(low.listed.map((row) => row[5])).toContainEqual(expect.stringMatching(/^withheld: actor/));
    expect(low.listed.map((row) => row[3])).toContain("withheld");
    expect(low.listed.length).toBe(high.listed.length);
    expect(low.banner).not.toContain("TOP SECRET");
  }, 120_000);

  test("pictures a stretch between signed sizes, of which a range is chosen, listed page by page and looked at more closely", async () => {
    for (let times = 0; times < 30; times += 1) await asking(ben.page, "{ viewer { id } }");
    const watched = await officer();
    const { page } = watched;
    await sign(page);
    for (let times = 0; times < 3; times += 1) {
      await asking(ben.page, "{ viewer { id } }");
      await sign(page);
    }
    await page.getByRole("button", { name: "Newest" }).click();
    const parts = page.getByRole("table", { name: "Parts of the stretch" });
    await parts.locator("tbody tr").nth(4).waitFor();
    const sizes = (await parts.locator("tbody tr").allTextContents()).length;
    const cells = (n: number): Promise<string[]> => parts.locator("tbody tr").nth(n).locator("td").allTextContents();
    const range = async (n: number): Promise<[number, number]> => {
      const [from = 0, to = 0] = ((await cells(n))[1] ?? "").split(" – ").map(Number);
      return [from, to];
    };
    let end = 0;
    for (let n = 0; n < sizes; n += 1) {
      const [from, to] = await range(n);
      expect([from, Number((await cells(n))[2])]).toEqual([end, to - from]);
      end = to;
    }
    const kinds = await page
      .getByRole("table", { name: "Entries by kind" })
      .locator("tbody td:last-child")
      .allTextContents();
    expect(kinds.map(Number).reduce((sum, one) => sum + one, 0)).toBe(end);
    // Nothing was opened for it.
    expect((await banners(page))[0]).toBe("nothing marked is shown");

    // Drawn over from the second column to the last but one.
    const picture = await page.getByRole("img", { name: /^Entries by kind/ }).boundingBox();
    if (!picture) throw new Error("no picture");
    const marks = (await page.evaluate(
      `[...document.querySelectorAll("svg rect:not(.chosen)")].map((rect) => [Number(rect.getAttribute("x")), Number(rect.getAttribute("width"))])`,
    )) as [number, number][];
    const middles = [...new Set(marks.map(([x, width]) => x + width / 2))].toSorted((a, b) => a - b);
    const place = (n: number): number => picture.x + ((middles.at(n) ?? 0) / 1_000) * picture.width;
    await page.mouse.move(place(1), picture.y + 20);
    await page.mouse.down();
    await page.mouse.move(place(-2), picture.y + 30, { steps: 3 });
    await page.mouse.up();
    const [from, to] = [(await range(1))[0], (await range(sizes - 2))[1]];
    await page.getByRole("button", { name: "List the entries" }).click();
    await page.getByText(`Entries between the signed sizes ${from} and ${to}, the oldest first`).waitFor();
    const first = await rows(page);
    expect(first.map(([index]) => Number(index))).toEqual(Array.from({ length: 50 }, (_, n) => from + n));
    expect((await banners(page))[0]).toContain("TOP SECRET");
    // A page takes the place of the one before.
    await page.getByRole("button", { name: "More: the next page" }).click();
    await page.getByText("Page 2").waitFor();
    const second = (await rows(page)).map(([index]) => Number(index));
    expect([second[0], Math.min(...second)]).toEqual([from + 50, from + 50]);
    await page.getByRole("button", { name: "The page before" }).click();
    await page.getByText("Page 1").waitFor();
    expect(await rows(page)).toEqual(first);
    await page.getByRole("button", { name: "Back to the picture" }).click();
    expect((await banners(page))[0]).toBe("nothing marked is shown");
    await page.getByRole("button", { name: "Look closer" }).click();
    await expect.poll(() => page.getByLabel("From size").inputValue(), WAIT).toBe(`${from}`);
    await expect.poll(() => parts.locator("tbody tr").count(), WAIT).toBe(sizes - 2);
    // What was never signed, and what is no number, is refused in words.
    await page.getByLabel("To size").fill(`${to + 100_000}`);
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await refusal(page, "Of one of these sizes there is no signed checkpoint");
    await page.getByLabel("To size").fill("<b>7</b>");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await refusal(page, "A size of the log is a whole number.");
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 120_000);

  test("by keyboard alone: from tab to tab, a question, and an entry that opens", async () => {
    const watched = await officer();
    const { page } = watched;
    const focused = (): Promise<string> =>
      page.evaluate(`document.activeElement.textContent || document.activeElement.id`);
    const key = async (...keys: string[]): Promise<void> => {
      for (const one of keys) await page.keyboard.press(one);
    };
    expect(await focused()).toBe("Timeline");
    await key("ArrowLeft");
    expect(await focused()).toBe("Verify the log");
    await key("Home", "ArrowRight");
    expect(await focused()).toBe("Search");
    // Moving asks nothing: a part is opened by Enter.
    expect(await page.getByRole("tab", { selected: true }).textContent()).toBe("Timeline");
    await key("Enter");
    expect(await page.getByRole("tab", { selected: true }).textContent()).toBe("Search");
    await key("Tab");
    expect(await focused()).toMatch(/^Who saw this\?/);
    await key("ArrowDown", "Tab");
    expect(await focused()).toBe("about");
    await page.keyboard.type(plain(ids.ana));
    await key("Enter");
    await page.getByText(`What did this person see? ${plain(ids.ana)}`).waitFor();
    await key("Tab", "Tab");
    const index = (await rows(page))[0]?.[0] ?? "";
    expect(await focused()).toBe(index);
    await key("Enter");
    await page.getByText("outcome: opened").waitFor();
    expect(await page.locator(".opens").first().getAttribute("aria-expanded")).toBe("true");
    await key("Enter");
    expect(await page.locator(".detail").count()).toBe(0);
    await key("Tab");
    expect(await focused()).toBe(plain(ids.ana));
    // Back in the timeline a range is chosen and listed without a pointer.
    await page.getByRole("tab", { name: "Search" }).focus();
    await key("ArrowLeft", "Enter");
    await page.locator("#part-last").focus();
    await key("Home", "Tab");
    expect(await focused()).toBe("List the entries");
    await key("Enter");
    await page.getByText(/^Entries between the signed sizes 0 and 1,/).waitFor();
    // Whoever paged or listed by a button that is gone stands where the answer is.
    expect(await page.evaluate(`document.activeElement.className`)).toBe("answer");
    await key("Tab");
    expect(await focused()).toBe("Back to the picture");
    expect([watched.elsewhere, watched.complaints]).toEqual([[], []]);
  }, 120_000);

  test.each(["light", "dark"] as const)(
    "every part passes WCAG 2.1 A and AA, %s",
    async (colorScheme) => {
      const { page } = await officer();
      await page.emulateMedia({ colorScheme });
      await sign(page);
      const judged: [string, unknown][] = [];
      const judge = async (part: string): Promise<void> => {
        judged.push([part, await violations(page)]);
      };
      await judge("picture");
      await page.getByRole("button", { name: "List the entries" }).click();
      await page.getByRole("button", { name: "Back to the picture" }).waitFor();
      await expand(page, 0);
      await judge("entries");
      await askAbout(page, "Who saw this?", ids.secret);
      await expand(page, 0);
      await judge("answer");
      await page.getByLabel("Question").selectOption({ label: "Bulk reads and bursts" });
      await page.getByLabel("Objects that are a bulk read").fill("2");
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await page.getByRole("table", { name: "Bulk reads and bursts of refusals" }).waitFor();
      await judge("bursts");
      await page.getByLabel("Objects that are a bulk read").fill("");
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await judge("refused");
      await page.getByRole("tab", { name: "Live tail" }).click();
      await page.getByRole("button", { name: "Follow the log" }).click();
      await page.getByText(/^Following /).waitFor();
      for (let times = 0; times < 2; times += 1) {
        await asking(ben.page, "{ viewer { id } }");
        await page.waitForTimeout(1_200);
      }
      await page.getByRole("table", { name: "Entries before them, by their headers" }).waitFor();
      await page.getByRole("button", { name: "Pause" }).click();
      await judge("tail");
      expect(judged).toEqual(judged.map(([part]) => [part, []]));
    },
    120_000,
  );

  test("is offered to nobody without the role, whose questions the server answers with nothing and records", async () => {
    const { page } = ben;
    await page.reload();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
    expect(await page.getByRole("button", { name: "Compliance console" }).count()).toBe(0);
    const questions = `query ($id: ID!) { auditAccesses(first: 5, objectId: $id) { completeTo } auditOfPerson(first: 5, personId: $id) { completeTo }
      auditRefusals(first: 5) { completeTo } auditBetween(from: 0, to: 1) { from } auditCheckpoints(first: 5) { edges { cursor } }
      auditEntries(first: 5) { edges { cursor } } auditBursts(from: 0, seconds: 9, objects: 9, refusals: 9) { to } }`;
    expect((await asking(page, questions, { id: ids.ben }))["data"]).toEqual({
      auditAccesses: null,
      auditOfPerson: null,
      auditRefusals: null,
      auditBetween: null,
      auditCheckpoints: { edges: [] },
      auditEntries: { edges: [] },
      auditBursts: null,
    });
    const frames = await page.evaluate(`new Promise((told) => {
      const socket = new WebSocket("${server.url.replace("http", "ws")}/graphql", "graphql-transport-ws");
      const heard = [];
      socket.onopen = () => socket.send('{"type":"connection_init"}');
      socket.onmessage = ({ data }) => {
        heard.push(data);
        if (data.includes("connection_ack")) socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { auditTail { size } }"}}');
      };
      socket.onclose = () => told(heard.join());
    })`);
    expect(frames).toContain("NOT_FOUND");
    expect(frames).not.toContain("size");
    const { page: his } = await officer();
    await askAbout(his, "What was refused?", "");
    expect(
      (await rows(his)).filter((row) => row[2] === plain(ids.ben) && row[7]?.includes("auditAccesses")),
    ).not.toEqual([]);
  }, 120_000);
});
